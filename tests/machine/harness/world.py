"""What is around the machine: the directory and a way to cut it off, an ACME authority, published lists."""

import contextlib
import http.server
import json
import os
import selectors
import socket
import ssl
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from .processes import Failed, Running, output, tool

REPOSITORY = Path(__file__).resolve().parents[3]
SCOPE = "directory:software"
DIRECTORY = (9443, 9444)
ACME = "https://localhost:14000/dir"
LISTS = 8880


class Gate:
    """Passes TCP connections on from one port to another, until it is shut: then nobody answers."""

    def __init__(self, port, to, address="127.0.0.1"):
        self.port, self.to, self.address = port, to, address
        self._pairs = set()
        self._lock = threading.Lock()
        self._listener = None
        self.open()

    def open(self):
        listener = socket.create_server((self.address, self.port), backlog=128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self):
        """From now on connections are refused, and those that are open break."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near, far), daemon=True).start()

    def _pass(self, near, far):
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        with selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            try:
                while True:
                    for key, _ in ready.select():
                        octets = key.fileobj.recv(65536)
                        if not octets:
                            return
                        key.data.sendall(octets)
            except OSError:
                return
            finally:
                with self._lock:
                    self._pairs.discard(pair)
                near.close()
                far.close()


class Directory:
    """oidc-provider as tests/directory configures it, behind gates at `address`, known by the name `host`."""

    issuer = f"https://localhost:{DIRECTORY[0]}"

    def __init__(self, pki, consumers, logs: Path, host="localhost", address="127.0.0.1"):
        self.pki = pki
        self.host = host
        self.issuer = f"https://{host}:{DIRECTORY[0]}"
        config = pki.path("directory.json")
        config.write_text(json.dumps(self._registrations(consumers)))
        program = REPOSITORY / "tests/directory"
        if not (program / "node_modules/oidc-provider").exists():
            raise Failed("the directory's packages are missing: ./test node")
        brought = program / f"node_modules/node-linux-{'arm64' if os.uname().machine == 'aarch64' else 'x64'}/bin/node"
        node = str(brought) if brought.exists() else tool("node", "nodejs")
        self.process = Running("the directory", [node, str(program / "server.js"), str(config)], logs / "directory.log")
        self.process.wait_for("READY ")
        self.gates = [Gate(port, port + 10000, address) for port in DIRECTORY]

    def shut(self):
        for gate in self.gates:
            gate.shut()

    def open(self):
        for gate in self.gates:
            gate.open()

    def token(self, client):
        """An access token bound to the client's certificate; asked past the gates, as from elsewhere."""
        context = ssl.create_default_context(cafile=str(self.pki.path("directory-ca.pem")))
        context.load_cert_chain(self.pki.path(f"{client}.pem"), self.pki.path(f"{client}.key"))
        form = {"grant_type": "client_credentials", "client_id": client, "scope": SCOPE}
        url = f"https://localhost:{DIRECTORY[0] + 10000}/token"
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode())
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return json.load(answer)["access_token"]

    def _registrations(self, consumers):
        known = [{"client_id": name, "san_dns": f"{name}.example"} for name in [*consumers, "provider"]]
        for client in known:
            client["introspection"] = {"organisation_id": f"org-{client['client_id']}"}
        return {
            "port": DIRECTORY[0] + 10000, "alias_port": DIRECTORY[1] + 10000,
            "issuer": self.issuer, "alias": f"https://{self.host}:{DIRECTORY[1]}",
            "certificate": str(self.pki.path("directory.pem")), "private_key": str(self.pki.path("directory.key")),
            "client_trust_anchors": str(self.pki.path("consumers-ca.pem")),
            "scopes": [SCOPE], "introspectors": ["provider"], "clients": known, "token_seconds": 7200,
        }


class Acme:
    """pebble, which asks the machine on port 80 as a public authority would; it refuses `refused`."""

    def __init__(self, pki, refused, logs: Path):
        self.pki = pki
        config = pki.path("pebble.json")
        config.write_text(json.dumps({"pebble": {
            "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
            "certificate": str(pki.path("pebble.pem")), "privateKey": str(pki.path("pebble.key")),
            "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": False,
            "domainBlocklist": [refused],
        }}))
        without_delays = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
        self.process = Running(
            "pebble", [tool("pebble", "pebble"), "-config", str(config)], logs / "pebble.log", env=os.environ | without_delays,
        )
        self.process.wait_for("ACME directory available")

    @contextlib.contextmanager
    def with_a_clock_ahead(self, seconds):
        """Beside it, on port 14001, an authority whose clock is behind: by it, this machine's is ahead."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def date_time_string(self, timestamp=None):
                return super().date_time_string((timestamp or time.time()) - seconds)

            def do_HEAD(self):
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pki.path("pebble.pem"), self.pki.path("pebble.key"))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 14001), Handler) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield
            server.shutdown()

    def root(self) -> Path:
        """The root of the certificates that it issues."""
        context = ssl.create_default_context(cafile=str(self.pki.path("web-ca.pem")))
        with urllib.request.urlopen("https://localhost:15000/roots/0", context=context, timeout=10) as answer:
            path = self.pki.path("acme-root.pem")
            path.write_bytes(answer.read())
        return path


class Lists:
    """The distribution points: what is published, by path."""

    def __init__(self):
        self.published = {}
        published = self.published

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                octets = published.get(self.path)
                self.send_response(200 if octets else 404)
                self.end_headers()
                self.wfile.write(octets or b"")

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", LISTS), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish(self, **lists):
        for name, octets in lists.items():
            self.published[f"/{name}.crl"] = octets


def loopback_up():
    output(tool("ip", "iproute2"), "link", "set", "lo", "up")

"""Another site of the same nginx: what it answers, asked all the time, and what must never change of it."""

import http.client
import socket
import ssl
import threading
import time

from .site import must
from .world import ACME

NAME = "shop.example"
ROOT = "/var/www/shop"
PLACE = "/etc/nginx/sites-enabled/shop.conf"

# What another site may be at port 443, and the addresses at which it is asked.
FORMS = {
    "the implicit default": (("listen 443 ssl http2;", "listen [::]:443 ssl http2;"), ("127.0.0.1", "::1")),
    "of IPv4 alone": (("listen 443 ssl;",), ("127.0.0.1",)),
    "of every address by name": (("listen 0.0.0.0:443 ssl;",), ("127.0.0.1",)),
    "by address": (("listen 127.0.0.1:443 ssl;",), ("127.0.0.1",)),
    "by address and everywhere": (("listen 127.0.0.1:443 ssl;", "listen 443 ssl http2;"), ("127.0.0.1",)),
    "of IPv6 alone": (("listen [::]:443 ssl;",), ("::1",)),
    "of both by one socket": (("listen [::]:443 ssl ipv6only=off;",), ("127.0.0.1", "::1")),
    "the default by name": (("listen 443 ssl default_server;", "listen [::]:443 ssl default_server;"), ("127.0.0.1", "::1")),
}


def text(listens, more=""):
    """Its site; what it answers says the name and host that it was asked by."""
    lines = "\n    ".join(listens)
    return f"""server {{
    {lines}
    server_name {NAME};
    ssl_certificate /etc/letsencrypt/live/{NAME}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/{NAME}/privkey.pem;
    {more}
    default_type text/plain;
    return 200 "shop $ssl_server_name $host";
}}
server {{
    listen 80;
    listen [::]:80;
    server_name {NAME};
    location /.well-known/acme-challenge/ {{ root {ROOT}; }}
    location / {{ return 200 "plain shop"; }}
}}
"""


def set_up(machine):
    """By a person who knows nothing of perild: nginx, the site, and a certificate by the certbot that perild uses too."""
    machine.run("apt-get", "install", "--yes", "nginx", "certbot", "openssl", "curl")
    machine.path("/etc/nginx/sites-enabled/default").unlink()
    machine.path(ROOT).mkdir(parents=True)
    plain = text([], "").split("}\n", 1)[1]
    machine.path(PLACE).write_text(plain)
    machine.run("systemctl", "restart", "nginx.service")
    machine.run("certbot", "certonly", "--non-interactive", "--agree-tos", "--email", "shop@example.org", "--server", ACME,
                "--webroot", "--webroot-path", ROOT, "--domain", NAME)


def change(machine, listens, more=""):
    machine.path(PLACE).write_text(text(listens, more))
    machine.run("nginx", "-t")
    restart(machine)


def restart(machine):
    # More often than systemd lets a service be started by people.
    machine.run("systemctl", "reset-failed", "nginx.service")
    machine.run("systemctl", "restart", "nginx.service")


def ask(address, name):
    """What the site says to a caller of `name`, or of none; and the certificate that it shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, 443), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            host = name or (f"[{address}]" if ":" in address else address)
            secure.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(secure)
            answer.begin()
            return answer.status, answer.read().decode(), secure.getpeercert(binary_form=True)


class Neighbour:
    """Asks it under its own name, one that nobody has, and none; every answer must be as the first one was."""

    def __init__(self, addresses):
        self.callers = [(address, name) for address in addresses for name in (NAME, "nobody.example", None)]
        self.first = {caller: ask(*caller) for caller in self.callers}
        for caller, (status, said, _) in self.first.items():
            must(f"the neighbour does not answer {caller}", status == 200 and said.startswith("shop "), said)
        self.asked, self.faults = 0, []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join(30)

    def is_well(self, what):
        """So far, and still."""
        before, until = self.asked, time.monotonic() + 30
        while self.asked < before + len(self.callers):
            must(f"{what}: the neighbour is not asked any more", time.monotonic() < until)
            time.sleep(0.01)
        must(f"{what}: the neighbour broke {len(self.faults)} times of {self.asked}", not self.faults, "\n".join(self.faults[:5]))

    def _work(self):
        while not self._is_over.is_set():
            for caller in self.callers:
                try:
                    answer = ask(*caller)
                    if answer != self.first[caller]:
                        self.faults.append(f"{caller}: {answer[:2]}, or another certificate")
                except OSError as error:
                    self.faults.append(f"{caller}: {error}")
                self.asked += 1
            self._is_over.wait(0.02)

"""compose.yaml in service: docs/containers.md's steps, then a consumer from outside."""

import json
import os
import re
import shutil
import time
from pathlib import Path

from harness.events import QUERIES, content
from harness.load import Consumer
from harness.namespaces import own_names
from harness.pki import SERVER, Pki
from harness.processes import output
from harness.site import DOMAIN, must
from harness.world import Directory

from .image import GID, UID

# The machine that the containers are on, by the name that podman gives it in them.
HOST = "host.containers.internal"


def run(engine, clone, place: Path, logs: Path):
    own_names(place, f"127.0.0.1 localhost {DOMAIN}\n")
    pki = Pki(place / "pki", "http://localhost:8880")
    pki.issue("directory", "directory-ca", SERVER + f"subjectAltName=DNS:localhost,DNS:{HOST}\n")
    banks = {name: pki.consumer(name) for name in ("bank-a", "bank-b")}
    directory = Directory(pki, banks, logs, host=HOST, address="0.0.0.0")
    containers = Site(engine, clone, pki, directory)
    try:
        containers.fill_in(place)
        containers.perils(place)
        containers.up()
        consumer = Consumer(DOMAIN, pki.path("web-ca.pem"), *banks["bank-a"], directory.token("bank-a"))
        served(consumer, pki, banks, directory)
        containers.confined()
        containers.kept_secret()
        containers.changes(consumer)
        containers.stopped()
    finally:
        containers.keep_logs(logs)
        directory.process.stop()


class Site:
    """The two containers, by what compose.yaml calls them."""

    def __init__(self, engine, clone, pki, directory):
        self.engine, self.pki, self.directory = engine, pki, directory
        self.clone, self.folder = clone, clone.compose
        self.image = f"perild:{clone.version}"
        self.perild, self.nginx = "perild_perild_1", "perild_nginx_1"

    # --- Before the first start -------------------------------------------------------------------------------

    def fill_in(self, place: Path):
        """`## Run it with nginx`, with podman for docker and a certificate of our own in place of certbot's."""
        output(self.folder / "site", DOMAIN)
        for name in ("secrets", "shared_data", "public"):
            (self.folder / name).mkdir()
        shutil.copy(self.clone.root / "deploy/perild.toml", self.folder / "perild.toml")
        self.configure()
        shutil.copy(self.clone.root / "public/index.html", self.folder / "public")
        (self.folder / "shared_data/tidy_DYTS01_kWh.csv").write_bytes(content(1, 40))
        self.identity(place)
        live = place / f"letsencrypt/live/{DOMAIN}"
        live.mkdir(parents=True)
        self.pki.issue("web", "web-ca", SERVER + f"subjectAltName=DNS:{DOMAIN}\n")
        shutil.copy(self.pki.path("web.pem"), live / "fullchain.pem")
        shutil.copy(self.pki.path("web.key"), live / "privkey.pem")
        (place / "acme").mkdir()
        with (self.folder / ".env").open("a") as file:
            file.write(f"LETSENCRYPT={place}/letsencrypt\nACME_ROOT={place}/acme\n")

    def configure(self):
        file = self.folder / "perild.toml"
        text = file.read_text()
        for key, value in {
            "issuer": self.directory.issuer,
            "discovery_url": f"{self.directory.issuer}/.well-known/openid-configuration",
            "client_id": "provider",
            "publish": "all",
        }.items():
            text, count = re.subn(rf"(?m)^{key} = .*$", f'{key} = "{value}"', text)
            must(f"{key} is not in the shipped configuration", count == 1)
        file.write_text(text)

    def identity(self, place: Path):
        """Key, request and anchors, and peril values to import; in one container, for podman takes its time over each."""
        secrets, perils = self.folder / "secrets", place / "perils"
        perils.mkdir()
        commands = ["perild keygen --software-statement provider --organisation org --organisation-unit unit --out /secrets"]
        for name in ("directory-ca.pem", "consumers-ca.pem"):
            fingerprint = output("sha256sum", self.pki.path(name)).split()[0]
            commands.append(f"perild cacerts --from /theirs/{name} --sha256 {fingerprint} --out /secrets/{name}")
        commands.append("perild sample --step 10 --seed 1 --out /perils/sample")
        volumes = {secrets: "/secrets", self.pki.place: "/theirs:ro", perils: "/perils"}
        mounts = [word for here, there in volumes.items() for word in ("--volume", f"{here}:{there}")]
        inside = ["run", "--rm", "--network", "none", "--user", "0", *mounts, "--entrypoint", "/bin/sh", self.image]
        self.engine.podman(*inside, "-euc", "\n".join(commands))
        (secrets / "a.pem").write_text(self.pki.sign_request(secrets / "a.csr", "provider"))
        os.chown(secrets / "a.key", int(UID), -1)
        (secrets / "a.key").chmod(0o400)
        for file in secrets.glob("*.pem"):
            file.chmod(0o644)

    def perils(self, place: Path):
        bring = ["--volume", f"{place}/perils/sample:/perils:ro", "perild", "import", "--synthetic", "/perils"]
        self.engine.compose(self.folder, "run", "-T", "--rm", "--no-deps", *bring)

    # --- In service -------------------------------------------------------------------------------------------

    def up(self):
        self.engine.compose(self.folder, "up", "--detach", "--no-build")
        # podman leaves the interval to systemd's timers, which need not be here.
        until = time.monotonic() + 30
        while not self.engine.status("healthcheck", "run", self.perild)[0]:
            must("it does not become healthy", time.monotonic() < until, self.records())
            time.sleep(0.5)
        for name in (self.perild, self.nginx):
            state = self.engine.inspect(name)["State"]
            must(f"{name} does not run", state["Running"], self.engine.podman("logs", name, check=False))

    def confined(self):
        status = self.inside("cat", "/proc/1/status")
        for line in (f"Uid:\t{UID}", f"Gid:\t{GID}", "CapBnd:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"):
            must(f"{line} of the daemon", f"\n{line}" in status, status)
        for file in ("/etc/x", "/usr/bin/x", "/srv/perild/shared_data/x", "/etc/perild/perild.toml"):
            must(f"{file} can be written to", not self.engine.status("exec", "--user", "0", self.perild, "touch", file)[0])
        socket = self.inside("stat", "--format", "%a %u %g", "/run/perild/perild.sock").strip()
        must("the socket", socket == f"660 {UID} {GID}", socket)
        listening = self.inside("cat", "/proc/net/tcp", "/proc/net/tcp6")
        must("it listens on the network", " 0A " not in listening, listening)
        for name, pids in ((self.perild, 512), (self.nginx, 256)):
            limit = self.engine.inspect(name)["HostConfig"]["PidsLimit"]
            must(f"{name} may have {limit} processes", limit == pids)
        workers = self.engine.podman("exec", self.nginx, "sh", "-c", "grep -h ^Uid: /proc/[0-9]*/status")
        must("nginx's workers are root's", f"Uid:\t{GID}\t" in workers, workers)

    def kept_secret(self):
        """The key is a file of the daemon's user; it is in no variable, label, command or record."""
        key = (self.folder / "secrets/a.key").read_text().splitlines()[1]
        told = self.engine.podman("inspect", self.perild, self.nginx, self.image) + self.records()
        must("the key is told", key not in told)
        mode = self.inside("stat", "--format", "%a %u", "/run/secrets/a.key").strip()
        must("the key", mode == f"400 {UID}", mode)
        must("nginx has the key", not self.engine.status("exec", self.nginx, "cat", "/run/secrets/a.key")[0])

    def changes(self, consumer):
        """A reload takes what is new, fails when it is wrong, and either way the service goes on."""
        said = self.engine.compose(self.folder, "exec", "-T", "perild", "perild", "check", check=False)
        must("perild check finds an error", "\nok " in said and not re.search("(?m)^error", said), said)
        self.engine.compose(self.folder, "exec", "-T", "perild", "perild", "reload")
        self.engine.compose(self.folder, "exec", "-T", "nginx", "nginx", "-s", "reload")
        config = self.folder / "perild.toml"
        good = config.read_text()
        config.write_text(good + "\n[surprise]\nkey = 1\n")
        must("a wrong configuration is taken", not self.engine.status("exec", self.perild, "perild", "reload")[0])
        config.write_text(good)
        newer = content(2, 40)
        (self.folder / "shared_data/tidy_DYTS01_kWh.new").write_bytes(newer)
        (self.folder / "shared_data/tidy_DYTS01_kWh.new").rename(self.folder / "shared_data/tidy_DYTS01_kWh.csv")
        must("the new file is not served", consumer.get("/tidy_DYTS01_kWh") == (200, newer))

    def stopped(self):
        self.engine.podman("stop", self.nginx, self.perild)
        for name in (self.nginx, self.perild):
            code = self.engine.inspect(name)["State"]["ExitCode"]
            must(f"{name} ended with {code}", code == 0, self.records())
        for line in self.engine.podman("logs", self.perild).splitlines():
            must("a record is not JSON", isinstance(json.loads(line), dict), line)
        must("volumes", all(name in self.engine.podman("volume", "ls", "--quiet") for name in ("perild_state", "perild_socket")))

    def inside(self, *words):
        return self.engine.podman("exec", self.perild, *words)

    def records(self):
        return "".join(self.engine.podman("logs", name, check=False) for name in (self.perild, self.nginx))

    def keep_logs(self, logs: Path):
        for name in (self.perild, self.nginx):
            (logs / f"{name}.log").write_text(self.engine.podman("logs", name, check=False))


def served(consumer, pki, banks, directory):
    """What a consumer may have, and what nobody gets: through nginx's published port."""
    until = time.monotonic() + 30
    while True:
        try:
            got = consumer.get("/tidy_DYTS01_kWh")
        except OSError as error:
            got = (None, error)
        # Until the daemon has met the directory it answers 503.
        if got[0] not in (None, 503) or time.monotonic() > until:
            break
        time.sleep(0.2)
    must("a file", got == (200, content(1, 40)), got)
    for query in QUERIES:
        status, body = consumer.get(query.path, body=query.body)
        must(query.path, status == 200 and body, f"{status} {body[:500]}")
    answer = json.loads(consumer.get(QUERIES[0].path)[1])
    must("no peril in the answer", "heat" in json.dumps(answer), answer)
    must("a made-up token is taken", consumer.get("/tidy_DYTS01_kWh", token="made-up")[0] == 401)
    thief = Consumer(DOMAIN, pki.path("web-ca.pem"), *banks["bank-b"], directory.token("bank-a"))
    must("another's token is taken", thief.get("/tidy_DYTS01_kWh")[0] == 401)

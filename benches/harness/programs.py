"""The programs of a run: each is started, awaited by a sign of its own, and ended."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .environments import environment
from .place import IS_ROOT, ROOT, TOOLS

PATIENCE = 30


class Program:
    """A running program whose output goes to a file below `log/`."""

    def __init__(self, place, name, command, env=None, as_daemon=False, user=None, cwd=None):
        self.name = name
        self.log = place.path("log") / f"{name}.out"
        account = {"user": user, "group": user, "extra_groups": []} if user else {}
        if as_daemon and IS_ROOT:
            account = {"user": "nobody", "group": "www-data", "extra_groups": []}
        # Its standard input ends when this run does: the directory watches for that.
        # Appending, so that the file may be emptied while it is written to.
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE, stdout=out, stderr=out, cwd=cwd,
                env={**os.environ, **(env or {})}, **account,
            )

    def await_that(self, is_so, what):
        end = time.monotonic() + PATIENCE
        while not is_so():
            if self.process.poll() is not None or time.monotonic() > end:
                self.end()
                raise SystemExit(f"{self.name}: {what} never came:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.01)

    def await_line(self, beginning):
        def found():
            return next((line for line in self.lines() if line.startswith(beginning)), None)

        self.await_that(found, beginning)
        return found()

    def lines(self):
        return self.log.read_text(errors="replace").splitlines()

    def pids(self):
        """This process and its children: a master and its workers."""
        return [self.process.pid, *children(self.process.pid)]

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def answers(path):
    """Whether something accepts connections on the unix socket `path`."""
    with socket.socket(socket.AF_UNIX) as stream:
        return stream.connect_ex(str(path)) == 0


def answers_datagrams(path):
    """Whether something takes datagrams on the unix socket `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        return datagrams.connect_ex(str(path)) == 0


def directory(place):
    """The directory of the tests: oidc-provider with mutual TLS and certificate-bound tokens."""
    home = ROOT / "tests/directory"
    if not (home / "node_modules/oidc-provider/package.json").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=home, check=True)
    config = place.path("directory.json")
    config.write_text(json.dumps({
        "certificate": str(place.path("certs/directory.pem")),
        "private_key": str(place.path("certs/directory.key")),
        "client_trust_anchors": str(place.path("certs/consumers-ca.pem")),
        "introspectors": ["provider"],
        "token_seconds": 3600,
        "clients": [
            {"client_id": "provider", "san_dns": "provider.example"},
            {"client_id": "bank", "san_dns": "bank.example",
             "introspection": {"organisation_id": "org-bank", "software_roles": ["DATA_CONSUMER"]}},
        ],
    }))
    brought = [home / f"node_modules/node-linux-{cpu}/bin/node" for cpu in ("x64", "arm64")]
    node = next((node for node in brought if node.exists()), "node")
    program = Program(place, "directory", [node, home / "server.js", config])
    program.issuer = program.await_line("READY ").removeprefix("READY ")
    return program


def introspections(program):
    return sum(" POST /token/introspection " in line for line in program.lines())


def perild_config(place, name, issuer, accel_prefix="", cache_entries=10_000, revocation_lists=(),
                  on_overflow="drop", max_streams=32, audit_file="", more=""):
    proxies = ["www-data", "root"] if IS_ROOT else [os.environ.get("USER", str(os.getuid()))]
    config = place.path(f"{name}.toml")
    config.write_text(f"""listen = "unix:{place.dir}/run/{name}.sock"
base_url = "https://localhost"
[paths]
shared_data = "{place.dir}/srv/shared_data"
public = "{place.dir}/srv/public"
state = "{place.dir}/state"
[directory]
issuer = "{issuer}"
client_id = "provider"
certificate = "{place.dir}/certs/a.pem"
private_key = "{place.dir}/certs/a.key"
trust_anchors = "{place.dir}/certs/directory-ca.pem"
[consumers]
trust_anchors = "{place.dir}/certs/consumers-ca.pem"
revocation_lists = {json.dumps([str(path) for path in revocation_lists])}
[introspection]
cache_entries = {cache_entries}
[server]
proxy_uids = {str(proxies).replace("'", '"')}
accel_prefix = "{accel_prefix}"
[defaults]
publish = "all"
[log]
on_overflow = "{on_overflow}"
[audit]
file = "{audit_file}"
[perils]
max_streams = {max_streams}
{more}""")
    if IS_ROOT:
        for owned in ("run", "state", "certs", "certs/a.key"):
            shutil.chown(place.path(owned), "nobody", "www-data")
    return config


def perild(place, binary, name, issuer, **settings):
    """The daemon under test, its log written to a file."""
    config = perild_config(place, name, issuer, **settings)
    program = Program(place, name, [binary, "serve", "--config", config, "--log-format", "text"], as_daemon=True)
    program.socket = place.path(f"run/{name}.sock")
    program.await_that(lambda: answers(program.socket), "its socket")
    return program


def perild_in_journal(place, binary, name, issuer, **settings):
    """The same, with its standard error in the journal, as a unit has it."""
    config = perild_config(place, name, issuer, **settings)
    # As a unit's environment would say it; systemd-cat 252 does not.
    named = 'export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec "$0" "$@"'
    command = ["systemd-cat", "--identifier=perild", "sh", "-c", named, binary, "serve", "--config", config]
    program = Program(place, name, command, as_daemon=True)
    program.socket = place.path(f"run/{name}.sock")
    program.await_that(lambda: answers(program.socket), "its socket")
    return program


def seed(place, issuer):
    """The stack of the original guide, as it is installed from PyPI."""
    folder = environment("seed", SEED, "gunicorn")
    workers = 2 * os.cpu_count() + 1
    path = place.path("run/seed.sock")
    command = [folder / "bin/gunicorn", "--workers", workers, "--bind", f"unix:{path}", "app:app"]
    program = Program(place, "seed", command, cwd=ROOT / "benches/seed", env={
        "BENCH_PLACE": str(place.dir), "BENCH_ISSUER": issuer,
        "REQUESTS_CA_BUNDLE": str(place.path("certs/directory-ca.pem")),
    })
    program.await_that(lambda: path.exists() and answers(path) and len(program.pids()) > workers, "its workers")
    return program


def seed_versions():
    pip = TOOLS / "seed/bin/pip"
    if not pip.exists():
        return "not been measured"
    listed = subprocess.run([pip, "list", "--format=freeze"], capture_output=True, text=True, check=True).stdout
    versions = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    wanted = ("gunicorn", "Flask", "ib1.openenergy.support", "urllib3")
    return ", ".join(f"{name} {versions.get(name)}" for name in wanted)


SEED = ["gunicorn==22.0.0", "Flask", "ib1.openenergy.support==0.2.17", "urllib3<2"]

"""What happens to a provider in its life, each while consumers go on asking."""

import json
import re
import shutil
import ssl
import time

from .load import Request
from .site import CERTS, CONFIG, SHARED, must

RENEW = ("certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
AUDIT = "/var/log/perild/audit.jsonl"
HOOK = "/etc/letsencrypt/renewal-hooks/deploy/perild-nginx"


class Events:
    """Each method is one event; it ends when the machine has settled."""

    def __init__(self, machine, world, load, package):
        self.machine = machine
        self.world = world
        self.load = load
        self.package = package

    def all(self):
        return [
            ("steady load", self.steady, 0),
            ("restart", self.restart, 0),
            ("reload", self.reload, 0),
            ("rotation of the audit file", self.rotation, 0),
            ("bad reload", self.bad_reload, 0),
            ("20 reloads in a row", self.reloads, 0),
            ("upgrade to a newer package", self.upgrade, 0),
            ("certificate renewal", self.renewal, 0),
            ("CRL refresh", self.revocation, 0),
            ("bad and stale CRLs", self.bad_revocation, 0),
            ("new version of a file", self.new_file, 0),
            ("new store", self.new_store, 0),
            ("kill -9 of the daemon", self.kill, None),
            # As with kill -9: a file that was half sent when the daemon hung ends with its connection.
            ("watchdog-triggered restart", self.watchdog, None),
            ("nginx reload", self.nginx_reload, 0),
            ("directory down for 30 s", self.directory_down, 0),
            ("directory back", self.directory_back, 0),
            ("power-off and boot", self.power, None),
            ("power cut and boot", self.power_cut, None),
        ]

    def steady(self):
        must("no requests are answered", self.load.wait_for(1000))

    def restart(self):
        for _ in range(3):
            before = self.machine.main_pid()
            self.machine.run("systemctl", "restart", "perild.service")
            must("restart did not restart", self.machine.main_pid() not in (0, before))
            self.served()

    def reload(self):
        pid = self.machine.main_pid()
        self.machine.run("systemctl", "reload", "perild.service")
        must("a reload changed the process", self.machine.main_pid() == pid)
        self.served()

    def rotation(self):
        """By the package's snippet, on two days: the chain goes on over all files, the oldest of which is packed."""
        config = self.machine.path(CONFIG)
        good = config.read_text()
        config.write_text(good + f'\n[audit]\nfile = "{AUDIT}"\n')
        self.machine.run("systemctl", "reload", "perild.service")
        self.machine.run("apt-get", "install", "--yes", "logrotate")
        self.machine.run("install", "-m", "0644", "/usr/share/perild/logrotate/perild", "/etc/logrotate.d/perild")
        for day in (1, 2):
            self.served()
            self.machine.run("logrotate", "--force", "/etc/logrotate.d/perild")
            self.served()
            if day == 1:
                self.machine.run("sh", "-c", f"mv {AUDIT}-* {AUDIT}-20260101")
        files = sorted(path.name for path in self.machine.path(AUDIT).parent.iterdir())
        must("logrotate did not pack the older of two files", len(files) == 3 and files[1].endswith(".gz"), files)
        code, said = self.machine.status("sh", "-c", f"perild audit verify {AUDIT}*")
        must("the chain over rotated files is not whole", code == 0 and "in 3 files" in said, said)
        report = ("perild", "usage", "--from", "2026-01-01", "--to", "2100-01-01", "--format", "json")
        usage = json.loads(self.machine.run("sh", "-c", f"{' '.join(report)} {AUDIT}*"))
        calls = sum(group["calls"] for group in usage["groups"])
        must("requests are missing in the audit files", calls >= 400, usage)
        config.write_text(good)
        self.machine.run("systemctl", "reload", "perild.service")
        self.served()

    def bad_reload(self):
        """`systemctl reload` fails, says so, and the old configuration goes on."""
        config = self.machine.path(CONFIG)
        good = config.read_text()
        config.write_text(good + "\n[surprise]\nkey = 1\n")
        code, said = self.machine.status("systemctl", "reload", "perild.service")
        must("a bad reload is said to be good", code != 0, said)
        must("a bad reload ended the daemon", self.machine.show("perild.service", "ActiveState") == "active")
        status = self.machine.show("perild.service", "StatusText")
        must("the status does not tell of the bad reload", "old configuration" in status, status)
        config.write_text(good)
        self.machine.run("systemctl", "reload", "perild.service")
        self.served()

    def reloads(self):
        for _ in range(20):
            self.machine.run("systemctl", "reload", "perild.service")
        self.served()

    def upgrade(self):
        pid = self.machine.main_pid()
        shutil.copy(self.package, self.machine.path("/root/newer.deb"))
        self.machine.run("dpkg", "--install", "/root/newer.deb")
        version = self.machine.run("dpkg-query", "--show", "--showformat=${Version}", "perild")
        must("the newer package is not installed", version.endswith("-2"), version)
        must("the newer daemon does not run", self.machine.main_pid() not in (0, pid))
        self.served()

    def renewal(self):
        self._unheard_renewal()
        before, reloads = self._serial(), self._nginx_reloads()
        said = self.machine.run(*RENEW)
        until = time.monotonic() + 10
        while self._serial() == before:
            must("the new certificate is not served", time.monotonic() < until, said)
            self.served(10)
        count = self._nginx_reloads() - reloads
        must(f"nginx was reloaded {count} times for one renewal", count == 1, said)
        said = self.machine.run("perild", "check", "--offline")
        must("perild check misses a renewal that nginx has read", "nginx has not read it" not in said, said)
        self.served()

    def _unheard_renewal(self):
        """certbot is content when its hook fails; what nginx goes on showing is told of."""
        hook = self.machine.path(HOOK)
        good = hook.read_text()
        hook.write_text("#!/bin/sh\nexit 1\n")
        before = self._serial()
        self.machine.run(*RENEW)
        hook.write_text(good)
        must("nginx was reloaded without the hook", self._serial() == before)
        said = self.machine.run("perild", "check", "--offline")
        must("perild check does not tell of a renewal that nginx has not read", "nginx has not read it" in said, said)

    def revocation(self):
        must("bank-b is refused before its time", self.status("bank-b") == 200)
        self.world.lists.publish(issuer=self.world.pki.revocation_list("consumers-issuer", revoked=["bank-b"]))
        self.machine.run("systemctl", "start", "perild-crl.service")
        must("a revoked certificate is let in", self.status("bank-b") == 401)
        self.served()

    def bad_revocation(self):
        """None of them replaces the good one, and the unit's failure is seen."""
        pki, file = self.world.pki, self.machine.path(f"{CERTS}/consumers.crl.pem")
        good, published = file.read_bytes(), self.world.lists.published["/issuer.crl"]
        stranger = pki.revocation_list("directory-ca")
        for what, octets in {
            "stale": pki.revocation_list("consumers-issuer", days=0, number=99),
            "garbage": b"<html>not found</html>",
            "half": published[: len(published) // 2],
            "another's": stranger,
            # Signed a moment ago, and by its number from before the one that revokes.
            "earlier": pki.revocation_list("consumers-issuer", number=1),
        }.items():
            self.world.lists.publish(issuer=octets)
            code, said = self.machine.status("systemctl", "start", "perild-crl.service")
            must(f"the {what} list is taken without a word", code != 0, said)
            must(f"the {what} list replaced the good one", file.read_bytes() == good)
        must("a revoked certificate is let in", self.status("bank-b") == 401)
        self.world.lists.publish(issuer=published)
        self.machine.run("systemctl", "start", "perild-crl.service")
        self.served()

    def new_file(self):
        for version in range(5):
            publish(self.machine, self.load.published, "tidy_DYTS01_kWh", content(version + 2, 40))
            self.served(20)

    def new_store(self):
        for seed in (2, 3):
            before = time.monotonic()
            new_store(self.machine, seed)
            self.machine.run("systemctl", "reload", "perild.service")
            publish_answers(self.load.consumer, self.load.published, before)
            self.served()

    def kill(self):
        before = self.machine.main_pid()
        self.signal("SIGKILL")
        self.settled(before)

    def watchdog(self):
        before = self.machine.main_pid()
        self.signal("SIGSTOP")
        self.settled(before)
        said = self.machine.run("journalctl", "--unit=perild.service", "--output=cat", "--lines=200")
        must("the watchdog did not end it", "Watchdog timeout" in said, said)

    def nginx_reload(self):
        for _ in range(3):
            self.machine.run("systemctl", "reload", "nginx.service")
            self.served()

    def directory_down(self):
        """Tokens in use go on, even if they were first used 30 s before; one that was not gets 503."""
        while self._uptime() < 31:
            self.served()
        self.world.directory.shut()
        until = time.monotonic() + 30
        must("a token's first use is not 503", self.status("bank-a", self.world.directory.token("bank-a")) == 503)
        while time.monotonic() < until:
            self.load.wait_for(100)

    def directory_back(self):
        self.world.directory.open()
        token, until = self.world.directory.token("bank-a"), time.monotonic() + 40
        while self.status("bank-a", token) != 200:
            must("the directory is back and a token's first use is refused", time.monotonic() < until)
        self.served()

    def power(self):
        self.machine.power_off()
        self.machine.boot()
        self.served()

    def power_cut(self):
        self.machine.cut_power()
        self.machine.boot()
        self.served()

    def signal(self, name, check=True):
        self.machine.run("systemctl", "kill", "--kill-whom=main", f"--signal={name}", "perild.service", check=check)

    def served(self, count=100):
        must("requests are not answered any more", self.load.wait_for(count))

    def settled(self, other_than=0):
        """The daemon runs, as another process if so asked, and requests are answered."""
        until = time.monotonic() + 60
        while self.machine.main_pid() in (0, other_than) or self.machine.show("perild.service", "ActiveState") != "active":
            must("the daemon was not started again", time.monotonic() < until)
        self.served()

    def status(self, client, token=None):
        consumer = self.world.consumers[client]
        return consumer.get("/tidy_DYTS01_kWh", token)[0]

    def _uptime(self):
        """Seconds since the daemon's start, which is when it first saw the load's token."""
        began = self.machine.show("perild.service", "ActiveEnterTimestampMonotonic")
        return time.clock_gettime(time.CLOCK_MONOTONIC) - int(began) / 1e6

    def _serial(self):
        connection = self.load.consumer.connect()
        try:
            der = connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()
        return ssl.DER_cert_to_PEM_cert(der)

    def _nginx_reloads(self):
        said = self.machine.run("journalctl", "--unit=nginx.service", "--output=cat")
        return len(re.findall("^Reloaded nginx", said, re.M))


def content(version, lines):
    """A file of which every version differs in every line."""
    rows = [f"2021-01-01T{hour % 24:02}:00:00Z,{version}.{hour:06}" for hour in range(lines)]
    return ("time,kWh\n" + "\n".join(rows) + "\n").encode()


QUERIES = [
    Request("one place", "/v1/location?lat=51.5&lon=-0.1&perils=heat,fire&years=2050"),
    Request("many places", "/v1/location", json.dumps({
        "locations": [{"id": number, "lat": number * 4, "lon": number * 8} for number in range(10)],
    }).encode()),
    Request("one peril", "/fire?lat=10&lon=20&year=2050"),
]


def new_store(machine, seed):
    """Imports values that are other ones for each seed."""
    machine.run("rm", "-rf", "/root/perils")
    machine.run("perild", "sample", "--step", "10", "--seed", seed, "--out", "/root/perils")
    machine.run("perild", "import", "--synthetic", "/root/perils")


def publish_answers(consumer, published, since):
    """What is answered from the store from now on, asked once; the store before it may answer until now."""
    until_before = time.monotonic()
    for request in QUERIES:
        status, body = consumer.get(request.path, body=request.body)
        must(f"{request.path} is not answered", status == 200, f"{status} {body[:500]}")
        published.version(request.name, body, since, until_before)


def publish(machine, files, name, octets):
    """Puts a file in place as operations.md says: a rename."""
    place = machine.path(f"{SHARED}/{name}.csv")
    beside = place.with_suffix(".new")
    beside.write_bytes(octets)
    beside.chmod(0o644)
    since = time.monotonic()
    beside.rename(place)
    files.version(name, octets, since, time.monotonic())



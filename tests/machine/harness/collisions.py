"""Events that meet: each begins while another is under way, at several moments of it."""

import shutil
import threading
import time

from .events import QUERIES, content, new_store, publish, publish_answers
from .site import must

# How far the first event has come when the second begins, in seconds.
MOMENTS = (0, 0.005, 0.03, 0.1, 0.4)


class Collisions:
    """Each method is one row of the table; it ends when the machine has settled."""

    def __init__(self, events, packages):
        self.events = events
        self.machine = events.machine
        self.load = events.load
        self.packages = packages

    def all(self):
        return [
            ("restart under a slow download", self.download, 0),
            ("reload during a restart", self.reload_in_restart, 0),
            ("CRL refresh during a restart", self.lists_in_restart, 0),
            ("nginx reload during a restart", self.nginx_in_restart, 0),
            ("new store while reloading", self.store_in_reloads, 0),
            ("kill -9 during a reload", self.kill_in_reload, None),
            ("kill -9 during a restart", self.kill_in_restart, None),
            ("kill -9 of a new store's import", self.kill_in_import, 0),
            ("back to the older package", self.older, 0),
            ("kill -9 during an upgrade", self.kill_in_upgrade, None),
        ]

    def download(self):
        """What is under way at a restart is finished, however slowly it is read."""
        name, octets = "tidy_DYTS03_kWh", content(1, 1_000_000)
        publish(self.machine, self.load.published, name, octets)
        connection = self.load.consumer.connect()
        try:
            connection.request("GET", f"/{name}", headers={"Authorization": f"Bearer {self.load.consumer.token}"})
            answer = connection.getresponse()
            must("the download is not answered", answer.status == 200, str(answer.status))
            parts = [answer.read(65536)]
            restart = self._begin("systemctl", "restart", "perild.service")
            while part := answer.read(65536):
                parts.append(part)
                # The slow reader's pace: the restart has to meet the middle.
                time.sleep(0.002)
        finally:
            connection.close()
        self._end(restart)
        must("a download that met a restart is not whole", b"".join(parts) == octets, f"{sum(map(len, parts))} octets")
        self.events.served()

    def reload_in_restart(self):
        for moment in MOMENTS:
            restart = self._begin("systemctl", "restart", "perild.service")
            time.sleep(moment)
            # systemd makes one of the two, or refuses a reload of what is about to start: both are right.
            self.machine.status("systemctl", "reload", "perild.service")
            self._end(restart)
            self.events.served()

    def lists_in_restart(self):
        """The refresh succeeds, and what it brought is in force, whoever reads it."""
        world, lists = self.events.world, self.events.world.lists
        for number, moment in enumerate(MOMENTS):
            revoked = ["bank-b"] if number % 2 else []
            lists.publish(issuer=world.pki.revocation_list("consumers-issuer", revoked=revoked))
            restart = self._begin("systemctl", "restart", "perild.service")
            time.sleep(moment)
            self.machine.run("systemctl", "start", "perild-crl.service")
            self._end(restart)
            status = self.events.status("bank-b")
            must(f"bank-b gets {status} {moment} s into a restart", status == (401 if revoked else 200))
        lists.publish(issuer=world.pki.revocation_list("consumers-issuer", revoked=["bank-b"]))
        self.machine.run("systemctl", "start", "perild-crl.service")
        self.events.served()

    def nginx_in_restart(self):
        for moment in MOMENTS:
            restart = self._begin("systemctl", "restart", "perild.service")
            time.sleep(moment)
            self.machine.run("systemctl", "reload", "nginx.service")
            self._end(restart)
            self.events.served()

    def store_in_reloads(self):
        for seed in (4, 5):
            before = time.monotonic()
            importing = threading.Thread(target=new_store, args=(self.machine, seed))
            importing.start()
            while importing.is_alive():
                self.machine.run("systemctl", "reload", "perild.service")
            importing.join()
            self.machine.run("systemctl", "reload", "perild.service")
            publish_answers(self.load.consumer, self.load.published, before)
            self.events.served()

    def kill_in_reload(self):
        self._kill_in("systemctl", "reload", "perild.service")

    def kill_in_restart(self):
        self._kill_in("systemctl", "restart", "perild.service")

    def kill_in_import(self):
        """The store is the one before or the new one, never half of it; the next import is not held up."""
        values = [self.load.consumer.get(query.path, body=query.body) for query in QUERIES]
        self.machine.run("perild", "sample", "--step", "1", "--seed", 6, "--out", "/root/interrupted")
        part = self.machine.path("/var/lib/perild/perils.arrow.part")
        # As a unit, so that it can be killed by its name.
        importing = ["perild", "import", "--synthetic", "/root/interrupted"]
        self.machine.run("systemd-run", "--quiet", "--collect", "--unit=interrupted", *importing)
        until = time.monotonic() + 60
        while not part.exists():
            must("the import wrote nothing", time.monotonic() < until)
            time.sleep(0.001)
        self.machine.run("systemctl", "kill", "--signal=SIGKILL", "interrupted.service")
        must("the import was over before it was killed", part.exists())
        self.machine.run("systemctl", "reload", "perild.service")
        again = [self.load.consumer.get(query.path, body=query.body) for query in QUERIES]
        must("half an import changed what is answered", again == values)
        before = time.monotonic()
        new_store(self.machine, 7)
        self.machine.run("systemctl", "reload", "perild.service")
        publish_answers(self.load.consumer, self.load.published, before)
        must("what the killed import left is still there", not part.exists())
        self.events.served()

    def older(self):
        self._end(self._install(self.packages[0]))
        self._installed("-1")

    def kill_in_upgrade(self):
        """systemd starts it again whatever the package's script was doing, and dpkg is content."""
        install = self._install(self.packages[1])
        while install.poll() is None:
            self.events.signal("SIGKILL", check=False)
            time.sleep(0.5)
        self._end(install)
        self._installed("-2")

    def _install(self, package):
        shutil.copy(package, self.machine.path("/root/other.deb"))
        return self._begin("dpkg", "--install", "/root/other.deb")

    def _installed(self, revision):
        said = self.machine.run("dpkg-query", "--show", "--showformat=${Version} ${Status}", "perild")
        version, _, status = said.partition(" ")
        must("the package is not installed", version.endswith(revision) and status == "install ok installed", said)
        self.events.settled()

    def _kill_in(self, *words):
        for moment in MOMENTS:
            first = self._begin(*words)
            time.sleep(moment)
            self.events.signal("SIGKILL", check=False)
            first.wait(60)
            self.events.settled()

    def _begin(self, *words):
        return self.machine.begin(*words)

    @staticmethod
    def _end(command):
        code = command.wait(90)
        must(f"{' '.join(command.args[-3:])}: exit {code}", code == 0)

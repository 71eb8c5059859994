"""A second daemon on the machine, perild@WORD: with a name, a key, rules and files of its own, and the way back."""

import hashlib
import time

from . import site
from .events import content
from .load import Consumer
from .site import DOMAIN, must, provision

THIRD = "third.energydata.org.uk"
WORD = "north"
CONFIG, CERTS, DATA = f"/etc/perild-{WORD}/perild.toml", f"/etc/perild-{WORD}/certs", f"/srv/perild-{WORD}"
UNIT = f"perild@{WORD}.service"
UNITS = (UNIT, f"perild@{WORD}.socket", f"perild-check@{WORD}.timer", f"perild-crl@{WORD}.timer")
OURS = content(7, 40)


def set_up(machine, world):
    """By the same steps as the first one; gives its consumer."""
    before = site.configuration(machine)
    code, said = provision(machine, "--daemon", WORD, "--dry-run", domain=THIRD)
    must("--dry-run changed something", code == 0 and site.configuration(machine) == before, said)
    for words in (f"lead to perild@{WORD}", f"/etc/perild-{WORD}", f"sites-available/perild_{THIRD}.conf"):
        must(f"--dry-run does not tell of {words!r}", words in said, said)
    for word in ("again", "provision", "North", "a-b", ".."):
        must(f"--daemon {word} is taken", provision(machine, "--daemon", word, "--dry-run", domain=THIRD)[0] == 2)
    code, said = provision(machine, "--daemon", WORD, domain=THIRD)
    must("a second daemon failed", code == 0 and f"Upload {CERTS}/a.csr" in said, said)
    must("it was started before it was configured", machine.status("systemctl", "is-active", UNIT)[0] != 0)

    machine.path(f"{CERTS}/a.pem").write_text(world.pki.sign_request(machine.path(f"{CERTS}/a.csr"), "provider"))
    for name in ("directory-ca.pem", "consumers-ca.pem"):
        fingerprint = hashlib.sha256(machine.path(f"/root/{name}").read_bytes()).hexdigest()
        machine.run("perild", "cacerts", "--from", f"/root/{name}", "--sha256", fingerprint, "--out", f"{CERTS}/{name}")
    site.configure(machine, CONFIG, CERTS)
    machine.path(f"{DATA}/shared_data/tidy_DYTS01_kWh.csv").write_bytes(OURS)
    machine.run("systemctl", "start", f"perild-crl@{WORD}.service")
    # The name knows its daemon by now.
    code, said = provision(machine, domain=THIRD)
    must("a second daemon was not started", code == 0 and "Nothing. perild serves" in said, said)
    consumer = Consumer(THIRD, world.acme.root(), *world.banks["bank-a"], world.directory.token("bank-a"))
    await_served(consumer)
    return consumer


def await_served(consumer):
    until = time.monotonic() + 20
    while (got := consumer.get("/tidy_DYTS01_kWh")) != (200, OURS):
        must(f"the second daemon answers {got}", got[0] == 503 and time.monotonic() < until)


def lives_beside(machine, consumer, first):
    """Its end is nobody else's, and each answers with what is its own."""
    pid, other = machine.main_pid(), int(machine.show(UNIT, "MainPID"))
    must("there are no two daemons", pid != other and 0 not in (pid, other))
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=SIGKILL", UNIT)
    await_served(consumer)
    must("the end of the second daemon was the first one's", machine.main_pid() == pid)
    machine.run("systemctl", "reload", UNIT)
    said = machine.run("systemd-analyze", "verify", "--man=no", *UNITS, f"perild-check@{WORD}.service", f"perild-crl@{WORD}.service")
    must("systemd-analyze verify complains of a template", "perild" not in said, said)
    machine.run("systemctl", "start", f"perild-check@{WORD}.service")
    must("the first daemon answers for the second", first.get("/tidy_DYTS01_kWh") == (200, content(1, 40)))
    code, said = provision(machine, "--daemon", "south", domain=THIRD)
    must("a name changed its daemon", code == 1 and "--remove" in said, said)
    code, said = provision(machine, domain=THIRD)
    must("provision changed something when run again", code == 0 and "changed " not in said, said)


def give_up(machine, first):
    """Its name is taken out by the means that put it in, and the others stay."""
    code, said = provision(machine, "--remove", domain=DOMAIN)
    must("the site that the others need was taken out", code == 1 and "remove those names first" in said, said)
    before = site.configuration(machine)
    code, said = provision(machine, "--remove", "--dry-run", domain=THIRD)
    must("--dry-run changed something", code == 0 and site.configuration(machine) == before and "would" in said, said)
    code, said = provision(machine, "--remove", domain=THIRD)
    must("a name was not removed", code == 0, said)
    for unit in UNITS:
        must(f"{unit} is still there", machine.status("systemctl", "is-active", unit)[0] != 0, said)
        must(f"{unit} is started at the next boot", machine.status("systemctl", "is-enabled", unit)[0] != 0, said)
    for place in (f"/etc/nginx/perild.d/daemon-{WORD}.inc", f"/etc/nginx/sites-available/perild_{THIRD}.conf",
                  f"/etc/letsencrypt/renewal/{THIRD}.conf"):
        must(f"removing left {place}", not machine.path(place).exists(), said)
    must("removing took the key", machine.path(f"{CERTS}/a.key").exists())
    must("nginx's configuration is broken", machine.status("nginx", "-t")[0] == 0)
    must("the first daemon does not answer", first.get("/tidy_DYTS01_kWh") == (200, content(1, 40)))
    code, said = provision(machine, "--daemon", WORD, domain=THIRD)
    must("a name that was given up is not taken again", code == 0 and "Nothing. perild serves" in said, said)

"""Mistakes that a person or the world could make: each is named with its remedy, and what works goes on working."""

import contextlib
import dataclasses
import time

from .site import CERTS, CLOSED, CONFIG, DOMAIN, LOST, REFUSED, configuration, must, provision

NEIGHBOUR = "server { listen 80; server_name neighbour.example; return 200 works; }\n"
SMALL_DISK = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=20m none "$0" && exec "$@"')

# As certbot holds it while it works.
HOLD = (
    'import fcntl, signal, subprocess; lock = open("/etc/letsencrypt/.certbot.lock", "w"); '
    'fcntl.lockf(lock, fcntl.LOCK_EX); subprocess.run(["systemd-notify", "--ready"]); signal.pause()'
)


@dataclasses.dataclass(frozen=True)
class Mistake:
    """What is wrong, how it comes to be so, and what is said of it."""

    what: str
    cause: str
    remedy: str
    arguments: dict = dataclasses.field(default_factory=dict)
    code: int = 1
    files: dict = dataclasses.field(default_factory=dict)  # what is in them meanwhile
    commands: tuple = ()  # one to bring it about, one to undo it


BEFORE_ANYTHING = [
    Mistake("a name that is none", "must be a host name", "Usage:", {"domain": "no_name"}, code=2),
    Mistake("a number for a name", "must be a host name", "Usage:", {"domain": "192.0.2.1"}, code=2),
    Mistake("an address that is none", "must be an address", "Usage:", {"email": "nobody"}, code=2),
    Mistake("no DNS record", "does not lead anywhere", "add an A record", {"domain": LOST}),
    Mistake("an ACME server that is away", "cannot be asked", "may connect to it", {"acme": "https://localhost:14999/dir"}),
    Mistake("a clock that is wrong", "this machine's clock is 36", "set-ntp", {"acme": "https://localhost:14001/dir"}),
    Mistake("a clock before perild was built", "the clock says", "set-ntp",
            commands=("touch -d +3days /usr/bin/perild", "touch -d -1day /usr/bin/perild")),
    Mistake("a full disk", "/var has only", "df -h", {"before": (*SMALL_DISK, "/var")}),
    Mistake("not root", "needs root", "sudo", {"before": ("setpriv", "--reuid=nobody", "--clear-groups")}),
    Mistake("two at once", "another perild-provision is running", "wait", {"before": ("flock", "/run/perild-provision/lock")}),
    Mistake("a name that nginx serves already", "nginx already serves", "server_name",
            files={"/etc/nginx/conf.d/other.conf": f"server {{ listen 80; server_name other.example {DOMAIN}; }}\n"}),
    Mistake("an nginx that is broken", "nginx's present configuration is wrong", "nginx -t",
            files={"/etc/nginx/conf.d/other.conf": "server { listen 80; nonsense; }\n"}),
]

WITHOUT_A_CERTIFICATE = [
    Mistake("port 80 closed", "does not reach this nginx", "open port 80", {"domain": CLOSED}),
    Mistake("another program on port 80", "nginx does not start", "ss -ltnp", commands=(
        "systemctl stop nginx && systemd-run --quiet --collect --unit=squatter python3 -m http.server 80 && "
        "until curl -s -o /dev/null http://127.0.0.1/; do sleep 0.1; done",
        "systemctl stop squatter && systemctl start nginx",
    )),
    Mistake("another certbot at work", "certbot is at work already", "wait a few minutes", commands=(
        "mkdir -p /etc/letsencrypt && systemd-run --quiet --collect --unit=other-certbot --property=Type=notify "
        f"--property=NotifyAccess=all python3 -c '{HOLD}'",
        "systemctl stop other-certbot",
    )),
    Mistake("an ACME server that refuses", "did not issue a certificate", "letsencrypt.log", {"domain": REFUSED}),
]

IN_SERVICE = [
    Mistake("a wrong name", "does not lead anywhere", "add an A record", {"domain": LOST}),
    Mistake("another name, which the ACME server refuses", "did not issue", "letsencrypt.log", {"domain": REFUSED}),
    Mistake("another ACME server, which is none", "did not issue", "letsencrypt.log", {"acme": "https://localhost:14000/none"}),
    Mistake("an nginx that is broken", "nginx's present configuration is wrong", "nginx -t",
            files={"/etc/nginx/conf.d/other.conf": "nonsense;\n"}),
    Mistake("the server's key of another certificate", "key values mismatch", "nginx -t", commands=(
        f"cp -L /etc/letsencrypt/live/{DOMAIN}/privkey.pem /root/kept.pem && openssl genpkey -algorithm EC -pkeyopt "
        f"ec_paramgen_curve:P-256 -out /etc/letsencrypt/live/{DOMAIN}/privkey.pem",
        f"cp /root/kept.pem /etc/letsencrypt/live/{DOMAIN}/privkey.pem",
    )),
    Mistake("a full disk", "/var has only", "df -h", {"before": (*SMALL_DISK, "/var")}),
]


def of_a_newcomer(machine, world):
    """Nothing is configured yet: each leaves /etc as it was, and the neighbour's site in service."""
    code, said = provision(machine, "--dry-run")
    must("--dry-run failed", code == 0, said)
    must("--dry-run does not say what it would do", "would" in said, said)
    machine.path("/etc/nginx/conf.d/neighbour.conf").write_text(NEIGHBOUR)
    machine.run("systemctl", "reload", "nginx.service")
    before = configuration(machine)
    must("--dry-run failed", provision(machine, "--dry-run")[0] == 0)
    must("--dry-run changed something", configuration(machine) == before)
    with world.acme.with_a_clock_ahead(3600):
        for mistake in BEFORE_ANYTHING:
            _refused(machine, mistake)
            must(f"{mistake.what}: something was changed", configuration(machine) == before)
            _neighbour_works(machine, mistake.what)
    for mistake in WITHOUT_A_CERTIFICATE:
        _refused(machine, mistake)
        _neighbour_works(machine, mistake.what)
    for moment in (0.1, 0.4, 0.8, 1.2, 2):
        provision(machine, before=("timeout", "--signal=KILL", str(moment)))
        _neighbour_works(machine, f"a run that was killed after {moment} s")
    # What the last of them began, certbot for one, ends by itself.
    machine.run("flock", "/run/perild-provision/lock", "true")
    machine.path("/etc/nginx/conf.d/neighbour.conf").unlink()


def of_a_provider(machine, consumer):
    """In service: each leaves /etc as it was, and consumers are answered."""
    before = configuration(machine)
    for mistake in IN_SERVICE:
        _refused(machine, mistake)
        must(f"{mistake.what}: something was changed", configuration(machine) == before)
        _is_served(machine, consumer, mistake.what)


def in_files(machine, world, consumer):
    """What `perild check` says of wrong files, and that no reload takes them."""
    pki = world.pki
    pki.stranger("provider-elsewhere")
    ours = {name: machine.path(f"{CERTS}/{name}") for name in ("a.pem", "a.key", "directory-ca.pem")}
    kept = {name: path.read_bytes() for name, path in ours.items()}
    swapped = {"a.pem": kept["a.key"], "a.key": kept["a.pem"]}
    elsewhere = {"a.pem": pki.path("provider-elsewhere.pem").read_bytes(), "a.key": pki.path("provider-elsewhere.key").read_bytes()}
    other_anchors = {"directory-ca.pem": pki.path("web-ca.pem").read_bytes()}
    for what, files, words, is_taken in [
        ("key and certificate swapped", swapped, ("are swapped", "exchange the two"), False),
        ("the key of another certificate", {"a.key": elsewhere["a.key"]}, ("does not belong", "belong together"), False),
        ("a certificate of another environment", elsewhere, ("another environment", "directory.certificate"), True),
        ("anchors of another environment", other_anchors, ("another environment", "directory.trust_anchors"), True),
    ]:
        for name, octets in files.items():
            ours[name].write_bytes(octets)
        code, said = machine.status("perild", "check")
        must(f"{what}: perild check exits with {code}", code == (0 if is_taken else 78), said)
        must(f"{what}: perild check does not name cause and remedy", all(word in said for word in words), said)
        if not is_taken:
            must(f"{what}: a reload takes it", machine.status("systemctl", "reload", "perild.service")[0] != 0)
        for name in files:
            ours[name].write_bytes(kept[name])
        machine.run("systemctl", "reload", "perild.service")
        _is_served(machine, consumer, what)

    machine.run("chown", "root:", f"{CERTS}/a.key")
    code, said = machine.status("perild", "check")
    must("a key that the daemon cannot read is no error", code == 78 and "as the user perild" in said, said)
    machine.run("chown", "perild:", f"{CERTS}/a.key")
    code, said = machine.status(*SMALL_DISK, "/var/lib/perild", "perild", "check", "--offline")
    must("perild check does not tell of a full disk", "MB left; make room" in said, said)
    code, said = machine.status("perild", "check")
    must("perild check finds errors where there are none", code == 0 and "error" not in said, said)


def at_a_start(machine, consumer):
    """A wrong configuration is tried once, however many ask for the daemon; the mend alone brings it back."""

    def tries():
        said = machine.run("journalctl", "--unit=perild.service", "--output=cat", "_PID=1")
        return said.count("status=78/CONFIG")

    config = machine.path(CONFIG)
    good, before = config.read_text(), tries()
    config.write_text(good + "\n[surprise]\nkey = 1\n")
    must("a wrong configuration starts", machine.status("systemctl", "restart", "perild.service")[0] != 0)
    for _ in range(20):
        status = consumer.get("/tidy_DYTS01_kWh")[0]
        must(f"a daemon that does not start answers {status}", status == 502)
    must("requests start it again and again", tries() == before + 1, str(tries() - before))
    config.write_text(good)
    code, said = machine.status("systemctl", "start", "perild.service")
    must("it does not start after the mend", code == 0, said)
    _is_served(machine, consumer, "after the mend")


def _refused(machine, mistake):
    with _made(machine, mistake):
        code, said = provision(machine, **mistake.arguments)
    must(f"{mistake.what}: provision exits with {code}", code == mistake.code, said)
    for words in (mistake.cause, mistake.remedy):
        must(f"{mistake.what}: provision does not say {words!r}", words in said, said)


@contextlib.contextmanager
def _made(machine, mistake):
    for name, text in mistake.files.items():
        machine.path(name).write_text(text)
    if mistake.commands:
        machine.run("sh", "-c", mistake.commands[0])
    try:
        yield
    finally:
        if mistake.commands:
            machine.run("sh", "-c", mistake.commands[1])
        for name in mistake.files:
            machine.path(name).unlink()


def _neighbour_works(machine, what):
    must(f"{what}: nginx's configuration is broken", machine.status("nginx", "-t")[0] == 0)
    said = machine.run("curl", "-sS", "--header", "Host: neighbour.example", "http://127.0.0.1/")
    must(f"{what}: a site that worked does not", said == "works", said)


def _is_served(machine, consumer, what):
    until = time.monotonic() + 20
    while (status := consumer.get("/tidy_DYTS01_kWh")[0]) != 200:
        must(f"{what}: consumers get {status}", status == 503 and time.monotonic() < until)

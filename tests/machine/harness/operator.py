"""What the person who runs the machine has set: it stays, and is told of; and whom it tells."""

import contextlib
import http.server
import json
import os
import socketserver
import struct
import threading
import time

from .site import CERTS, must, provision

DATA = ("/srv/perild/shared_data", "/srv/perild/public")
ACL = "system.posix_acl_access"
HANDED_OVER = "/etc/systemd/system/perild.service.d/key.conf"
LIMITED = "/etc/systemd/system/perild.service.d/own.conf"
MASKED, DISABLED = "perild-crl.timer", "perild-check.timer"


def rights(machine):
    def of(place):
        found = machine.path(place).stat()
        return found.st_uid, found.st_gid, oct(found.st_mode), os.getxattr(machine.path(place), ACL).hex()

    return [of(place) for place in DATA]


def set_all(machine):
    """As a provider would whose publishers are a group, and whose key is root's."""
    for place in DATA:
        machine.run("chgrp", "adm", place)
        machine.run("chmod", "2775", place)
        os.setxattr(machine.path(place), ACL, acl_for(33))
    machine.path("/srv/perild/public/index.html").unlink(missing_ok=True)
    machine.path(HANDED_OVER).parent.mkdir()
    key = f"{CERTS}/a.key"
    machine.path(HANDED_OVER).write_text(
        f"[Service]\nLoadCredential=a.key:{key}\nEnvironment=PERILD_DIRECTORY__PRIVATE_KEY=%d/a.key\n")
    machine.path(LIMITED).write_text("[Service]\nCPUWeight=77\n")
    machine.run("chown", "root:", key)
    machine.run("chmod", "0400", key)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "disable", "--now", DISABLED)
    machine.run("systemctl", "mask", "--now", MASKED)
    machine.run("systemctl", "restart", "perild.service")
    return rights(machine)


def acl_for(user):
    """A list by which one more user may write: acl(5), as the kernel keeps it."""
    anyone, whole = 0xFFFFFFFF, 7
    entries = [(0x01, whole, anyone), (0x02, whole, user), (0x04, 5, anyone), (0x10, whole, anyone), (0x20, 5, anyone)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def all_stays(machine, before, what):
    must(f"{what} changed rights on the data", rights(machine) == before, f"{before}\n{rights(machine)}")
    must(f"{what} brought a deleted page back", not machine.path("/srv/perild/public/index.html").exists())
    key = machine.run("stat", "--format=%U %a", f"{CERTS}/a.key").strip()
    must(f"{what} changed a key of root's: {key}", key == "root 400")
    state = machine.status("systemctl", "is-enabled", MASKED)[1].strip()
    must(f"{what} changed a masked unit: {state}", state == "masked")
    must(f"{what} took up a disabled unit", machine.status("systemctl", "is-enabled", DISABLED)[0] != 0)
    weight = machine.show("perild.service", "CPUWeight")
    must(f"{what} lost a drop-in: {weight}", weight == "77")
    must(f"{what}: the daemon does not run", machine.show("perild.service", "ActiveState") == "active")


def provision_keeps_it(machine, before):
    code, said = provision(machine)
    must("provision is not content with what was set", code == 0 and "Nothing. perild serves" in said, said)
    for words in (f"{MASKED} is masked", f"{DISABLED} was disabled", "LoadCredential="):
        must(f"provision does not tell of {words!r}", words in said, said)
    all_stays(machine, before, "provision")


def new_key(machine, pki):
    """A key that systemd hands over is taken by a restart, and a reload says so."""
    place = machine.path(CERTS)
    kept = {name: (place / name).read_bytes() for name in ("a.pem", "a.key")}
    machine.run("perild", "keygen", "--software-statement", "x", "--organisation", "x", "--organisation-unit", "x", "--out", "/root/next")
    (place / "a.pem").write_text(pki.sign_request(machine.path("/root/next/a.csr"), "provider"))
    (place / "a.key").write_bytes(machine.path("/root/next/a.key").read_bytes())
    code, said = machine.status("systemctl", "reload", "perild.service")
    must("a reload takes half of a new pair", code != 0)
    said = machine.run("journalctl", "--unit=perild.service", "--output=cat", "--lines=20")
    must("a reload does not say what helps", "systemctl restart perild" in said, said)
    machine.run("systemctl", "restart", "perild.service")
    code, said = machine.status("perild", "check")
    must("perild check is not content with the new pair", code == 0, said)
    for name, octets in kept.items():
        (place / name).write_bytes(octets)
    machine.run("systemctl", "restart", "perild.service")


def stop_and_socket(machine, consumer):
    """The daemon alone comes back with the next request, and systemd says so; both stay away until they are started."""
    said = machine.status("systemctl", "stop", "perild.service")[1]
    must("systemctl stop does not tell of the socket", "perild.socket" in said, said)
    said = machine.status("systemctl", "status", "perild.service")[1]
    must("systemctl status does not tell of the socket", "perild.socket" in said, said)
    must("a request does not start it again", consumer.get("/tidy_DYTS01_kWh")[0] in (200, 503))
    machine.run("systemctl", "stop", "perild.socket", "perild.service")
    for _ in range(3):
        status = consumer.get("/tidy_DYTS01_kWh")[0]
        must(f"a daemon that was stopped answers {status}", status == 502)
    must("a request started what was stopped", machine.main_pid() == 0)
    machine.run("systemctl", "start", "perild.service")


def unset_all(machine):
    for place in (HANDED_OVER, LIMITED):
        machine.path(place).unlink()
    machine.run("chown", "perild:", f"{CERTS}/a.key")
    machine.run("chmod", "0600", f"{CERTS}/a.key")
    machine.run("systemctl", "unmask", MASKED)
    machine.run("systemctl", "enable", "--now", MASKED, DISABLED)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "perild.service")


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail program speaks to a relay (RFC 5321)."""

    def handle(self):
        self.say("220 relay")
        while line := self.rfile.readline():
            match line.split()[0].upper().decode():
                case "DATA":
                    self.say("354 go on")
                    lines = []
                    while (text := self.rfile.readline()) != b".\r\n":
                        lines.append(text)
                    self.server.received.append(b"".join(lines).decode())
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.received.append((self.path, json.loads(self.rfile.read(length))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def listening(kind, port, handler):
    kind.allow_reuse_address = True
    with kind(("127.0.0.1", port), handler) as server:
        server.received, server.status = [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def await_count(server, count, what):
    until = time.monotonic() + 30
    while len(server.received) < count:
        must(f"{what}: nobody was told", time.monotonic() < until)
        time.sleep(0.05)
    must(f"{what}: told {len(server.received)} times, not {count}", len(server.received) == count, str(server.received))


def told(machine):
    """Nobody until someone is named; then each failure by both ways, and one that comes again and again once."""
    broken = machine.path("/etc/systemd/system/perild-check.service.d/broken.conf")
    broken.parent.mkdir(exist_ok=True)
    broken.write_text('[Service]\nExecStart=\nExecStart=/bin/sh -c \'echo "a \\\\"quoted\\\\" reason"; exit 1\'\n')
    machine.run("systemctl", "daemon-reload")
    machine.run("apt-get", "install", "--yes", "msmtp-mta")
    machine.path("/etc/msmtprc").write_text("account default\nhost 127.0.0.1\nport 2525\nfrom perild@example.org\n")
    notify = machine.path("/etc/perild/notify.conf")
    with listening(socketserver.ThreadingTCPServer, 2525, Mailbox) as mail, listening(http.server.ThreadingHTTPServer, 8099, Hook) as hook:
        machine.status("systemctl", "start", "perild-check.service")
        machine.run("systemctl", "start", "perild-notify@perild-check.service.service")
        must("somebody was told whom nobody named", not mail.received and not hook.received)

        secret = "/hooks/0b5f-secret"
        notify.write_text(f"PERILD_NOTIFY_MAIL=ops@example.org\nPERILD_NOTIFY_WEBHOOK=http://127.0.0.1:8099{secret}\n")
        notify.chmod(0o600)
        machine.status("systemctl", "start", "perild-check.service")
        await_count(hook, 1, "a failed check, by webhook")
        await_count(mail, 1, "a failed check, by mail")
        path, body = hook.received[0]
        must("the webhook is not told what failed", path == secret and "perild-check.service failed" in body["text"], str(body))
        must("the reason is not in it", 'a "quoted" reason' in body["text"], str(body))
        text = mail.received[0]
        must("the mail has no receiver and subject", "To: ops@example.org" in text and "Subject: perild-check.service failed" in text, text)
        must("the reason is not in the mail", 'a "quoted" reason' in text, text)

        # OnFailure= is not for what is started again.
        for _ in range(3):
            before = machine.main_pid()
            machine.run("systemctl", "kill", "--kill-whom=main", "--signal=SIGKILL", "perild.service")
            until = time.monotonic() + 20
            while machine.main_pid() in (0, before):
                must("it was not started again", time.monotonic() < until)
        await_count(hook, 2, "a daemon that was killed")
        must("it is not said which", "perild.service failed" in hook.received[1][1]["text"], str(hook.received[1]))
        machine.run("systemctl", "start", "perild-notify@test.service")
        machine.run("systemctl", "start", "perild-notify@test.service")
        await_count(hook, 4, "a trial, twice")
        hook.status = 500
        must("a webhook that refuses is no failure", machine.status("systemctl", "start", "perild-notify@test.service")[0] != 0)
    journal = machine.run("journalctl", "--output=export", "--all")
    must("the journal holds the webhook's address", secret not in journal)
    notify.unlink()
    broken.unlink()
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "reset-failed")

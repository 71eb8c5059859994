"""What the machine looks like after all of it: the journal, the socket, the package's removal."""

import json
import ssl
from pathlib import Path

from .site import CERTS, SHARED, must

FIELDS = {
    "PERILD_INTERACTION_ID", "PERILD_CLIENT_ID", "PERILD_ORGANISATION_ID", "PERILD_CERT_THUMBPRINT", "PERILD_ROUTE",
    "PERILD_DATASET", "PERILD_STATUS", "PERILD_DECISION", "PERILD_BYTES", "PERILD_DURATION_US",
}


def journal(machine, client):
    """The fields of the surface are there, and a client's calls are found by them."""
    said = machine.run("journalctl", "--unit=perild", f"PERILD_CLIENT_ID={client}", "--output=json", "--lines=5")
    records = [json.loads(line) for line in said.splitlines()]
    must("the journal has no call of the client", records)
    for record in records:
        must("an access record lacks fields", FIELDS <= record.keys(), str(FIELDS - record.keys()))
        must("an access record is another client's", record["PERILD_CLIENT_ID"] == client)
    none = machine.run("journalctl", "--unit=perild", "PERILD_CLIENT_ID=nobody", "--output=cat", check=False)
    must("the journal finds calls of a client that never called", "nobody" not in none and "GET" not in none, none)


def no_secrets(machine, secrets):
    """Neither the journal nor nginx's logs hold a token, a key or a certificate. `secrets`: what and text."""
    journal_text = machine.run("journalctl", "--no-pager", "--output=export", "--all", timeout=120)
    nginx = "".join(path.read_text(errors="replace") for path in machine.path("/var/log/nginx").glob("*.log"))
    for what, text in secrets.items():
        must(f"the journal holds {what}", text not in journal_text)
        must(f"nginx's logs hold {what}", text not in nginx)


def socket_is_closed(machine, certificate: Path, token):
    """A local user who is not nginx gets nothing, even with a copied certificate header."""
    pem = certificate.read_text()
    escaped = "".join(c if c.isalnum() or c in "-._~" else f"%{ord(c):02X}" for c in pem)
    curl = ["curl", "-sS", "--max-time", "5", "--unix-socket", "/run/perild/perild.sock", "-w", "\n%{http_code}",
            "-H", f"X-OE-CLIENT-CERT: {escaped}", "-H", "X-OE-CLIENT-VERIFY: SUCCESS", "-H", f"Authorization: Bearer {token}",
            "http://localhost/tidy_DYTS01_kWh"]
    # The twin: the same words as nginx's user do get the file.
    code, said = machine.status("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", *curl)
    must("nginx's own user is refused at the socket", code == 0 and said.endswith("200"), said)
    code, said = machine.status("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *curl)
    must("any user can connect to the socket", code == 7, said)
    # In nginx's group, but not nginx: the mode lets it in, the daemon does not.
    code, said = machine.status("setpriv", "--reuid=nobody", "--regid=www-data", "--clear-groups", *curl)
    must("a user who is not nginx is believed", said.rstrip()[-3:] in ("403", "401", "400") and "kWh" not in said, said)
    control = machine.status("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "perild", "reload")
    must("nginx's user can ask for a reload", control[0] == 1, control[1])


def hardening(machine):
    said = machine.run("systemd-analyze", "security", "--no-pager", "perild.service")
    score = float(said.split("Overall exposure level for perild.service:")[1].split()[0])
    must(f"systemd-analyze security says {score}", score <= 1.2, said)
    said = machine.run("systemd-analyze", "verify", "--man=no", "perild.service", "perild.socket", "perild-check.timer", "perild-crl.timer")
    must("systemd-analyze verify complains of our units", "perild" not in said, said)
    key = machine.run("stat", "--format=%U %a", f"{CERTS}/a.key").strip()
    must(f"the private key is {key}", key == "perild 600")
    log = machine.run("stat", "--format=%U:%G %a", "/var/log/nginx/perild.access.log").strip()
    must(f"who called from where is {log}", log == "www-data:adm 640")
    for unit in ("perild.service", "perild.socket", "perild-check.timer", "perild-crl.timer", "certbot.timer"):
        must(f"{unit} does not run", machine.status("systemctl", "is-active", unit)[0] == 0)


def reminder(machine, world):
    """The daily look warns on the third day before a list's end, and is silent on the others."""
    # Lists for a month, put in place by hand: one of a week is told of in its last day, and perild-crl takes none that is older.
    lists = (world.pki.revocation_list(name, days=3.5, since=27) for name in ("consumers-root", "consumers-issuer"))
    pem = "".join(ssl.DER_cert_to_PEM_cert(der).replace("CERTIFICATE", "X509 CRL") for der in lists)
    machine.path(f"{CERTS}/consumers.crl.pem").write_text(pem)
    machine.run("systemctl", "start", "perild-check.service")
    said = machine.run("journalctl", "--unit=perild-check.service", "--output=cat", "--priority=warning")
    must("the daily look does not warn of a list's end in 3 days", "ends in 3 days" in said, said)
    must("the daily look warns on days that are not asked for", "ends in 6 days" not in said and "ends in 8 days" not in said, said)


def removal(machine):
    """Removing leaves data and keys; purging says what it removes."""
    said = machine.run("apt-get", "remove", "--yes", "perild")
    must("removal does not say what it leaves", "left as they are" in said, said)
    for place in (f"{CERTS}/a.key", f"{SHARED}/tidy_DYTS01_kWh.csv", "/etc/perild/perild.toml"):
        must(f"removal took {place}", machine.path(place).exists())
    must("perild runs after its removal", machine.status("systemctl", "is-active", "perild.service")[0] != 0)
    said = machine.run("apt-get", "purge", "--yes", "perild")
    must("purging does not say what it removes", "removing /etc/perild" in said, said)
    must("purging left the key", not machine.path(CERTS).exists())
    must("purging took the data", machine.path(f"{SHARED}/tidy_DYTS01_kWh.csv").exists())
    must("nginx does not take its configuration after purging", machine.status("nginx", "-t")[0] == 0)



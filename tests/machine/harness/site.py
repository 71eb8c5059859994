"""From a bare machine to a provider in service, as a person would do it."""

import hashlib
import re
import shutil
from pathlib import Path

from .processes import Failed
from .world import ACME, LISTS, Directory

DOMAIN = "example.energydata.org.uk"
REFUSED = "refused.energydata.org.uk"
LOST = "lost.energydata.org.uk"
CLOSED = "closed.energydata.org.uk"
# 192.0.2.1 is nobody's (RFC 5737): nothing answers there.
HOSTS = f"127.0.0.1 localhost provider\n127.0.0.1 {DOMAIN} {REFUSED}\n192.0.2.1 {CLOSED}\n"
CRL = f"http://localhost:{LISTS}"
CONFIG = "/etc/perild/perild.toml"
CERTS = "/etc/perild/certs"
SHARED = "/srv/perild/shared_data"


def trust_test_authority(machine, pki):
    """As every machine trusts Let's Encrypt's web server."""
    shutil.copy(pki.path("web-ca.pem"), machine.path("/usr/local/share/ca-certificates/acme.crt"))
    machine.run("update-ca-certificates")


def install(machine, package: Path):
    """The package and what it recommends, from the machine's own cache."""
    shutil.copy(package, machine.path("/root/perild.deb"))
    machine.run("apt-get", "install", "--yes", "/root/perild.deb")


def must(what, is_so, detail=""):
    if not is_so:
        raise Failed(f"{what}\n{detail}" if detail else what)


def provision(machine, *more, domain=DOMAIN, email="ops@example.org", acme=ACME, before=()):
    """Its exit status and what it says; `before` are words in front of the command, as of setpriv."""
    words = ["perild-provision", "--domain", domain, "--email", email, "--acme-server", acme, *more]
    return machine.status(*before, *words)


def installed_and_idle(machine):
    """Nothing is started that is not configured."""
    for unit in ("perild.service", "perild.socket", "perild-check.timer", "perild-crl.timer"):
        must(f"{unit} runs after installation", machine.status("systemctl", "is-active", unit)[0] != 0)
        must(f"{unit} is enabled by installation", machine.status("systemctl", "is-enabled", unit)[0] != 0)
    passwd = machine.path("/etc/passwd").read_text()
    must("the user perild has a shell", re.search(r"^perild:.*:/usr/sbin/nologin$", passwd, re.M), passwd)
    for command in ("man/man1/perild.1.gz", "man/man8/perild-provision.8.gz", "bash-completion/completions/perild"):
        must(f"{command} is missing", machine.path(f"/usr/share/{command}").exists())


def configuration(machine):
    """What a change would show in: every file below /etc, by content."""
    files = sorted(path for path in machine.path("/etc").rglob("*") if path.is_file() and not path.is_symlink())
    # certbot's accounts are the authority's memory of us, not the machine's configuration.
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files if "/letsencrypt/" not in str(path) or "/live/" in str(path)
    }


def provider(machine, pki, world):
    """What is left for a person after the first run, then the run that starts perild."""
    code, said = provision(machine)
    must("provision failed", code == 0, said)
    must("provision does not say what is left", "Left for you" in said and "a.csr" in said, said)
    must("perild was started before it was configured", machine.status("systemctl", "is-active", "perild.service")[0] != 0)

    certificate = pki.sign_request(machine.path(f"{CERTS}/a.csr"), "provider")
    machine.path(f"{CERTS}/a.pem").write_text(certificate)
    for name in ("directory-ca.pem", "consumers-ca.pem"):
        bundle = pki.path(name).read_bytes()
        machine.path(f"/root/{name}").write_bytes(bundle)
        fingerprint = hashlib.sha256(bundle).hexdigest()
        machine.run("perild", "cacerts", "--from", f"/root/{name}", "--sha256", fingerprint, "--out", f"{CERTS}/{name}")
    configure(machine)
    world.lists.publish(root=pki.revocation_list("consumers-root"), issuer=pki.revocation_list("consumers-issuer"))
    machine.run("systemctl", "start", "perild-crl.service")
    code, said = provision(machine)
    must("provision failed", code == 0, said)
    must("provision says that something is left", "Nothing. perild serves" in said, said)


def configure(machine, config=CONFIG, certs=CERTS):
    """The directory of this run in place of the example's, and every file published, by hand as a person would."""
    file = machine.path(config)
    text = file.read_text()
    for key, value in {
        "issuer": f'"{Directory.issuer}"',
        "discovery_url": f'"{Directory.issuer}/.well-known/openid-configuration"',
        "client_id": '"provider"',
        "revocation_lists": f'["{certs}/consumers.crl.pem"]',
    }.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        must(f"{key} is not in the shipped configuration", count == 1)
    # Files come and go in these tests, as in the original guide, without a description.
    text, count = re.subn(r'(?m)^publish = "described"', 'publish = "all"', text)
    file.write_text(text if count else text + '\n[defaults]\npublish = "all"\n')


def again_changes_nothing(machine):
    before = configuration(machine)
    code, said = provision(machine)
    must("provision failed when run again", code == 0, said)
    must("provision changed something when run again", "changed " not in said and configuration(machine) == before, said)


def own_edit_is_kept(machine):
    site = machine.path("/etc/nginx/sites-available/perild.conf")
    text = site.read_text()
    site.write_text(text + "# by hand\n")
    code, said = provision(machine)
    must("provision failed after an edit", code == 0, said)
    must("an edit by hand was lost", site.read_text().endswith("# by hand\n"), said)
    site.write_text(text)



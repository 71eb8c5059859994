"""What a reader of docs/deploy.md has at hand, and does elsewhere than on the machine."""

import hashlib
import shutil

from . import guide, site
from .world import ACME, SCOPE, Directory

READERS_HOME = "/home/consumer"
READERS_UID = "1500"


class Newcomer:
    """A reader on a bare machine, with both packages in root's folder and the world's word for who is who."""

    def __init__(self, machine, world, packages):
        self.machine, self.pki, self.world = machine, world.pki, world
        site.trust_test_authority(machine, self.pki)
        # As every machine trusts what Let's Encrypt issues.
        shutil.copy(world.acme.root(), machine.path("/usr/local/share/ca-certificates/web.crt"))
        machine.run("update-ca-certificates")
        for package, name in zip(packages, ("perild.deb", "perild-newer.deb")):
            shutil.copy(package, machine.path(f"/root/{name}"))
        machine.path("/root/offered").mkdir()
        for name in ("directory-ca.pem", "consumers-ca.pem"):
            shutil.copy(self.pki.path(name), machine.path(f"/root/offered/{name}"))
        world.lists.publish(root=self.pki.revocation_list("consumers-root"), issuer=self.pki.revocation_list("consumers-issuer"))
        machine.run("install", "-d", "-o", READERS_UID, READERS_HOME)

    def follow(self, text):
        """Types the guide; gives how many commands that were."""
        return guide.follow(text, self._shells(), self._settings(), {
            "certificate": lambda: self._answer("a.csr", "a.pem"),
            "next certificate": lambda: self._answer("next/a.csr", "next/a.pem"),
            "consumer": self._consumer,
        })

    def _shells(self):
        reader = ("setpriv", f"--reuid={READERS_UID}", f"--regid={READERS_UID}", "--clear-groups")
        return {
            "#": guide.Shell(self.machine.command("env", "-C", "/root")),
            "$": guide.Shell(self.machine.command(*reader, "env", "-C", READERS_HOME)),
        }

    def _settings(self):
        def fingerprint(name):
            return hashlib.sha256(self.pki.path(name).read_bytes()).hexdigest()

        return {
            "DOMAIN": site.DOMAIN, "EMAIL": "ops@example.org", "ACME": ACME,
            "ISSUER": Directory.issuer, "DISCOVERY": f"{Directory.issuer}/.well-known/openid-configuration",
            "CLIENT_ID": "provider",
            "DIRECTORY_CA": "/root/offered/directory-ca.pem", "DIRECTORY_CA_SHA256": fingerprint("directory-ca.pem"),
            "CONSUMERS_CA": "/root/offered/consumers-ca.pem", "CONSUMERS_CA_SHA256": fingerprint("consumers-ca.pem"),
            "TOKEN_ENDPOINT": f"{Directory.issuer}/token", "CONSUMER_ID": "bank-a", "SCOPE": SCOPE,
        }

    def _answer(self, request, certificate):
        """The directory's answer to an uploaded request, saved where the guide says."""
        signed = self.pki.sign_request(self.machine.path(f"{site.CERTS}/{request}"), "provider")
        self.machine.path(f"{site.CERTS}/{certificate}").write_text(signed)

    def _consumer(self):
        for name, kept in {"bank-a.pem": "consumer.pem", "bank-a.key": "consumer.key", "directory-ca.pem": "directory-ca.pem"}.items():
            place = self.machine.path(f"{READERS_HOME}/{kept}")
            shutil.copy(self.pki.path(name), place)
            shutil.chown(place, int(READERS_UID))

"""The directory of one run, and the certificates in it. No key is ever in the tree."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TOOLS = TARGET / "tools"
IS_ROOT = os.geteuid() == 0

# What is asked for, under the same path of every candidate.
FILES = {"bench_1k": 1_000, "bench_10m": 10_000_000}


class Place:
    """A directory laid out as the shipped files expect, with new certificates and the files to serve."""

    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="perild-bench-"))
        self.dir.chmod(0o755)
        for sub in ("run", "log", "tmp", "state", "certs", "srv/shared_data", "srv/public", "srv/plain"):
            (self.dir / sub).mkdir(parents=True)
        for name, octets in FILES.items():
            shared = self.dir / "srv/shared_data" / f"{name}.csv"
            shared.write_bytes(content(octets))
            # The same inode without an extension: nginx alone serves it with no rewriting.
            os.link(shared, self.dir / "srv/plain" / name)
        self._mint()

    def path(self, name):
        return self.dir / name

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def _mint(self):
        certs = self.path("certs")
        for ca in ("consumers-ca", "directory-ca", "web-ca"):
            authority(certs / ca)
        issue(certs / "bank", "consumers-ca", "bank.example", "clientAuth")
        issue(certs / "a", "consumers-ca", "provider.example", "clientAuth")
        issue(certs / "directory", "directory-ca", "localhost", "serverAuth")
        site = self.path("letsencrypt/live/localhost")
        site.mkdir(parents=True)
        issue(certs / "web", "web-ca", "localhost", "serverAuth")
        shutil.copy(certs / "web.pem", site / "fullchain.pem")
        shutil.copy(certs / "web.key", site / "privkey.pem")


def content(octets):
    """That many octets of something like meter readings."""
    line = b"2021-01-01T00:00:00Z,0.250\n"
    return (line * (octets // len(line) + 1))[:octets]


def authority(stem):
    new_key(stem)
    openssl(
        "req", "-x509", "-new", "-key", f"{stem}.key", "-out", f"{stem}.pem", "-days", "2",
        "-subj", f"/CN={stem.name}",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )


def issue(stem, ca, name, usage):
    new_key(stem)
    certs = stem.parent
    openssl("req", "-new", "-key", f"{stem}.key", "-out", f"{stem}.csr", "-subj", f"/O=Bench/CN={name}")
    extensions = certs / f"{stem.name}.ext"
    extensions.write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        f"extendedKeyUsage={usage}\nsubjectAltName=DNS:{name}\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    openssl(
        "x509", "-req", "-in", f"{stem}.csr", "-CA", certs / f"{ca}.pem", "-CAkey", certs / f"{ca}.key",
        "-CAcreateserial", "-days", "1", "-extfile", extensions, "-out", f"{stem}.pem",
    )


def new_key(stem):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{stem}.key")
    stem.with_suffix(".key").chmod(0o600)


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"openssl {arguments[0]} failed: {done.stderr}")

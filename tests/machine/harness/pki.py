"""Certificates and revocation lists for one run, made with openssl."""

import datetime
from pathlib import Path

from .processes import output

def in_days(days):
    """A moment as openssl takes it."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


LEAF = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
CLIENT = LEAF + "extendedKeyUsage=clientAuth\n"
SERVER = LEAF + "extendedKeyUsage=serverAuth\n"
AUTHORITY = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"


class Pki:
    """The directory's authorities, the web's, and who they certify. `crl` is where lists are published."""

    def __init__(self, place: Path, crl: str):
        self.place = place
        self.crl = crl
        self._numbers = {"consumers-root": 1, "consumers-issuer": 1}
        place.mkdir(parents=True, mode=0o700)
        for name in ("consumers-root", "directory-ca", "web-ca"):
            self._root(name)
        issuer = AUTHORITY + f"crlDistributionPoints=URI:{crl}/root.crl\nsubjectKeyIdentifier=hash\n"
        self.issue("consumers-issuer", "consumers-root", issuer)
        both = self.path("consumers-root.pem").read_text() + self.path("consumers-issuer.pem").read_text()
        self.path("consumers-ca.pem").write_text(both)
        self.issue("directory", "directory-ca", SERVER + "subjectAltName=DNS:localhost\n")
        self.issue("pebble", "web-ca", SERVER + "subjectAltName=DNS:localhost\n")

    def path(self, name) -> Path:
        return self.place / name

    def consumer(self, name):
        """A consumer's certificate and key, known by the DNS name `{name}.example`."""
        self.issue(name, "consumers-issuer", self._client(name))
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def stranger(self, name):
        """A client's certificate and key of an authority that nobody here trusts."""
        self._root("elsewhere")
        self.issue(name, "elsewhere", CLIENT + f"subjectAltName=DNS:{name}.example\n")

    def sign_request(self, request: Path, name) -> str:
        """The certificate for a request that was made elsewhere, as the directory would answer it."""
        self._sign(request, "consumers-issuer", self._client(name), self.path(f"{name}.pem"))
        return self.path(f"{name}.pem").read_text()

    def issue(self, name, issuer, extensions):
        self._key(name)
        request = self.path(f"{name}.csr")
        output("openssl", "req", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN={name}", "-out", request)
        self._sign(request, issuer, extensions, self.path(f"{name}.pem"))

    def revocation_list(self, issuer, revoked=(), days=7, since=0, number=None):
        """A list of `issuer` in DER, from `since` days ago for `days` from now; each is newer than the one before."""
        if number is None:
            self._numbers[issuer] = number = self._numbers.get(issuer, 1) + 1
        database = self.path(f"{issuer}.index")
        lines = [f"R\t350101000000Z\t250101000000Z\t{self._serial(name)}\tunknown\t/CN={name}\n" for name in revoked]
        database.write_text("".join(lines))
        counter = self.path(f"{issuer}.crlnumber")
        counter.write_text(f"{number:04X}\n")
        config = self.path(f"{issuer}.cnf")
        config.write_text(
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={database}\ncrlnumber={counter}\ndefault_md=sha256\n"
            f"crl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid\n"
        )
        pem = self.path(f"{issuer}.crl.pem")
        # An end in the past makes a stale list.
        begin, end = (since, days) if days > 0 else (60, -30)
        period = ["-crl_lastupdate", in_days(-begin), "-crl_nextupdate", in_days(end)]
        output("openssl", "ca", "-config", config, "-gencrl", "-out", pem, *period, "-cert", self.path(f"{issuer}.pem"),
               "-keyfile", self.path(f"{issuer}.key"))
        der = self.path(f"{issuer}.crl.der")
        output("openssl", "crl", "-in", pem, "-outform", "DER", "-out", der)
        return der.read_bytes()

    def _client(self, name):
        return CLIENT + f"subjectAltName=DNS:{name}.example\ncrlDistributionPoints=URI:{self.crl}/issuer.crl\n"

    def _serial(self, name):
        return output("openssl", "x509", "-in", self.path(f"{name}.pem"), "-noout", "-serial").strip().partition("=")[2]

    def _root(self, name):
        self._key(name)
        output("openssl", "req", "-x509", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN={name}", "-days", 9,
               "-out", self.path(f"{name}.pem"), "-addext", "basicConstraints=critical,CA:TRUE",
               "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def _key(self, name):
        output("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.path(f"{name}.key"))

    def _sign(self, request, issuer, extensions, out):
        file = self.path("extensions")
        file.write_text(extensions)
        output("openssl", "x509", "-req", "-in", request, "-CA", self.path(f"{issuer}.pem"),
               "-CAkey", self.path(f"{issuer}.key"), "-days", 9, "-extfile", file, "-out", out)

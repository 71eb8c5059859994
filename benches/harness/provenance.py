"""Places of a grid with a signed record in each answer, beside the same daemon that signs nothing."""

import shutil
import subprocess

from . import edr, front, gridded, load, programs, report
from .perils import answer
from .place import IS_ROOT
from .stage import Stage, say

TITLE = "Signed records of provenance"

CANDIDATES = {"perild": "perild", "signed": "perild with a record in each answer"}
CONNECTIONS = [1, 8, 64]
# Roles and member as a certificate of the framework states them: a sequence of one text, and a text.
ROLES = "1.3.6.1.4.1.62329.1.1=DER:301b0c19" + b"https://registry.example/".hex()
MEMBER = "1.3.6.1.4.1.62329.1.3=ASN1:UTF8:https://directory.example/member/1"


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        place = stage.place
        gridded.store_into(place, binary)
        request = load.Request(edr.cases()["position"].paths["perild"])
        backs = {
            "perild": stage.started(programs.perild(place, binary, "perild", stage.issuer)),
            "signed": stage.started(programs.perild(place, binary, "signed", stage.issuer, more=signing(place))),
        }
        nginx, ports = front.start(place, CANDIDATES)
        stage.started(nginx)
        sizes = {name: len(answer(place, backs[name], request, stage.token)) for name in CANDIDATES}
        if sizes["signed"] < sizes["perild"] + 1000:
            raise SystemExit("no record is in the answer")
        turns = [(name, connections) for name in CANDIDATES for connections in CONNECTIONS]

        def one(name, connections, seconds):
            return load.through_tls(place, ports[name], request, stage.token, seconds, nginx, backs[name], connections)

        samples = {turn: [] for turn in turns}
        for turn in turns:
            one(*turn, 1)
        for number in range(stage.rounds):
            for turn in turns:
                say(f"round {number + 1} of {stage.rounds}: {turn[0]}, {turn[1]} at once")
                samples[turn].append(one(*turn, stage.seconds))
                stage.empty_logs()
        return {key: load.median(found) for key, found in samples.items()}, sizes


def signing(place):
    """Makes a signing certificate with its issuer's; the lines of the configuration that have answers signed with it."""
    certs = place.path("certs")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=certs, check=True, capture_output=True)

    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl(*new, "-keyout", "signing-root.key", "-out", "signing-root.pem", "-subj", "/O=bench/CN=root")
    openssl(*new, "-keyout", "signing-issuer.key", "-out", "signing-issuer.pem", "-subj", "/O=bench/CN=issuer",
            "-CA", "signing-root.pem", "-CAkey", "signing-root.key")
    openssl(*new, "-keyout", "signing.key", "-out", "signing-leaf.pem", "-subj", "/O=bench/CN=signer",
            "-CA", "signing-issuer.pem", "-CAkey", "signing-issuer.key",
            "-addext", "subjectAltName=URI:https://provider.example/app", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", ROLES, "-addext", MEMBER)
    chain = (certs / "signing-leaf.pem").read_text() + (certs / "signing-issuer.pem").read_text()
    (certs / "signing.pem").write_text(chain)
    if IS_ROOT:
        for name in ("signing.key", "signing.pem"):
            shutil.chown(certs / name, "nobody", "www-data")
    return f"""[provenance]
certificate = "{certs}/signing.pem"
private_key = "{certs}/signing.key"
framework = "https://registry.example/trust-framework"
"""


def written(found):
    medians, sizes = found
    rows = [(f"{CANDIDATES[name]}, {connections} at once", medians[name, connections])
            for connections in CONNECTIONS for name in CANDIDATES]
    targets = report.Targets()
    for connections in CONNECTIONS:
        plain, signed = (medians[name, connections]["requests_a_second"] for name in CANDIDATES)
        targets.row(f"/position with a record, of that without, {connections} at once: requests/s",
                    f"{signed / plain:.2f}", "at least 0.6", signed >= 0.6 * plain)
    octets = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    return f"Octets: {octets}.\n\n{report.loads('through nginx', rows)}\n\n{targets}"

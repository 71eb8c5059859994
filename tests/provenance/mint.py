"""Mints certificates of a trust framework with ib1-directory.

    mint.py OUT ca NAME USE           a root and an issuer: NAME-root.pem, NAME-issuer.pem and their keys
    mint.py OUT leaf CA NAME CSR ORGANISATION APPLICATION MEMBER ROLE DAYS
                                      NAME.pem with its issuer behind it; without a member where that is empty
    mint.py OUT key NAME              NAME.key on P-256, and NAME.csr
"""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from ib1.directory.certificates import (
    build_subject,
    create_signing_pair,
    generate_key,
    get_bundle,
    load_certificate,
    load_key,
    sign_csr,
)


def write_key(path, key):
    path.write_bytes(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )
    )
    path.chmod(0o600)


def ca(out, name, use):
    root_key, root = create_signing_pair("GB", "London", "Core", use, "CA")
    key, issuer = create_signing_pair(
        "GB", "London", "Core", use, "Issuer", root, root_key
    )
    (out / f"{name}-root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (out / f"{name}-issuer.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
    write_key(out / f"{name}-issuer.key", key)


def leaf(out, ca, name, csr, organisation, application, member, role, days):
    issuer = load_certificate((out / f"{ca}-issuer.pem").read_bytes())
    certificate = sign_csr(
        issuer,
        load_key((out / f"{ca}-issuer.key").read_bytes()),
        Path(csr).read_bytes(),
        build_subject("GB", "London", organisation, application),
        roles=[role] if role else None,
        member=member or None,
        days_valid=int(days),
    )
    bundle = get_bundle(
        certificate.public_bytes(Encoding.PEM), issuer.public_bytes(Encoding.PEM)
    )
    (out / f"{name}.pem").write_bytes(bundle)


def key(out, name):
    key = generate_key()
    subject = build_subject("GB", "London", "Applicant", name)
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject)
    csr = csr.sign(key, hashes.SHA256())
    write_key(out / f"{name}.key", key)
    (out / f"{name}.csr").write_bytes(csr.public_bytes(Encoding.PEM))


out, what, *arguments = sys.argv[1:]
{"ca": ca, "leaf": leaf, "key": key}[what](Path(out), *arguments)

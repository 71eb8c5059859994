"""The reference library, which signs and verifies records.

    reference.py sign ROOT FRAMEWORK BUNDLE KEY DAYS   a record of an origin and a transfer, signed DAYS days from now
    reference.py receive ROOT FRAMEWORK BUNDLE KEY RECORD   the record in a file with the receipt of who got it
    reference.py verify ROOT FRAMEWORK RECORD          the steps of the record in a file, or why it is refused
"""

import datetime
import json
import sys

from ib1.provenance import Record
from ib1.provenance.certificates import CertificatesProviderSelfContainedRecord
from ib1.provenance.signing import SignerFiles


def provider(root):
    with open(root, "rb") as file:
        return CertificatesProviderSelfContainedRecord(file.read())


def record_of(framework, path):
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    if isinstance(found.get("ib1:provenance"), dict):
        found = found["ib1:provenance"]
    return Record(framework, found)


def sign(root, framework, bundle, key, days):
    record = Record(framework)
    origin = record.add_step(
        {
            "type": "origin",
            "origin": "https://meters.example",
            "originLicense": "https://registry.example/licence/origin",
            "external": True,
        }
    )
    record.add_step(
        {
            "type": "transfer",
            "of": origin,
            "to": "https://consumer.example/app",
            "license": "https://registry.example/licence/energy",
            "path": "/readings",
            "parameters": {"from": "2024-12-05", "é": "ü"},
            "permissions": [],
        }
    )
    print_signed(record, root, bundle, key, int(days))


def receive(root, framework, bundle, key, path):
    received = record_of(framework, path)
    received.verify(provider(root))
    transfer = received.find_step({"type": "transfer"})
    record = Record(framework)
    record.add_record(received)
    record.add_step({"type": "receipt", "transfer": transfer["id"]})
    print_signed(record, root, bundle, key, 0)


def print_signed(record, root, bundle, key, days):
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    at = at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    record._timestamp_now_iso8601 = lambda: at
    signed = record.sign(SignerFiles(provider(root), bundle, key))
    print(json.dumps(signed.encoded()))


def verify(root, framework, path):
    try:
        record = record_of(framework, path)
        record.verify(provider(root))
    except Exception as error:
        print(json.dumps({"refused": f"{type(error).__name__}: {error}"}))
        return
    print(json.dumps(record.decoded()))


what, *arguments = sys.argv[1:]
{"sign": sign, "receive": receive, "verify": verify}[what](*arguments)

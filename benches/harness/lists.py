"""Large revocation lists: what they cost in memory, at the start and in reloads, and how long a look-up takes."""

import base64
import re
import secrets
import signal
import subprocess
import time
from pathlib import Path

from . import load, micro, programs, report, single
from .place import Place
from .stage import say

TITLE = "Revocation lists"

ENTRIES = 1_000_000
RELOADS = 100
STARTS = 5


def measure(binary, arguments):
    place = Place()
    try:
        der, pem = listed(place)
        found = {"octets": der.stat().st_size}
        found["without"] = one(place, binary, "none", [], reloads=2)
        found["der"] = one(place, binary, "der", [der], reloads=RELOADS)
        found["pem"] = one(place, binary, "pem", [pem], reloads=RELOADS)
    finally:
        place.remove()
    found["own"] = micro.run("lists")
    return found


def one(place, binary, name, files, reloads):
    """Seconds to the first answer and to a reload, and resident memory, of a daemon with these lists."""
    say(f"lists: {name}")
    starts = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        daemon = daemon_with(place, binary, name, files)
        starts.append(time.perf_counter() - begun)
        if len(starts) < STARTS:
            daemon.end()
    rest, (peak, took) = load.resident_mb(daemon), reloaded(daemon)
    after_first = load.resident_mb(daemon)
    for _ in range(reloads - 1):
        highest, _ = reloaded(daemon)
        peak = max(peak, highest)
    after = load.resident_mb(daemon)
    daemon.end()
    return {"start": sorted(starts)[STARTS // 2], "rest": rest, "peak": peak, "reload": took,
            "after_first": after_first, "after": after}


def daemon_with(place, binary, name, files):
    config = programs.perild_config(place, name, "https://localhost:1", revocation_lists=files)
    daemon = programs.Program(place, name, [binary, "serve", "--config", config, "--log-format", "text"], as_daemon=True)
    path = place.path(f"run/{name}.sock")
    while single.first_answer(path) is None:
        if daemon.process.poll() is not None:
            raise SystemExit(daemon.log.read_text()[-2000:])
        time.sleep(0.0005)
    return daemon


def reloaded(daemon):
    """Takes everything over anew; the highest resident memory meanwhile in MB, and the seconds that it took."""
    done = sum("reloaded" in line for line in daemon.lines())
    process = Path(f"/proc/{daemon.process.pid}")
    process.joinpath("clear_refs").write_text("5")
    begun = time.perf_counter()
    daemon.process.send_signal(signal.SIGHUP)
    daemon.await_that(lambda: sum("reloaded" in line for line in daemon.lines()) > done, "a reload")
    took = time.perf_counter() - begun
    highest = re.search(r"VmHWM:\s+(\d+) kB", process.joinpath("status").read_text())
    return int(highest.group(1)) / 1024, took


def listed(place):
    """A list of a million serial numbers of 16 octets by the consumers' CA, in DER and in PEM."""
    ca = place.path("certs/consumers-ca")
    subject = element(0x30, element(0x31, element(0x30, b"\x06\x03\x55\x04\x03" + element(0x0C, ca.name.encode()))))
    date = element(0x17, b"260101000000Z")
    random = secrets.token_bytes(16 * ENTRIES)
    # The first octet keeps each number positive and of full length.
    entry = lambda at: element(0x30, b"\x02\x10\x4a" + random[16 * at + 1:16 * at + 16] + date)
    entries = b"".join(entry(at) for at in range(ENTRIES))
    today = time.time()
    stamp = lambda seconds: element(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(today + seconds)).encode())
    number = element(0x30, b"\x06\x03\x55\x1d\x14" + element(0x04, b"\x02\x01\x07"))
    algorithm = element(0x30, b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
    tbs = element(0x30, b"".join([
        b"\x02\x01\x01", algorithm, subject, stamp(-3600), stamp(86_400), element(0x30, entries),
        element(0xA0, element(0x30, number)),
    ]))
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{ca}.key"], input=tbs, capture_output=True, check=True)
    der = place.path("certs/large.crl")
    der.write_bytes(element(0x30, tbs + algorithm + element(0x03, b"\0" + signed.stdout)))
    pem = place.path("certs/large.crl.pem")
    text = base64.encodebytes(der.read_bytes())
    pem.write_bytes(b"-----BEGIN X509 CRL-----\n" + text + b"-----END X509 CRL-----\n")
    return der, pem


def element(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def written(found):
    size = found["octets"] / 2**20
    lines = [
        f"A list of {ENTRIES:,} entries, {size:.1f} MiB in DER. Resident memory of the whole daemon, MiB.\n",
        "| file | start to first answer, s | reload, s | at rest | highest in a reload | after one | after "
        f"{RELOADS} |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, words in (("without", "no list"), ("der", "DER"), ("pem", "PEM")):
        row = found[name]
        lines.append(
            f"| {words} | {row['start']:.3f} | {row['reload']:.3f} | {row['rest']:.1f} | {row['peak']:.1f} "
            f"| {row['after_first']:.1f} | {row['after']:.1f} |"
        )
    lines += ["", "| what | figure |", "| --- | ---: |"]
    lines += [f"| {name}, ns | {nanoseconds:,.0f} |" for name, (nanoseconds, _) in found["own"].items()]
    targets, bare = report.Targets(), found["without"]["rest"]
    for name in ("der", "pem"):
        row = found[name]
        for words, figure, most in (
            ("at rest", row["rest"], 4), ("in a reload", row["peak"], 6), (f"after {RELOADS} reloads", row["after"], 4),
        ):
            times = (figure - bare) / size
            targets.row(f"{name.upper()}: memory {words}, of the list's octets", f"{times:.2f}", f"at most {most}", times <= most)
        targets.row(f"{name.upper()}: start to the first answer, s", f"{row['start']:.2f}", "under 1", row["start"] < 1)
    for name, (nanoseconds, _) in found["own"].items():
        if "look-up" in name:
            targets.row(f"{name}, ns", f"{nanoseconds:.0f}", "under 1000", nanoseconds < 1000)
    return "\n".join([*lines, "", str(targets)])

"""perild's own work, by criterion."""

import json
import subprocess

from . import report
from .place import ROOT, TARGET

TITLE = "perild's own work (criterion, medians)"

BENCHES = ["audit", "caller", "token", "decision", "json", "catalog", "area", "provenance"]
TIMES = ["--warm-up-time", "1", "--measurement-time", "2", "--noplot"]


def command(*benches):
    return ["cargo", "bench", "--quiet", *(part for name in benches for part in ("--bench", name))]


def build(*benches):
    """Before anything is measured: a compiler at work would be measured with it."""
    subprocess.run([*command(*benches), "--no-run"], cwd=ROOT, check=True)


def run(*benches):
    """Nanoseconds of one turn of each benchmark, with the octets of a turn where there are any, by its name."""
    for old in (TARGET / "criterion").glob("**/new/estimates.json"):
        old.unlink()
    subprocess.run([*command(*benches), "--", *TIMES], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = {}
    for estimates in sorted((TARGET / "criterion").glob("**/new/estimates.json")):
        about = json.loads(estimates.with_name("benchmark.json").read_text())
        nanoseconds = json.loads(estimates.read_text())["median"]["point_estimate"]
        found[about["full_id"]] = nanoseconds, (about["throughput"] or {})
    return found


def measure(_, __):
    return run(*BENCHES)


def written(found):
    rows = "\n".join(f"| {name} | {nanoseconds / 1e3:,.2f} |" for name, (nanoseconds, _) in found.items())
    targets = report.Targets()
    for needle, words, limit_us in (
        ("known caller and token", "header to decision, caller and token seen before, us", 5),
        ("new certificate", "header to decision, new certificate, us", 300),
    ):
        for name, (nanoseconds, _) in found.items():
            if name.startswith("decision") and needle in name:
                targets.row(f"{words} ({name})", f"{nanoseconds / 1e3:.2f}", f"under {limit_us}",
                            nanoseconds < limit_us * 1e3)
    record = found["provenance/a record of an origin and a transfer"][0]
    targets.row("a signed record of provenance, us", f"{record / 1e3:.1f}", "under 200", record < 200e3)
    known, among = (found[f"decision/{name}"][0] for name in ("known caller and token", "the same among 10,000 rules"))
    targets.row("a decision among 10,000 rules, of that among a few", f"{among / known:.2f}", "at most 1.1",
                among <= 1.1 * known)
    for name, limit_ms in (
        ("catalog/10,000 collections, reload of one changed", 300),
        ("area/cells and statistics, country of 10,240 positions", 2),
        ("area/cells and statistics, the world", 50),
        ("area/cells and statistics, 150 coasts of 1,280 positions", 50),
    ):
        nanoseconds = found[name][0]
        targets.row(f"{name}, ms", f"{nanoseconds / 1e6:.2f}", f"under {limit_ms}", nanoseconds < limit_ms * 1e6)
    for name, (nanoseconds, throughput) in found.items():
        if name.startswith("json"):
            speed = throughput["Bytes"] / nanoseconds
            targets.row(f"the JSON writer by itself, GB/s ({name})", f"{speed:.1f}", "at least 8", speed >= 8)
    return f"| what | us |\n| --- | ---: |\n{rows}\n\n{targets}"

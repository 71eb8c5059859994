"""perild's own work, by criterion."""

import json
import subprocess

from .place import ROOT, TARGET

BENCHES = ("caller", "token", "decision")


def run():
    """Nanoseconds of each benchmark, by its name."""
    command = ["cargo", "bench", "--quiet"]
    for bench in BENCHES:
        if (ROOT / f"benches/{bench}.rs").exists():
            command += ["--bench", bench]
    command += ["--", "--warm-up-time", "1", "--measurement-time", "2", "--noplot"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = {}
    for estimates in sorted((TARGET / "criterion").glob("**/new/estimates.json")):
        name = json.loads(estimates.with_name("benchmark.json").read_text())["full_id"]
        found[name] = json.loads(estimates.read_text())["median"]["point_estimate"]
    return found

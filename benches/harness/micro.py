"""perild's own work, by criterion."""

import json
import subprocess

from .place import ROOT, TARGET

CARGO = ["cargo", "bench", "--quiet", "--bench", "caller", "--bench", "token", "--bench", "decision"]
TIMES = ["--warm-up-time", "1", "--measurement-time", "2", "--noplot"]


def build():
    """Before anything is measured: a compiler at work would be measured with it."""
    subprocess.run([*CARGO, "--no-run"], cwd=ROOT, check=True)


def run():
    """Nanoseconds of each benchmark, by its name."""
    subprocess.run([*CARGO, "--", *TIMES], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = {}
    for estimates in sorted((TARGET / "criterion").glob("**/new/estimates.json")):
        name = json.loads(estimates.with_name("benchmark.json").read_text())["full_id"]
        found[name] = json.loads(estimates.read_text())["median"]["point_estimate"]
    return found

"""The log: access records that a real systemd-journald keeps while the daemon is asked as fast as it answers."""

import shutil
import statistics
import subprocess
import time
from pathlib import Path

from . import load, programs
from .place import IS_ROOT
from .stage import Stage, say

TITLE = "The log in a real journal"

SOCKET = Path("/run/systemd/journal/socket")
# As the unit's LogRateLimitIntervalSec=0 has it; without systemd journald is told in its own file.
LIMIT = Path("/run/systemd/journald.conf.d/perild-bench.conf")


def measure(binary, arguments):
    if not IS_ROOT or programs.answers_datagrams(SOCKET):
        return None
    found = {}
    with Stage(binary, arguments) as stage:
        journald = stage.started(start(stage.place))
        try:
            found["in a file"] = median(stage, programs.perild(stage.place, binary, "file", stage.issuer))
            for choice in ("drop", "block"):
                back = programs.perild_in_journal(stage.place, binary, choice, stage.issuer, on_overflow=choice)
                found[f"in the journal, {choice}"] = median(stage, back, journald)
        finally:
            LIMIT.unlink()
    return found


def start(place):
    LIMIT.parent.mkdir(parents=True, exist_ok=True)
    LIMIT.write_text("[Journal]\nRateLimitIntervalSec=0\nStorage=volatile\n")
    journald = shutil.which("systemd-journald") or "/lib/systemd/systemd-journald"
    program = programs.Program(place, "journald", [journald])
    program.await_that(lambda: programs.answers_datagrams(SOCKET), "its socket")
    return program


def median(stage, back, journald=None):
    """Rounds of requests on the daemon's own socket; the median of each figure."""
    stage.started(back)
    rounds = []
    for turn in range(stage.rounds):
        say(f"round {turn + 1} of {stage.rounds}: {back.name}")
        rounds.append(one(stage, back, journald))
        stage.empty_logs()
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def one(stage, back, journald):
    before = kept(back) if journald else 0
    cpu = load.cpu_seconds(journald) if journald else 0
    began = time.monotonic()
    request = load.Request("/bench_1k")
    sample = load.past_nginx(stage.place, request, stage.token, stage.seconds, back, 32)
    answered = sample.requests_a_second * stage.seconds
    records = (kept(back) - before) if journald else answered
    return {
        "requests_a_second": sample.requests_a_second,
        "p99_ms": sample.p99 * 1e3,
        "records_a_second": records / (time.monotonic() - began),
        "kept": min(1.0, records / answered),
        "journald_cpu_us": (load.cpu_seconds(journald) - cpu) * 1e6 / max(records, 1) if journald else 0,
        "memory_mb": sample.memory_mb,
    }


def kept(back):
    """Access records of the daemon in the journal, once it has taken all that waits."""
    count = -1
    while True:
        subprocess.run(["journalctl", "--sync"], check=True)
        pids = [f"_PID={pid}" for pid in back.pids()]
        listed = subprocess.run(
            ["journalctl", "--quiet", "--no-pager", "--output=cat", "--output-fields=PERILD_STATUS", *pids,
             "PERILD_STATUS=200"],
            stdout=subprocess.PIPE, check=True,
        )
        found = listed.stdout.count(b"\n")
        if found == count:
            return count
        count = found
        time.sleep(0.1)


def written(found):
    if found is None:
        return "Not measured: it needs root, and a machine where no journald runs yet.\n"
    lines = [
        "| perild's log | requests/s | p99 ms | records kept | records/s | journald CPU us/record | memory MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for words, row in found.items():
        lines.append(
            f"| {words} | {row['requests_a_second']:,.0f} | {row['p99_ms']:.2f} | {row['kept']:.1%} "
            f"| {row['records_a_second']:,.0f} | {row['journald_cpu_us']:.1f} | {row['memory_mb']:.1f} |"
        )
    return "\n".join(lines) + "\n"

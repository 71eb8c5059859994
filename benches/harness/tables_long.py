"""Answers of tables that take long: their time, the processor's, and the daemon's memory that is its own."""

import random
import statistics
import subprocess
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from . import load

PLACES = 1_000_000
SUMMED = 1000
OWN_MEMORY_MB = 150


@dataclass(frozen=True)
class Case:
    words: str
    path: str
    body: Path | None = None
    most_seconds: float | None = None
    # Of its octets as a file that lies ready behind the same nginx.
    least_rate: float | None = None


@dataclass(frozen=True)
class Measured:
    seconds: float
    cpu_seconds: float
    octets: float
    memory_mb: float
    # Seconds that the same octets take as a file that lies ready.
    ready_seconds: float | None = None


def cases(place):
    places = place.path("places.csv")
    chance = random.Random(12)
    with places.open("w") as out:
        out.write("lat,lon\n")
        out.writelines(f"{chance.uniform(45, 59):.5f},{chance.uniform(-8, 6):.5f}\n" for _ in range(PLACES))
    meters = "/v1/collections/meters"
    wanted = urllib.parse.quote(f"meter <= 'M{SUMMED - 1:06}'")
    return {
        "sums": Case("daily sums of 1,000 meters over a year, as Arrow",
                     f"{meters}/aggregate?every=P1D&functions=sum&properties=kwh&filter={wanted}&f=arrow", most_seconds=0.7),
        "locate": Case("a million places among 100,000 polygons, CSV to CSV",
                       "/v1/collections/suburbs/items/locate?f=csv", places, most_seconds=6),
        "arrow": Case("50 million rows as Arrow", f"{meters}/items?f=arrow", least_rate=0.7),
        "parquet": Case("50 million rows as Parquet", f"{meters}/items?f=parquet", least_rate=0.7),
    }


def measured(stage, nginx, port, case, daemon):
    kept = stage.place.path("srv/shared_data/answer.csv")
    samples = [once(stage, nginx, port, case.path, case.body, daemon, kept) for _ in range(stage.rounds)]
    middle = {field: statistics.median(getattr(one, field) for one in samples)
              for field in ("seconds", "cpu_seconds", "octets", "memory_mb")}
    ready = None
    if case.least_rate:
        files = [once(stage, nginx, port, "/v1/files/answer.csv", None, daemon, None) for _ in range(stage.rounds)]
        ready = statistics.median(one.seconds for one in files)
    kept.unlink(missing_ok=True)
    return Measured(**middle, ready_seconds=ready)


def once(stage, nginx, port, path, body, daemon, kept):
    place = stage.place
    command = ["curl", "--silent", "--show-error", "--fail", "--output", kept or "/dev/null",
               "--write-out", "%{time_total} %{size_download}",
               "--cacert", place.path("certs/web-ca.pem"), "--cert", place.path("certs/bank.pem"),
               "--key", place.path("certs/bank.key"), "--header", f"Authorization: Bearer {stage.token}"]
    if body:
        command += ["--header", "Content-Type: text/csv", "--data-binary", f"@{body}"]
    before = load.cpu_seconds(daemon)
    running = subprocess.Popen([str(part) for part in [*command, f"https://localhost:{port}{path}"]],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    most = 0
    while running.poll() is None:
        most = max(most, own_mb(daemon))
        time.sleep(0.02)
    if running.returncode:
        raise SystemExit(f"curl ended with {running.returncode}: {running.stderr.read()}")
    seconds, octets = running.stdout.read().split()
    return Measured(float(seconds), load.cpu_seconds(daemon) - before, float(octets), most)


def own_mb(program):
    """Resident memory that is not of a mapped file."""
    total = 0
    for pid in program.pids():
        with open(f"/proc/{pid}/status") as status:
            total += sum(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))
    return total / 1024


def written(found):
    lines = ["| a long answer | s | CPU s of the daemon | MB | s of a ready file | own memory of the daemon MB |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for case, one in of(found):
        ready = f"{one.ready_seconds:.2f}" if one.ready_seconds else ""
        lines.append(f"| {case.words} | {one.seconds:.2f} | {one.cpu_seconds:.2f} | {one.octets / 1e6:,.1f} | {ready} "
                     f"| {one.memory_mb:,.0f} |")
    return "### Long answers\n\n" + "\n".join(lines) + "\n"


def targets(table, found):
    for case, one in of(found):
        if case.most_seconds:
            table.row(f"{case.words}: s", f"{one.seconds:.2f}", f"under {case.most_seconds}", one.seconds < case.most_seconds)
        if case.least_rate and one.ready_seconds:
            rate = one.ready_seconds / one.seconds
            table.row(f"{case.words}: of a ready file's rate", f"{rate:.2f}", f"at least {case.least_rate}", rate >= case.least_rate)
            table.row(f"{case.words}: own memory, MB", f"{one.memory_mb:,.0f}", f"under {OWN_MEMORY_MB}",
                      one.memory_mb < OWN_MEMORY_MB)
    duckdb, sums = found.get("duckdb"), found.get("long", "sums")
    if duckdb and sums:
        table.row("daily sums: perild's seconds through nginx, beside DuckDB's in process",
                  f"{sums.seconds:.2f} and {duckdb['sums'] / 1e3:.2f}", "ahead", sums.seconds < duckdb["sums"] / 1e3)


def of(found):
    class Nowhere:
        @staticmethod
        def path(name):
            return Path("/dev/null")

    return [(case, found.get("long", name)) for name, case in cases(Nowhere).items() if found.get("long", name)]

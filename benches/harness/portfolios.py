"""A million places in one request through nginx: how long it takes, and the daemon's memory meanwhile."""

import re
import statistics
import subprocess
import threading
from dataclasses import dataclass, fields
from pathlib import Path

from . import front, load, programs, report, world
from .stage import Stage, say

TITLE = "Portfolios"

PLACES = 1_000_000


@dataclass(frozen=True)
class Case:
    words: str
    query: str
    target_seconds: float


CASES = {
    "csv": Case("one peril, scenario and year, CSV to CSV",
                "perils=wind&scenarios=ssp585&years=2050", 3),
    "arrow": Case("all 96 values, CSV to Arrow", "f=arrow", 6),
}
TARGET_MB = 100


@dataclass(frozen=True)
class Sample:
    """One portfolio, sent and answered."""

    seconds: float
    octets: float
    perild_cpu_s: float
    front_cpu_s: float
    curl_cpu_s: float
    own_mb: float  # the daemon's largest resident memory that is not of the mapped store


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        place = stage.place
        world.store_into(place, binary)
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer))
        nginx, ports = front.start(place, ["perild"])
        stage.started(nginx)
        portfolio = world.portfolio(binary, place.path("portfolio.csv"), PLACES)
        samples = {name: [] for name in CASES}
        for turn in range(stage.rounds):
            for name, case in CASES.items():
                say(f"round {turn + 1} of {stage.rounds}: a million places, {case.words}")
                samples[name].append(one(stage, daemon, nginx, ports["perild"], case, portfolio))
        return samples, portfolio.stat().st_size


def one(stage, daemon, nginx, port, case, portfolio):
    certs = stage.place.path("certs")
    command = [
        "curl", "--silent", "--show-error", "--fail-with-body", "--http1.1", "--output", "/dev/null",
        "--write-out", "%{time_total} %{size_download}", "--max-time", "120",
        "--cacert", certs / "web-ca.pem", "--cert", certs / "bank.pem", "--key", certs / "bank.key",
        "-H", f"Authorization: Bearer {stage.token}", "-H", "Content-Type: text/csv", "-H", "Expect:",
        "--data-binary", f"@{portfolio}", f"https://localhost:{port}/v1/location?{case.query}",
    ]
    before = load.cpu_seconds(daemon), load.cpu_seconds(nginx), load.finished_cpu_seconds()
    with OwnMemory(daemon) as memory:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"curl: {done.stdout} {done.stderr}")
    after = load.cpu_seconds(daemon), load.cpu_seconds(nginx), load.finished_cpu_seconds()
    seconds, octets = map(float, done.stdout.split())
    perild, front_cpu, curl = (end - start for start, end in zip(before, after))
    return Sample(seconds, octets, perild, front_cpu, curl, memory.largest_mb)


class OwnMemory:
    """Watches a program's resident memory without what is mapped from files."""

    def __init__(self, program):
        self.status = Path(f"/proc/{program.process.pid}/status")
        self.largest_mb = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def watch(self):
        while True:
            found = re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+) kB", self.status.read_text(), re.M)
            self.largest_mb = max(self.largest_mb, sum(map(int, found)) / 1024)
            if self.ended.wait(0.005):
                return


def written(found):
    samples, sent = found
    lines = [
        f"A CSV file of 1,000,000 places, {sent / 1e6:.0f} MB, by curl.\n",
        "| answer | MB | s | fastest | slowest | CPU s: perild | nginx | curl | perild's own memory MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    targets = report.Targets()
    for name, case in CASES.items():
        found = samples[name]
        middle = {field.name: statistics.median(getattr(one, field.name) for one in found) for field in fields(Sample)}
        times = [one.seconds for one in found]
        largest = max(one.own_mb for one in found)
        lines.append(
            f"| {case.words} | {middle['octets'] / 1e6:.0f} | {middle['seconds']:.2f} | {min(times):.2f} | {max(times):.2f} "
            f"| {middle['perild_cpu_s']:.2f} | {middle['front_cpu_s']:.2f} | {middle['curl_cpu_s']:.2f} | {largest:.1f} |"
        )
        targets.row(f"a million places, {case.words}: s", f"{middle['seconds']:.2f}", f"under {case.target_seconds}",
                    middle["seconds"] < case.target_seconds)
        targets.row("resident memory above the map meanwhile, MB", f"{largest:.1f}", f"under {TARGET_MB}",
                    largest < TARGET_MB)
    return "\n".join([*lines, "", str(targets)])

"""benches/RESULTS.md: a section for each part, replaced when that part is measured again."""

import datetime
import os
import re
import subprocess
from pathlib import Path

from .place import ROOT, TOOLS

HEAD = "# How fast\n\nWritten by `benches/run` (`just bench`); what is measured and why is at the end.\n"
NOTES = "What is measured"


class Targets:
    """A table of figures and what they should be."""

    def __init__(self):
        self.rows = []

    def row(self, words, figure, target, is_met):
        self.rows.append(f"| {words} | {figure} | {target} | {'met' if is_met else '**missed**'} |")

    def note(self, words, figure):
        self.rows.append(f"| {words} | {figure} | | |")

    def ratio(self, words, mine, theirs, target, field="requests_a_second", at_most=False):
        value = mine[field] / theirs[field]
        by_cpu = "" if at_most else f" ({cpu_us(theirs) / cpu_us(mine):.2f} by processor time)"
        self.row(words, f"{value:.2f}{by_cpu}", f"{'at most' if at_most else 'at least'} {target}",
                 value <= target if at_most else value >= target)

    def __str__(self):
        return "| what | figure | target | |\n| --- | ---: | --- | --- |\n" + "\n".join(self.rows) + "\n"


def loads(first, rows):
    """A table of loads: `rows` are pairs of words and medians."""
    lines = [
        f"| {first} | requests/s | p50 ms | p99 ms | CPU us/request: nginx | behind it | oha | memory behind it MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for words, row in rows:
        lines.append(
            f"| {words} | {row['requests_a_second']:,.0f} | {row['p50'] * 1e3:.2f} | {row['p99'] * 1e3:.2f} "
            f"| {row['front_cpu_us']:.1f} | {row['back_cpu_us']:.1f} | {row['load_cpu_us']:.1f} "
            f"| {row['memory_mb']:.1f} |"
        )
    return "\n".join(lines) + "\n"


def cpu_us(row):
    """Of all three, for each request: on a machine that does nothing else, requests/s are its inverse."""
    return row["front_cpu_us"] + row["back_cpu_us"] + row["load_cpu_us"]


def write(path, titles, measured):
    """Puts the parts `measured` (text by title) into the file, in the order of `titles`; others stay."""
    sections = read(path) | measured
    ordered = [title for title in titles if title in sections]
    parts = [HEAD, *(f"## {title}\n\n{sections[title].strip()}\n" for title in ordered)]
    path.write_text("\n".join([*parts, (ROOT / "benches/notes.md").read_text()]))


def read(path):
    """The sections of the file by their titles, without the notes at its end."""
    text = path.read_text() if path.exists() else ""
    found = re.split(r"^## (.*)\n", text, flags=re.M)
    sections = dict(zip(found[1::2], found[2::2]))
    sections.pop(NOTES, None)
    return sections


def conditions(arguments, load_before):
    """How this part was measured, in one sentence."""
    version = said("git", "describe", "--always", "--dirty", "--tags")
    nginx = said("nginx", "-v").removeprefix("nginx version: ")
    rounds = f"{arguments.rounds} rounds of {arguments.seconds} s for each candidate of a load, taking turns, medians"
    return (
        f"Measured {datetime.date.today().isoformat()} on {cpu_model()}, {os.cpu_count()} cores, {os_name()}, "
        f"Linux {os.uname().release}; perild {version}, {nginx}, {said('oha', '--version')}; {rounds}; "
        f"load average {load_before:.1f} before and {os.getloadavg()[0]:.1f} after.\n"
    )


def cpu_model():
    return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)


def os_name():
    return re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text()).group(1)


def said(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT,
                          env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:{TOOLS}/bin:{Path.home()}/.cargo/bin"})
    return (done.stdout.strip() or done.stderr.strip())

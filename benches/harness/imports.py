"""The full-scale set: importing it, and starting with it."""

import resource
import statistics
import time

from . import single, world
from . import report
from .stage import Stage, say

TITLE = "Import and start"

RUNS = 5


def measure(binary, arguments):
    world.files(binary)
    walls, cpus = [], []
    for run in range(RUNS):
        say(f"import {run + 1} of {RUNS}")
        before, begun = cpu_seconds(), time.perf_counter()
        world.imported(binary)
        walls.append(time.perf_counter() - begun)
        cpus.append(cpu_seconds() - before)
    with Stage(binary, arguments) as stage:
        world.store_into(stage.place, binary)
        say("starts")
        start_ms = single.starts(stage.place, binary, stage.issuer)
    return {"walls": walls, "cpus": cpus, "start_ms": start_ms}


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def written(found):
    walls, cpus, start_ms = found["walls"], found["cpus"], found["start_ms"]
    lines = [
        f"1,038,961 lines in each of seven files, {world.octets_of_csv() / 1e6:.1f} MB of CSV; "
        f"a store of {world.STORE.stat().st_size / 1e6:.1f} MB, synced.\n",
        "| import | s | CPU s |",
        "| ---: | ---: | ---: |",
        *(f"| {number} | {wall:.2f} | {cpu:.2f} |" for number, (wall, cpu) in enumerate(zip(walls, cpus), 1)),
    ]
    targets = report.Targets()
    middle = statistics.median(walls)
    targets.row("import of the full-scale set, s", f"{middle:.2f}", "under 6", middle < 6)
    targets.row("start with the full store to the first answer, ms", f"{start_ms:.1f}", "under 50", start_ms < 50)
    return "\n".join([*lines, "", str(targets)])

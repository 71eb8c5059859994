#!/usr/bin/env python3
"""Puts the faults that cargo-mutants lists into one build of a package, and runs its tests with each of them.

Usage: run.py [--again] CONFIG OUT PACKAGE -- CARGO-TEST-ARGUMENTS <list
(the list is that of `cargo mutants --config CONFIG --list --json`)

A build takes longer than the tests that notice, so that there is one of them in place of one for each fault: a fault is
an alternative in the source, chosen by MUTANT in the environment. What the compiler refuses is no fault. With `--again`
only those faults are run that were not noticed the last time. OUT has what came of each in `outcomes.json`.
"""

import argparse
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

from package import Package, written

# Cases of a property: a fault that few find is tested too little.
ENVIRONMENT = {
    "PROPTEST_CASES": "64",
    "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
    "PROPTEST_MAX_SHRINK_ITERS": "0",
    "RUST_BACKTRACE": "0",
}
# Of the time that tests take without a fault, and no less than so many seconds of a processor.
TIMES, LEAST_SECONDS = 3, 15
# A fault that waits takes no time of a processor.
WAIT_SECONDS = 900
# Tests of a file that are run before the others.
LIKELY = 3


def built_with(package, faults):
    """The programs with the faults that the compiler takes, and the faults that need a build of their own."""
    while True:
        alone = package.write([fault for fault in faults if fault["outcome"] != "unviable"])
        programs, errors = package.build()
        if programs:
            return programs, alone
        refused = package.refused(errors)
        if not refused:
            sys.exit("".join(error["rendered"] for error in errors) or "it does not build")
        print(f"the compiler refuses {len(refused)}", flush=True)
        for fault in faults:
            if fault["number"] in refused:
                fault["outcome"] = "unviable"


def commands(programs, file, likely):
    """Tests that are run: those that noticed what was done to the file before, then those nearest to it, which are of its
    module, of those around it, and then all."""
    parts = [part for part in Path(file.split("src/", 1)[1]).with_suffix("").parts if part not in ("lib", "mod")]
    modules = ["::".join(parts[:length]) + "::" for length in range(len(parts), 0, -1)]
    library, *others = programs
    if likely:
        yield [library, "--exact", *likely]
    for module, before in zip([*modules, None], [None, *modules]):
        yield [library, *([module] if module else []), *(["--skip", before] if before else [])]
    yield from ([program] for program in others)


def tested(package, command, number, seconds):
    """The first test that fails, or why there was none; the tests behind it are not waited for."""
    run = subprocess.Popen(
        command,
        cwd=package.tree / package.folder,
        env=os.environ | ENVIRONMENT | {"MUTANT": str(number)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    timer = threading.Timer(WAIT_SECONDS, run.kill)
    timer.start()
    failed = None
    for line in run.stdout:
        found = re.match(r"test (\S+).* \.\.\. FAILED", line)
        if found and failed is None:
            failed = found[1]
            run.kill()
    timer.cancel()
    if run.wait() == 0:
        return None
    return failed or ("time" if run.returncode in (-signal.SIGKILL, -signal.SIGXCPU) else f"end {run.returncode}")


class Limits:
    """Seconds of a processor that tests may take with a fault: a multiple of those without one, which each of them passes."""

    def __init__(self, package):
        self.package = package
        self.known = {}

    def of(self, command):
        if "--exact" in command:
            program, exact, *tests = command
            used = sum(self.used((program, exact, test)) for test in tests)
        else:
            used = self.used(tuple(command))
        return max(LEAST_SECONDS, round(TIMES * used))

    def used(self, command):
        if command not in self.known:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            failed = tested(self.package, command, 0, resource.RLIM_INFINITY)
            if failed:
                sys.exit(f"without a fault: {failed}")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.known[command] = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return self.known[command]


def run_all(package, faults, keep):
    """Gives each fault its outcome; `keep` is called after each."""
    programs, alone = built_with(package, faults)
    keep()
    limits, noticed = Limits(package), {}
    print("built", flush=True)

    def run(fault, programs, number, limit):
        began, likely = time.monotonic(), noticed.setdefault(fault["file"], [])
        tries = commands(programs, fault["file"], likely)
        by = next(filter(None, (tested(package, command, number, limit(command)) for command in tries)), None)
        if by and "::" in by:
            likely[:] = [by, *(test for test in likely if test != by)][:LIKELY]
        fault |= {"outcome": "missed" if by is None else "time" if by == "time" else "caught", "by": by}
        print(f"{fault['outcome']:8} {time.monotonic() - began:5.0f} s  {fault['name']}", flush=True)
        keep()

    for fault in faults:
        if fault["outcome"] is None and fault not in alone:
            run(fault, programs, fault["number"], limits.of)
    # Of the programs without a fault, which these are built over.
    whole = sum(limits.of([program]) for program in programs) if alone else None
    for fault in alone:
        if fault["outcome"] is not None:
            continue
        package.write(faults=[])
        package.write_alone(fault)
        programs, _ = package.build()
        if programs:
            run(fault, programs, 0, lambda _command: whole)
        else:
            fault["outcome"] = "unviable"
    keep()


def table(faults):
    """Prints what came of the faults, file by file."""
    columns = ("unviable", "caught", "time", "missed")
    files = sorted({fault["file"] for fault in faults})
    for file in [*files, None]:
        of_file = [fault["outcome"] for fault in faults if file in (None, fault["file"])]
        counts = ", ".join(f"{of_file.count(column)} {column}" for column in columns)
        print(f"{file or 'all'}: {len(of_file)} made, {counts}")


def chosen(faults, config):
    """Faults that CONFIG does not leave out: cargo-mutants itself looks so at some kinds of them alone."""
    left_out = re.compile("|".join(config["exclude_re"]))
    return [fault for fault in faults if not left_out.search(fault["name"])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("package")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    faults = chosen(json.load(sys.stdin), tomllib.loads(options.config.read_text()))
    if not faults:
        sys.exit("there is no such fault")
    outcomes = options.out / "outcomes.json"
    known = json.loads(outcomes.read_text()) if outcomes.exists() else {}
    for number, fault in enumerate(faults, 1):
        digest = hashlib.sha256(Path(fault["file"]).read_bytes()).hexdigest()[:16]
        fault |= {"number": number, "key": f"{digest} {fault['name']}"}
        # Whether it compiles is of the file alone; whether it is caught, of the tests.
        outcome = known.get(fault["key"], {}).get("outcome")
        is_kept = outcome == "unviable" or (options.again and outcome in ("caught", "time"))
        fault["outcome"] = outcome if is_kept else None

    def keep():
        told = {fault["key"]: {"outcome": fault["outcome"], "by": fault.get("by")} for fault in faults}
        written(outcomes, json.dumps(known | told, indent=1).encode())

    run_all(Package(options.out / "tree", options.package, faults, options.arguments), faults, keep)
    table(faults)
    missed = [fault["name"] for fault in faults if fault["outcome"] == "missed"]
    sys.exit("\n".join(["No test notices:", *missed]) if missed else 0)


if __name__ == "__main__":
    main()

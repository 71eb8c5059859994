"""benches/RESULTS.md: conditions, figures, targets."""

import datetime
import os
import re
import statistics
import subprocess
from pathlib import Path

from .place import FILES, ROOT, TOOLS


def write(results, candidates, arguments):
    parts = [HEAD, conditions(arguments)]
    medians = {key: median(samples) for key, samples in results["samples"].items()}
    for path in FILES:
        parts.append(table(path, medians, candidates))
    parts.append(targets(medians, results.get("single"), results.get("micro")))
    if "micro" in results:
        parts.append(micro(results["micro"]))
    parts.append(notes())
    return "\n".join(parts)


def median(samples):
    """Field by field, over the rounds."""
    fields = samples[0].__dataclass_fields__
    return {field: statistics.median(getattr(sample, field) for sample in samples) for field in fields}


def conditions(arguments):
    facts = {
        "date": datetime.date.today().isoformat(),
        "processor": f"{cpu_model()}, {os.cpu_count()} cores",
        "system": f"{os_name()}, Linux {os.uname().release}",
        "perild": f"{said('git', 'describe', '--always', '--dirty', '--tags')}, release profile, log to a file",
        "nginx": said("nginx", "-v").removeprefix("nginx version: "),
        "TLS": "1.3, client certificate P-256, the shipped tls.inc; one handshake for 10,000 requests",
        "load": f"{said('oha', '--version')}, 32 connections, keep-alive, on the same machine",
        "rounds": f"{arguments.rounds} rounds of {arguments.seconds} s for each candidate and file, taking turns; medians",
        "load average at the end": f"{os.getloadavg()[0]:.1f}",
        "seed stack": seed_versions(),
    }
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    return f"## Conditions\n\n| | |\n| --- | --- |\n{rows}\n"


def table(path, medians, candidates):
    size = {1_000: "1 kB", 10_000_000: "10 MB"}[FILES[path]]
    lines = [
        f"## {size}\n",
        "| candidate | requests/s | p50 ms | p99 ms | CPU us/request: nginx | behind it | oha | memory behind it MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, words in candidates.items():
        row = medians.get((path, name))
        if row:
            lines.append(
                f"| {words} | {row['requests_a_second']:,.0f} | {row['p50'] * 1e3:.2f} | {row['p99'] * 1e3:.2f} "
                f"| {row['front_cpu_us']:.1f} | {row['back_cpu_us']:.1f} | {row['load_cpu_us']:.1f} "
                f"| {row['memory_mb']:.1f} |"
            )
    return "\n".join(lines) + "\n"


def targets(medians, single, micro):
    small, large = FILES
    rows = []

    def ratio(words, path, name, of, target, field="requests_a_second", at_most=False):
        if (path, name) in medians and (path, of) in medians:
            mine, theirs = medians[path, name], medians[path, of]
            value = mine[field] / theirs[field]
            by_cpu = "" if at_most else f" ({cpu_us(theirs) / cpu_us(mine):.2f} by processor time)"
            row(words, f"{value:.2f}{by_cpu}", f"{'at most' if at_most else 'at least'} {target}",
                value <= target if at_most else value >= target)

    def row(words, figure, target, is_met):
        rows.append(f"| {words} | {figure} | {target} | {'met' if is_met else '**missed**'} |")

    ratio("1 kB: requests/s, of the bare static server's", small, "perild", "static", 0.90)
    ratio("1 kB: p99, of the bare static server's", small, "perild", "static", 2.0, "p99", at_most=True)
    ratio("1 kB: requests/s, of the seed stack's", small, "perild", "seed", 10.0)
    ratio("10 MB with X-Accel-Redirect: requests/s, of nginx alone", large, "accel", "alone", 0.95)
    ratio("10 MB: requests/s, of the bare static server's", large, "perild", "static", 0.80)
    for needle, words, limit_us in (
        ("known caller and token", "header to decision, caller and token seen before, us", 5),
        ("new certificate", "header to decision, new certificate, us", 300),
    ):
        for name, nanoseconds in (micro or {}).items():
            if name.startswith("decision") and needle in name:
                row(f"{words} ({name})", f"{nanoseconds / 1e3:.2f}", f"under {limit_us}", nanoseconds < limit_us * 1e3)
    if single:
        calls = single["introspections_of_a_burst"]
        row("1,000 parallel first requests with one new token: introspection calls", calls, "1", calls == 1)
        kept = single["tokens_kept"]
        row("1,000 tokens, cache of 100: answers kept", kept, "at most 100", kept <= 100)
        grown = single["tokens_rss_after_mb"] - single["tokens_rss_before_mb"]
        row("1,000 tokens, cache of 100: resident memory grown, MB", f"{grown:.1f}", "flat", grown < 3)
        row("start to first answer, ms", f"{single['start_ms']:.1f}", "under 50", single["start_ms"] < 50)
        resident = single["million_rss_mb"]
        row("resident memory after a million requests, MB", f"{resident[-1]:.1f}", "under 30", resident[-1] < 30)
        grown = resident[-1] - resident[1]
        row("grown in the last 750,000 of them, MB", f"{grown:.1f}", "not growing", grown < 1)
        rows.append(f"| for comparison: requests/s on the daemon's own socket | {single['direct_requests_a_second']:,.0f} | | |")
        rows.append(f"| for comparison: perild's CPU there, us/request | {single['direct_cpu_us']:.1f} | | |")
    return "## Targets\n\n| what | figure | target | |\n| --- | ---: | --- | --- |\n" + "\n".join(rows) + "\n"


def cpu_us(row):
    """Of all three, for each request: on a machine that does nothing else, requests/s are its inverse."""
    return row["front_cpu_us"] + row["back_cpu_us"] + row["load_cpu_us"]


def micro(found):
    rows = "\n".join(f"| {name} | {nanoseconds / 1e3:,.2f} |" for name, nanoseconds in found.items())
    return f"## perild's own work (criterion, medians)\n\n| what | us |\n| --- | ---: |\n{rows}\n"


def notes():
    """What a person has to say about the figures."""
    return (ROOT / "benches/notes.md").read_text()


def cpu_model():
    return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)


def os_name():
    return re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text()).group(1)


def seed_versions():
    environment = TOOLS / "seed/bin/pip"
    if not environment.exists():
        return "not measured"
    wanted = ("gunicorn", "Flask", "ib1.openenergy.support", "urllib3")
    listed = dict(line.split("==") for line in said(environment, "list", "--format=freeze").splitlines() if "==" in line)
    return ", ".join(f"{name} {listed.get(name)}" for name in wanted)


def said(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT,
                          env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:{TOOLS}/bin:{Path.home()}/.cargo/bin"})
    return (done.stdout.strip() or done.stderr.strip())


HEAD = "# How fast\n\nWritten by `benches/run` (`just bench`); what is measured and why is at the end.\n"

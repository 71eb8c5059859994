"""Files: what perild adds to a file that nginx could have served by itself."""

from . import front, load, programs, report, single
from .place import FILES
from .stage import Stage, say

TITLE = "Files"

# Name, and what stands behind nginx.
CANDIDATES = {
    "alone": "nginx alone",
    "static": "nginx + bare static server",
    "perild": "nginx + perild",
    "audit": "nginx + perild with an audit file",
    "accel": "nginx + perild, X-Accel-Redirect",
    "seed": "seed stack: gunicorn + Flask + ib1.openenergy.support",
}


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        samples = loads(stage)
        if "perild" not in stage.chosen(CANDIDATES):
            return samples, None
        say("what is measured once")
        return samples, single.run(stage.place, binary, stage.directory, stage.started)


def loads(stage):
    place, issuer = stage.place, stage.issuer
    names = stage.chosen(CANDIDATES)
    start = {
        "static": lambda: front.static(place),
        "perild": lambda: programs.perild(place, stage.binary, "perild", issuer),
        "audit": lambda: programs.perild(place, stage.binary, "audit", issuer, audit_file=place.path("run/audit.jsonl")),
        "accel": lambda: programs.perild(place, stage.binary, "accel", issuer, accel_prefix="/_shared/"),
        "seed": lambda: programs.seed(place, issuer),
    }
    backs = {name: stage.started(start[name]()) if name in start else None for name in names}
    nginx, ports = front.start(place, names)
    stage.started(nginx)

    def one(path, name, seconds):
        request = load.Request(f"/{path}")
        return load.through_tls(place, ports[name], request, stage.token, seconds, nginx, backs[name])

    samples = {(path, name): [] for path in FILES for name in names}
    for path, name in samples:
        one(path, name, 1)
    # Candidates take turns, so that what else this machine does falls on all of them alike.
    for turn in range(stage.rounds):
        for path, name in samples:
            say(f"round {turn + 1} of {stage.rounds}: {path}, {CANDIDATES[name]}")
            samples[path, name].append(one(path, name, stage.seconds))
            stage.empty_logs()
    return {key: load.median(found) for key, found in samples.items()}


def written(found):
    medians, once = found
    small, large = FILES
    sizes = {small: "1 kB", large: "10 MB"}
    parts = []
    for path, size in sizes.items():
        rows = [(words, medians[path, name]) for name, words in CANDIDATES.items() if (path, name) in medians]
        parts.append(f"### {size}\n\n{report.loads('candidate', rows)}")
    parts.append(f"The seed stack has {programs.seed_versions()}.\n")
    targets = report.Targets()

    def ratio(words, path, name, of, target, **field):
        if (path, name) in medians and (path, of) in medians:
            targets.ratio(words, medians[path, name], medians[path, of], target, **field)

    ratio("1 kB: requests/s, of the bare static server's", small, "perild", "static", 0.90)
    ratio("1 kB: p99, of the bare static server's", small, "perild", "static", 2.0, field="p99", at_most=True)
    ratio("1 kB: requests/s, of the seed stack's", small, "perild", "seed", 10.0)
    ratio("1 kB with an audit file: requests/s, of those without", small, "audit", "perild", 0.93)
    ratio("10 MB with X-Accel-Redirect: requests/s, of nginx alone", large, "accel", "alone", 0.95)
    ratio("10 MB: requests/s, of the bare static server's", large, "perild", "static", 0.80)
    if once:
        measured_once(targets, once)
    return "\n".join([*parts, str(targets)])


def measured_once(targets, once):
    calls = once["introspections_of_a_burst"]
    targets.row("1,000 parallel first requests with one new token: introspection calls", calls, "1", calls == 1)
    kept = once["tokens_kept"]
    targets.row("1,000 tokens, cache of 100: answers kept", kept, "at most 100", kept <= 100)
    grown = once["tokens_rss_after_mb"] - once["tokens_rss_before_mb"]
    targets.row("1,000 tokens, cache of 100: resident memory grown, MB", f"{grown:.1f}", "flat", grown < 3)
    targets.row("start to first answer, ms", f"{once['start_ms']:.1f}", "under 50", once["start_ms"] < 50)
    resident = once["million_rss_mb"]
    targets.row("resident memory after a million requests, MB", f"{resident[-1]:.1f}", "under 30", resident[-1] < 30)
    grown = resident[-1] - resident[1]
    targets.row("grown in the last 750,000 of them, MB", f"{grown:.1f}", "not growing", grown < 1)
    targets.note("for comparison: requests/s on the daemon's own socket", f"{once['direct_requests_a_second']:,.0f}")
    targets.note("for comparison: perild's CPU there, us/request", f"{once['direct_cpu_us']:.1f}")

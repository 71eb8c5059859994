"""Peril values: a hundred places with all their values, and one place with one peril.

Beside each answer stands a ready-made body of the same size, which a bare static server sends.
"""

import http.client
import socket
from dataclasses import dataclass, replace

from . import front, load, programs, report, world
from .stage import Stage, say

TITLE = "Peril values"

CANDIDATES = {"static": "ready-made body", "perild": "perild"}

PLACES = 100
BODIES = 100
# What the service that did this before answered on two cores: requests/s of 100 places.
OLD_SERVICE = 14.6


@dataclass(frozen=True)
class Case:
    words: str
    path: str
    places: int
    connections: int


CASES = {
    "contract": Case("100 places x 96 values as JSON, POST /location", "/location", PLACES, 8),
    "json": Case("100 places x 96 values as JSON, POST /v1/location", "/v1/location", PLACES, 8),
    "arrow": Case("100 places x 96 values as Arrow, POST /v1/location", "/v1/location?f=arrow", PLACES, 8),
    "one": Case("one place, one peril, GET /wind", "/wind?lat={}&lon={}", 1, 32),
    "one-v1": Case("one place, one peril, GET /v1/location", "/v1/location?lat={}&lon={}&perils=wind", 1, 32),
}


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        place = stage.place
        world.store_into(place, binary)
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer))
        static = stage.started(front.static(place))
        nginx, ports = front.start(place, CANDIDATES)
        stage.started(nginx)
        backs = {"static": static, "perild": daemon}
        asked = requests(stage, daemon)

        def through_nginx(case, name, seconds):
            return load.through_tls(
                place, ports[name], asked[case, name], stage.token, seconds, nginx, backs[name], CASES[case].connections)

        def past_nginx(case, name, seconds):
            return load.past_nginx(
                place, asked[case, name], stage.token, seconds, backs[name], CASES[case].connections)

        turns = [("nginx", *key, through_nginx) for key in asked]
        turns += [("socket", case, name, past_nginx) for case, name in asked if case == "contract"]
        samples = {turn[:3]: [] for turn in turns}
        for *_, case, name, one in turns:
            one(case, name, 1)
        for number in range(stage.rounds):
            for way, case, name, one in turns:
                say(f"round {number + 1} of {stage.rounds}: {way}, {CASES[case].words}, {CANDIDATES[name]}")
                samples[way, case, name].append(one(case, name, stage.seconds))
                stage.empty_logs()
        sizes = {case: (place.path("srv/plain") / bare(case)).stat().st_size for case in CASES}
        return {key: load.median(found) for key, found in samples.items()}, sizes


def requests(stage, daemon):
    """What each candidate is asked; the ready-made bodies are perild's own answers."""
    place = stage.place
    bodies = world.bodies(stage.binary, place.path("bodies"), BODIES, PLACES)
    (spot,) = world.places(stage.binary, 1)
    asked = {}
    for name, case in CASES.items():
        many = case.places > 1
        mine = load.Request(case.path.format(*spot), bodies if many else None)
        octets = answer(place, daemon, mine, stage.token)
        target = place.path("srv/plain") / bare(name)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(octets)
        asked[name, "static"] = replace(mine, path=f"/{bare(name)}")
        asked[name, "perild"] = mine
    return asked


def bare(case):
    """The path of a ready-made body: one that nginx forwards as it forwards the real one."""
    return f"v1/{case}"


def answer(place, daemon, request, token):
    """The octets that perild answers."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(daemon.socket))
    fields = load.forwarded(place, token)
    body = None
    if request.bodies:
        body = request.bodies.read_text().splitlines()[0]
        fields["Content-Type"] = request.content_type
    connection.request("POST" if body else "GET", request.path, body, fields)
    found = connection.getresponse()
    octets = found.read()
    if found.status != 200:
        raise SystemExit(f"{request.path}: {found.status} {octets[:500]!r}")
    return octets


def written(found):
    medians, sizes = found
    parts = []
    for name, case in CASES.items():
        rows = [(words, medians["nginx", name, key]) for key, words in CANDIDATES.items()]
        if ("socket", name, "perild") in medians:
            rows += [(f"{words}, on its own socket", medians["socket", name, key]) for key, words in CANDIDATES.items()]
        parts.append(f"### {case.words}: {sizes[name]:,} octets\n\n{report.loads('through nginx', rows)}")
    return "\n".join([*parts, str(targets(medians))])


def targets(medians):
    targets = report.Targets()
    direct = medians["socket", "contract", "perild"]["requests_a_second"]
    targets.row("POST /location on the daemon's own socket: requests/s, of the old service's 14.6",
                f"{direct / OLD_SERVICE:,.0f}", "at least 150", direct >= 150 * OLD_SERVICE)
    through = medians["nginx", "contract", "perild"]["requests_a_second"]
    targets.row("POST /location through nginx: requests/s, of the old service's",
                f"{through / OLD_SERVICE:,.0f}", "at least 30", through >= 30 * OLD_SERVICE)
    for case, words in (("contract", "POST /location"), ("json", "POST /v1/location, JSON")):
        mine, theirs = medians["nginx", case, "perild"], medians["nginx", case, "static"]
        targets.ratio(f"{words}: requests/s, of the ready-made body's", mine, theirs, 0.7)
        targets.ratio(f"{words}: p99, of the ready-made body's", mine, theirs, 1.5, field="p99", at_most=True)
    places = medians["nginx", "arrow", "perild"]["requests_a_second"] * PLACES
    targets.row("100 places as Arrow through nginx: places/s", f"{places:,.0f}", "at least 600,000", places >= 600_000)
    ready = medians["nginx", "arrow", "static"]["requests_a_second"] * PLACES
    targets.note("for comparison: of the ready-made body", f"{ready:,.0f}")
    for case, words in (("one", "GET /wind"), ("one-v1", "GET /v1/location")):
        mine, theirs = medians["nginx", case, "perild"], medians["nginx", case, "static"]
        targets.ratio(f"one place, one peril, {words}: requests/s, of the ready-made body's", mine, theirs, 0.7)
    return targets

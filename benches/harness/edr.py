"""Data queries of OGC API EDR beside pygeoapi on the same file, and places in the shape that Open-Meteo asks in.

pygeoapi reads the NetCDF file through xarray, behind gunicorn. Open-Meteo's own server is a Swift program that cannot
be installed here: beside what is asked of perild in its shape (many variables, several places by comma) stands a
ready-made answer in the shape that its documentation gives.
"""

import json
import os
import random
from dataclasses import dataclass

from . import front, gridded, load, programs, report
from .perils import answer
from .stage import Stage, say

TITLE = "Grids by OGC API EDR"

CANDIDATES = {
    "perild": "perild",
    "pygeoapi": "pygeoapi",
    "static": "ready-made body in Open-Meteo's shape",
}
CONNECTIONS = [1, 8, 64]
# One consumer has three quarters of them, and each of its 64 connections may wait for a long answer.
STREAMS = 128
MONTHS = [f"2021-{month:02}-01T00:00:00Z" for month in range(1, 13)]


@dataclass(frozen=True)
class Case:
    words: str
    paths: dict


def cases():
    chance = random.Random(11)
    spots = [(chance.uniform(-60, 70), chance.uniform(-180, 179)) for _ in range(10)]
    (latitude, longitude), = spots[:1]
    point = f"position?coords=POINT({longitude:.4f}%20{latitude:.4f})&parameter-name=ghi"
    box = "cube?bbox=0,40,10,50&parameter-name=ghi"
    latitudes, longitudes = (",".join(f"{spot[at]:.4f}" for spot in spots) for at in (0, 1))
    return {
        "position": Case("one place, one variable, twelve months, /position", edr(point)),
        "cube": Case("ten by ten degrees (41 x 41 cells), one variable, twelve months, /cube", edr(box)),
        "one": Case("one place, two variables, twelve months, /v1/location", location(f"{latitude:.4f}", f"{longitude:.4f}")),
        "ten": Case("ten places by comma, two variables, twelve months, /v1/location", location(latitudes, longitudes)),
    }


def edr(query):
    return {"perild": f"/v1/collections/irradiance/{query}", "pygeoapi": f"/collections/irradiance/{query}&f=json"}


def location(latitudes, longitudes):
    query = f"lat={latitudes}&lon={longitudes}&collections=irradiance"
    # As open-meteo.com/en/docs asks, with a variable more.
    theirs = f"latitude={latitudes}&longitude={longitudes}&hourly=ghi,sunshine"
    return {"perild": f"/v1/location?{query}", "static": f"/v1/forecast-{latitudes.count(',') + 1}?{theirs}"}


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        place = stage.place
        gridded.store_into(place, binary)
        static = stage.started(front.static(place))
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer, max_streams=STREAMS))
        backs = {"perild": daemon, "pygeoapi": stage.started(pygeoapi(place)), "static": static}
        nginx, ports = front.start(place, CANDIDATES)
        stage.started(nginx)
        asked = {(name, candidate): load.Request(path)
                 for name, case in cases().items() for candidate, path in case.paths.items()}
        sizes = prepared(stage, asked, backs)
        turns = [(*key, connections) for key in asked for connections in CONNECTIONS]

        def one(name, candidate, connections, seconds):
            return load.through_tls(place, ports[candidate], asked[name, candidate], stage.token, seconds, nginx,
                                    backs[candidate], connections)

        samples = {turn: [] for turn in turns}
        for turn in turns:
            one(*turn, 1)
        for number in range(stage.rounds):
            for turn in turns:
                name, candidate, connections = turn
                say(f"round {number + 1} of {stage.rounds}: {name}, {candidate}, {connections} at once")
                samples[turn].append(one(*turn, stage.seconds))
                stage.empty_logs()
        return {key: load.median(found) for key, found in samples.items()}, sizes


def prepared(stage, asked, backs):
    """Octets of each answer, once the servers have been seen to give the same values."""
    place, sizes = stage.place, {}
    for (name, candidate), request in asked.items():
        if candidate == "static":
            target = place.path("srv/plain") / request.path.lstrip("/").partition("?")[0]
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(forecast(json.loads(answer(place, backs["perild"], asked[name, "perild"], stage.token))))
    for key, request in asked.items():
        octets = answer(place, backs[key[1]], request, stage.token)
        sizes[key] = len(octets)
        if key[1] == "pygeoapi":
            mine = answer(place, backs["perild"], asked[key[0], "perild"], stage.token)
            same(key[0], *(json.loads(text)["ranges"]["ghi"] for text in (mine, octets)))
    return sizes


def same(name, mine, theirs):
    """Whatever the order of their axes, two ranges have the same values."""
    pairs = zip(sorted(mine["values"]), sorted(theirs["values"]), strict=True)
    if not all(abs(one - other) < 0.005 for one, other in pairs):
        raise SystemExit(f"{name}: pygeoapi does not answer what perild answers")


def forecast(found):
    """Values of perild's in the shape of Open-Meteo's answer: for several places a list of it."""
    shaped = []
    for location in found["locations"]:
        values = {}
        for one in location["values"]:
            values.setdefault(one["variable"], []).append(one["value"])
        shaped.append({
            "latitude": location["latitude"], "longitude": location["longitude"], "generationtime_ms": 0.1,
            "utc_offset_seconds": 0, "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 38.0,
            "hourly_units": {"time": "iso8601", "ghi": "kW.h/m2", "sunshine": "h"},
            "hourly": {"time": [month[:16] for month in MONTHS], **values},
        })
    return json.dumps(shaped if len(shaped) > 1 else shaped[0], separators=(",", ":")).encode()


def pygeoapi(place):
    """pygeoapi as its own image runs it: gunicorn with gevent workers."""
    python, socket = gridded.python(), place.path("run/pygeoapi.sock")
    config, openapi = place.path("pygeoapi.json"), place.path("pygeoapi-openapi.json")
    # YAML, of which JSON is a part.
    config.write_text(json.dumps(configuration(gridded.data())))
    programs.subprocess.run([python.with_name("pygeoapi"), "openapi", "generate", config, "--format", "json",
                             "--output-file", openapi], check=True, stdout=programs.subprocess.DEVNULL)
    workers = 2 * os.cpu_count() + 1
    command = [python.with_name("gunicorn"), "--workers", workers, "--worker-class", "gevent", "--bind", f"unix:{socket}",
               "pygeoapi.flask_app:APP"]
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    program = programs.Program(place, "pygeoapi", command, env=env, cwd=place.dir)
    program.socket = socket
    program.await_that(lambda: socket.exists() and programs.answers(socket) and len(program.pids()) > workers, "its workers")
    return program


def configuration(data):
    bounds = {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    text = {"title": "Irradiance", "description": "Irradiance by month", "keywords": ["irradiance"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 5000}, "url": "https://localhost", "mimetype": "application/json",
            "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10}, "map": {"url": "https://localhost/map", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**text, "keywords_type": "theme", "terms_of_service": "", "url": "https://localhost"},
            "license": {"name": "CC0-1.0", "url": "https://spdx.org/licenses/CC0-1.0"},
            "provider": {"name": "bench", "url": "https://localhost"},
            "contact": {"name": "bench", "position": "", "address": "", "city": "", "stateorprovince": "",
                        "postalcode": "", "country": "", "phone": "", "fax": "", "email": "bench@example.org",
                        "url": "https://localhost", "hours": "", "instructions": "", "role": ""},
        },
        "resources": {"irradiance": {
            "type": "collection", **text, "links": [], "extents": bounds,
            "providers": [{
                "type": "edr", "name": "xarray-edr", "data": str(data), "x_field": "lon", "y_field": "lat",
                "time_field": "time", "format": {"name": "netcdf", "mimetype": "application/x-netcdf"},
            }],
        }},
    }


def written(found):
    medians, sizes = found
    parts = []
    for name, case in cases().items():
        rows = [(f"{CANDIDATES[candidate]}, {connections} at once", medians[name, candidate, connections])
                for connections in CONNECTIONS for candidate in case.paths]
        octets = ", ".join(f"{candidate} {sizes[name, candidate]:,}" for candidate in case.paths)
        parts.append(f"### {case.words}\n\nOctets: {octets}.\n\n{report.loads('through nginx', rows)}")
    targets = report.Targets()
    for name in ("position", "cube"):
        for connections in CONNECTIONS:
            mine, theirs = (medians[name, candidate, connections] for candidate in ("perild", "pygeoapi"))
            words = f"/{name}, {connections} at once, of pygeoapi's"
            targets.note(f"{words} requests/s", f"{mine['requests_a_second'] / theirs['requests_a_second']:,.1f}")
            targets.note(f"{words} p99", f"{mine['p99'] / theirs['p99']:.3f}")
    for name in ("one", "ten"):
        mine, theirs = (medians[name, candidate, 8] for candidate in ("perild", "static"))
        targets.note(f"{cases()[name].words}, 8 at once: requests/s, of the ready-made body's",
                     f"{mine['requests_a_second'] / theirs['requests_a_second']:.2f}")
    return "\n".join([*parts, str(targets)])

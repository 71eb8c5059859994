"""What data queries answer and what collections say of them, held against models of CoverageJSON and of OGC API EDR.

The models know the axes of the common domains alone; a domain may have others beside them (CoverageJSON 6.1).
"""

import copy
import json
import os
from typing import Optional

import requests
from covjson_pydantic.coverage import Coverage, CoverageCollection
from covjson_pydantic.domain import Axes, Domain, ValuesAxis
from edr_pydantic.data_queries import DataQueries
from edr_pydantic.extent import Spatial
from edr_pydantic.parameter import Parameters
from pydantic import ValidationError

import stage


class PerilAxes(Axes):
    scenario: Optional[ValuesAxis[str]] = None
    year: Optional[ValuesAxis[int]] = None


class PerilDomain(Domain):
    axes: PerilAxes


class PerilCoverage(Coverage):
    domain: PerilDomain


class PerilCollection(CoverageCollection):
    coverages: list[PerilCoverage]


TIMES = {"Coverage": Coverage, "CoverageCollection": CoverageCollection}
PERILS = {"Coverage": PerilCoverage, "CoverageCollection": PerilCollection}
SERIES = {"position": "PointSeries", "area": "MultiPointSeries", "cube": "Grid"}

# Collection, models, whether its domains are of a common type, a part of it, and queries.
CASES = [
    ("irradiance", TIMES, True, {"datetime": "2021-02-01T00:00:00Z", "parameter-name": "sunshine", "crs": "EPSG:4326"}, [
        ("position", {"coords": "POINT(1.4 51.1)"}, "Coverage"),
        ("position", {"coords": "MULTIPOINT((1.4 51.1),(2 50),(1 1))"}, "CoverageCollection"),
        ("area", {"coords": "POLYGON((-3 49,2 49,2 52,-3 49))"}, "Coverage"),
        ("cube", {"bbox": "-3,49,0,51"}, "Coverage"),
    ]),
    ("heat", PERILS, False, {"subset": "year(2050)", "parameter-name": "daysexceeding35c"}, [
        ("position", {"coords": "POINT(31 11)"}, "Coverage"),
        ("position", {"coords": "MULTIPOINT(31 11,-61 -9)"}, "CoverageCollection"),
        ("area", {"coords": "MULTIPOLYGON(((0 0,40 0,40 20,0 0)),((-60 -10,-50 -10,-50 0,-60 -10)))"}, "Coverage"),
        ("cube", {"bbox": "170,-20,-170,0"}, "Coverage"),
    ]),
]


def answers():
    """Each query of all that a collection has, and of a part of it."""
    for collection, models, is_common, part, queries in CASES:
        for query, place, kind in queries:
            for more in ({}, part):
                if more.get("crs") and query != "position":
                    more = {name: value for name, value in more.items() if name != "crs"}
                if more.get("crs"):
                    place = {"coords": turned(place["coords"])}
                answer = ask(f"collections/{collection}/{query}", **place, **more)
                assert answer["type"] == kind, (query, place, more, answer["type"])
                types = {one["domain"].get("domainType") for one in answer.get("coverages", [answer])}
                assert types == {SERIES[query] if is_common else None}, (query, more, types)
                yield models[kind], answer


def turned(places):
    """Latitude before longitude."""
    swap = lambda place: " ".join(reversed(place.strip("() ").split()))
    name, _, inner = places.partition("(")
    return f"{name}({','.join(map(swap, inner[:-1].split(',')))})"


def broken(answer):
    """The answer with one thing wrong in it."""
    def changed(change):
        found = copy.deepcopy(answer)
        one = found["coverages"][0] if "coverages" in found else found
        change(found, one, next(iter(one["ranges"].values())))
        return found

    yield changed(lambda found, one, range: range["values"].append(None))
    yield changed(lambda found, one, range: range.update(dataType="number"))
    yield changed(lambda found, one, range: range["axisNames"].pop())
    yield changed(lambda found, one, range: one["domain"].update(domainType="Pointless"))
    yield changed(lambda found, one, range: next(iter(found["parameters"].values()))["observedProperty"].pop("label"))
    yield changed(lambda found, one, range: one["domain"]["axes"].update(height={"values": [2]}))


def check(model, value):
    model.model_validate_json(json.dumps(value))


def refuses(model, value):
    try:
        check(model, value)
        return False
    except ValidationError:
        return True


def ask(path, **parameters):
    answer = session.get(f"{stage.URL}/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


session = requests.Session()
session.trust_env = False
session.cert, session.verify = (stage.CERTIFICATE, stage.PRIVATE_KEY), stage.ANCHORS
session.headers["Authorization"] = f"Bearer {stage.TOKEN}"

count = 0
for model, answer in answers():
    check(model, answer)
    assert all(refuses(model, wrong) for wrong in broken(answer)), answer
    count += 1
    if folder := os.environ.get("KEEP"):
        open(f"{folder}/{count}.json", "w").write(json.dumps(answer))
for collection, *_ in CASES:
    found = ask(f"collections/{collection}")
    check(DataQueries, found["data_queries"])
    check(Parameters, found["parameter_names"])
    check(Spatial, found["extent"]["spatial"])
    assert refuses(Parameters, {name: {} for name in found["parameter_names"]})
print(f"{count} answers")

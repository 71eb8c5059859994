"""OWSLib's client of OGC API EDR: collections, then each query, held against what the publisher imported."""

import json
import os

import owslib.util
import requests
from owslib.ogcapi.edr import EnvironmentalDataRetrieval

import stage

# OWSLib 0.35 does not pass Authentication(cert=...) on to requests: a session has the certificate instead.
os.environ["REQUESTS_CA_BUNDLE"] = stage.ANCHORS
owslib.util.requests = requests.Session()
owslib.util.requests.cert = stage.CERTIFICATE, stage.PRIVATE_KEY


def find(edr):
    classes = edr.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections" in classes, classes
    assert {"heat", "irradiance", "wind"} <= set(edr.data()), edr.data()
    found = edr.collection("irradiance")
    assert set(found["parameter_names"]) == {"ghi", "sunshine"}, found
    assert {"area", "cube", "position"} <= set(found["data_queries"]), found


def read(edr):
    irradiance, heat = stage.irradiance(), stage.heat()
    for variable in ("ghi", "sunshine"):
        expected = {key[1:]: value for key, value in irradiance.items() if key[0] == variable}
        place = edr.query_data("irradiance", "position", coords="POINT(1.4 51.1)")
        check(values(place, variable, "t"), expected, 4)
        box = edr.query_data("irradiance", "cube", bbox=[-3, 49, 0, 50.4], datetime_="2021-02-01T00:00:00Z/..")
        check(values(box, variable, "t"), expected, 7 * 4 * 3)
    places = edr.query_data("heat", "position", coords="MULTIPOINT((31 11),(-61 -9))")
    for each in places["coverages"]:
        check(values(each, "daysexceeding35c", "scenario", "year"), heat, 12)
    area = edr.query_data("heat", "area", coords="POLYGON((0 0,40 0,40 20,0 20,0 0))")
    found = values(area, "daysexceeding35c", "scenario", "year")
    check(found, heat, 9 * 5 * 12)
    assert any(value is not None for value in found.values())


def values(coverage, name, *along):
    """Values of a range by longitude and latitude and by the axes `along`."""
    axes, found = coverage["domain"]["axes"], coverage["ranges"][name]
    keys = [{}]
    for axis in found["axisNames"]:
        keys = [key | {axis: entry} for key in keys for entry in axes[axis]["values"]]
    places = [key.get("composite") or (key["x"], key["y"]) for key in keys]
    return {(*place, *(key[axis] for axis in along)): value
            for place, key, value in zip(places, keys, found["values"], strict=True)}


def check(found, expected, count):
    assert len(found) == count, (len(found), found)
    for key, value in found.items():
        assert stage.same(value, expected[key]), (key, value, expected[key])


def connect():
    return EnvironmentalDataRetrieval(stage.URL, headers={"Authorization": f"Bearer {stage.TOKEN}"} if stage.TOKEN else {})


for step in (find, read):
    try:
        step(connect())
        print(step.__name__)
    except RuntimeError as refused:
        print(step.__name__, json.loads(str(refused))["status"])

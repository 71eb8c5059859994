"""The tables that the publisher imported, row by row, and the one way in which each reader's rows are held against them."""

import csv
import datetime
import json
import math
from pathlib import Path

import stage

OWN = Path(stage.STAGE["sources"]) / "own"
KEYS = {"zones": ["id"], "products": ["sku"], "leaflet": ["sku"], "meters": ["meter", "from"]}
DAYS = {"since"}


def zones():
    features = json.loads((OWN / "zones.geojson").read_text())["features"]
    return [feature["properties"] | {"geometry": feature["geometry"]} for feature in features]


def products():
    return json.loads((OWN / "products.json").read_text())


def meters():
    with open(OWN / "meters.csv", newline="") as file:
        return [row | {"kwh": stage.number(row["kwh"])} for row in csv.DictReader(file)]


PUBLISHED = {"zones": zones(), "products": products(), "leaflet": products(), "meters": meters()}
assert [len(rows) for rows in PUBLISHED.values()] == [250, 250, 250, 3 * 3 * 48 - 1]


def check(name, rows, of=lambda row: True, without=(), geometry=None):
    """Each of `rows` is one that was published, and they are all those that `of` is true of; `geometry` compares two."""
    expected = {key(name, row): row for row in PUBLISHED[name] if of(row)}
    rows = list(rows)
    assert len(rows) == len(expected), (name, len(rows), len(expected))
    for row in rows:
        row = {column: plain(column, value) for column, value in row.items()}
        right = expected.pop(key(name, row))
        for column in right.keys() - set(without):
            if column == "geometry":
                assert geometry(row[column], right[column]), (name, row, right)
            else:
                assert same(row[column], right[column]), (name, column, row[column], right[column])
    assert not expected


def key(name, row):
    return tuple(row[column] for column in KEYS[name])


def same(found, right):
    if isinstance(right, bool) or right is None or isinstance(right, str):
        return found is right or (found == right and type(found) is type(right))
    return not isinstance(found, (bool, str)) and found is not None and math.isclose(found, right, abs_tol=1e-12)


def plain(column, value):
    """A value as the publisher wrote it, whatever type a reader has for it."""
    if column == "geometry":
        return value
    if value is None or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime.datetime):
        if column in DAYS:
            assert value.time() == datetime.time(), value
            return value.date().isoformat()
        assert value.utcoffset() is not None, (column, value)
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def refused(text):
    """What a refusal says that it is, by the name of its problem."""
    _, _, rest = text.partition("urn:perild:problem:")
    assert rest and "401" in text, text
    return rest.split('"')[0]

"""The daemon that a test has started, and what its publisher imported."""

import csv
import json
import math
import sys
from pathlib import Path

STAGE = json.loads(sys.argv[1])
URL, TOKEN, ANCHORS = STAGE["url"], STAGE["token"], STAGE["anchors"]
CERTIFICATE, PRIVATE_KEY = STAGE["certificate"], STAGE["private_key"]

TIMES = [f"2021-0{month}-01T00:00:00Z" for month in range(1, 5)]
SCENARIOS = ["ssp126", "ssp585"]
YEARS = [2020, 2030, 2040, 2050, 2075, 2100]


def table(name):
    """The rows of a source by longitude and latitude; empty fields and -9999 are no values."""
    rows = {}
    with open(Path(STAGE["sources"]) / name, newline="") as file:
        for row in csv.DictReader(file):
            place = float(row.pop("longitude")), float(row.pop("latitude"))
            row.pop("key", None)
            rows[place] = {column: number(text) for column, text in row.items()}
    return rows


def number(text):
    return None if text in ("", "-9999") else float(text)


def irradiance():
    """Values by variable, longitude, latitude and time."""
    return {(variable, *place, time): row[f"{variable}_{time}"]
            for place, row in table("own/irradiance.csv").items()
            for variable in ("ghi", "sunshine") for time in TIMES}


def heat():
    """Days above 35 degrees, by longitude, latitude, scenario and year."""
    return {(*place, scenario, year): row[f"heat{scenario}{year}daysexceeding35cmetric_mean"]
            for place, row in table("csv/synthetic-etlheat.csv").items()
            for scenario in SCENARIOS for year in YEARS}


def same(found, expected):
    """Whether two values are one, or neither is there."""
    gone = [value is None or math.isnan(value) for value in (found, expected)]
    return all(gone) if any(gone) else math.isclose(found, expected, abs_tol=1e-9)

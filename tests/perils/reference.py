"""The old service's answers, built from the CSV files as that service built them from its tables.

Usage: reference.py FOLDER COUNT SEED SOUTH WEST NORTH EAST. Prints COUNT lines of JSON, each a request with
the answer that is expected: method, target, type, body, expected, quirk. The corners are those of the files'
quarter-degree grid. Knows nothing of perild.
"""

import glob
import json
import random
import sys
from decimal import Decimal
from urllib.parse import quote_plus

TABLES = ["wind", "precip", "heat", "hail", "drought", "combinedflood", "fire"]
LISTED = ["fire", "hail", "heat", "combinedFlood", "precip", "drought", "wind"]
SCENARIOS = ["ssp126", "ssp585"]
YEARS = [2020, 2030, 2040, 2050, 2075, 2100]
#        peril in requests, name in records, code, version, metric, unit, metric in settings
METRICS = [
    ("wind", "wind", "WS", "8.2.3", "windspeed100yr", "m/s", "windspeed100yr"),
    ("precip", "precip", "PR", "3.2.1", "onedayprecip100yr", "mm", "onedayprecip100yr"),
    ("heat", "heat", "HT", "7.2.1", "daysexceeding35c", "days", "daysexceeding35c"),
    ("heat", "heat", "HT", "7.2.1", "daysexceeding38c", "days", "daysexceeding38c"),
    ("hail", "hail", "HL", "2.3.1", "dayslargehailpossible", "days", "dayslargehailpossible"),
    ("drought", "drought", "DT", "7.4.1", "monthsextreme3mospei", "months", "monthsextreme3mospei"),
    ("combinedFlood", "combinedflood", "FL", "2.1.8", "floodedfraction200yr", "fraction", "floodedfraction200yr"),
    ("fire", "fire", "FR", "3.2.1", "fireprobability", "percent", "fireProbability"),
]
# The listing has names, and one version, of its own.
LISTED_METRICS = {
    "fire": ["fireProbability"],
    "hail": ["daysLargeHailPossible"],
    "heat": ["daysExceeding35C", "daysExceeding38C"],
    "combinedFlood": ["floodedFraction200yr"],
    "precip": ["oneDayPrecip100yr"],
    "drought": ["monthsExtreme3moSPEI"],
    "wind": ["windSpeed100yr"],
}


def read_tables(folder, keys):
    """The rows of `keys` by table: the files may hold a million, of which few are asked for."""
    tables = {}
    for name in TABLES:
        (path,) = glob.glob(f"{folder}/*etl{name}.csv")
        rows = tables[name] = {}
        with open(path, newline="") as file:
            names = next(file).strip().split(",")
            for line in file:
                key = line[: line.index(",")]
                if key in keys:
                    rows[key] = dict(zip(names, line.strip().split(","), strict=True))
    return tables


def rounded(number):
    return round(float(number) * 4) / 4


def key_of(latitude, longitude):
    return "%.2f%.2f" % (rounded(latitude), rounded(longitude))


def text_of(cell):
    return "None" if cell == "" else f"{Decimal(cell):.6f}"


def dump(answer):
    return json.dumps(answer, sort_keys=True, separators=(",", ":")) + "\n"


def one_peril(tables, peril, latitude, longitude, year, scenario):
    row = tables[peril].get(key_of(latitude, longitude))
    if row is None:
        return {"message:": "Error"}
    names = [name for name in row if (year or "") in name and (scenario or "") in name]
    return {
        "data": {name: row[name] if name == "key" else text_of(row[name]) for name in names},
        "key": row["key"],
        "latitude": rounded(latitude),
        "longitude": rounded(longitude),
        "peril": peril,
    }


def all_perils(tables, latitude, longitude):
    return {
        "data": [one_peril(tables, peril, latitude, longitude, None, None) for peril in TABLES],
        "key": key_of(latitude, longitude),
        "latitude": rounded(latitude),
        "longitude": rounded(longitude),
        "peril": "all",
    }


def listing():
    by_peril = {asked: (code, version, unit) for asked, _, code, version, _, unit, _ in METRICS}
    perils = []
    for peril in LISTED:
        code, version, unit = by_peril[peril]
        for metric in LISTED_METRICS[peril]:
            for scenario in SCENARIOS:
                for year in YEARS:
                    perils.append({
                        "metric": metric,
                        "metric_units": unit,
                        "peril": peril,
                        "peril_code": code,
                        "peril_version": "2.1.0" if peril == "combinedFlood" else version,
                        "scenario": scenario,
                        "year": year,
                    })
    return {"perils": perils, "version": "2.2.0"}


def location(tables, body):
    body = json.loads(body.encode())
    sent = lambda name, default: default if body.get(name, []) == [] else body[name]
    perils, scenarios, years = sent("perils", LISTED), sent("scenarios", SCENARIOS), sent("years", YEARS)
    records, metrics = [], []
    for place in body["locations"]:
        latitude, longitude = place["latitude"], place["longitude"]
        for asked, name, code, version, metric, unit, in_settings in METRICS:
            if asked not in perils:
                continue
            metrics.append(in_settings)
            row = tables[name][key_of(latitude, longitude)]
            for scenario in SCENARIOS:
                for year in YEARS:
                    if year not in years or scenario not in scenarios:
                        continue
                    inner = "" if name == "fire" else metric
                    records.append({
                        "errors": [],
                        "latitude": rounded(latitude),
                        "longitude": rounded(longitude),
                        "metric": metric,
                        "metric_mean": text_of(row[f"{name}{scenario}{year}{inner}metric_mean"]),
                        "metric_units": unit,
                        "peril": name,
                        "peril_code": code,
                        "peril_version": version,
                        "scenario": scenario,
                        "status": 200,
                        "year": year,
                    })
    settings = {"csg_version": "2.1.0", "metrics": metrics, "perils": perils, "scenarios": scenarios, "years": years}
    return {"records": records, "settings": settings}


class Requests:
    """Random requests for a grid, each with all that its answer depends on."""

    def __init__(self, seed, south, west, north, east):
        self.random = random.Random(seed)
        self.latitudes, self.longitudes = (south, north), (west, east)

    def coordinate(self, low, high):
        kind = self.random.randrange(7)
        if kind == 0:
            return self.random.randint(int(low) + 1, int(high) - 1)
        if kind == 1:  # ties, and points of the grid
            return self.random.randrange(int(low * 8), int(high * 8)) / 8
        if kind == 2:
            return round(self.random.uniform(low, high), 3)
        if kind == 3:  # the edges, beside them, and around zero
            return self.random.choice([
                low, low + 0.125, low - 0.125, low - 0.13, high, high - 0.125, high + 0.125, high + 0.13, high + 1,
                high + 10, low + 360, 359.9, 1e30, -0.0, -0.1, -0.125, 0.125, 0.375, -0.375,
            ])
        return self.random.uniform(low, high)

    def anywhere(self):
        """Latitude and longitude; now and then beyond the grid, where there is no row."""
        beyond = 0.25 if self.random.random() < 0.1 else 0
        south, north = self.latitudes
        west, east = self.longitudes
        return self.coordinate(south - beyond, north + beyond), self.coordinate(west - beyond, east + beyond)

    def on_grid(self):
        while True:
            latitude, longitude = self.anywhere()
            is_within = lambda number, ends: ends[0] <= rounded(number) <= ends[1]
            if is_within(latitude, self.latitudes) and is_within(longitude, self.longitudes):
                return latitude, longitude

    def as_query(self, number):
        text = repr(number)
        kind = self.random.randrange(8)
        if kind == 0:
            text = f" {text}\t"
        elif kind == 1 and number > 0:
            text = "+" + text
        elif kind == 2 and 10 > number > 0 and isinstance(number, float):
            text = f"0_{text}"
        elif kind == 3:
            text = text.translate({ord("0") + digit: chr(0x0660 + digit) for digit in range(10)})
        elif kind == 4 and "e" not in text:
            text += "e0"
        return quote_plus(text)

    def as_json(self, number):
        kind = self.random.randrange(8)
        if kind == 0:
            return repr(number)
        if kind == 1:
            return f" {number} " if number else False
        return number

    def any(self):
        kind = self.random.randrange(100)
        if kind < 50:
            return self.peril()
        if kind < 60:
            return self.all_perils()
        if kind < 61:
            return Request("GET", "/perils?lat=1", lambda tables: listing())
        return self.location()

    def peril(self):
        latitude, longitude = self.anywhere()
        years = ["2020", "2030", "2100", "20", "100", "200", "5", "1262", "35", "abc", "key", "", "lat", "0"]
        scenarios = ["ssp126", "ssp585", "metric", "SSP126", "", "mean", "long"]
        peril = self.random.choice(TABLES)
        year = self.random.choice(years) if self.random.random() < 0.6 else None
        scenario = self.random.choice(scenarios) if self.random.random() < 0.6 else None
        parts = [f"lat={self.as_query(latitude)}", f"lon={self.as_query(longitude)}", "unknown=1"]
        if year is not None:
            parts.append(f"year={year}&year=1999")
        if scenario is not None:
            parts.append(f"scenario={scenario}")
        self.random.shuffle(parts)
        expect = lambda tables: one_peril(tables, peril, latitude, longitude, year, scenario)
        quirk = (year or "2020") not in map(str, YEARS) or (scenario or "ssp126") not in SCENARIOS
        return Request("GET", f"/{peril}?" + "&".join(parts), expect, quirk, places=[(latitude, longitude)])

    def all_perils(self):
        latitude, longitude = self.anywhere()
        target = f"/allperils?lon={self.as_query(longitude)}&lat={self.as_query(latitude)}"
        return Request(
            "GET", target, lambda tables: all_perils(tables, latitude, longitude), places=[(latitude, longitude)]
        )

    def location(self):
        body, quirk = {}, False
        count = 100 if self.random.random() < 0.02 else self.random.choice([0, 1, 1, 1, 2, 3, 5])
        selects_none = self.random.random() < 0.05
        positions = [self.anywhere() if selects_none else self.on_grid() for _ in range(count)]
        body["locations"] = [self.place(number, position) for number, position in enumerate(positions)]
        body |= self.filters()
        if selects_none:
            body["perils"] = self.random.choice(["", {}, ["nothing"], "none"])
            # What is never looked at may be anything.
            body["years"] = self.random.choice([None, 2030, [2030]])
        for name, known in [("perils", LISTED), ("scenarios", SCENARIOS), ("years", YEARS)]:
            given = body.get(name, [])
            quirk |= not isinstance(given, list) or any(item not in known for item in given)
        text = json.dumps(body, ensure_ascii=self.random.random() < 0.5)
        if self.random.random() < 0.1:  # the last member of a name counts
            text = '\ufeff{"locations": null, "years": NaN,' + text.replace("{", "\r\n\t", 1)
            if "years" not in body:
                text = text.replace('"years": NaN,', "", 1)
        content_type = self.random.choice(["application/json"] * 3 + ["Application/JSON; charset=UTF-8", "application/geo+json"])
        expect = lambda tables: location(tables, text)
        return Request("POST", "/location", expect, quirk, positions, text, content_type)

    def place(self, number, position):
        latitude, longitude = position
        place = {"longitude": self.as_json(longitude), "latitude": self.as_json(latitude)}
        if self.random.random() < 0.3:
            place["locationId"] = f"site \u00e9 {number}"
            place["extra"] = {"address": "1 Null Island", "zipCode": float("nan"), "more": [[], {}]}
        return place

    def filters(self):
        body = {}
        if self.random.random() < 0.7:
            pool = LISTED + LISTED + ["combinedflood", "Wind", "\u00fcber \U0001f600 \"x\"\n"]
            body["perils"] = [self.random.choice(pool) for _ in range(self.random.randrange(5))]
        elif self.random.random() < 0.2:
            body["perils"] = self.random.choice(["windfire", "", {"hail": 1}])
        if self.random.random() < 0.5:
            body["scenarios"] = [self.random.choice(SCENARIOS + ["ssp245"]) for _ in range(self.random.randrange(4))]
        elif self.random.random() < 0.1:
            body["scenarios"] = self.random.choice(["ssp126", "ssp585ssp126", "", {}, {"ssp585": None}])
        if self.random.random() < 0.6:
            pool = YEARS + YEARS + [2030.0, "2030", 2031, 1e22, -0.5, 1e-7, None, {"b": 1, "a": [True]}]
            body["years"] = [self.random.choice(pool) for _ in range(self.random.randrange(5))]
        elif self.random.random() < 0.1:
            body["years"] = {}
        return body


class Request:
    def __init__(self, method, target, expect, quirk=False, places=(), body=None, content_type=None):
        self.expect, self.places = expect, places
        self.line = {"method": method, "target": target, "quirk": quirk, "body": body, "type": content_type}


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    source = Requests(int(sys.argv[3]), *map(float, sys.argv[4:8]))
    requests = [source.any() for _ in range(count)]
    tables = read_tables(folder, {key_of(*place) for request in requests for place in request.places})
    for request in requests:
        print(json.dumps(request.line | {"expected": dump(request.expect(tables))}), flush=True)


main()

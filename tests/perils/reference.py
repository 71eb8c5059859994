"""The old service's answers, built from the CSV files as that service built them from its tables.

Usage: reference.py FOLDER COUNT SEED. Prints COUNT lines of JSON, each a request with the answer that
is expected: method, target, body, expected, quirk. Knows nothing of perild.
"""

import csv
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


def read_tables(folder):
    tables = {}
    for name in TABLES:
        with open(f"{folder}/etl{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        tables[name] = {row["key"]: row for row in rows}
    return tables


def rounded(number):
    return round(float(number) * 4) / 4


def key_of(latitude, longitude):
    return "%.2f%.2f" % (rounded(latitude), rounded(longitude))


def text_of(cell):
    return "None" if cell == "" else str(Decimal(cell))


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


def location(tables, body):
    body = json.loads(body)
    sent = lambda name, default: body[name] if name in body and len(body[name]) > 0 else default
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
                    if scenario not in scenarios or year not in years:
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


def coordinate(random, low, high):
    kind = random.randrange(6)
    if kind == 0:
        return random.randint(int(low) + 1, int(high) - 1)
    if kind == 1:  # a tie
        return random.randrange(int(low * 8), int(high * 8)) / 8
    if kind == 2:
        return round(random.uniform(low, high), 3)
    return random.uniform(low, high)


def as_query(random, number):
    text = repr(number)
    kind = random.randrange(8)
    if kind == 0:
        text = f" {text}\t"
    elif kind == 1 and number > 0:
        text = "+" + text
    elif kind == 2 and 10 > number > 0 and isinstance(number, float):
        text = f"0_{text}"
    elif kind == 3:
        text = text.translate({ord("0") + digit: chr(0x0660 + digit) for digit in range(10)})
    elif kind == 4:
        text += "e0"
    return quote_plus(text)


def as_json(random, number):
    kind = random.randrange(8)
    if kind == 0:
        return repr(number)
    if kind == 1:
        return f" {number}_0 ".replace("_0", "") if number else False
    return number


def requests(tables, count, seed):
    source = random.Random(seed)
    year_texts = ["2020", "2030", "2100", "20", "100", "200", "5", "1262", "35", "abc", "key", "", "lat", "0"]
    scenario_texts = ["ssp126", "ssp585", "metric", "SSP126", "", "mean", "long"]
    for _ in range(count):
        # A place beyond the grid now and then: there is no row.
        latitude, longitude = coordinate(source, -2.3, 4.3), coordinate(source, -3.3, 3.3)
        kind = source.randrange(10)
        if kind < 5:
            peril = source.choice(TABLES)
            target = f"/{peril}?lat={as_query(source, latitude)}&lon={as_query(source, longitude)}"
            year = source.choice(year_texts) if source.random() < 0.6 else None
            scenario = source.choice(scenario_texts) if source.random() < 0.6 else None
            if year is not None:
                target += f"&year={year}&year=1999"
            if scenario is not None:
                target += f"&scenario={scenario}"
            expected = one_peril(tables, peril, latitude, longitude, year, scenario)
            quirk = (year or "2020") not in map(str, YEARS) or (scenario or "ssp126") not in SCENARIOS
            yield "GET", target, None, expected, quirk
        elif kind == 5:
            target = f"/allperils?lon={as_query(source, longitude)}&lat={as_query(source, latitude)}"
            yield "GET", target, None, all_perils(tables, latitude, longitude), False
        else:
            yield location_request(source, tables)


def location_request(source, tables):
    body, quirk = {}, False
    places = []
    for number in range(source.choice([0, 1, 1, 2, 3, 5])):
        place = {
            "longitude": as_json(source, coordinate(source, -3.1, 3.1)),
            "latitude": as_json(source, coordinate(source, -2.1, 4.1)),
        }
        if source.random() < 0.3:
            place["locationId"] = f"site \u00e9 {number}"
        places.append(place)
    body["locations"] = places
    if source.random() < 0.7:
        pool = LISTED + LISTED + ["combinedflood", "Wind", "\u00fcber \U0001f600 \"x\"\n"]
        body["perils"] = [source.choice(pool) for _ in range(source.randrange(5))]
        quirk |= any(peril not in LISTED for peril in body["perils"])
    elif source.random() < 0.1:
        body["perils"], quirk = "windfire", True
    if source.random() < 0.5:
        body["scenarios"] = [source.choice(SCENARIOS + ["ssp245"]) for _ in range(source.randrange(4))]
        quirk |= any(scenario not in SCENARIOS for scenario in body["scenarios"])
    if source.random() < 0.6:
        pool = YEARS + YEARS + [2030.0, "2030", 2031, 1e22, -0.5, 1e-7, None, {"b": 1, "a": [True]}]
        body["years"] = [source.choice(pool) for _ in range(source.randrange(5))]
        quirk |= any(year not in YEARS for year in body["years"])
    text = json.dumps(body, ensure_ascii=source.random() < 0.5)
    return "POST", "/location", text, location(tables, text), quirk


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    tables = read_tables(folder)
    for method, target, body, expected, quirk in requests(tables, count, seed):
        line = {"method": method, "target": target, "body": body, "expected": dump(expected), "quirk": quirk}
        print(json.dumps(line))


main()

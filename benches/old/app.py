"""A stand-in for the service that did this before, by its documented design: a query for each peril and place.

Flask and psycopg2 over PostgreSQL, one connection for each process. It answers POST /location without filters.
"""

import json
import os

import flask
import psycopg2

# For each peril: the table, what records say of it, and its metrics with their units and names in `settings`.
PERILS = [
    ("osdbwind", "wind", "WS", "8.2.3", [("windspeed100yr", "m/s", "windspeed100yr")]),
    ("osdbprecip", "precip", "PR", "3.2.1", [("onedayprecip100yr", "mm", "onedayprecip100yr")]),
    ("osdbheat", "heat", "HT", "7.2.1", [
        ("daysexceeding35c", "days", "daysexceeding35c"), ("daysexceeding38c", "days", "daysexceeding38c")]),
    ("osdbhail", "hail", "HL", "2.3.1", [("dayslargehailpossible", "days", "dayslargehailpossible")]),
    ("osdbdrought", "drought", "DT", "7.4.1", [("monthsextreme3mospei", "months", "monthsextreme3mospei")]),
    ("osdbcombinedflood", "combinedflood", "FL", "2.1.8", [
        ("floodedfraction200yr", "fraction", "floodedfraction200yr")]),
    ("osdbfire", "fire", "FR", "3.2.1", [("fireprobability", "percent", "fireProbability")]),
]
LISTED = ["fire", "hail", "heat", "combinedFlood", "precip", "drought", "wind"]
SCENARIOS = ["ssp126", "ssp585"]
YEARS = [2020, 2030, 2040, 2050, 2075, 2100]

app = flask.Flask(__name__)
connection = psycopg2.connect(os.environ["BENCH_DATABASE"])
connection.autocommit = True


@app.post("/location")
def location():
    records, metrics = [], []
    for place in flask.request.get_json()["locations"]:
        latitude, longitude = (round(float(place[name]) * 4) / 4 for name in ("latitude", "longitude"))
        for table, peril, code, version, names in PERILS:
            row = found(table, f"{latitude:.2f}{longitude:.2f}")
            for metric, units, listed in names:
                metrics.append(listed)
                inside = "" if peril == "fire" else metric
                for scenario in SCENARIOS:
                    for year in YEARS:
                        records.append({
                            "errors": [], "latitude": latitude, "longitude": longitude, "metric": metric,
                            "metric_mean": str(row[f"{peril}{scenario}{year}{inside}metric_mean"]),
                            "metric_units": units, "peril": peril, "peril_code": code, "peril_version": version,
                            "scenario": scenario, "status": 200, "year": year,
                        })
    settings = {"csg_version": "2.1.0", "metrics": metrics, "perils": LISTED, "scenarios": SCENARIOS, "years": YEARS}
    text = json.dumps({"records": records, "settings": settings}, sort_keys=True, separators=(",", ":")) + "\n"
    return flask.Response(text, content_type="application/json")


def found(table, key):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE key = %s", (key,))
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone()))

"""Tables of real sizes, made once below target/: what a publisher has, and the same rows for the peers.

A catalogue of a million products, half hours of 2,854 meters over a year (50 million rows), and 100,000 polygons of
suburbs, all of made-up values.
"""

import shutil
import subprocess
import time
from dataclasses import dataclass

from .environments import environment
from .place import IS_ROOT, TARGET

HOME = TARGET / "bench-tables"
STATE = HOME / "state"

# The newest of each that runs on Python 3.11, which Debian 12 has.
PACKAGES = ["pyarrow==26.0.0", "numpy", "duckdb==1.4.4", "psycopg2-binary==2.9.13", "roapi==0.12.7"]

PRODUCTS = 1_000_000
METERS = 2_854
HALF_HOURS = 17_520
POLYGONS = 100_000


@dataclass(frozen=True)
class Table:
    source: str
    rows: int
    description: str


TABLES = {
    "catalogue": Table("catalogue.csv", PRODUCTS, """[collection]
title = "Products"
licence = "CC0-1.0"
version = "1.0.0"
kind = "records"
key = ["sku"]
"""),
    "meters": Table("meters.csv", METERS * HALF_HOURS, """[collection]
title = "Half hours of meters"
licence = "CC0-1.0"
version = "1.0.0"
kind = "series"
key = ["meter"]
time = "from"
step = "PT30M"

[[field]]
name = "kwh"
unit = "kW.h"
"""),
    "suburbs": Table("suburbs.geojson", POLYGONS, """[collection]
title = "Suburbs"
licence = "CC0-1.0"
version = "1.0.0"
kind = "features"
key = ["id"]
"""),
}


def python():
    return environment("tables", PACKAGES, "roapi") / "bin/python"


def files():
    """The folder of a publisher, with a Parquet file of each table for the peers."""
    folder = HOME / "folder"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        sizes = [PRODUCTS, METERS, HALF_HOURS, POLYGONS]
        subprocess.run([python(), "-c", WRITE, folder, *map(str, sizes)], check=True)
        for name, table in TABLES.items():
            # The peers' Parquet file of the same name lies beside it.
            named = table.description.replace("[collection]\n", f'[collection]\nsource = "{table.source}"\n')
            (folder / f"{name}.toml").write_text(named)
        (folder / "complete").touch()
    return folder


@dataclass(frozen=True)
class Imported:
    seconds: float
    cpu_seconds: float
    memory_mb: float
    octets: int


def imported(binary, name):
    """Imports one table anew: how long, with how much memory, and what it takes on the disk."""
    folder, state = files(), HOME / f"import-{name}"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    begun = time.monotonic()
    command = ["/usr/bin/time", "--format", "%U %S %M", binary, "import", "--state", state, folder / f"{name}.toml"]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - begun
    if done.returncode:
        raise SystemExit(f"the import of {name} failed: {done.stderr}")
    octets = sum(part.stat().st_size for part in (state / "tables").rglob("*.parquet"))
    target = STATE / "tables" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    (state / "tables" / name).rename(target)
    shutil.rmtree(state)
    user, system, kilobytes = done.stderr.split()[-3:]
    return Imported(seconds, float(user) + float(system), int(kilobytes) / 1024, octets)


def store_into(place, binary):
    """Puts the imported tables into the state folder of `place`; those that an earlier run has not left are imported."""
    for name in TABLES:
        if not (STATE / "tables" / name).exists():
            imported(binary, name)
    # Parts never change: a name more costs nothing.
    shutil.copytree(STATE / "tables", place.path("state/tables"), copy_function=shutil.copy2)
    for name in TABLES:
        shutil.copy(files() / f"{name}.toml", place.path("srv/shared_data"))
    if IS_ROOT:
        for owned in [place.path("state/tables"), *place.path("state/tables").rglob("*")]:
            shutil.chown(owned, "nobody", "www-data")


WRITE = """
import json
import sys
from pathlib import Path

import numpy
import pyarrow
import pyarrow.csv
import pyarrow.parquet

folder = Path(sys.argv[1])
products, meters, half_hours, polygons = map(int, sys.argv[2:])
chance = numpy.random.default_rng(12)


def both(name, table, **options):
    pyarrow.csv.write_csv(table, folder / f"{name}.csv")
    pyarrow.parquet.write_table(table, folder / f"{name}.parquet", compression="zstd", **options)


words = numpy.array(["diver", "field", "dress", "pilot", "tank", "racer", "marine", "moon"])
numbers = chance.permutation(products)
columns = {"sku": [f"SKU{number:08}" for number in numbers]}
for at in range(6):
    picked = chance.integers(0, len(words), products), chance.integers(0, 1000, products)
    columns[f"attribute_{at}"] = numpy.char.add(words[picked[0]], picked[1].astype(str))
columns["year"] = chance.integers(1950, 2027, products)
columns["price"] = numpy.round(chance.uniform(50, 9000, products), 2)
columns["stock"] = chance.integers(0, 500, products)
columns["brand"] = words[chance.integers(0, len(words), products)]
both("catalogue", pyarrow.table(columns).sort_by("sku"))

begin = numpy.datetime64("2025-01-01T00:00:00", "ms")
times = begin + numpy.arange(half_hours) * numpy.timedelta64(30 * 60 * 1000, "ms")
daily = 0.2 + 0.15 * numpy.sin(numpy.arange(half_hours) * numpy.pi / 24)
schema = pyarrow.schema([
    ("meter", pyarrow.string()), ("from", pyarrow.timestamp("ms", "UTC")), ("kwh", pyarrow.float64()),
])
with (pyarrow.csv.CSVWriter(folder / "meters.csv", schema) as text,
      pyarrow.parquet.ParquetWriter(folder / "meters.parquet", schema, compression="zstd") as parquet):
    for number in range(meters):
        kwh = numpy.round(numpy.maximum(daily + chance.normal(0, 0.05, half_hours), 0), 3)
        batch = pyarrow.table([[f"M{number:06}"] * half_hours, times, kwh], schema=schema)
        text.write(batch)
        parquet.write(batch)

side = int(polygons ** 0.5) + 1
with open(folder / "suburbs.geojson", "w") as out:
    out.write('{"type":"FeatureCollection","features":[')
    rows = {"id": [], "name": [], "xmin": [], "ymin": [], "xmax": [], "ymax": [], "geometry": []}
    for number in range(polygons):
        x, y = -8 + (number % side) * 14 / side, 45 + (number // side) * 14 / side
        turns = numpy.linspace(0, 2 * numpy.pi, 25)[:-1]
        radii = 0.03 * chance.uniform(0.6, 1, 24)
        ring = [[round(x + radius * numpy.cos(turn), 6), round(y + radius * numpy.sin(turn), 6)]
                for radius, turn in zip(radii, turns)]
        ring.append(ring[0])
        geometry = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "id": number, "geometry": geometry, "properties": {"name": f"suburb {number}"}}
        out.write(("," if number else "") + json.dumps(feature))
        xs, ys = zip(*ring)
        for key, value in zip(rows, [number, f"suburb {number}", min(xs), min(ys), max(xs), max(ys), json.dumps(geometry)]):
            rows[key].append(value)
    out.write("]}")
pyarrow.parquet.write_table(pyarrow.table(rows), folder / "suburbs.parquet", compression="zstd")
"""

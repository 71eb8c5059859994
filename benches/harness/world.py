"""The full-scale set: made once below target/, imported, and places with values to ask for."""

import json
import random
import shutil
import subprocess

from .place import IS_ROOT, TARGET

HOME = TARGET / "bench-world"
CSV = HOME / "perils"
STATE = HOME / "state"
STORE = STATE / "perils.arrow"


def files(binary):
    """The folder of the seven files: 1,038,961 lines each."""
    if not (CSV / "datapackage.json").exists():
        shutil.rmtree(CSV, ignore_errors=True)
        perild(binary, "sample", "--step", "0.25", "--out", CSV)
    return CSV


def imported(binary):
    """Imports the files."""
    perild(binary, "import", "--state", STATE, files(binary))


def store_into(place, binary):
    """Puts the imported store into the state folder of `place`."""
    if not STORE.exists():
        imported(binary)
    copy = shutil.copy(STORE, place.path("state"))
    if IS_ROOT:
        shutil.chown(copy, "nobody", "www-data")


def octets_of_csv():
    return sum(path.stat().st_size for path in CSV.glob("*.csv"))


def places(binary, count):
    """As many places near cells with values, the same ones in every run, as pairs of texts."""
    cells = cells_with_values(binary)
    chance = random.Random(count)

    def near(text):
        return f"{float(text) + chance.uniform(-0.1, 0.1):.5f}"

    return [tuple(map(near, chance.choice(cells))) for _ in range(count)]


def cells_with_values(binary):
    """Coordinates of the cells that hail has values for, as texts."""
    (path,) = files(binary).glob("*etlhail.csv")
    cells = []
    with path.open() as lines:
        next(lines)
        for line in lines:
            _, latitude, longitude, first, _ = line.split(",", 4)
            if first:
                cells.append((latitude, longitude))
    return cells


def bodies(binary, path, how_many, of_places):
    """Writes a file of JSON bodies, one a line, each of `of_places` places."""
    found = iter(places(binary, how_many * of_places))
    with path.open("w") as lines:
        for _ in range(how_many):
            chosen = [dict(zip(("latitude", "longitude"), map(float, next(found)))) for _ in range(of_places)]
            lines.write(json.dumps({"locations": chosen}, separators=(",", ":")) + "\n")
    return path


def portfolio(binary, path, count):
    """Writes a portfolio: a CSV file with an id and a name beside each place."""
    with path.open("w") as lines:
        lines.write("id,name,latitude,longitude\n")
        for index, (latitude, longitude) in enumerate(places(binary, count)):
            lines.write(f"{index},site {index},{latitude},{longitude}\n")
    return path


def perild(binary, *arguments):
    subprocess.run([str(part) for part in (binary, *arguments)], check=True, stdout=subprocess.DEVNULL)

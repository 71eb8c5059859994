"""R's sf of Debian: what it read is held against what was published."""

import json
import os
import subprocess
import sys
from pathlib import Path

import shapely.geometry
import shapely.wkb

import tables_published as published

BOX = shapely.geometry.box(-10, 50, -9, 50.5)


def planned_in_the_box(row):
    return row["planned"] and row["geometry"] and shapely.geometry.shape(row["geometry"]).intersects(BOX)


OF = {
    "all": lambda row: True,
    "planned in the box": planned_in_the_box,
    "dear": lambda row: row["price"] > 30,
}


def geometry(found, right):
    if right is None or found is None:
        return found is right
    return shapely.wkb.loads(found, hex=True).normalize().equals_exact(shapely.geometry.shape(right).normalize(), 1e-9)


script = Path(__file__).with_suffix(".R")
# A zone whose clocks change among the times of the meters.
run = subprocess.run(["Rscript", "--vanilla", script, sys.argv[1]], env=os.environ | {"TZ": "Europe/London"}, check=True,
                     capture_output=True, text=True)
for line in run.stdout.splitlines():
    answer = json.loads(line)
    if "refused" in answer:
        print("refused", published.refused(answer["refused"]))
        sys.exit()
    if "certificate" in answer:
        assert "No client certificate was shown" in answer["certificate"], answer
        print("read")
        sys.exit()
    rows = [{column: row.get(column) for column in published.PUBLISHED[answer["name"]][0]} for row in answer["rows"]]
    published.check(answer["name"], rows, OF[answer["of"]], (), geometry)
raise SystemExit(run.stderr)

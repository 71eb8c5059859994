"""Peers over the same Parquet files: ROAPI and pygeoapi over HTTP, DuckDB within a Python program."""

import json
import os
import subprocess

from . import front, load, programs
from . import tables_world as world
from .environments import environment

# The newest of each that runs on Python 3.11, which Debian 12 has.
PYGEOAPI = ["gunicorn==22.0.0", "gevent", "pygeoapi==0.21.0", "geopandas", "pyarrow", "s3fs"]


def started_roapi(place):
    """ROAPI as its own package runs it, on a port of its own."""
    folder, port = world.files(), front.free_port()
    tables = [{"name": name, "uri": str(folder / f"{name}.parquet"), "option": {"format": "parquet", "use_memory_table": False}}
              for name in world.TABLES]
    config = place.path("roapi.yml")
    # YAML, of which JSON is a part.
    config.write_text(json.dumps({"addr": {"http": f"127.0.0.1:{port}"}, "tables": tables}))
    program = programs.Program(place, "roapi", [world.python().with_name("roapi"), "--config", config])
    program.port = port
    program.await_that(lambda: subprocess.run(
        ["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/health"], capture_output=True).returncode == 0, "an answer")
    return program


def asked_of_roapi(program, sql, seconds):
    arguments = ["-z", f"{seconds}s", "-w", "-c", 1, "-m", "POST", "-d", sql]
    return load.sample([*arguments, f"http://127.0.0.1:{program.port}/api/sql"], None, program)


def started_pygeoapi(place):
    """pygeoapi as its own image runs it (gunicorn with gevent workers), over Parquet, of polygons with their boxes."""
    installed = environment("tables-pygeoapi", PYGEOAPI, "pygeoapi", "gunicorn")
    folder, polygons = world.files(), world.HOME / "suburbs-geo.parquet"
    if not polygons.exists():
        part = polygons.with_suffix(".part")
        subprocess.run([installed / "bin/python", "-c", GEOPARQUET, folder / "suburbs.parquet", part], check=True)
        part.rename(polygons)
    config, openapi = place.path("pygeoapi.json"), place.path("pygeoapi-openapi.json")
    socket = place.path("run/pygeoapi.sock")
    resources = {
        "catalogue": resource({"name": "Parquet", "type": "feature", "id_field": "sku",
                               "data": {"source": str(folder / "catalogue.parquet")}}),
        "suburbs": resource({"name": "Parquet", "type": "feature", "id_field": "id", "data": {"source": str(polygons)},
                             "x_field": ["xmin", "xmax"], "y_field": ["ymin", "ymax"]}),
    }
    config.write_text(json.dumps(configuration(resources)))
    subprocess.run([installed / "bin/pygeoapi", "openapi", "generate", config, "--format", "json",
                    "--output-file", openapi], check=True, stdout=subprocess.DEVNULL)
    workers = 2 * os.cpu_count() + 1
    command = [installed / "bin/gunicorn", "--workers", workers, "--worker-class", "gevent", "--bind", f"unix:{socket}",
               "pygeoapi.flask_app:APP"]
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    program = programs.Program(place, "pygeoapi", command, env=env, cwd=place.dir)
    program.socket = socket
    program.await_that(lambda: socket.exists() and programs.answers(socket) and len(program.pids()) > workers, "its workers")
    return program


def asked_of_pygeoapi(program, path, seconds):
    arguments = ["-z", f"{seconds}s", "-w", "-c", 1, "--unix-socket", program.socket]
    return load.sample([*arguments, f"http://localhost{path}"], None, program)


def resource(provider):
    text = {"title": "Rows", "description": "Rows", "keywords": ["rows"]}
    bounds = {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    return {"type": "collection", **text, "links": [], "extents": bounds, "providers": [provider]}


def configuration(resources):
    nobody = {key: "" for key in ("position", "address", "city", "stateorprovince", "postalcode", "country", "phone", "fax",
                                  "hours", "instructions", "role")}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 5000}, "url": "https://localhost", "mimetype": "application/json",
            "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 2000},
            "map": {"url": "https://localhost/map", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": "Rows", "description": "Rows", "keywords": ["rows"], "keywords_type": "theme",
                               "terms_of_service": "", "url": "https://localhost"},
            "license": {"name": "CC0-1.0", "url": "https://spdx.org/licenses/CC0-1.0"},
            "provider": {"name": "bench", "url": "https://localhost"},
            "contact": {"name": "bench", "email": "bench@example.org", "url": "https://localhost", **nobody},
        },
        "resources": resources,
    }


def duckdb(questions):
    """p50 in milliseconds over the Parquet files, within one program."""
    done = subprocess.run([world.python(), "-c", DUCKDB, world.files(), json.dumps(questions)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


GEOPARQUET = """
import json
import sys

import geopandas
import pyarrow.parquet
import shapely.geometry

table = pyarrow.parquet.read_table(sys.argv[1])
shapes = [shapely.geometry.shape(json.loads(text)) for text in table["geometry"].to_pylist()]
rows = table.drop_columns(["geometry"]).to_pandas()
geopandas.GeoDataFrame(rows, geometry=shapes, crs="OGC:CRS84").to_parquet(sys.argv[2])
"""

DUCKDB = """
import json
import statistics
import sys
import time

import duckdb

folder, questions = sys.argv[1], json.loads(sys.argv[2])
connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute("SET enable_progress_bar = false")
for name in ("catalogue", "meters", "suburbs"):
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/{name}.parquet'")
questions["sums"] = ("SELECT meter, CAST(\\"from\\" AS DATE) AS day, sum(kwh) FROM meters WHERE meter < 'M001000' "
                     "GROUP BY meter, day ORDER BY meter, day")
found = {}
for name, sql in questions.items():
    took = []
    for turn in range(5 if name == "sums" else 50):
        begun = time.perf_counter()
        connection.execute(sql).fetch_arrow_table()
        took.append((time.perf_counter() - begun) * 1e3)
    found[name] = statistics.median(took)
print(json.dumps(found))
"""

"""Peers over the same rows: ROAPI and pygeoapi over HTTP, DuckDB and PostgreSQL within a Python program."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import front, load, programs
from . import tables_world as world
from .place import IS_ROOT, TOOLS

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
    environment = TOOLS / "tables-pygeoapi"
    if not (environment / "complete").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", environment], check=True)
        subprocess.run([environment / "bin/pip", "install", "--quiet", *PYGEOAPI], check=True)
        (environment / "complete").touch()
    folder, polygons = world.files(), world.HOME / "suburbs-geo.parquet"
    if not polygons.exists():
        subprocess.run([environment / "bin/python", "-c", GEOPARQUET, folder / "suburbs.parquet", polygons], check=True)
    config, openapi = place.path("pygeoapi.json"), place.path("pygeoapi-openapi.json")
    socket = place.path("run/pygeoapi.sock")
    resources = {
        "catalogue": resource({"name": "Parquet", "type": "feature", "id_field": "sku",
                               "data": {"source": str(folder / "catalogue.parquet")}}),
        "suburbs": resource({"name": "Parquet", "type": "feature", "id_field": "id", "data": {"source": str(polygons)},
                             "x_field": ["xmin", "xmax"], "y_field": ["ymin", "ymax"]}),
    }
    config.write_text(json.dumps(configuration(resources)))
    subprocess.run([environment / "bin/pygeoapi", "openapi", "generate", config, "--format", "json",
                    "--output-file", openapi], check=True, stdout=subprocess.DEVNULL)
    workers = 2 * os.cpu_count() + 1
    command = [environment / "bin/gunicorn", "--workers", workers, "--worker-class", "gevent", "--bind", f"unix:{socket}",
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


def postgresql(questions):
    """p50 in milliseconds of Debian's PostgreSQL on a unix socket of its own, from one program: a key, and a month of ten
    million rows of meters. A box would be PostGIS's to answer."""
    folder = world.HOME / "postgresql"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    account = {}
    if IS_ROOT:
        # PostgreSQL refuses to run as root; Debian's package brings this user.
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data = folder / "data"
    initdb = [tools / "initdb", "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **account)
    command = [tools / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
               "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB", "-c", "logging_collector=off"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **account)
    try:
        done = subprocess.run([world.python(), "-c", POSTGRESQL, folder, world.files(), json.dumps(questions)],
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


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

POSTGRESQL = """
import json
import statistics
import sys
import time

import psycopg2

host, folder, questions = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
for patience in range(100):
    try:
        connection = psycopg2.connect(host=host, user="bench", dbname="postgres")
        break
    except psycopg2.OperationalError:
        time.sleep(0.1)
connection.autocommit = True
cursor = connection.cursor()


class Head:
    '''The first lines of a file.'''

    def __init__(self, path, lines):
        self.file, self.left = open(path, "rb"), lines

    def read(self, size=-1):
        taken = []
        while self.left > 0 and sum(map(len, taken)) < max(size, 65536):
            line = self.file.readline()
            self.left -= 1
            if not line:
                self.left = 0
            taken.append(line)
        return b"".join(taken)


text = ", ".join(f"attribute_{at} text" for at in range(6))
cursor.execute(f"CREATE TABLE catalogue (sku text, {text}, year int, price float8, stock int, brand text)")
cursor.copy_expert("COPY catalogue FROM STDIN WITH (FORMAT csv, HEADER)", open(f"{folder}/catalogue.csv", "rb"))
cursor.execute("ALTER TABLE catalogue ADD PRIMARY KEY (sku)")
cursor.execute('CREATE TABLE meters (meter text, "from" timestamptz, kwh float8)')
cursor.copy_expert("COPY meters FROM STDIN WITH (FORMAT csv, HEADER)", Head(f"{folder}/meters.csv", 10_000_001))
cursor.execute('ALTER TABLE meters ADD PRIMARY KEY (meter, "from")')
cursor.execute("VACUUM ANALYZE")
questions["month"] = questions["month"].replace("M001234", "M000321")
questions.pop("box")
found = {}
for name, sql in questions.items():
    took = []
    for turn in range(200):
        begun = time.perf_counter()
        cursor.execute(sql)
        cursor.fetchall()
        took.append((time.perf_counter() - begun) * 1e3)
    found[name] = statistics.median(took)
print(json.dumps(found))
"""

"""PostgreSQL with PostGIS over the same rows: asked by a Python program, and by tipg over HTTP."""

import json
import os
import subprocess
from urllib.parse import quote

from . import load, postgres, programs
from . import tables_world as world
from .environments import environment

# tipg's own choice of server. The newest of each that runs on Python 3.11, which Debian 12 has.
TIPG = ["tipg==1.6.1", "uvicorn==0.54.0"]

# All fifty million take longer to load than all else takes.
METERS = 10_000_000


def started(place):
    return postgres.started(place, "max_connections=200", "shared_buffers=512MB", "max_wal_size=4GB")


def fill(database):
    """Copies the rows in, each table with its primary key, and polygons with an index of their places."""
    folder = world.files()

    def run(*statements):
        postgres.settle(*database.psql, *(part for statement in statements for part in ("-c", statement)))

    def copy(table, *command):
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE) as lines:
            postgres.settle(*database.psql, "-c", f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER)", stdin=lines.stdout)
        if lines.returncode:
            raise SystemExit(f"the rows of {table} ended with {lines.returncode}")

    texts = ", ".join(f"attribute_{at} text" for at in range(6))
    run(f"CREATE TABLE catalogue (sku text, {texts}, year int, price float8, stock int, brand text)",
        'CREATE TABLE meters (meter text, "from" timestamptz, kwh float8)',
        "CREATE EXTENSION postgis", "CREATE TABLE lines (id int, name text, geometry text)")
    copy("catalogue", "cat", folder / "catalogue.csv")
    copy("meters", "head", "-n", METERS + 1, folder / "meters.csv")
    copy("lines", world.python(), "-c", LINES, folder / "suburbs.parquet")
    run("ALTER TABLE catalogue ADD PRIMARY KEY (sku)", 'ALTER TABLE meters ADD PRIMARY KEY (meter, "from")',
        "CREATE TABLE suburbs AS SELECT id, name, ST_GeomFromGeoJSON(geometry)::geometry(Polygon, 4326) AS geometry FROM lines",
        "DROP TABLE lines", "ALTER TABLE suburbs ADD PRIMARY KEY (id)", "CREATE INDEX ON suburbs USING gist (geometry)",
        "VACUUM ANALYZE")
    return "done"


def in_process(database, questions):
    """p50 in milliseconds from one program on the socket, which makes Python values of the rows."""
    done = subprocess.run([world.python(), "-c", POSTGRESQL, database.folder, json.dumps(questions)],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def started_tipg(place, database):
    """tipg by uvicorn, a worker for each processor."""
    installed = environment("tables-tipg", TIPG, "uvicorn")
    socket, workers = place.path("run/tipg.sock"), os.cpu_count()
    command = [installed / "bin/uvicorn", "--uds", socket, "--workers", workers, "--log-level", "warning", "tipg.main:app"]
    env = {"DATABASE_URL": f"postgresql://bench:bench@{quote(str(database.folder), safe='')}/postgres",
           "TIPG_DB_SCHEMAS": '["public"]', "TIPG_DB_ONLY_SPATIAL_TABLES": "FALSE", "TIPG_MAX_FEATURES_PER_QUERY": "10000"}
    program = programs.Program(place, "tipg", command, env=env, cwd=place.dir)
    program.socket = socket
    program.await_that(lambda: socket.exists() and programs.answers(socket) and fetched(program, "/healthz"), "an answer")
    return program


def asked_of_tipg(program, database, path, seconds):
    """Of one connection; the database's processor time is tipg's as well."""
    if not fetched(program, path):
        raise SystemExit(f"tipg does not answer {path}")
    alone, program.pids = program.pids, lambda: [*alone(), *database.pids()]
    try:
        return load.sample(["-z", f"{seconds}s", "-w", "-c", 1, "--unix-socket", program.socket, f"http://localhost{path}"],
                           None, program)
    finally:
        program.pids = alone


def fetched(program, path):
    done = subprocess.run(["curl", "--silent", "--fail", "--unix-socket", str(program.socket), f"http://localhost{path}"],
                          capture_output=True)
    return done.stdout


LINES = """
import sys

import pyarrow.csv
import pyarrow.parquet

rows = pyarrow.parquet.read_table(sys.argv[1], columns=["id", "name", "geometry"])
pyarrow.csv.write_csv(rows, sys.stdout.buffer)
"""

POSTGRESQL = """
import json
import statistics
import sys
import time

import psycopg2

connection = psycopg2.connect(host=sys.argv[1], user="bench", dbname="postgres")
connection.autocommit = True
cursor = connection.cursor()
found = {}
for name, sql in json.loads(sys.argv[2]).items():
    took = []
    for turn in range(200):
        begun = time.perf_counter()
        cursor.execute(sql)
        cursor.fetchall()
        took.append((time.perf_counter() - begun) * 1e3)
    found[name] = statistics.median(took)
print(json.dumps(found))
"""

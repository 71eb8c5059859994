"""The service that did this before, as a stand-in with its documented design, beside perild.

Both answer the same hundred places with the same octets on sockets of their own. Only on demand: loading seven tables
into PostgreSQL takes longer than all else.
"""

import os

from . import load, perils, postgres, programs, report, world
from .environments import environment
from .place import ROOT
from .stage import Stage, say

TITLE = "Beside the service that did this before"

CANDIDATES = {"old": "stand-in: gunicorn + Flask + psycopg2 + PostgreSQL", "perild": "perild"}
CONNECTIONS = 8
PACKAGES = ["gunicorn==22.0.0", "Flask==3.1.3", "psycopg2-binary==2.9.13"]


def measure(binary, arguments):
    with Stage(binary, arguments) as stage:
        place = stage.place
        world.store_into(place, binary)
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer))
        old = stage.started(service(place, stage.started(database(place, binary))))
        bodies = world.bodies(binary, place.path("bodies"), perils.BODIES, perils.PLACES)
        request = load.Request("/location", bodies)
        answers = [perils.answer(place, program, request, stage.token) for program in (daemon, old)]
        if answers[0] != answers[1]:
            raise SystemExit("the stand-in does not answer what perild answers")
        backs = {"old": old, "perild": daemon}
        samples = {name: [] for name in CANDIDATES}
        for turn in range(stage.rounds):
            for name in CANDIDATES:
                say(f"round {turn + 1} of {stage.rounds}: {CANDIDATES[name]}")
                samples[name].append(
                    load.past_nginx(place, request, stage.token, stage.seconds, backs[name], CONNECTIONS))
                stage.empty_logs()
        return {name: load.median(found) for name, found in samples.items()}


def database(place, binary):
    """PostgreSQL on a unix socket of its own, with the seven tables and an index on each."""
    program = postgres.started(place, "max_connections=200", "shared_buffers=1GB")
    for path in sorted(world.files(binary).glob("*.csv")):
        table = "osdb" + path.stem.rpartition("etl")[2]
        say(f"loading {table}")
        with path.open() as lines:
            key, *columns = next(lines).strip().split(",")
        numbers = ", ".join(f"{column} numeric(12,6)" for column in columns)
        postgres.settle(*program.psql, "-c", f"CREATE TABLE {table} ({key} varchar(24), {numbers})")
        with path.open("rb") as content:
            postgres.settle(*program.psql, "-c", f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER)", stdin=content)
        postgres.settle(*program.psql, "-c", f"CREATE INDEX ON {table} ({key})", "-c", f"ANALYZE {table}")
    return program


def service(place, database):
    folder = environment("old", PACKAGES, "gunicorn")
    workers = 2 * os.cpu_count() + 1
    path = place.path("run/old.sock")
    command = [folder / "bin/gunicorn", "--workers", workers, "--bind", f"unix:{path}", "app:app"]
    program = programs.Program(place, "old", command, cwd=ROOT / "benches/old", env={
        "BENCH_DATABASE": f"host={database.folder} user=bench dbname=postgres", "PYTHONDONTWRITEBYTECODE": "1"})
    program.socket = path
    program.await_that(
        lambda: path.exists() and programs.answers(path) and len(program.pids()) > workers, "its workers")
    # Its processor time and memory are the database's as well.
    own = program.pids
    program.pids = lambda: [*own(), *database.pids()]
    return program


def written(medians):
    rows = [(words, medians[name]) for name, words in CANDIDATES.items()]
    targets = report.Targets()
    targets.ratio("100 places x 96 values as JSON, requests/s, of the stand-in's",
                  medians["perild"], medians["old"], 150)
    packages = ", ".join(PACKAGES).replace("==", " ")
    return (f"{report.loads('on its own socket', rows)}\n"
            f"The stand-in has {packages} and Debian's PostgreSQL, which its row includes.\n\n{targets}")

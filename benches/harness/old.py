"""The service that did this before, as a stand-in with its documented design, beside perild.

Both answer the same hundred places with the same octets on sockets of their own. Only on demand: loading seven tables
into PostgreSQL takes longer than all else.
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import load, perils, programs, report, world
from .place import IS_ROOT, ROOT, TOOLS
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
    folder = place.path("database")
    folder.mkdir()
    if IS_ROOT:
        # PostgreSQL refuses to run as root; Debian's package brings this user.
        shutil.chown(folder, "postgres", "postgres")
    (tools,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    data = folder / "data"
    settle(tools / "initdb", "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-sync")
    command = [tools / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
               "-c", "max_connections=200", "-c", "shared_buffers=1GB"]
    program = programs.Program(place, "postgres", command, user="postgres" if IS_ROOT else None)
    program.folder = folder
    client = [tools / "psql", "-h", folder, "-U", "bench", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1"]
    program.await_that(lambda: subprocess.run([*client, "-c", "SELECT 1"], capture_output=True).returncode == 0, "an answer")
    for path in sorted(world.files(binary).glob("*.csv")):
        table = "osdb" + path.stem.rpartition("etl")[2]
        say(f"loading {table}")
        with path.open() as lines:
            key, *columns = next(lines).strip().split(",")
        numbers = ", ".join(f"{column} numeric(12,6)" for column in columns)
        settle(*client, "-c", f"CREATE TABLE {table} ({key} varchar(24), {numbers})")
        with path.open("rb") as content:
            settle(*client, "-c", f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER)", stdin=content)
        settle(*client, "-c", f"CREATE INDEX ON {table} ({key})", "-c", f"ANALYZE {table}")
    return program


def settle(*command, stdin=subprocess.DEVNULL):
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if IS_ROOT else {}
    subprocess.run([str(part) for part in command], check=True, stdin=stdin, stdout=subprocess.DEVNULL, cwd="/", **account)


def service(place, postgres):
    environment = TOOLS / "old"
    if not (environment / "complete").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", environment], check=True)
        subprocess.run([environment / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
        (environment / "complete").touch()
    workers = 2 * os.cpu_count() + 1
    path = place.path("run/old.sock")
    command = [environment / "bin/gunicorn", "--workers", workers, "--bind", f"unix:{path}", "app:app"]
    program = programs.Program(place, "old", command, cwd=ROOT / "benches/old", env={
        "BENCH_DATABASE": f"host={postgres.folder} user=bench dbname=postgres", "PYTHONDONTWRITEBYTECODE": "1"})
    program.socket = path
    program.await_that(
        lambda: path.exists() and programs.answers(path) and len(program.pids()) > workers, "its workers")
    # Its processor time and memory are the database's as well.
    own = program.pids
    program.pids = lambda: [*own(), *postgres.pids()]
    return program


def written(medians):
    rows = [(words, medians[name]) for name, words in CANDIDATES.items()]
    targets = report.Targets()
    targets.ratio("100 places x 96 values as JSON, requests/s, of the stand-in's",
                  medians["perild"], medians["old"], 150)
    packages = ", ".join(PACKAGES).replace("==", " ")
    return (f"{report.loads('on its own socket', rows)}\n"
            f"The stand-in has {packages} and Debian's PostgreSQL, which its row includes.\n\n{targets}")

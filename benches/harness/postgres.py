"""PostgreSQL as Debian has it, on a unix socket of its own; its data goes with the place."""

import shutil
import subprocess
from pathlib import Path

from . import programs
from .place import IS_ROOT


def started(place, *settings):
    folder = place.path("database")
    folder.mkdir()
    if IS_ROOT:
        # PostgreSQL refuses to run as root; Debian's package brings this user.
        shutil.chown(folder, "postgres", "postgres")
    (tools,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    data = folder / "data"
    settle(tools / "initdb", "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-sync")
    command = [tools / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    command += [part for setting in settings for part in ("-c", setting)]
    program = programs.Program(place, "postgres", command, user="postgres" if IS_ROOT else None)
    program.folder = folder
    program.psql = [tools / "psql", "-h", folder, "-U", "bench", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1"]
    program.await_that(
        lambda: subprocess.run([*program.psql, "-c", "SELECT 1"], capture_output=True).returncode == 0, "an answer")
    return program


def settle(*command, stdin=subprocess.DEVNULL):
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if IS_ROOT else {}
    subprocess.run([str(part) for part in command], check=True, stdin=stdin, stdout=subprocess.DEVNULL, cwd="/", **account)

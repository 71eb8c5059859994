"""Tables of real sizes: a key, a month of a meter, a box, daily sums, places among polygons, exports and imports.

perild answers through nginx with certificate and token. Peers answer the same questions over the same rows on sockets
of their own, without TLS and without anybody's leave: ROAPI over HTTP, DuckDB and PostgreSQL within a Python program.
"""

import json
import random
import statistics
import subprocess
import time
import urllib.parse
from dataclasses import dataclass

from . import front, load, programs, report
from . import tables_world as world
from .perils import answer

from .stage import Stage, say

TITLE = "Tables"

CONNECTIONS = [1, 8]
MONTH = ("2025-03-01T00:00:00Z", "2025-04-01T00:00:00Z")
BOX = (0, 50, 1, 51)
PLACES = 1_000_000
SUMMED = 1000


@dataclass(frozen=True)
class Case:
    words: str
    path: str
    roapi: str
    sql: str
    target_ms: float | None = None


def cases():
    box = ",".join(map(str, BOX))
    within = f"xmax >= {BOX[0]} AND xmin <= {BOX[2]} AND ymax >= {BOX[1]} AND ymin <= {BOX[3]}"
    month = f"meter = 'M001234' AND \"from\" >= '{MONTH[0]}' AND \"from\" < '{MONTH[1]}'"
    return {
        "key": Case("a product by its key, of a million", "/v1/collections/catalogue/items/SKU00500000",
                    "SELECT * FROM catalogue WHERE sku = 'SKU00500000'",
                    "SELECT * FROM catalogue WHERE sku = 'SKU00500000'"),
        "month": Case("a meter's month (1,488 half hours), of 50 million rows",
                      f"/v1/collections/meters/items?meter=M001234&datetime={MONTH[0]}/2025-03-31T23:59:59Z&limit=2000",
                      f"SELECT * FROM meters WHERE {month}", f"SELECT * FROM meters WHERE {month}", 2),
        "box": Case("polygons in a box of one degree, of 100,000",
                    f"/v1/collections/suburbs/items?bbox={box}&limit=1000&f=json",
                    f"SELECT * FROM suburbs WHERE {within}", f"SELECT * FROM suburbs WHERE {within}", 8),
    }


def measure(binary, arguments):
    imports = {name: world.imported(binary, name) for name in world.TABLES}
    with Stage(binary, arguments) as stage:
        place = stage.place
        world.store_into(place, binary)
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer, max_streams=128))
        static = stage.started(front.static(place))
        nginx, ports = front.start(place, ["perild", "static"])
        stage.started(nginx)
        roapi = stage.started(started_roapi(place))
        backs = {"perild": daemon, "static": static}
        loads = {}
        for name, case in cases().items():
            octets = answer(place, daemon, load.Request(case.path), stage.token)
            ready = place.path("srv/plain") / f"ready-{name}"
            ready.write_bytes(octets)
            for candidate, path in (("perild", case.path), ("static", f"/ready-{name}")):
                for connections in CONNECTIONS:
                    samples = []
                    for turn in range(stage.rounds):
                        say(f"round {turn + 1} of {stage.rounds}: {name}, {candidate}, {connections} at once")
                        samples.append(load.through_tls(place, ports[candidate], load.Request(path), stage.token,
                                                        stage.seconds, nginx, backs[candidate], connections))
                        stage.empty_logs()
                    loads[name, candidate, connections] = load.median(samples)
            say(f"{name}, perild's own socket")
            own = load.past_nginx(place, load.Request(case.path), stage.token, stage.seconds, daemon, 1)
            loads[name, "own", 1] = load.median([own])
            say(f"{name}, ROAPI")
            loads[name, "roapi", 1] = load.median([asked_of_roapi(roapi, case.roapi, stage.seconds)])
        roapi.end()
        long = long_answers(stage, nginx, ports["perild"], daemon)
        peers = in_process(place)
    return {"imports": imports, "loads": loads, "long": long, "peers": peers}


@dataclass(frozen=True)
class Long:
    words: str
    path: str
    body: object = None
    target: str = ""


def long_answers(stage, nginx, port, daemon):
    """Answers that take long, each once for each round: seconds, octets, and the daemon's memory that is its own."""
    place = stage.place
    places = place.path("places.csv")
    chance = random.Random(12)
    with places.open("w") as out:
        out.write("lat,lon\n")
        out.writelines(f"{chance.uniform(45, 59):.5f},{chance.uniform(-8, 6):.5f}\n" for _ in range(PLACES))
    meters = "/v1/collections/meters"
    last = f"M{SUMMED - 1:06}"
    wanted = urllib.parse.quote(f"meter <= '{last}'")
    asked = {
        "sums": Long("daily sums of 1,000 meters over a year, as Arrow",
                     f"{meters}/aggregate?every=P1D&functions=sum&properties=kwh&filter={wanted}&f=arrow",
                     target="under 0.7 s"),
        "locate": Long("a million places among 100,000 polygons, CSV to CSV",
                       "/v1/collections/suburbs/items/locate?f=csv", places, "under 6 s"),
        "arrow": Long("50 million rows as Arrow", f"{meters}/items?f=arrow", target="own memory under 150 MB"),
        "parquet": Long("50 million rows as Parquet", f"{meters}/items?f=parquet", target="own memory under 150 MB"),
    }
    found = {}
    for name, one in asked.items():
        samples = []
        for turn in range(stage.rounds):
            say(f"round {turn + 1} of {stage.rounds}: {one.words}")
            samples.append(once(place, port, one, stage.token, daemon))
        found[name] = (one, *(statistics.median(values) for values in zip(*samples)))
    return found


def once(place, port, one, token, daemon):
    command = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null",
               "--write-out", "%{time_total} %{size_download}",
               "--cacert", place.path("certs/web-ca.pem"), "--cert", place.path("certs/bank.pem"),
               "--key", place.path("certs/bank.key"), "--header", f"Authorization: Bearer {token}"]
    if one.body:
        command += ["--header", "Content-Type: text/csv", "--data-binary", f"@{one.body}"]
    running = subprocess.Popen([str(part) for part in [*command, f"https://localhost:{port}{one.path}"]],
                               stdout=subprocess.PIPE, text=True)
    most = 0
    while running.poll() is None:
        most = max(most, own_mb(daemon))
        time.sleep(0.02)
    if running.returncode:
        raise SystemExit(f"{one.words}: curl ended with {running.returncode}")
    seconds, octets = running.stdout.read().split()
    return float(seconds), float(octets), most


def own_mb(program):
    """Resident memory that is not of a mapped file."""
    total = 0
    for pid in program.pids():
        with open(f"/proc/{pid}/status") as status:
            total += sum(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))
    return total / 1024


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
    program.await_that(lambda: load.subprocess.run(
        ["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/health"], capture_output=True).returncode == 0, "an answer")
    return program


def asked_of_roapi(program, sql, seconds):
    arguments = ["-z", f"{seconds}s", "-w", "-c", 1, "-m", "POST", "-d", sql]
    return load.sample([*arguments, f"http://127.0.0.1:{program.port}/api/sql"], None, program)


def in_process(place):
    """DuckDB over the Parquet files, and PostgreSQL where it is installed: p50 in milliseconds, within one program."""
    folder = world.files()
    questions = {name: case.sql for name, case in cases().items()}
    done = subprocess.run([world.python(), "-c", DUCKDB, folder, json.dumps(questions)], check=True,
                          capture_output=True, text=True)
    return {"duckdb": json.loads(done.stdout)}


DUCKDB = """
import json
import statistics
import sys
import time

import duckdb

folder, questions = sys.argv[1], json.loads(sys.argv[2])
connection = duckdb.connect()
connection.execute("SET threads = 2")
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


def written(found):
    loads, peers = found["loads"], found["peers"]
    parts = []
    for name, case in cases().items():
        rows = [(f"perild, {connections} at once", loads[name, "perild", connections]) for connections in CONNECTIONS]
        rows += [(f"ready-made body, {connections} at once", loads[name, "static", connections]) for connections in CONNECTIONS]
        rows += [("perild on its own socket, 1 at once", loads[name, "own", 1]), ("ROAPI without TLS, 1 at once", loads[name, "roapi", 1])]
        parts.append(f"### {case.words}\n\n{report.loads('through nginx unless said', rows)}")
    lines = ["| a long answer | s | MB | own memory of the daemon MB | target |", "| --- | ---: | ---: | ---: | --- |"]
    for one, seconds, octets, memory in found["long"].values():
        lines.append(f"| {one.words} | {seconds:.2f} | {octets / 1e6:,.1f} | {memory:,.0f} | {one.target} |")
    parts.append("### Long answers\n\n" + "\n".join(lines) + "\n")
    lines = ["| import | rows | s | memory MB | octets a row |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, one in found["imports"].items():
        rows = world.TABLES[name].rows
        lines.append(f"| {world.TABLES[name].source} | {rows:,} | {one.seconds:.1f} | {one.memory_mb:,.0f} | {one.octets / rows:.2f} |")
    parts.append("### Imports\n\n" + "\n".join(lines) + "\n")
    targets = report.Targets()
    targets.ratio("a key, 8 at once: requests/s, of the ready-made body's", loads["key", "perild", 8], loads["key", "static", 8], 0.6)
    for name, case in cases().items():
        mine = loads[name, "perild", 1]["p50"] * 1e3
        if case.target_ms:
            targets.row(f"{case.words}: p50, ms", f"{mine:.2f}", f"under {case.target_ms}", mine < case.target_ms)
        if name != "box":
            times = loads[name, "roapi", 1]["p50"] * 1e3 / mine
            targets.row(f"{case.words}: ROAPI's p50, of perild's through nginx", f"{times:.1f}", "at least 10", times >= 10)
        own = loads[name, "own", 1]["p50"] * 1e3
        targets.note(f"{case.words}: DuckDB's p50 in process {peers['duckdb'][name]:.2f} ms, perild's on its own socket, ms", f"{own:.2f}")
    _, seconds, _, _ = found["long"]["sums"]
    targets.row("daily sums of 1,000 meters, s", f"{seconds:.2f}", "under 0.7", seconds < 0.7)
    targets.note("daily sums, DuckDB in process, s", f"{peers['duckdb']['sums'] / 1e3:.2f}")
    _, seconds, _, _ = found["long"]["locate"]
    targets.row("a million places among 100,000 polygons, s", f"{seconds:.2f}", "under 6", seconds < 6)
    meters = found["imports"]["meters"]
    targets.row("import of 50 million rows, s", f"{meters.seconds:.0f}", "under 60", meters.seconds < 60)
    targets.row("its memory, MB", f"{meters.memory_mb:,.0f}", "under 1,000", meters.memory_mb < 1000)
    octets = meters.octets / world.TABLES["meters"].rows
    targets.row("octets of a row on the disk", f"{octets:.2f}", "at most 1.5", octets <= 1.5)
    return "\n".join([*parts, str(targets)])

"""Tables of real sizes: a key, a month of a meter, a box, daily sums, places among polygons, exports and imports.

perild answers through nginx with certificate and token. Peers answer the same questions over the same rows on sockets
of their own, without TLS and without anybody's leave: ROAPI, pygeoapi and tipg over HTTP, DuckDB and PostgreSQL within a
Python program.
"""

from dataclasses import dataclass

from . import front, load, programs, report, tables_beside, tables_long, tables_peers, tables_postgis
from . import tables_world as world
from .perils import answer
from .stage import Stage, say

TITLE = "Tables"

CONNECTIONS = [1, 8]
# Of all keys, the next with each request.
ANY_KEY = r"/v1/collections/catalogue/items/SKU00[0-9]{6}"
MONTH = ("2025-03-01T00:00:00Z", "2025-04-01T00:00:00Z")
BOX = (0, 50, 1, 51)


@dataclass(frozen=True)
class Case:
    words: str
    path: str
    sql: str
    # Of PostgreSQL with PostGIS, and of tipg over it, which have ten million of the meters' rows.
    postgis: str
    tipg: str
    # Of pygeoapi, where it offers the same.
    pygeoapi: str | None = None
    target_ms: float | None = None
    # ROAPI's p50, and pygeoapi's, of perild's.
    times: tuple[float, float] = (10, 10)


def cases():
    box = ",".join(map(str, BOX))
    within = f"xmax >= {BOX[0]} AND xmin <= {BOX[2]} AND ymax >= {BOX[1]} AND ymin <= {BOX[3]}"
    month = f"meter = 'M001234' AND \"from\" >= '{MONTH[0]}' AND \"from\" < '{MONTH[1]}'"
    fewer = month.replace("M001234", "M000321")
    shape = f"ST_MakeEnvelope({box}, 4326)"
    until = "2025-03-31T23:59:59Z"
    return {
        "key": Case("a product by its key, of a million", "/v1/collections/catalogue/items/SKU00500000",
                    sql="SELECT * FROM catalogue WHERE sku = 'SKU00500000'",
                    postgis="SELECT * FROM catalogue WHERE sku = 'SKU00500000'",
                    tipg="/collections/public.catalogue/items/SKU00500000",
                    pygeoapi="/collections/catalogue/items/SKU00500000?f=json", times=(10, 50)),
        "month": Case("a meter's month (1,488 half hours), of 50 million rows",
                      f"/v1/collections/meters/items?meter=M001234&datetime={MONTH[0]}/{until}&limit=2000",
                      sql=f"SELECT * FROM meters WHERE {month}",
                      postgis=f"SELECT * FROM meters WHERE {fewer}",
                      tipg=f"/collections/public.meters/items?meter=M000321&datetime={MONTH[0]}/{until}&limit=2000",
                      target_ms=2),
        "box": Case("polygons in a box of one degree, of 100,000",
                    f"/v1/collections/suburbs/items?bbox={box}&limit=1000&f=json",
                    sql=f"SELECT * FROM suburbs WHERE {within}",
                    postgis=f"SELECT id, name, ST_AsGeoJSON(geometry) FROM suburbs WHERE ST_Intersects(geometry, {shape})",
                    tipg=f"/collections/public.suburbs/items?bbox={box}&limit=1000",
                    pygeoapi=f"/collections/suburbs/items?bbox={box}&limit=1000&f=json", target_ms=8),
    }


class Found:
    """Figures as they are found: one that cannot be had is told, and takes none of the others with it."""

    def __init__(self):
        self.values = {}
        self.failures = []

    def note(self, key, words, measured):
        say(words)
        try:
            self.values[key] = measured()
        except (Exception, SystemExit) as fault:
            self.failures.append(f"{words}: {str(fault).strip()[-500:]}")
            say(f"{words} FAILED: {fault}")
        else:
            say(f"    {self.values[key]}")

    def get(self, *key):
        return self.values.get(key)


def measure(binary, arguments):
    found = Found()
    for name in world.TABLES:
        found.note(("import", name), f"import of {name}", lambda: world.imported(binary, name))
    with Stage(binary, arguments) as stage:
        place = stage.place
        world.store_into(place, binary)
        daemon = stage.started(programs.perild(place, binary, "perild", stage.issuer, max_streams=128))
        static = stage.started(front.static(place))
        nginx, ports = front.start(place, ["perild", "static"])
        stage.started(nginx)
        loads(found, stage, nginx, ports, {"perild": daemon, "static": static})
        served_by_others(found, stage)
        for name, one in tables_long.cases(place).items():
            found.note(("long", name), one.words, lambda: tables_long.measured(stage, nginx, ports["perild"], one, daemon))
        for question in tables_beside.QUESTIONS:
            found.note(("beside", question), f"file downloads beside {question} queries",
                       lambda: tables_beside.measured(stage, ports["perild"], question))
        in_postgis(found, stage)
    questions = {name: case.sql for name, case in cases().items()}
    found.note(("duckdb",), "DuckDB in process", lambda: tables_peers.duckdb(questions))
    return found


def loads(found, stage, nginx, ports, backs):
    place, daemon = stage.place, backs["perild"]
    for name, case in cases().items():
        octets = answer(place, daemon, load.Request(case.path), stage.token)
        (place.path("srv/plain") / f"ready-{name}").write_bytes(octets)
        asked = {"perild": load.Request(case.path), "static": load.Request(f"/ready-{name}")}
        if name == "key":
            asked["perild, any key"] = load.Request(ANY_KEY, is_pattern=True)
        turns = [(candidate, connections) for connections in CONNECTIONS for candidate in asked]
        samples = {turn: [] for turn in turns}

        def one_round(seconds):
            for candidate, connections in turns:
                server = candidate.partition(",")[0]
                samples[candidate, connections].append(load.through_tls(
                    place, ports[server], asked[candidate], stage.token, seconds, nginx, backs[server], connections))
                stage.empty_logs()
            return "done"

        for turn in range(stage.rounds):
            found.note(("round", name, turn), f"round {turn + 1} of {stage.rounds}: {name}", lambda: one_round(stage.seconds))
        for turn in turns:
            if samples[turn]:
                found.note((name, *turn), f"{name}, {turn[0]}, {turn[1]} at once", lambda: load.median(samples[turn]))
        found.note((name, "own", 1), f"{name}, perild's own socket", lambda: load.median(
            [load.past_nginx(place, asked["perild"], stage.token, stage.seconds, daemon, 1)]))


def served_by_others(found, stage):
    """ROAPI and pygeoapi, each alone: they are not there while others are measured."""
    for peer, started in (("roapi", tables_peers.started_roapi), ("pygeoapi", tables_peers.started_pygeoapi)):
        found.note((peer,), f"start of {peer}", lambda: stage.started(started(stage.place)))
        program = found.get(peer)
        if not program:
            continue
        for name, case in cases().items():
            if peer == "roapi":
                found.note((name, peer, 1), f"{name}, ROAPI", lambda: load.median(
                    [tables_peers.asked_of_roapi(program, case.sql, stage.seconds)]))
            elif case.pygeoapi:
                found.note((name, peer, 1), f"{name}, pygeoapi", lambda: load.median(
                    [tables_peers.asked_of_pygeoapi(program, case.pygeoapi, stage.seconds)]))
        program.end()


def in_postgis(found, stage):
    """PostgreSQL with PostGIS, and tipg before it."""
    found.note(("database",), "start of PostgreSQL", lambda: stage.started(tables_postgis.started(stage.place)))
    database = found.get("database")
    if not database:
        return
    found.note(("filled",), "rows into PostGIS", lambda: tables_postgis.fill(database))
    if found.get("filled"):
        questions = {name: case.postgis for name, case in cases().items()}
        found.note(("postgresql",), "PostgreSQL in process", lambda: tables_postgis.in_process(database, questions))
        found.note(("tipg",), "start of tipg", lambda: stage.started(tables_postgis.started_tipg(stage.place, database)))
        tipg = found.get("tipg")
        for name, case in cases().items() if tipg else ():
            found.note((name, "tipg", 1), f"{name}, tipg", lambda: load.median(
                [tables_postgis.asked_of_tipg(tipg, database, case.tipg, stage.seconds)]))
        if tipg:
            tipg.end()
    database.end()


def written(found):
    parts = []
    for name, case in cases().items():
        named = [(f"perild, {connections} at once", (name, "perild", connections)) for connections in CONNECTIONS]
        if name == "key":
            named += [(f"perild, each time another key, {connections} at once", (name, "perild, any key", connections))
                      for connections in CONNECTIONS]
        named += [(f"ready-made body, {connections} at once", (name, "static", connections)) for connections in CONNECTIONS]
        named += [("perild on its own socket, 1 at once", (name, "own", 1)),
                  ("ROAPI without TLS, 1 at once", (name, "roapi", 1)),
                  ("pygeoapi without TLS, 1 at once", (name, "pygeoapi", 1)),
                  ("tipg without TLS, 1 at once", (name, "tipg", 1))]
        rows = [(words, found.get(*key)) for words, key in named if found.get(*key)]
        parts.append(f"### {case.words}\n\n{report.loads('through nginx unless said', rows)}")
    parts.append(tables_long.written(found))
    lines = ["| import | rows | s | CPU s | memory MB | octets a row |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, table in world.TABLES.items():
        one = found.get("import", name)
        if one:
            lines.append(f"| {table.source} | {table.rows:,} | {one.seconds:.1f} | {one.cpu_seconds:.1f} "
                         f"| {one.memory_mb:,.0f} | {one.octets / table.rows:.2f} |")
    parts.append("### Imports\n\n" + "\n".join(lines) + "\n")
    parts.append(str(targets(found)))
    if found.failures:
        parts.append("Not to be had in this run:\n\n" + "\n".join(f"- {line}" for line in found.failures) + "\n")
    return "\n".join(parts)


def targets(found):
    table = report.Targets()
    mine, ready = found.get("key", "perild", 8), found.get("key", "static", 8)
    if mine and ready:
        table.ratio("a key, 8 at once: requests/s, of the ready-made body's", mine, ready, 0.6)
    mine = found.get("key", "perild, any key", 8)
    if mine and ready:
        table.ratio("each time another key, 8 at once: requests/s, of the ready-made body's", mine, ready, 0.6)
    for name, case in cases().items():
        of_load(table, found, name, case)
    tables_long.targets(table, found)
    for question in tables_beside.QUESTIONS:
        beside = found.get("beside", question)
        if beside:
            kept = beside["with"] / beside["alone"]
            table.row(f"downloads beside {tables_beside.CLIENTS} clients with {question} queries, of their rate alone",
                      f"{kept:.2f} ({beside['clients']:,.0f} answers/s for the clients)", "at least 0.9", kept >= 0.9)
    meters = found.get("import", "meters")
    if meters:
        table.row("import of 50 million rows, s", f"{meters.seconds:.0f}", "under 60", meters.seconds < 60)
        table.row("its memory, MB", f"{meters.memory_mb:,.0f}", "under 1,000", meters.memory_mb < 1000)
        octets = meters.octets / world.TABLES["meters"].rows
        table.row("octets of a row on the disk", f"{octets:.2f}", "at most 1.5", octets <= 1.5)
    return table


def of_load(table, found, name, case):
    through = found.get(name, "perild", 1)
    if not through:
        return
    mine = through["p50"] * 1e3
    if case.target_ms:
        table.row(f"{case.words}: p50, ms", f"{mine:.2f}", f"under {case.target_ms}", mine < case.target_ms)
    for peer, words, least in (("roapi", "ROAPI", case.times[0]), ("pygeoapi", "pygeoapi", case.times[1])):
        theirs = found.get(name, peer, 1)
        # ROAPI has no geometries: it answers the box without them.
        if theirs and not (peer == "roapi" and name == "box"):
            times = theirs["p50"] * 1e3 / mine
            table.row(f"{case.words}: {words}'s p50, of perild's through nginx", f"{times:.1f}", f"at least {least}", times >= least)
    theirs = found.get(name, "tipg", 1)
    if theirs:
        table.note(f"{case.words}: tipg's p50, of perild's through nginx", f"{theirs['p50'] * 1e3 / mine:.1f}")
    own = found.get(name, "own", 1)
    for peer, words in (("duckdb", "DuckDB"), ("postgresql", "PostgreSQL")):
        theirs = found.get(peer)
        if own and theirs and name in theirs:
            words = f"{case.words}: perild on its own socket, ms, beside {words} in process"
            figures = f"{own['p50'] * 1e3:.2f} and {theirs[name]:.2f}"
            if name == "month":
                table.row(words, figures, "ahead", own["p50"] * 1e3 < theirs[name])
            else:
                table.note(words, figures)

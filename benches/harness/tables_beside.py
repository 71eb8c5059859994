"""File downloads beside clients with planned queries, which have their own threads: downloads are to notice little."""

import statistics
import time
import urllib.parse

from . import load

CLIENTS = 64
DOWNLOADS = 4
FILE = "/v1/files/bench_10m.csv"
# Until all clients have asked for the first time.
SETTLES = 0.5


def measured(stage, port):
    """Downloads a second alone and beside the clients, taking turns; and what the clients get meanwhile."""
    # No key, time or box shortens the walk through a million rows.
    filtered = urllib.parse.quote("price > 8999.9 AND brand = 'moon'")
    planned = load.Request(f"/v1/collections/catalogue/items?filter={filtered}&limit=10")

    def downloads():
        asked = load.Request(FILE)
        return load.through_tls(stage.place, port, asked, stage.token, stage.seconds, None, None, DOWNLOADS).requests_a_second

    alone, beside, clients = [], [], []
    for _ in range(stage.rounds):
        alone.append(downloads())
        asking = load.started(load.by_tls(stage.place, port, planned, stage.token, stage.seconds + 2, CLIENTS))
        time.sleep(SETTLES)
        beside.append(downloads())
        clients.append(load.ended(asking)["summary"]["requestsPerSec"])
        stage.empty_logs()
    return {"alone": statistics.median(alone), "with": statistics.median(beside), "clients": statistics.median(clients)}

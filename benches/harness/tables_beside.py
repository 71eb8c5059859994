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
# None has a key, a time or a box. The first looks at a few pages alone and takes no turn; the second walks through all
# columns of prices, the third through a million texts.
QUESTIONS = {
    "quick": "price > 8999.9 AND brand = 'moon'",
    "short planned": "price > 8998 AND brand = 'moon'",
    "long planned": "brand LIKE '%zz%'",
}
# Who cannot have a turn in time is told to come again.
EXPECTED = frozenset({"200", "503"})


def measured(stage, port, question):
    """Downloads a second alone and beside the clients, taking turns; and what the clients get meanwhile."""
    planned = load.Request(f"/v1/collections/catalogue/items?filter={urllib.parse.quote(QUESTIONS[question])}&limit=10")

    def downloads():
        asked = load.Request(FILE)
        return load.through_tls(stage.place, port, asked, stage.token, stage.seconds, None, None, DOWNLOADS).requests_a_second

    alone, beside, clients = [], [], []
    for _ in range(stage.rounds):
        alone.append(downloads())
        asking = load.started(load.by_tls(stage.place, port, planned, stage.token, stage.seconds + 2, CLIENTS))
        time.sleep(SETTLES)
        beside.append(downloads())
        clients.append(load.ended(asking, EXPECTED)["statusCodeDistribution"]["200"] / (stage.seconds + 2))
        stage.empty_logs()
    return {"alone": statistics.median(alone), "with": statistics.median(beside), "clients": statistics.median(clients)}

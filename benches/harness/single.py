"""What is measured once: the start, one call for many, many tokens, a million requests."""

import http.client
import os
import socket
import statistics
import time

from . import load, programs

STARTS = 11
PARALLEL = 1_000
TOKENS = 1_000
SMALL_CACHE = 100
MILLION = 1_000_000
PARTS = 4
PATH = "/bench_1k"


def run(place, binary, directory, started):
    """Each figure by its name."""
    figures = {"start_ms": starts(place, binary, directory.issuer)}

    daemon = started(programs.perild(place, binary, "burst", directory.issuer))
    (token,) = load.tokens(place, directory.issuer, 1)
    warm_up(place, daemon, directory)
    before = programs.introspections(directory)
    load.on_socket(place, daemon, PATH, token, PARALLEL, PARALLEL)
    figures["introspections_of_a_burst"] = programs.introspections(directory) - before
    daemon.end()

    figures |= many_tokens(place, binary, directory, started)
    figures |= a_million(place, binary, directory, started)
    return figures


def starts(place, binary, issuer):
    """Milliseconds from the start of the process to its first answer, the median."""
    took = []
    for _ in range(STARTS):
        config = programs.perild_config(place, "start", issuer)
        path = place.path("run/start.sock")
        begun = time.perf_counter()
        daemon = programs.Program(place, "start", [binary, "serve", "--config", config], as_daemon=True)
        while first_answer(path) is None:
            time.sleep(0.0002)
        took.append((time.perf_counter() - begun) * 1000)
        daemon.end()
    return statistics.median(took)


def first_answer(path):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    finally:
        connection.close()


def many_tokens(place, binary, directory, started):
    """A small cache under more tokens than it holds: what is asked again was not kept."""
    daemon = started(programs.perild(place, binary, "crowd", directory.issuer, cache_entries=SMALL_CACHE))
    tokens = load.tokens(place, directory.issuer, TOKENS)
    warm_up(place, daemon, directory)
    before = load.resident_mb(daemon)
    load.one_by_one(place, daemon, PATH, tokens)
    after = load.resident_mb(daemon)
    asked = programs.introspections(directory)
    # The last come first, so that what is kept is asked for before it has to make room.
    load.one_by_one(place, daemon, PATH, tokens[::-1])
    asked_again = programs.introspections(directory) - asked
    daemon.end()
    return {
        "tokens_kept": TOKENS - asked_again,
        "tokens_rss_before_mb": before,
        "tokens_rss_after_mb": after,
    }


def a_million(place, binary, directory, started):
    """Resident memory along a million requests on the daemon's own socket."""
    daemon = started(programs.perild(place, binary, "million", directory.issuer))
    (token,) = load.tokens(place, directory.issuer, 1)
    warm_up(place, daemon, directory)
    resident, rates = [load.resident_mb(daemon)], []
    cpu = load.cpu_seconds(daemon)
    for _ in range(PARTS):
        report = load.on_socket(place, daemon, PATH, token, MILLION // PARTS, 32)
        resident.append(load.resident_mb(daemon))
        rates.append(report["summary"]["requestsPerSec"])
        os.truncate(daemon.log, 0)
    return {
        "million_rss_mb": resident,
        "direct_requests_a_second": statistics.median(rates),
        "direct_cpu_us": (load.cpu_seconds(daemon) - cpu) * 1e6 / MILLION,
    }


def warm_up(place, daemon, directory):
    """Until the daemon knows the directory and has answered a few requests."""
    (token,) = load.tokens(place, directory.issuer, 1)
    daemon.await_that(lambda: load.one_by_one(place, daemon, PATH, [token]) == [200], "its first 200")
    load.one_by_one(place, daemon, PATH, [token] * 100)

"""Load by oha, and what it cost the programs: processor time and memory from /proc."""

import http.client
import json
import os
import resource
import socket
import ssl
import statistics
import subprocess
import urllib.parse
from dataclasses import dataclass, fields
from pathlib import Path

from .place import TOOLS

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One run of oha against one candidate."""

    requests_a_second: float
    p50: float
    p99: float
    front_cpu_us: float  # nginx in front, for each request
    back_cpu_us: float  # what stands behind it, for each request
    load_cpu_us: float  # oha, for each request
    memory_mb: float  # proportional, of what stands behind it


@dataclass(frozen=True)
class Request:
    """What is asked: a POST when there is a file of bodies, of which each request has a line; nothing compressed."""

    path: str
    bodies: Path | None = None
    content_type: str = "application/json"
    # The path is a regular expression, and each request another path that fits it.
    is_pattern: bool = False

    def arguments(self):
        plain = ["-H", "Accept-Encoding: identity"]
        if self.bodies is None:
            return plain
        return [*plain, "-m", "POST", "-T", self.content_type, "-Z", self.bodies]


def oha():
    """The load generator, installed by cargo when it is not there."""
    for place in (TOOLS / "bin/oha", Path.home() / ".cargo/bin/oha"):
        if place.exists():
            return place
    subprocess.run(["cargo", "install", "oha", "--version", "1.16.0", "--locked", "--root", TOOLS], check=True)
    return TOOLS / "bin/oha"


def through_tls(place, port, request, token, seconds, front, back, connections=32):
    """Connections for `seconds` through nginx, with the bank's certificate and token."""
    return sample(by_tls(place, port, request, token, seconds, connections), front, back)


def by_tls(place, port, request, token, seconds, connections):
    """What oha is told for that."""
    arguments = ["-z", f"{seconds}s", "-w", "-c", connections, "--ipv4"]
    arguments += ["--cacert", place.path("certs/web-ca.pem")]
    arguments += ["--cert", place.path("certs/bank.pem"), "--key", place.path("certs/bank.key")]
    arguments += ["-H", f"Authorization: Bearer {token}", *request.arguments()]
    if request.is_pattern:
        arguments += ["--rand-regex-url"]
    return [*arguments, f"https://localhost:{port}{request.path}"]


def past_nginx(place, request, token, seconds, back, connections):
    """The same straight to the socket of what stands behind nginx, as nginx would send it."""
    arguments = ["-z", f"{seconds}s", "-w", "-c", connections, "--unix-socket", back.socket]
    for name, value in forwarded(place, token).items():
        arguments += ["-H", f"{name}: {value}"]
    return sample([*arguments, *request.arguments(), f"http://localhost{request.path}"], None, back)


def sample(arguments, front, back):
    before = cpu_seconds(front), cpu_seconds(back), finished_cpu_seconds()
    report = run(arguments)
    after = cpu_seconds(front), cpu_seconds(back), finished_cpu_seconds()
    answered = report["statusCodeDistribution"]["200"]
    return Sample(
        requests_a_second=report["summary"]["requestsPerSec"],
        p50=report["latencyPercentiles"]["p50"],
        p99=report["latencyPercentiles"]["p99"],
        front_cpu_us=(after[0] - before[0]) * 1e6 / answered,
        back_cpu_us=(after[1] - before[1]) * 1e6 / answered,
        load_cpu_us=(after[2] - before[2]) * 1e6 / answered,
        memory_mb=memory_mb(back),
    )


def median(samples):
    """Field by field, over the rounds."""
    return {field.name: statistics.median(getattr(one, field.name) for one in samples) for field in fields(Sample)}


def on_socket(place, program, path, token, count, connections):
    """`count` requests straight to the daemon's socket, as nginx would send them."""
    arguments = ["-n", count, "-c", connections, "--unix-socket", program.socket]
    for name, value in forwarded(place, token).items():
        arguments += ["-H", f"{name}: {value}"]
    return run([*arguments, f"http://localhost{path}"])


def one_by_one(place, program, path, tokens):
    """One request with each of `tokens`, on one connection to the daemon's socket; the statuses."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(program.socket))
    statuses = []
    for token in tokens:
        connection.request("GET", path, headers=forwarded(place, token))
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses


def forwarded(place, token):
    pem = place.path("certs/bank.pem").read_text()
    return {
        "X-OE-CLIENT-CERT": urllib.parse.quote(pem, safe=""),
        "X-OE-CLIENT-VERIFY": "SUCCESS",
        "Authorization": f"Bearer {token}",
    }


def tokens(place, issuer, count):
    """`count` new access tokens of the bank, from the directory."""
    context = ssl.create_default_context(cafile=place.path("certs/directory-ca.pem"))
    context.load_cert_chain(place.path("certs/bank.pem"), place.path("certs/bank.key"))
    url = urllib.parse.urlparse(issuer)
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=context)
    form = "grant_type=client_credentials&client_id=bank&scope=directory:software"
    found = []
    for _ in range(count):
        connection.request("POST", "/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = json.loads(connection.getresponse().read())
        found.append(answer["access_token"])
    connection.close()
    return found


def run(arguments):
    return ended(started(arguments))


def started(arguments):
    command = [oha(), "--no-tui", "--output-format", "json", *arguments]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(running, expected=frozenset({"200"})):
    """What oha has found, once it is done; an answer of another status than those expected ends the run."""
    out, fault = running.communicate()
    if running.returncode:
        raise SystemExit(f"oha failed: {fault}")
    report = json.loads(out)
    statuses, errors = report["statusCodeDistribution"], report["errorDistribution"]
    if "200" not in statuses or set(statuses) - expected or errors:
        raise SystemExit(f"not every answer was {' or '.join(sorted(expected))}: {statuses} {errors}")
    return report


def cpu_seconds(program):
    """Processor time so far, of the program and its children."""
    if program is None:
        return 0.0
    total = 0
    for pid in program.pids():
        fields = said_of(pid, "stat").rpartition(")")[2].split()
        # Its own, and that of its children which have ended.
        total += sum(map(int, fields[11:15]))
    return total / TICKS_A_SECOND


def finished_cpu_seconds():
    """Processor time of the programs that have ended: between two calls, of oha."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_mb(program):
    """Memory in use, pages that processes share counted once."""
    if program is None:
        return 0.0
    return sum(rollup(pid, "Pss:") for pid in program.pids()) / 1024


def resident_mb(program):
    return rollup(program.process.pid, "Rss:") / 1024


def rollup(pid, field):
    for line in said_of(pid, "smaps_rollup").splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def said_of(pid, file):
    """A file of `/proc`, empty when the process has just ended: a database has some that come and go."""
    try:
        return Path(f"/proc/{pid}/{file}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

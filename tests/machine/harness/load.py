"""Consumers: a steady load of allowed requests, each answer compared with what was published at the time."""

import dataclasses
import hashlib
import http.client
import select
import socket
import ssl
import threading
import time

TIMEOUT = 40


@dataclasses.dataclass
class Sent:
    """One request, from its first octet to its answer's last."""

    what: str
    begun: float
    ended: float
    content: str  # SHA-256 of the answer's content
    fault: str  # empty when there was an answer
    is_broken: bool  # the connection was refused or broke: nothing wrong was taken for an answer


class Published:
    """What is published, with when: an answer is right if its version was current at some time of its request."""

    def __init__(self):
        self._versions = {}

    def version(self, name, content: bytes, since, until_before):
        versions = self._versions.setdefault(name, [])
        if versions:
            versions[-1][1] = until_before
        versions.append([since, float("inf"), digest(content)])

    def judge(self, sent: Sent):
        """Adds the fault of a wrong content; once it is known what was published when."""
        versions = self._versions[sent.what]
        if not sent.fault and not any(
            since <= sent.ended and sent.begun <= until and sent.content == version for since, until, version in versions
        ):
            sent.fault = f"{sent.what}: wrong content"


def digest(content):
    return hashlib.sha256(content).hexdigest()


@dataclasses.dataclass(frozen=True)
class Request:
    """What is asked; `name` is what is published under it."""

    name: str
    path: str
    body: bytes = b""


class Consumer:
    """Connections with a client's certificate and token, and one request at a time."""

    def __init__(self, host, roots, certificate, key, token):
        self.host = host
        self.token = token
        self.context = ssl.create_default_context(cafile=str(roots))
        self.context.load_cert_chain(str(certificate), str(key))
        self.connection = None

    def trust(self, roots):
        self.context.load_verify_locations(cafile=str(roots))

    def connect(self):
        connection = http.client.HTTPSConnection(self.host, 443, timeout=TIMEOUT, context=self.context)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def get(self, path, token=None, body=b""):
        """Status and content, on a connection of its own."""
        connection = self.connect()
        try:
            return self._exchange(connection, path, token or self.token, body)
        finally:
            connection.close()

    def get_again(self, path, body=b""):
        """Status and content, on the kept connection. RFC 9112 §9.3.1: one that breaks when it is used again,
        before any answer, is replaced and the request sent once more; nginx closes idle ones at its reload."""
        is_kept = self.connection is not None
        if is_kept and select.select([self.connection.sock], [], [], 0)[0] and not self._is_alive():
            self.drop()
            is_kept = False
        if not is_kept:
            self.connection = self.connect()
        try:
            return self._exchange(self.connection, path, self.token, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            self.drop()
            if not is_kept:
                raise
            self.connection = self.connect()
            return self._exchange(self.connection, path, self.token, body)
        except BaseException:
            self.drop()
            raise

    def _is_alive(self):
        """Whether what waits to be read is a TLS record such as a session ticket, and not the end."""
        sock = self.connection.sock
        sock.settimeout(0)
        try:
            return sock.read(1) != b""
        except ssl.SSLWantReadError:
            return True
        except OSError:
            return False
        finally:
            sock.settimeout(TIMEOUT)

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _exchange(self, connection, path, token, body):
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if body else {})
        connection.request("POST" if body else "GET", path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.will_close and connection is self.connection:
            self.drop()
        return answer.status, content


class Load:
    """Workers that send at a steady pace, most on kept connections, some on new ones."""

    KEPT, NEW = 8, 3
    # Requests a second of one worker; together 250.
    PACE_KEPT, PACE_NEW = 27.5, 10

    def __init__(self, consumer, published, requests):
        self.consumer = consumer
        self.published = published
        self.requests = requests
        self.sent = []
        self._is_over = threading.Event()
        workers = [(self._kept, self.PACE_KEPT)] * self.KEPT + [(self._new, self.PACE_NEW)] * self.NEW
        self._threads = [threading.Thread(target=self._work, args=worker, daemon=True) for worker in workers]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._is_over.set()
        for thread in self._threads:
            thread.join(TIMEOUT)

    def between(self, since, until):
        """The requests that ended between the two, judged."""
        ended = [sent for sent in list(self.sent) if since <= sent.ended <= until]
        for sent in ended:
            self.published.judge(sent)
        return ended

    def wait_for(self, count, timeout=60):
        """Until so many more requests have been answered rightly; tells whether they were."""
        before = len(self.sent)
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if sum(not sent.fault for sent in self.sent[before:]) >= count:
                return True
            time.sleep(0.02)
        return False

    def _work(self, kind, pace):
        consumer = Consumer.__new__(Consumer)
        consumer.__dict__.update(self.consumer.__dict__, connection=None)
        get = kind(consumer)
        due, turn = time.monotonic(), 0
        while not self._is_over.is_set():
            self._one(get, self.requests[turn % len(self.requests)])
            turn += 1
            due = max(due + 1 / pace, time.monotonic() - 0.2)
            self._is_over.wait(max(0, due - time.monotonic()))
        consumer.drop()

    @staticmethod
    def _kept(consumer):
        return consumer.get_again

    @staticmethod
    def _new(consumer):
        return consumer.get

    def _one(self, get, request):
        begun, content, fault, is_broken = time.monotonic(), b"", "", False
        try:
            status, content = get(request.path, body=request.body)
            if status != 200:
                fault = f"{request.path}: {status} {content[:200]!r}"
        except (http.client.IncompleteRead, ConnectionError, ssl.SSLEOFError) as error:
            fault, is_broken = f"{request.path}: {type(error).__name__} {error}", True
        except (OSError, http.client.HTTPException) as error:
            fault = f"{request.path}: {type(error).__name__} {error}"
        self.sent.append(Sent(request.name, begun, time.monotonic(), digest(content), fault, is_broken))

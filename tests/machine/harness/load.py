"""Consumers: a steady load of allowed requests, each answer compared with what was published at the time."""

import dataclasses
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

    begun: float
    ended: float
    fault: str  # empty when the answer was right
    is_dark: bool  # the connection was refused or broke before any answer


class Files:
    """What is published, with when: an answer is right if its version was current at some time of its request."""

    def __init__(self):
        self._versions = {}
        self._lock = threading.Lock()

    def published(self, name, content: bytes, since, until_before):
        with self._lock:
            versions = self._versions.setdefault(name, [])
            if versions:
                versions[-1][1] = until_before
            versions.append([since, float("inf"), content])

    def is_right(self, name, content, begun, ended):
        with self._lock:
            versions = list(self._versions[name])
        return any(since <= ended and begun <= until and content == version for since, until, version in versions)


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

    def get(self, path, token=None):
        """Status and content, on a connection of its own."""
        connection = self.connect()
        try:
            return self._exchange(connection, path, token or self.token)
        finally:
            connection.close()

    def get_again(self, path):
        """Status and content, on the kept connection. RFC 9112 §9.3.1: one that breaks when it is used again,
        before any answer, is replaced and the request sent once more; nginx closes idle ones at its reload."""
        is_kept = self.connection is not None
        if is_kept and select.select([self.connection.sock], [], [], 0)[0] and not self._is_alive():
            self.drop()
            is_kept = False
        if not is_kept:
            self.connection = self.connect()
        try:
            return self._exchange(self.connection, path, self.token)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            self.drop()
            if not is_kept:
                raise
            self.connection = self.connect()
            return self._exchange(self.connection, path, self.token)
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

    def _exchange(self, connection, path, token):
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
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

    def __init__(self, consumer, files, paths):
        self.consumer = consumer
        self.files = files
        self.paths = paths
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
        """The requests that were under way at some time between the two."""
        return [sent for sent in list(self.sent) if sent.begun <= until and since <= sent.ended]

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
            path, name = self.paths[turn % len(self.paths)]
            turn += 1
            self._one(get, path, name)
            due = max(due + 1 / pace, time.monotonic() - 0.2)
            self._is_over.wait(max(0, due - time.monotonic()))
        consumer.drop()

    @staticmethod
    def _kept(consumer):
        return consumer.get_again

    @staticmethod
    def _new(consumer):
        return consumer.get

    def _one(self, get, path, name):
        begun, fault, is_dark = time.monotonic(), "", False
        try:
            status, content = get(path)
            if status != 200:
                fault = f"{path}: {status} {content[:200]!r}"
            elif not self.files.is_right(name, content, begun, time.monotonic()):
                fault = f"{path}: wrong content, {len(content)} octets"
        except (ConnectionRefusedError, ConnectionResetError, http.client.RemoteDisconnected, ssl.SSLEOFError) as error:
            fault, is_dark = f"{path}: {type(error).__name__} {error}", True
        except (OSError, http.client.HTTPException) as error:
            fault = f"{path}: {type(error).__name__} {error}"
        self.sent.append(Sent(begun, time.monotonic(), fault, is_dark))

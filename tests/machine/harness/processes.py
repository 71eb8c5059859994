"""Programs that end with the driver, whatever ends it."""

import ctypes
import os
import signal
import subprocess
import threading
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """Something is not as it should be; the text says what."""


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Running:
    """A program whose output goes to a file, and can be waited for line by line."""

    def __init__(self, name, command, log: Path, **more):
        self.name = name
        self.lines = []
        self._said = threading.Condition()
        self._log = open(log, "w")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent,
            **more,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._log.write(line)
            self._log.flush()
            with self._said:
                self.lines.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self.lines.append(None)
            self._said.notify_all()

    def wait_for(self, text, timeout=30):
        """The first line with `text`, said already or within `timeout` seconds."""

        def found():
            return next((line for line in self.lines if line is None or text in line), False)

        with self._said:
            line = self._said.wait_for(lambda: found() is not False, timeout) and found()
        if not line:
            last = [said for said in self.lines if said][-5:]
            raise Failed(f"{self.name} did not say {text!r}: {last}")
        return line

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def output(*command, timeout=300, check=True, **more):
    """What a command prints; with `check`, its failure is ours."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        preexec_fn=die_with_parent,
        **more,
    )
    if check and done.returncode != 0:
        words = " ".join(str(part) for part in command)
        raise Failed(f"{words}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def tool(name, package):
    """The path of a program, or a failure that names its Debian package."""
    for directory in os.environ["PATH"].split(":") + ["/usr/sbin", "/sbin"]:
        path = Path(directory) / name
        if path.exists():
            return str(path)
    raise Failed(f"{name} is missing: apt install {package}")

"""The machine: a bare Debian, made once, copied for a run, booted and entered."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .processes import Failed, Running, die_with_parent, output, tool

RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
BARE = ["systemd", "systemd-sysv", "dbus", "ca-certificates"]
# What perild's package recommends, rpm for the other package, and what a provider may have beside it (logrotate for audit files), fetched beforehand: the
# machine has no way out.
CACHED = ["nginx", "certbot", "openssl", "curl", "rpm", "acl", "msmtp-mta", "needrestart", "unattended-upgrades", "logrotate"]


def base(target: Path) -> Path:
    """The bare system, from an earlier run when there is one."""
    recipe = f"2 {RELEASE} {' '.join(BARE)} + {' '.join(CACHED)}"
    place, stamp = target / "base", target / "base.recipe"
    if stamp.exists() and stamp.read_text() == recipe:
        return place
    stamp.unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    target.mkdir(parents=True, exist_ok=True)
    debootstrap = tool("debootstrap", "debootstrap")
    output(debootstrap, "--variant=minbase", f"--include={','.join(BARE)}", RELEASE, place, MIRROR, timeout=900)
    output("chroot", place, "apt-get", "update")
    output("chroot", place, "apt-get", "install", "-y", "--download-only", *CACHED)
    # So that the clock of a first boot is not asked for a machine id at the console.
    (place / "etc/machine-id").write_text("")
    stamp.write_text(recipe)
    return place


class Machine:
    """One machine on the driver's own network; off until it is booted."""

    def __init__(self, root: Path, logs: Path, hosts: str):
        self.root = root
        self.logs = logs
        self.boots = 0
        self._nspawn = None
        self._leader = None
        (root / "etc/hosts").write_text(hosts)
        (root / "etc/hostname").write_text("provider\n")
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        (root / "etc/resolv.conf").write_text("# no name server\n")

    def boot(self):
        """Starts it, and waits until systemd says that the system is up."""
        self.boots += 1
        notify = self.logs / "notify"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(notify))
            listener.settimeout(1)
            command = [
                tool("systemd-nspawn", "systemd-container"),
                "--quiet", "--boot", "--register=no", "--keep-unit", "--notify-ready=yes",
                f"--network-namespace-path=/proc/{os.getpid()}/ns/net",
                "--resolv-conf=off", "--timezone=off", "--console=pipe",
                f"--directory={self.root}", "--machine=perild-machine",
            ]
            self._nspawn = Running(
                "the machine", command, self.logs / f"console-{self.boots}.log",
                env=os.environ | {"NOTIFY_SOCKET": str(notify)},
            )
            self._leader = self._await_ready(listener)
        notify.unlink(missing_ok=True)

    def _await_ready(self, listener):
        leader, is_ready = None, False
        until = time.monotonic() + 90
        while not (leader and is_ready):
            try:
                told = listener.recv(4096).decode()
            except TimeoutError as error:
                if self._nspawn.process.poll() is None and time.monotonic() < until:
                    continue
                last = "\n".join(line for line in self._nspawn.lines[-10:] if line)
                raise Failed(f"systemd-nspawn cannot boot a machine here, or it did not come up; it said:\n{last}") from error
            for line in told.splitlines():
                name, _, value = line.partition("=")
                if name == "X_NSPAWN_LEADER_PID":
                    leader = int(value)
                is_ready |= line == "READY=1"
        return leader

    def command(self, *words):
        """The words that run `words` in the machine, as root."""
        enter = ["nsenter", "-t", str(self._leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return [*enter, "env", "-i", path, "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *map(str, words)]

    def run(self, *words, check=True, timeout=300):
        """What a command in the machine prints."""
        return output(*self.command(*words), check=check, timeout=timeout)

    def status(self, *words, timeout=300):
        """A command's exit status and what it prints."""
        done = subprocess.run(
            self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=timeout,
        )
        return done.returncode, done.stdout

    def begin(self, *words):
        """A command in the machine that is not waited for."""
        return subprocess.Popen(
            self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )

    def show(self, unit, name):
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def main_pid(self):
        return int(self.show("perild.service", "MainPID"))

    def path(self, name) -> Path:
        """A file of the machine, as seen from outside."""
        return self.root / str(name).lstrip("/")

    def power_off(self):
        """Shuts it down, and waits for its end."""
        self.run("systemctl", "poweroff", check=False)
        self._nspawn.process.wait(60)

    def cut_power(self):
        """Ends it without a word, as a pulled plug does."""
        os.kill(self._leader, signal.SIGKILL)
        self._nspawn.process.wait(60)

    def stop(self):
        """At once, for a run that is over."""
        if self._nspawn is None or self._nspawn.process.poll() is not None:
            return
        if self._leader:
            os.kill(self._leader, signal.SIGKILL)
        self._nspawn.stop()

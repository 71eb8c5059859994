"""Upgrades that nobody attends: by Debian's own unattended-upgrades, and needrestart after it."""

import hashlib
import shutil

from .processes import output
from .site import must

REPOSITORY = "/var/lib/packages"
ORIGIN = "perild"


def publish(machine, package):
    """A repository with this package alone."""
    folder = machine.path(REPOSITORY)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(package, folder / "perild.deb")
    octets = (folder / "perild.deb").read_bytes()
    control = output("dpkg-deb", "--field", package).strip()
    index = f"{control}\nFilename: ./perild.deb\nSize: {len(octets)}\nSHA256: {hashlib.sha256(octets).hexdigest()}\n\n"
    (folder / "Packages").write_text(index)
    listed = f" {hashlib.sha256(index.encode()).hexdigest()} {len(index)} Packages"
    (folder / "Release").write_text(f"Origin: {ORIGIN}\nSuite: stable\nSHA256:\n{listed}\n")
    machine.path("/etc/apt/sources.list.d/perild.list").write_text(f"deb [trusted=yes] file:{REPOSITORY} ./\n")
    machine.path("/etc/apt/apt.conf.d/52perild").write_text(f'Unattended-Upgrade::Origins-Pattern {{ "origin={ORIGIN}"; }};\n')
    only = ("Dir::Etc::sourcelist=/etc/apt/sources.list.d/perild.list", "Dir::Etc::sourceparts=-", "APT::Get::List-Cleanup=0")
    machine.run("apt-get", "update", *(word for setting in only for word in ("--option", setting)))


def upgrade(machine, package):
    """What it says; the package is installed whole, and needrestart finds nothing of ours left to be restarted."""
    machine.run("apt-get", "install", "--yes", "unattended-upgrades", "needrestart")
    publish(machine, package)
    said = machine.run("unattended-upgrade", "--verbose")
    state = machine.run("dpkg-query", "--show", "--showformat=${Version} ${Status}", "perild")
    wanted = output("dpkg-deb", "--field", package, "Version").strip()
    must("unattended-upgrades left it", state == f"{wanted} install ok installed", f"{state}\n{said}")
    left = machine.run("needrestart", "-b")
    must("needrestart finds an old daemon", "perild" not in left, left)
    machine.run("needrestart", "-q", "-r", "a")
    machine.path("/etc/apt/sources.list.d/perild.list").unlink()
    return said

"""A mount namespace and a network of the driver's own."""

import ctypes
import os
from pathlib import Path

from .processes import LIBC, Failed
from .world import loopback_up

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 16384, 1 << 18, 4096


def own_network(place: Path, names: str):
    """From here on the driver, and all that it starts, is alone with the machine; it ends with the driver."""
    if LIBC.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        why = os.strerror(ctypes.get_errno())
        raise Failed(f"unshare: {why}: this needs root with CAP_SYS_ADMIN, which a container has only when it is privileged")
    LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    own_names(place, names)
    loopback_up()


def own_names(place: Path, names: str):
    """`names` in place of /etc/hosts, in the present mount namespace."""
    hosts = place / "hosts"
    hosts.write_text(names)
    if LIBC.mount(bytes(hosts), b"/etc/hosts", None, MS_BIND, None) != 0:
        raise Failed(f"mount: {os.strerror(ctypes.get_errno())}")

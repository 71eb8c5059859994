"""Python environments of what is measured: each is whole, or it is made anew."""

import fcntl
import subprocess

from .place import TOOLS


def environment(name, packages, *programs):
    """The folder of the environment `name` with `packages`, of which `programs` are called."""
    folder = TOOLS / name
    TOOLS.mkdir(parents=True, exist_ok=True)
    # Two runs at once would empty the folder for one another.
    with open(TOOLS / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_whole(folder, packages, programs):
            subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", folder], check=True)
            subprocess.run([folder / "bin/pip", "install", "--quiet", *packages], check=True)
            (folder / "complete").write_text(mark(folder, packages))
        if not is_whole(folder, packages, programs):
            raise SystemExit(f"{folder}: one of {', '.join(programs)} is not there after {', '.join(packages)} were installed")
    return folder


def is_whole(folder, packages, programs):
    complete = folder / "complete"
    return (complete.exists() and complete.read_text() == mark(folder, packages)
            and all((folder / "bin" / program).exists() for program in ("python", *programs)))


def mark(folder, packages):
    """What is written last: a folder that was copied, or has other packages, is not this one."""
    return "\n".join([str(folder), *packages, ""])

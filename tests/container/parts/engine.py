"""An engine that builds and runs what Docker would: podman, podman-compose and runc, alone with their files."""

import json
import os
import resource
import shutil
import subprocess
from pathlib import Path

from harness.processes import Failed, output, tool

from . import bases


# podman would ask for four millions, which a sandbox need not have to give.
PROCESSES = 4096


class Engine:
    """Images, containers and networks below `place`; what a build downloads or compiles stays in `cache`."""

    def __init__(self, place: Path, cache: Path, compose: Path):
        self.place = place
        self.compose_program = compose
        for folder in (place, cache, place / "networks"):
            folder.mkdir(parents=True, exist_ok=True)
        storage, containers = place / "storage.conf", place / "containers.conf"
        storage.write_text(
            f'[storage]\ndriver = "{storage_driver(place)}"\ngraphroot = "{place}/storage"\nrunroot = "{place}/running"\n'
        )
        # runc knows every arrangement of cgroups.
        containers.write_text(
            f'[containers]\ndefault_ulimits = ["nofile={open_files()}:{open_files()}", "nproc={PROCESSES}:{PROCESSES}"]\n'
            f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "{tool("runc", "runc")}"\n'
            f'[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "{place}/networks"\n'
        )
        self.environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_CONF": str(containers), "TMPDIR": str(cache),
        }
        self.podman_program = tool("podman", "podman")

    def podman(self, *words, check=True, timeout=300):
        return output(self.podman_program, *words, check=check, timeout=timeout, env=self.environment)

    def status(self, *words):
        """Whether it ends well, and what it says."""
        try:
            return True, self.podman(*words)
        except Failed as failed:
            return False, str(failed)

    def compose(self, folder: Path, *words, check=True, timeout=300):
        """podman-compose in `folder`, with what this engine lacks taken out of the file."""
        files = ["--file", folder / "compose.yaml", "--file", self._without(folder)]
        program = [self.compose_program, "--podman-path", self.podman_program, *files]
        return output(*program, *words, check=check, timeout=timeout, cwd=folder, env=self.environment)

    def _without(self, folder: Path) -> Path:
        """What this podman has not: Docker's log driver `local`, and owners of a tmpfs (so the two are what the image
        makes of its VOLUMEs). And no more open files than this machine may give."""
        file = folder / "compose.here.yaml"
        file.write_text(
            "services:\n"
            "  perild:\n"
            "    tmpfs: !reset\n"
            f"    ulimits: {{core: 0, nofile: {min(open_files(), 65536)}, nproc: {PROCESSES}}}\n"
            "    logging: {driver: k8s-file}\n"
            "  nginx:\n"
            "    logging: {driver: k8s-file}\n"
        )
        return file

    def bring(self, trees: Path, names):
        """Each tree becomes the image that is asked for by that name."""
        for tree, name in names.items():
            changed = [word for change in bases.changes(tree) for word in ("--change", change)]
            archive = self.place / f"{tree}.tar"
            output("tar", "--create", "--file", archive, "--directory", trees / tree, "--exclude", "./dev/*", ".")
            self.podman("import", "--quiet", *changed, archive, name)
            archive.unlink()

    def inspect(self, name):
        return json.loads(self.podman("inspect", name))[0]

    def end(self):
        self.podman("rm", "--all", "--force", "--volumes", check=False)
        shutil.rmtree(self.place, ignore_errors=True)


def storage_driver(place: Path):
    """overlay, or where the file system cannot bear it vfs, which copies the whole image for each container."""
    folders = [place / "try" / name for name in ("lower", "upper", "work", "both")]
    for folder in folders:
        folder.mkdir(parents=True)
    lower, upper, work, both = folders
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    can = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, both], stderr=subprocess.DEVNULL).returncode == 0
    if can:
        output("umount", both)
    shutil.rmtree(place / "try")
    return "overlay" if can else "vfs"


def open_files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]

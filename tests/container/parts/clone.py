"""The repository as a clone has it: what git keeps, with changes that are not committed yet."""

import re
import subprocess
from pathlib import Path

from harness.processes import output


class Clone:
    """A copy of the repository's files at `root`; `compose` is the folder that compose.yaml is in."""

    def __init__(self, repository: Path, root: Path):
        root.mkdir()
        self.root = root
        self.compose = root / "deploy/container"
        git = ["git", "-c", "safe.directory=*", "-C", repository]
        listed = output(*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard").rstrip("\0").split("\0")
        present = [name for name in listed if (repository / name).exists()]
        copy = ["cp", "--parents", "--preserve=mode,timestamps", "--no-dereference", "--target-directory", root]
        subprocess.run([*copy, *present], cwd=repository, check=True)
        self.revision = output(*git, "rev-parse", "HEAD").strip()
        self.version = re.search(r'(?m)^version = "(.*)"$', (root / "Cargo.toml").read_text())[1]
        (self.compose / ".env").write_text(f"VERSION={self.version}\nREVISION={self.revision}\n")

"""The copy of the sources that faults are put into, and its builds."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from switched import CHOSEN, replaced, switched

MARK = re.compile(rb"/\*(\d+)\(\*/.*?/\*\)\1\*/", re.DOTALL)


class Package:
    """A package of the workspace, copied without what git leaves out."""

    def __init__(self, tree, name, faults, arguments):
        self.tree, self.name, self.arguments = tree, name, arguments
        self.folder = faults[0]["file"].split("src/")[0]
        self.root = self.folder + "src/lib.rs"
        self.files = {fault["file"] for fault in faults} | {self.root}
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for path in subprocess.run(listed, capture_output=True, check=True).stdout.decode().split("\0"):
            if path and path not in self.files and Path(path).is_file():
                written(self.tree / path, Path(path).read_bytes(), Path(path).stat().st_mode)

    def write(self, faults):
        """Puts the faults into their files; the ones that need a build of their own are given back."""
        alone = []
        for file in self.files:
            text, others = switched(Path(file).read_bytes(), [fault for fault in faults if fault["file"] == file])
            written(self.tree / file, text + (CHOSEN if file == self.root else b""))
            alone += others
        return alone

    def write_alone(self, fault):
        """Puts the fault, and no other, into its file."""
        written(self.tree / fault["file"], replaced(Path(fault["file"]).read_bytes(), fault))

    def build(self):
        """The test programs, or none and the errors of the compiler."""
        command = ["cargo", "test", "--locked", "--no-run", "--message-format=json", "-p", self.name, *self.arguments]
        run = subprocess.run(command, cwd=self.tree, stdout=subprocess.PIPE, text=True)
        messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        if run.returncode == 0:
            built = [message for message in messages if message.get("executable")]
            built.sort(key=lambda message: "lib" not in message["target"]["kind"])
            return [self.kept(message["executable"]) for message in built], []
        errors = [message["message"] for message in messages if message["reason"] == "compiler-message"]
        return None, [error for error in errors if error["level"] == "error"]

    def kept(self, program):
        """A copy of a program that no other build writes over."""
        return shutil.copy2(program, self.tree.parent)

    def refused(self, errors):
        """Numbers of the faults that errors are in."""
        numbers = set()
        for error in errors:
            spans = sorted(error["spans"], key=lambda span: not span["is_primary"])
            spans += [span for child in error["children"] for span in child["spans"]]
            within = (self.within(span) for span in spans if span["file_name"] in self.files)
            numbers.update(next(filter(None, within), []))
        return numbers

    def within(self, span):
        """Numbers of the faults that a span is of."""
        marks = MARK.finditer((self.tree / span["file_name"]).read_bytes())
        start, end = span["byte_start"], span["byte_end"]
        return [int(mark[1]) for mark in marks if mark.start() <= start and end <= mark.end()]


def written(path, octets, mode=0o644):
    if path.exists() and path.read_bytes() == octets:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    path.chmod(mode & 0o777)

"""A newcomer who follows docs/deploy.md word for word.

Its ```console blocks are what a person types after `# ` (root on the provider's machine) or `$ ` (a consumer), and
beneath it what is printed; `...` stands for anything. Where the guide says that a person does something elsewhere, it
has a comment `<!-- by hand: NAME -->`, and here a function of that name does it. Blocks marked `console settings` set
variables to a reader's own values, and here to this world's.
"""

import fnmatch
import re
import subprocess

from .processes import Failed, die_with_parent

PROMPT = re.compile(r"([#$]) (.*)")


class Shell:
    """One bash, so that variables last from block to block."""

    def __init__(self, words):
        self.process = subprocess.Popen(
            [*words, "bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=die_with_parent,
        )

    def run(self, command):
        """Its exit status, and what it prints."""
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\nended %s\\n' $?\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if found := re.fullmatch(r"ended (\d+)\n", line):
                return int(found[1]), "".join(lines)
            lines.append(line)
        raise Failed(f"the shell ended at: {command}")


def parse(text):
    """The guide's steps in order, each a tuple: a kind and what it needs."""
    found, inside, is_settings = [], False, False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside and line.startswith("```console")
            is_settings = line == "```console settings"
        elif not inside:
            if hand := re.fullmatch(r"<!-- by hand: (.+) -->", line):
                found.append(("by hand", hand[1]))
        elif found and found[-1][0] == "run" and found[-1][2].endswith("\\"):
            _, prompt, command, printed = found[-1]
            found[-1] = ("run", prompt, f"{command}\n{line}", printed)
        elif typed := PROMPT.fullmatch(line):
            found.append(("set" if is_settings else "run", typed[1], typed[2], []))
        else:
            found[-1][3].append(line)
    return found


def follow(text, shells, settings, by_hand):
    """Types every command of the guide, and compares what is printed. Gives the number of commands."""
    typed = 0
    for step in parse(text):
        if step[0] == "by hand":
            by_hand[step[1]]()
            continue
        kind, prompt, command, printed = step
        if kind == "set":
            name = command.partition("=")[0]
            if name not in settings:
                raise Failed(f"the guide sets {name}, and this world has no value for it")
            command = f"{name}='{settings[name]}'"
        code, said = shells[prompt].run(command)
        typed += 1
        if code != 0:
            raise Failed(f"the guide's command failed with {code}: {command}\n{said}")
        if missing := first_missing(printed, said):
            raise Failed(f"the guide's command did not print {missing!r}: {command}\n{said}")
    return typed


def first_missing(printed, said):
    """The first line that the guide shows and the machine did not print, in the guide's order."""
    lines = iter(line.rstrip() for line in said.splitlines())
    for wanted in printed:
        if wanted.strip() in ("", "..."):
            continue
        pattern = re.sub(r"([\[\]*?])", r"[\1]", wanted.rstrip()).replace("...", "*")
        if not any(fnmatch.fnmatchcase(line, pattern) for line in lines):
            return wanted
    return None

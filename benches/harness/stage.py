"""What every part with a load needs: a place, the directory, a token, and programs that end with it."""

import sys

from . import load, programs
from .place import Place


class Stage:
    """Programs started on it end when it is left, the last first."""

    def __init__(self, binary, arguments):
        self.binary = binary
        self.rounds = arguments.rounds
        self.seconds = arguments.seconds
        self.only = arguments.only
        self.place = Place()
        self.running = []

    def __enter__(self):
        try:
            self.directory = self.started(programs.directory(self.place))
            self.issuer = self.directory.issuer
            (self.token,) = load.tokens(self.place, self.issuer, 1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for program in reversed(self.running):
            program.end()
        self.place.remove()

    def started(self, program):
        self.running.append(program)
        return program

    def chosen(self, candidates):
        return [name for name in candidates if self.only is None or name in self.only]

    def empty_logs(self):
        """Logs of a load are of no use, and would fill the disk."""
        for log in self.place.path("log").iterdir():
            if log.name != "directory.out":
                log.open("a").truncate(0)


def say(what):
    print(what, file=sys.stderr, flush=True)

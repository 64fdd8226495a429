"""How the command line shows progress: moving when a person watches, plain lines when piped."""

import os
import sys

from rich.console import Console
from rich.status import Status


class Watched:
    """Progress on a terminal: one moving line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status = console.status("")
        self._status.start()

    def tell(self, line: str) -> None:
        self._status.update(_plain(line))

    def glimpse(self, line: str) -> None:
        self._status.update(_plain(line))

    def warn_first(self, lines: list[str]) -> None:
        for line in lines:
            print_line(self._console, line)

    def close(self) -> None:
        """Leave the terminal clean."""
        self._status.stop()


class Piped:
    """Progress in a file or pipe: plain lines, none before the extracts' warnings are known."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._waiting: list[str] | None = []

    def tell(self, line: str) -> None:
        if self._waiting is None:
            print_line(self._console, line)
        else:
            self._waiting.append(line)

    def glimpse(self, line: str) -> None:
        pass

    def warn_first(self, lines: list[str]) -> None:
        waiting, self._waiting = self._waiting or [], None
        for line in [*lines, *waiting]:
            print_line(self._console, line)

    def close(self) -> None:
        """Print what still waits."""
        self.warn_first([])


def silence() -> None:
    """What libraries still say while the interpreter ends is of no use to anybody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def print_line(console: Console, line: str) -> None:
    """A line as it is: no markup, no colours of its own, no wrapping."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _plain(line: str) -> str:
    return line.replace("[", "\\[")

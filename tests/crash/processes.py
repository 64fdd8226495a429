"""Orders for the nursery: a run in a process of its own, and what is to become of it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines import ROOT


@dataclass(frozen=True)
class Order:
    """A command line, and how the process that carries it out is disturbed.

    `at` sends `signal` before or after the nth call of a function; `signal_after` does so after
    some seconds; `file_size` is the largest file that it can write; `before` is run in it first.
    """

    arguments: list[str]
    at: tuple[str, int, str] | None = None
    signal_after: float | None = None
    signal: int = signal.SIGKILL
    file_size: int | None = None
    before: str = ""


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, or minus the signal that killed it."""

    code: int
    seconds: float
    out: str
    err: str

    def line(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


class Nursery:
    """The process that runs are forked from."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, order: Order) -> Ended:
        """Carry out an order and wait for its end."""
        assert self._process.stdin is not None
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        return Ended(**self.answer())

    def answer(self) -> Any:
        """The next line that the nursery says."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def open_nursery(*options: str) -> Iterator[Nursery]:
    """A nursery that is ready; it ends with the block."""
    command = [sys.executable, "-m", "tests.crash.nursery", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        nursery = Nursery(process)
        assert nursery.answer() == [], "threads that a fork would lose"
        yield nursery
        assert process.stdin is not None
        process.stdin.close()


def run_of(extracts: Path, out: Path, *more: str) -> list[str]:
    """The command line of a run without Prefect."""
    return ["run", "--plain", "--extracts", str(extracts), "--out", str(out), *more]

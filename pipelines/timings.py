"""What each part of a run costs in seconds: for whoever asks with `wengang run --timings`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from rich.console import Console
from rich.table import Table

from pipelines.masking import masked
from pipelines.messages import say

# Parts below this many seconds are told together.
SMALL = 0.05


@dataclass
class Part:
    """A part of a run: its name, how many parts it stands in, and its seconds."""

    name: str
    depth: int
    seconds: float = 0.0


_parts: list[Part] = []
_depth = 0


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Measure what happens inside, also when it fails; parts may stand in one another."""
    global _depth
    part = Part(name, _depth)
    _parts.append(part)
    _depth += 1
    started = perf_counter()
    try:
        yield
    finally:
        part.seconds = perf_counter() - started
        _depth -= 1


def begin() -> None:
    """Forget what was measured before."""
    _parts.clear()


def measured() -> list[Part]:
    """The parts in the order in which they began; small ones of one part as one, at its end."""
    shown: list[Part] = []
    small: list[Part] = []
    for part in [*_parts, Part("", 0)]:
        while small and small[-1].depth > part.depth:
            shown.append(small.pop())
        if part.depth and part.seconds < SMALL:
            if not small or small[-1].depth < part.depth:
                small.append(Part(say("其余", "others"), part.depth))
            small[-1].seconds += part.seconds
        else:
            shown.append(part)
    return shown[:-1]


def print_timings(console: Console) -> None:
    """Print the parts as a table, the outer ones first."""
    table = Table(title=say("用时", "Time"), title_style="bold")
    table.add_column(say("步骤", "step"), no_wrap=True)
    table.add_column(say("秒", "seconds"), justify="right")
    for part in measured():
        table.add_row("  " * part.depth + masked(part.name), f"{part.seconds:.2f}")
    console.print(table)

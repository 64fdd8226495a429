"""What a run says while it works; who shows it is chosen once, by the command line."""

from typing import Protocol

from pipelines.masking import masked


class Listener(Protocol):
    """Shows what a run says."""

    def tell(self, line: str) -> None:
        """A line that stays."""

    def glimpse(self, line: str) -> None:
        """A line for whoever watches at this moment."""

    def warn_first(self, lines: list[str]) -> None:
        """Lines that stand before all others; called once the extracts are read."""


_listeners: list[Listener] = []


def listen(listener: Listener | None) -> None:
    """Say everything further to `listener`; to nobody when it is None."""
    _listeners[:] = [listener] if listener else []


def tell(line: str) -> None:
    """Say what a run has done; ids, accounts and phones in it are hidden."""
    for listener in _listeners:
        listener.tell(masked(line))


def glimpse(line: str) -> None:
    """Say what a run is doing at this moment; ids, accounts and phones in it are hidden."""
    for listener in _listeners:
        listener.glimpse(masked(line))


def warn_first(lines: list[str]) -> None:
    """Say what a reader must know before anything else."""
    for listener in _listeners:
        listener.warn_first([masked(line) for line in lines])

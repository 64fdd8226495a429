"""What a run says while it works; who shows it is chosen once, by the command line."""

from collections.abc import Callable

_show: Callable[[str], None] = lambda line: None  # noqa: E731


def show_with(show: Callable[[str], None]) -> None:
    """Pass every further line of progress to `show`."""
    global _show
    _show = show


def tell(line: str) -> None:
    """Say one line of progress; no personal data."""
    _show(line)

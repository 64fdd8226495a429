"""What lies in a run's folder, and what does not belong there."""

import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.messages import say

# What programs leave beside a file while somebody reads it: LibreOffice, WPS and Excel, DuckDB.
_TRACES = (".~lock.*#", "~$*", "results.duckdb.tmp")


def files_of(folder: Path) -> Iterator[str]:
    """Everything but folders by its path from `folder`, without the traces of readers."""
    for path in sorted(folder.rglob("*")):
        if (path.is_symlink() or not path.is_dir()) and not _is_trace(path.relative_to(folder)):
            yield path.relative_to(folder).as_posix()


def readers_traces(folder: Path) -> list[str]:
    """A line for each trace that a reader left."""
    names = [path.relative_to(folder) for path in sorted(folder.rglob("*"))]
    return [
        say(f"{name}：读者留下的，不属于这次运行", f"{name}: left by a reader, not of the run")
        for name in names
        if _is_trace(name) and not _is_trace(name.parent)
    ]


def open_to_others(folder: Path) -> list[str]:
    """A line for each folder that isn't 0700 and each file that isn't 0600."""
    notes = []
    for path in [folder, *sorted(folder.rglob("*"))]:
        wanted = 0o700 if path.is_dir() else 0o600
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode == wanted or path.is_symlink() or _is_trace(path.relative_to(folder)):
            continue
        name = path.relative_to(folder.parent).as_posix()
        notes.append(
            say(
                f"{name}：权限为 {mode:04o}，应为 {wanted:04o}",
                f"{name}: its mode is {mode:04o}, should be {wanted:04o}",
            )
        )
    return notes


def _is_trace(name: Path) -> bool:
    return any(fnmatchcase(part, pattern) for part in name.parts for pattern in _TRACES)

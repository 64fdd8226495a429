"""Files are looked at before their turn comes, beside DuckDB's work on the file before them."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.decoding import Bytes, look_at
from pipelines.digest import sha256
from pipelines.loading import TEXT_SUFFIXES, refuse_special

# How many files ahead are looked at.
FILES_AHEAD = 2


@dataclass(frozen=True)
class Looked:
    """A file's digest, what its bytes tell where it is a text, and its stat before it was read."""

    sha256: str
    found: Bytes | None
    before: os.stat_result


@contextmanager
def looking_ahead() -> Iterator["Ahead"]:
    """What looks at files ahead while the block runs."""
    pool = ThreadPoolExecutor(FILES_AHEAD, "ahead")
    try:
        yield Ahead(pool)
    finally:
        pool.shutdown(cancel_futures=True)


class Ahead:
    """Looks at files in threads of its own; what goes wrong there is met again in their turn."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._looks: dict[Path, Future[Looked]] = {}

    def begin(self, path: Path, is_known: bool) -> None:
        """Look at a file when there is time; of one that was read before the digest is enough."""
        if path not in self._looks:
            self._looks[path] = self._pool.submit(_look, path, is_known)

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file as it lies."""
        looked = self._looked(path)
        return looked.sha256 if looked else sha256(path)

    def look(self, path: Path) -> Bytes:
        """What `look_at` tells of a text file. Raises what it raises."""
        looked = self._looked(path)
        return looked.found if looked and looked.found else look_at(path)

    def _looked(self, path: Path) -> Looked | None:
        """What was found ahead, if the file is still the same."""
        if path not in self._looks:
            return None
        try:
            looked = self._looks[path].result()
        except Exception:
            return None
        now = path.stat()
        was = looked.before
        same = (was.st_ino, was.st_size, was.st_mtime_ns) == (
            now.st_ino,
            now.st_size,
            now.st_mtime_ns,
        )
        return looked if same else None


def _look(path: Path, is_known: bool) -> Looked:
    refuse_special(path)
    before = path.stat()
    if is_known or not path.name.lower().endswith(TEXT_SUFFIXES):
        return Looked(sha256(path), None, before)
    found = look_at(path)
    return Looked(found.sha256, found, before)

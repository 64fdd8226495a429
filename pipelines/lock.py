"""One run at a time: a lock of the operating system, freed at once when its process dies."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.errors import RunLocked
from pipelines.messages import say
from pipelines.warehouse import state_folder

# Questions read the working database for no longer than the first; a run waits the second.
READING_SECONDS = 5.0
WAITING_SECONDS = 15.0
_held: set[Path] = set()


@contextmanager
def run_lock(out: Path) -> Iterator[None]:
    """Hold the lock of the publication folder `out`; a process that holds it may ask again.

    Raises RunLocked, naming process, host and since when, if another process holds it; for those
    that only read the working database a moment is waited.
    """
    path = (state_folder(out) / "lock").resolve()
    if path in _held:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + WAITING_SECONDS
        while not _is_taken(descriptor, fcntl.LOCK_EX):
            # Where a reader can join, there are only readers.
            if not _is_taken(descriptor, fcntl.LOCK_SH) or time.monotonic() > deadline:
                raise _locked(out, path)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            time.sleep(0.05)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        _held.add(path)
        # Whatever is written under the lock, by whatever library, is for this user only.
        umask = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(umask)
            _held.discard(path)
    finally:
        os.close(descriptor)


@contextmanager
def reading_lock(out: Path) -> Iterator[None]:
    """Keep runs waiting while the working database of `out` is read; let go of it soon.

    DuckDB lets nobody write a file that another process reads: a run that began meanwhile would
    fail. Raises RunLocked when a run is going on.
    """
    path = (state_folder(out) / "lock").resolve()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if path in _held or not _is_taken(descriptor, fcntl.LOCK_SH):
            raise _locked(out, path)
        yield
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked(out: Path, path: Path) -> RunLocked:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        holder = {}
    pid, host, since = (holder.get(key, "?") for key in ("pid", "host", "since"))
    return RunLocked(
        say(
            f"{out}：另一次运行正在进行：进程 {pid}，主机 {host}，自 {since} 起。"
            "请等它结束，或换一个 --out",
            f"{out}: another run is going on: process {pid} on {host} since {since}."
            " Wait for its end, or use another --out",
        )
    )

"""One run at a time: a lock of the operating system, freed at once when its process dies."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.errors import RunLocked
from pipelines.messages import say
from pipelines.warehouse import state_folder

_held: set[Path] = set()


@contextmanager
def run_lock(out: Path) -> Iterator[None]:
    """Hold the lock of the publication folder `out`; a process that holds it may ask again.

    Raises RunLocked, naming process, host and since when, if another process holds it.
    """
    path = (state_folder(out) / "lock").resolve()
    if path in _held:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(out, path) from None
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

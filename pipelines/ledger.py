"""published.jsonl: what became of each run, one line an event, forced to disk."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.warehouse import state_folder


def ledger_entries(out: Path) -> list[dict[str, Any]]:
    """The events in order, each with `run` and `event`; a line that a crash cut off is left out."""
    path = _ledger_path(out)
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"run", "event"} <= entry.keys():
            found.append(entry)
    return found


def write_ledger(out: Path, event: str, run_id: str, **details: Any) -> None:
    """Add an event. Raises OSError when it can't be kept."""
    entry = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "event": event,
        "run": run_id,
        **details,
    }
    path = _ledger_path(out)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        left = (("\n" if cut_off else "") + json.dumps(entry) + "\n").encode()
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        force_to_disk(path.parent)


def force_to_disk(path: Path) -> None:
    """Have the system write a file, or a folder's list of names, before anything else follows."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ledger_path(out: Path) -> Path:
    return state_folder(out) / "published.jsonl"

"""Which batches were exported for payment, and to whom: so that nobody is paid twice."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines import audit
from pipelines.errors import StaleError
from pipelines.ledger import force_to_disk
from pipelines.messages import say
from pipelines.warehouse import state_folder

ACTION = "payment"


@dataclass(frozen=True)
class Batch:
    """A batch as it stands: `amounts` are yuan by the keyed hash of who is paid."""

    batch: str
    screening: str
    year: int
    times: int
    first_at: str
    last_at: str
    amounts: dict[str, Decimal] = field(repr=False)


def batches(out: Path) -> dict[str, Batch]:
    """The batches that were exported and not withdrawn since.

    Raises StaleError when the audit log knows of exports that this record has lost: whoever was
    in them could be paid again.
    """
    found: dict[str, Batch] = {}
    seen = set()
    for entry in _entries(out):
        name = entry["batch"]
        seen.add(entry["number"])
        before = found.pop(name, None)
        if entry["event"] == "exported":
            found[name] = Batch(
                name,
                entry["screening"],
                entry["year"],
                before.times + 1 if before else 1,
                before.first_at if before else entry["at"],
                entry["at"],
                # Whoever was in it once may have been paid from it.
                (before.amounts if before else {})
                | {key: Decimal(text) for key, text in entry["amounts"].items()},
            )
    noted = {
        entry["details"]["number"] for entry in audit.read_log(out) if entry["action"] == ACTION
    }
    if lost := sorted(noted - seen):
        path = _path(out)
        raise StaleError(
            say(
                f"{path}：缺少审计日志所记的 {len(lost)} 次支付导出（第 {lost[0]} 次起）。"
                "请从备份恢复该文件，以免重复支付",
                f"{path}: lacks {len(lost)} exports for payment that the audit log knows (from"
                f" no. {lost[0]}). Restore the file, or somebody may be paid twice",
            )
        )
    return found


def note(out: Path, event: str, batch: str, details: dict[str, Any], **audited: Any) -> None:
    """Record an event of a batch here, then in the audit log. Raises OSError when it can't be."""
    number = max((entry["number"] for entry in _entries(out)), default=0) + 1
    entry = {
        "number": number,
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "event": event,
        "batch": batch,
        **details,
    }
    path = _path(out)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(("\n" + json.dumps(entry) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())
    force_to_disk(path.parent)
    audit.record(out, ACTION, event, batch=batch, number=number, **audited)


def _entries(out: Path) -> list[dict[str, Any]]:
    path = _path(out)
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):
        # What a crash cut off was not audited, and its files were not given their place.
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def _path(out: Path) -> Path:
    return state_folder(out) / "payments.jsonl"

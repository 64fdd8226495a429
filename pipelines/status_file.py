"""status.json: how the last attempt at a run went, for whoever comes in the morning."""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import StaleError
from pipelines.ledger import force_to_disk
from pipelines.storage import private_folder

NAME = "status.json"


@dataclass(frozen=True)
class Status:
    """How an attempt stands: no personal data. Times are ISO 8601 with their zone.

    `state` is running, published, built (in part, unpublished), held, failed, interrupted, or
    stale in what the notice command is told. `exit_code` is None while it runs.
    """

    state: str
    begun_at: str
    as_of: str | None = None
    ended_at: str | None = None
    run: str | None = None
    exit_code: int | None = None
    message: str = ""
    next_run_at: str | None = None
    host: str = ""
    pid: int = 0

    def as_json(self) -> str:
        """As one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def stale(last: Status | None, message: str, now: datetime) -> Status:
    """What the notice command is told when the published run is too old: the last attempt, late."""
    at = now.isoformat(timespec="seconds")
    known = last or Status("stale", at)
    return replace(
        known, state="stale", ended_at=at, exit_code=StaleError.exit_code, message=message
    )


def write_status(out: Path, status: Status) -> None:
    """Put a status into its place at once: a reader sees the old one or the new one.

    Call it under the lock. Raises OSError.
    """
    aside = private_folder(out / ".state" / "tmp") / f"{NAME}.{os.getpid()}"
    aside.touch(mode=0o600)
    aside.write_text(status.as_json(), encoding="utf-8")
    force_to_disk(aside)
    aside.replace(out / NAME)


def read_status(out: Path) -> Status | None:
    """The last status; None when there is none or it can't be read."""
    try:
        given: dict[str, Any] = json.loads((out / NAME).read_text(encoding="utf-8"))
        status = Status(**given)
        datetime.fromisoformat(status.begun_at)
        return status
    except (OSError, ValueError, TypeError):
        return None

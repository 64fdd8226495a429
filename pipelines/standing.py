"""How a publication folder stands: its last good run and its age, held runs, the last attempt."""

import json
import os
import socket
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.errors import StaleError
from pipelines.ledger import ledger_entries
from pipelines.messages import say
from pipelines.publish import Run, held
from pipelines.status_file import Status, read_status
from pipelines.timetable import Timetable, noted_timetable
from pipelines.verify import MANIFEST
from pipelines.which_run import named_run


@dataclass(frozen=True)
class Standing:
    """All of it at the moment `now`. `damage` says why the published run can't be relied on.

    `made_at` is when the last good run was made: a held run that is released is as old as its
    lists. `held` are the runs that wait, each with the moment from which.
    """

    now: datetime
    max_age_hours: int
    last_good: Run | None
    made_at: datetime | None
    published_at: datetime | None
    held: tuple[tuple[Run, str], ...]
    last_attempt: Status | None
    timetable: Timetable | None
    damage: str = ""

    @property
    def age(self) -> timedelta | None:
        """How old the last good run is."""
        return None if self.made_at is None else self.now - self.made_at

    @property
    def is_stale(self) -> bool:
        """Whether there is no good run of the last `max_age_hours`; one of the future is none."""
        if self.damage or self.age is None:
            return True
        return not timedelta(minutes=-5) <= self.age <= timedelta(hours=self.max_age_hours)

    @property
    def next_run_at(self) -> datetime | None:
        """When the next run is due, if anything is scheduled."""
        return None if self.timetable is None else self.timetable.next_after(self.now)


def standing_of(out: Path, max_age_hours: int, now: datetime) -> Standing:
    """How `out` stands. Reads small files alone and makes none; a folder that isn't there has no
    run."""
    # Where no state lies nothing was published, and looking must not make a folder.
    events = ledger_entries(out) if (out / ".state").is_dir() else []
    damage, run, made_at, published_at = "", None, None, None
    try:
        run = named_run(out, None) if (out / "CURRENT").exists() else None
    except StaleError as error:
        damage = str(error)
    if run is not None:
        published_at = _moment(_last(events, run.run_id, "published"))
        made_at = _made_at(run)
        if made_at is None:
            path = run.folder / MANIFEST
            damage = say(
                f"{path}：不存在或无法读取。请运行 wengang verify {run.run_id}",
                f"{path}: is gone or can't be read. See wengang verify {run.run_id}",
            )
    return Standing(
        now,
        max_age_hours,
        run,
        made_at,
        published_at,
        tuple((one, _last(events, one.run_id, "held")) for one in held(out)),
        _seen_alive(read_status(out)),
        noted_timetable(out),
        damage,
    )


def _made_at(run: Run) -> datetime | None:
    """When a run was made, as its manifest says; None when it is gone or says nothing."""
    try:
        given: dict[str, Any] = json.loads((run.folder / MANIFEST).read_text(encoding="utf-8"))
        return _moment(given["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _last(events: list[dict[str, Any]], run_id: str, event: str) -> str:
    found = [one["at"] for one in events if one["run"] == run_id and one["event"] == event]
    return found[-1] if found else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone() if text else None


def _seen_alive(status: Status | None) -> Status | None:
    """One that says that it runs, on this machine, while its process is gone, was killed."""
    if status is None or status.state != "running" or status.host != socket.gethostname():
        return status
    try:
        os.kill(status.pid, 0)
    except ProcessLookupError:
        return replace(status, state="killed")
    except PermissionError:
        pass
    return status

"""Removing what is older than it may be kept, audited before and after, and shown to be gone."""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines import audit
from pipelines.aged import Aged, find_aged
from pipelines.errors import StorageError, UsageError
from pipelines.ledger import write_ledger
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.publish import building_folder, note_purged_files, tidy
from pipelines.settings import Settings
from pipelines.storage import private_folder, storage_of


@dataclass(frozen=True)
class Purged:
    """What was removed, or would be; `bytes` of each, in the same order."""

    aged: tuple[Aged, ...]
    bytes: tuple[int, ...]


def purge(
    out: Path,
    settings: Settings,
    older_than: int | None = None,
    dry_run: bool = False,
    today: date | None = None,
) -> Purged:
    """Remove what is older than `older_than` days, by default keep_days of the settings.

    The published run, those that the next run remembers from, the ledger and the audit log stay.
    What is to go is in the audit log before anything goes, and again once it is gone. Raises
    UsageError for less than a day, StorageError when something would not go, RunLocked.
    """
    days = settings.keep_days if older_than is None else older_than
    shortest = min(days, settings.keep_days_set_aside, settings.keep_days_warehouse)
    if shortest < 1:
        raise UsageError(
            say(
                f"--older-than 及 keep_days… 至少为 1 天，现为 {shortest}",
                f"--older-than and keep_days… must be at least 1 day, is {shortest}",
            )
        )
    on = today or datetime.now(CHINA).date()
    with storage_of(say("清除", "purging"), out), run_lock(out):
        if not dry_run:
            tidy(out)
        aged = find_aged(out, settings, days, on)
        found = Purged(tuple(aged), tuple(item.bytes for item in aged))
        if dry_run:
            return found
        audit.record(out, "purge", "begun", older_than_days=days, **_told(found))
        for item in aged:
            _remove(out, item)
        left = find_aged(out, settings, days, on)
        paths = [path for item in [*aged, *left] for path in item.paths if path.exists()]
        if paths:
            audit.record(out, "purge", "incomplete", left=len(paths))
            raise StorageError(
                say(
                    f"清除：{paths[0]} 等 {len(paths)} 项未能删除。请检查权限后重试",
                    f"purging: {paths[0]} and {len(paths) - 1} more are still there. Check"
                    " permissions and try again",
                )
            )
        audit.record(out, "purge", "done", older_than_days=days, **_told(found))
    return found


def _remove(out: Path, item: Aged) -> None:
    if item.kind == "kits":
        folder = next(path for path in item.paths[0].parents if path.name == item.name)
        names = [path.relative_to(folder).as_posix() for path in item.paths]
        # First, so that a run never lacks files of which nothing says why.
        note_purged_files(out, item.name, names)
    elif item.kind in {"run", "held"}:
        # So that nobody looks for it as for one that was lost.
        write_ledger(out, "purged", item.name)
    for path in item.paths:
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
            continue
        # Out of readers' sight at once: half a run must never look like one.
        aside = private_folder(building_folder(out)) / f"purged-{path.name}"
        path.rename(aside)
        shutil.rmtree(aside)


def _told(found: Purged) -> dict[str, Any]:
    """What goes, for the audit log: ids of runs, numbers of everything else."""
    counts = Counter(item.kind for item in found.aged)
    runs = [item.name for item in found.aged if item.kind in {"run", "held"}]
    return {"runs": runs, "counts": dict(sorted(counts.items())), "bytes": sum(found.bytes)}

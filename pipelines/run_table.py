"""Every run that the ledger or the folders know, with its totals: what `wengang runs` shows."""

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.audit_end import audit_path
from pipelines.ledger import ledger_entries
from pipelines.publish import held
from pipelines.verify import MANIFEST
from pipelines.which_run import all_runs

# What becomes of a run in the end; what stands between, as its publishing, is no end.
ENDS = ("published", "held", "purged", "dropped")


@dataclass(frozen=True)
class KnownRun:
    """One run. `state` is current, published, held, purged, dropped, or missing (published, but
    its folder is gone); `at` is the moment of that event. Rows are those of the lists' CSV files;
    `totals` are the region's lines of summary.csv: list, units, people, yuan.
    """

    run: str
    state: str
    at: str
    reason: str
    folder: Path | None
    bytes: int | None
    rows: int | None
    totals: tuple[tuple[str, str, str, str], ...]

    @property
    def as_of(self) -> str:
        """The day that it judged."""
        return self.run[:10]


def known_runs(out: Path, current: str | None, last: int | None = None) -> list[KnownRun]:
    """The runs in the order in which something last became of them; only the `last` ones.

    `current` is the id in CURRENT. Reads manifests and summaries of those that it tells of.
    """
    events: dict[str, dict[str, Any]] = {}
    for entry in ledger_entries(out):
        if entry["event"] in ENDS:
            events.pop(entry["run"], None)
            events[entry["run"]] = entry
    here = {run.run_id: run.folder for run in all_runs(out)}
    waiting = {run.run_id for run in held(out)}
    names = [*(name for name in here if name not in events), *events]
    reasons = _reasons(out)
    return [
        _known(name, events.get(name), here.get(name), name in waiting, current, reasons)
        for name in (names if last is None else names[-last:])
    ]


def _known(
    name: str,
    event: dict[str, Any] | None,
    folder: Path | None,
    waits: bool,
    current: str | None,
    reasons: dict[str, str],
) -> KnownRun:
    state = event["event"] if event else "held" if waits else "unknown"
    is_here = folder is not None and folder.is_dir()
    if state == "published":
        state = "missing" if not is_here else "current" if name == current else state
    manifest = _manifest(folder) if folder and is_here else {}
    files = manifest.get("files", [])
    rows = [item["rows"] for item in files if item["path"].endswith(".csv") and "/" in item["path"]]
    return KnownRun(
        name,
        state,
        event["at"] if event else "",
        reasons.get(name, ""),
        folder if is_here else None,
        _size(folder) if folder and is_here else None,
        sum(row or 0 for row in rows) if files else None,
        _totals(folder / "summary.csv") if folder and is_here else (),
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # `wengang verify` tells of it
    return found if isinstance(found, dict) else {}


def _totals(path: Path) -> tuple[tuple[str, str, str, str], ...]:
    """The region's lines: those without a bureau."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))[1:]
    except OSError:
        return ()
    return tuple((line[2], line[3], line[4], line[5]) for line in lines if not line[0])


def _size(folder: Path) -> int:
    found = 0
    with os.scandir(folder) as items:
        for item in items:
            is_folder = item.is_dir(follow_symlinks=False)
            found += (
                _size(Path(item.path)) if is_folder else item.stat(follow_symlinks=False).st_size
            )
    return found


def _reasons(out: Path) -> dict[str, str]:
    """Why held runs were released, by run. Here the chain of the log is not checked."""
    try:
        text = audit_path(out).read_bytes()
    except OSError:
        return {}
    found = {}
    for line in text.split(b"\n"):
        if b'"released"' not in line:
            continue
        try:
            entry = json.loads(line)
            if entry["action"] == "release":
                found[entry["details"]["run"]] = entry["details"]["reason"]
        except (ValueError, KeyError, TypeError):
            continue  # `wengang audit verify` tells of it
    return found

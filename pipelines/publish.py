"""A run is built aside and published at once, held, or dropped: runs/, held/, CURRENT, ledger."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.storage import private_folder
from pipelines.warehouse import state_folder

_RUN = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d+)")


@dataclass(frozen=True)
class Run:
    """A run by its id `<as_of>-<number>`."""

    run_id: str
    folder: Path

    @property
    def as_of(self) -> date:
        """The day that the run judged."""
        return date.fromisoformat(self.run_id[:10])


def runs_folder(out: Path) -> Path:
    """Where published runs lie; made on first use, 0700."""
    return private_folder(out / "runs")


def building_folder(out: Path) -> Path:
    """Where a run lies until it is published."""
    return state_folder(out) / "building"


def held_folder(out: Path) -> Path:
    """Where runs lie that were built but are kept from being published; made on first use, 0700."""
    return private_folder(out / "held")


def begin(out: Path, as_of: date) -> Run:
    """A new, empty run folder aside, with the next free number of its day.

    Numbers that the ledger knows are not given twice, also when their runs were removed.
    """
    taken = [entry["run"] for entry in _ledger(out)]
    taken += [path.name for path in runs_folder(out).iterdir()]
    taken += [run.run_id for run in held(out)]
    numbers = [
        int(found[2])
        for name in taken
        if (found := _RUN.fullmatch(name)) and found[1] == str(as_of)
    ]
    run_id = f"{as_of}-{max(numbers, default=0) + 1}"
    folder = building_folder(out) / run_id
    shutil.rmtree(folder, ignore_errors=True)
    return Run(run_id, private_folder(folder))


def tidy(out: Path) -> None:
    """Remove what failed, partial or killed runs left; finish what a crash cut short.

    Call it under the lock. A run that was moved into runs/ but never became CURRENT goes, back to
    held/ if it came from there; one that CURRENT names was published, whatever the ledger says.
    """
    shutil.rmtree(building_folder(out), ignore_errors=True)
    entries = _ledger(out)
    settled = {entry["run"] for entry in entries if entry["event"] in {"published", "dropped"}}
    was_held = {entry["run"] for entry in entries if entry["event"] == "held"}
    now = current(out)
    for entry in entries:
        if entry["event"] != "publishing" or entry["run"] in settled:
            continue
        if now is not None and now.run_id == entry["run"]:
            _write_ledger(out, "published", entry["run"])
        elif entry["run"] in was_held:
            unreleased = runs_folder(out) / entry["run"]
            if unreleased.is_dir():
                unreleased.rename(held_folder(out) / entry["run"])
        else:
            shutil.rmtree(runs_folder(out) / entry["run"], ignore_errors=True)
            _write_ledger(out, "dropped", entry["run"])
    if now is not None and not any(entry["run"] == now.run_id for entry in entries):
        _write_ledger(out, "published", now.run_id)


def publish(out: Path, run: Run) -> Run:
    """Move a finished run into runs/ and point CURRENT at it; what readers see changes at once."""
    _sync_all(run)
    target = runs_folder(out) / run.run_id
    _write_ledger(out, "publishing", run.run_id)
    run.folder.rename(target)
    _sync(target.parent)
    pointer = out / f".CURRENT.{os.getpid()}"
    pointer.write_text(run.run_id + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(out / "CURRENT")
    _sync(out)
    _write_ledger(out, "published", run.run_id)
    return Run(run.run_id, target)


def hold(out: Path, run: Run) -> Run:
    """Move a finished run into held/, where it waits to be released; nothing is published."""
    _sync_all(run)
    target = held_folder(out) / run.run_id
    _write_ledger(out, "held", run.run_id)
    run.folder.rename(target)
    _sync(target.parent)
    return Run(run.run_id, target)


def held(out: Path) -> list[Run]:
    """The runs that wait in held/, by name."""
    folder = out / "held"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [Run(path.name, path) for path in found if _RUN.fullmatch(path.name)]


def current(out: Path) -> Run | None:
    """The run that CURRENT names; None before the first one."""
    try:
        run_id = (out / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return Run(run_id, out / "runs" / run_id) if _RUN.fullmatch(run_id) else None


def published(out: Path) -> list[Run]:
    """The published runs whose folders still lie in runs/, in the order of publication."""
    names = [entry["run"] for entry in _ledger(out) if entry["event"] == "published"]
    now = current(out)
    if now is not None and now.run_id not in names:
        names.append(now.run_id)
    runs = (Run(name, out / "runs" / name) for name in dict.fromkeys(names))
    return [run for run in runs if run.folder.is_dir()]


def predecessor(out: Path, as_of: date) -> Run | None:
    """The run before: of the published runs of an earlier day, the latest day's last one."""
    earlier = [run for run in published(out) if run.as_of < as_of]
    # The sort is stable: of one day the run published last stays last.
    return sorted(earlier, key=lambda run: run.as_of)[-1] if earlier else None


def purged_files(out: Path, run_id: str) -> set[str]:
    """The files of a run, by path from its folder, that were purged while the run stays."""
    return {
        name
        for entry in _ledger(out)
        if entry["event"] == "purged_files" and entry["run"] == run_id
        for name in entry.get("files", [])
    }


def note_purged_files(out: Path, run_id: str, files: list[str]) -> None:
    """Enter files of a run into the ledger as purged; call it before they are removed."""
    _write_ledger(out, "purged_files", run_id, files=files)


def published_on(out: Path, run_id: str) -> date | None:
    """The day on which a run was published or held for the last time, if the ledger knows."""
    days = [
        datetime.fromisoformat(entry["at"]).date()
        for entry in _ledger(out)
        if entry["run"] == run_id and entry["event"] in {"published", "held"}
    ]
    return max(days, default=None)


def close_to_others(folder: Path) -> None:
    """Folders 0700 and files 0600, for the pipeline's own user only."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _ledger_path(out: Path) -> Path:
    return state_folder(out) / "published.jsonl"


def _ledger(out: Path) -> list[dict[str, Any]]:
    """The ledger's entries; a last line that a crash cut off is left out."""
    path = _ledger_path(out)
    if not path.exists():
        return []
    return list(_entries(path.read_text(encoding="utf-8")))


def _entries(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"run", "event"} <= entry.keys():
            yield entry


def _write_ledger(out: Path, event: str, run_id: str, **more: Any) -> None:
    entry = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "event": event,
        "run": run_id,
        **more,
    }
    path = _ledger_path(out)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (("\n" if cut_off else "") + json.dumps(entry) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_all(run: Run) -> None:
    for path in [*run.folder.rglob("*"), run.folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

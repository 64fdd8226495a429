"""A run is built aside and published at once, held, or dropped: runs/, held/, CURRENT, ledger."""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines import audit
from pipelines.digest import sha256
from pipelines.errors import StaleError
from pipelines.ledger import force_to_disk, ledger_entries, write_ledger
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.progress import tell
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
    taken = [entry["run"] for entry in ledger_entries(out)]
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
    # Spilled rows, files in the middle of being read, pointers that never became CURRENT.
    shutil.rmtree(state_folder(out) / "tmp", ignore_errors=True)
    for left in [*out.glob(".CURRENT.*"), *state_folder(out).glob(".audit.head.*")]:
        left.unlink(missing_ok=True)
    entries = ledger_entries(out)
    was_held = {entry["run"] for entry in entries if entry["event"] == "held"}
    now = current(out)
    for run_id in unsettled(out):
        if now is not None and now.run_id == run_id:
            _note_published(out, now)
        elif run_id in was_held:
            unreleased = runs_folder(out) / run_id
            if unreleased.is_dir():
                unreleased.rename(held_folder(out) / run_id)
        else:
            shutil.rmtree(runs_folder(out) / run_id, ignore_errors=True)
            write_ledger(out, "dropped", run_id)
    if now is not None and not any(entry["run"] == now.run_id for entry in entries):
        # The ledger was lost: what it said can't be known, that it was lost must be.
        _note_published(out, now, "found published")


def unsettled(out: Path) -> list[str]:
    """The runs that were being published when the ledger ends: what became of them isn't noted.

    What stands before the last publication was settled then, whatever the ledger lost since.
    """
    waiting: dict[str, None] = {}
    for entry in ledger_entries(out):
        if entry["event"] == "published":
            waiting.clear()
        elif entry["event"] == "publishing":
            waiting[entry["run"]] = None
        elif entry["event"] == "dropped":
            waiting.pop(entry["run"], None)
    return list(waiting)


def publish(out: Path, run: Run) -> Run:
    """Move a finished run into runs/ and point CURRENT at it; what readers see changes at once.

    Before that everything is on disk, and the hash of its manifest in the ledger and the audit
    log. Raises OSError when any of it fails; runs/ and CURRENT are then as they were.
    """
    manifest = _settle_on_disk(run)
    target = runs_folder(out) / run.run_id
    pointer = out / f".CURRENT.{os.getpid()}"
    try:
        pointer.touch(mode=0o600)
        pointer.write_text(run.run_id + "\n", encoding="utf-8")
        force_to_disk(pointer)
        write_ledger(out, "publishing", run.run_id, manifest=manifest)
        audit.record(out, "run", "publishing", run=run.run_id, manifest=manifest)
        run.folder.rename(target)
        try:
            force_to_disk(target.parent)
            force_to_disk(out)
            _point(out, pointer)
        except OSError:
            target.rename(run.folder)
            raise
    except OSError:
        with suppress(OSError):
            pointer.unlink(missing_ok=True)
        raise
    published_run = Run(run.run_id, target)
    try:
        force_to_disk(out)
        _note_published(out, published_run)
    except OSError as error:
        # Readers see the new run already; what is missing here is made up for by tidy.
        reason = error.strerror or type(error).__name__
        tell(
            say(
                f"已发布，但发布记录未能写全（{reason}），下次运行时补上",
                f"published, but its record is not complete ({reason}); the next run mends it",
            )
        )
    return published_run


def hold(out: Path, run: Run) -> Run:
    """Move a finished run into held/, where it waits to be released; nothing is published."""
    manifest = _settle_on_disk(run)
    target = held_folder(out) / run.run_id
    write_ledger(out, "held", run.run_id, manifest=manifest)
    audit.record(out, "run", "held", run=run.run_id, manifest=manifest)
    run.folder.rename(target)
    force_to_disk(target.parent)
    return Run(run.run_id, target)


def held(out: Path) -> list[Run]:
    """The runs that wait in held/, by name."""
    folder = out / "held"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [Run(path.name, path) for path in found if _RUN.fullmatch(path.name)]


def current(out: Path) -> Run | None:
    """The run that CURRENT names; None before the first one.

    Raises StaleError when what stands in CURRENT is no run's id.
    """
    path = out / "CURRENT"
    try:
        run_id = path.read_bytes().decode("ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    if not _RUN.fullmatch(run_id):
        names = [entry["run"] for entry in ledger_entries(out) if entry["event"] == "published"]
        last = names[-1] if names else say("无", "none")
        raise StaleError(
            say(
                f"{path}：已损坏，内容不是运行编号。台账中最后发布的是 {last}，请把它写入该文件",
                f"{path}: damaged, what stands there is no run. The last one published is {last}"
                " by the ledger; write that into the file",
            )
        )
    return Run(run_id, out / "runs" / run_id)


def published(out: Path) -> list[Run]:
    """The published runs whose folders still lie in runs/, in the order of publication."""
    names = [entry["run"] for entry in ledger_entries(out) if entry["event"] == "published"]
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
        for entry in ledger_entries(out)
        if entry["event"] == "purged_files" and entry["run"] == run_id
        for name in entry.get("files", [])
    }


def note_purged_files(out: Path, run_id: str, files: list[str]) -> None:
    """Enter files of a run into the ledger as purged; call it before they are removed."""
    write_ledger(out, "purged_files", run_id, files=files)


def published_on(out: Path, run_id: str) -> date | None:
    """The day in China on which a run was published or held last, if the ledger knows."""
    days = [
        datetime.fromisoformat(entry["at"]).astimezone(CHINA).date()
        for entry in ledger_entries(out)
        if entry["run"] == run_id and entry["event"] in {"published", "held"}
    ]
    return max(days, default=None)


def close_to_others(folder: Path) -> None:
    """Folders 0700 and files 0600, for the pipeline's own user only."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _point(out: Path, pointer: Path) -> None:
    """The moment of publication: before it readers see the old run, after it the new one."""
    pointer.replace(out / "CURRENT")


def _note_published(out: Path, run: Run, result: str = "published") -> None:
    """The audit log first: while the ledger's line is missing, tidy writes both again."""
    manifest = manifest_hash(run)
    audit.record(out, "run", result, run=run.run_id, manifest=manifest)
    write_ledger(out, "published", run.run_id, manifest=manifest)


def _settle_on_disk(run: Run) -> str | None:
    """Force every file and folder of a finished run to disk; the hash of its manifest."""
    for path in [*run.folder.rglob("*"), run.folder]:
        force_to_disk(path)
    return manifest_hash(run)


def manifest_hash(run: Run) -> str | None:
    """The SHA-256 of a run's manifest; None without one, which `wengang verify` calls damaged."""
    path = run.folder / "manifest.json"
    return sha256(path) if path.is_file() else None

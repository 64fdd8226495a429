"""What of a publication folder is older than it may be kept: found here, removed by purge.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.feedback_store import kept_files, read_on
from pipelines.order import CHINA
from pipelines.publish import (
    Run,
    current,
    held,
    predecessor,
    published,
    published_on,
    runs_folder,
)
from pipelines.repair_mark import KIT
from pipelines.settings import Settings
from pipelines.warehouse import state_folder
from pipelines.wrong_numbers import folder_of

# The workbooks of rows that a bureau is to mend.
KITS = f"*{KIT}*"
# What leaves a run, in a folder each with one folder per run.
LEFT = {"packages": "package", "letters": "letters", "payments": "payment"}


@dataclass(frozen=True)
class Aged:
    """One thing to remove: a folder or files, with the words that the audit log has for it.

    `kind` is run, held, package, letters, payment, kits, feedback, warehouse, prefect, errors or
    leftovers; `name` a run's id where there is one.
    """

    kind: str
    name: str
    paths: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """How much lies there."""
        return sum(
            file.lstat().st_size
            for path in self.paths
            for file in (path, *(path.rglob("*") if path.is_dir() else ()))
            if file.is_file()
        )


def find_aged(out: Path, settings: Settings, days: int, today: date) -> list[Aged]:
    """What was made more than `days` days before `today`; rows set aside and the warehouse sooner.

    Never the published run, nor the runs from which the next one takes since when a subject is
    listed, nor the audit log and the ledger.
    """
    sooner = min(days, settings.keep_days_set_aside)
    kept = {run.run_id for run in _needed(out)}
    runs = [run for run in _all_runs(out) if run.run_id not in kept]
    aged = [run for run in runs if is_older(_made(out, run), days, today)]
    waiting = [run for run in held(out) if is_older(_made(out, run), days, today)]
    return [
        *(Aged("run", run.run_id, (run.folder,)) for run in aged),
        *(Aged("held", run.run_id, (run.folder,)) for run in waiting),
        *_left_runs(out, {run.run_id for run in [*aged, *waiting]}, days, today),
        *_kits(out, [run for run in _all_runs(out) + held(out) if run not in aged + waiting],
               sooner, today),
        *_feedback(out, days, sooner, today),
        *_state(out, settings, days, today),
    ]  # fmt: skip


def is_older(made: date, days: int, today: date) -> bool:
    """Whether a day lies more than `days` days before `today`."""
    return made < today - timedelta(days=days)


def _needed(out: Path) -> list[Run]:
    """CURRENT, and the run before of whatever day comes next or is run again."""
    now = current(out)
    candidates = [now, predecessor(out, date.max), now and predecessor(out, now.as_of)]
    return [run for run in candidates if run]


def _all_runs(out: Path) -> list[Run]:
    """What lies in runs/, published or not known to the ledger."""
    known = published(out)
    names = {run.run_id for run in known}
    others = [
        Run(path.name, path)
        for path in sorted(runs_folder(out).iterdir())
        if path.name not in names
    ]
    return known + others


def _made(out: Path, run: Run) -> date:
    """The later of the days that a run judged and on which it was published or held."""
    made = published_on(out, run.run_id) or _day(run.folder)
    try:
        return max(made, run.as_of)
    except ValueError:  # a folder that is no run
        return made


def _left_runs(out: Path, gone: set[str], days: int, today: date) -> Iterator[Aged]:
    """Packages, letters and payments: with their run, or when the newest file in them is old."""
    for name, kind in LEFT.items():
        folder = out / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            files = [file for file in path.rglob("*") if file.is_file()]
            newest = max(map(_day, files), default=_day(path))
            if path.name in gone or is_older(newest, days, today):
                yield Aged(kind, path.name, (path,))


def _kits(out: Path, runs: list[Run], days: int, today: date) -> Iterator[Aged]:
    """Rows as they came, for the bureaus to mend, in runs that stay themselves."""
    for run in runs:
        files = tuple(path for path in sorted(run.folder.rglob(KITS)) if path.is_file())
        if files and is_older(_made(out, run), days, today):
            yield Aged("kits", run.run_id, files)


def _feedback(out: Path, days: int, sooner: int, today: date) -> Iterator[Aged]:
    """Returned lists, by the day on which they were read; and what was written from them.

    The files of wrong numbers are for the bureaus to mend, as rows set aside are. Once a returned
    list goes they all go: its people may stand in them. The next call writes them anew.
    """
    kept = [path for path in kept_files(out) if is_older(read_on(path), days, today)]
    written = [
        path
        for path in sorted(folder_of(out).glob("*"))
        if kept or is_older(_day(path), sooner, today)
    ]
    if kept or written:
        yield Aged("feedback", "", (*kept, *written))


def _state(out: Path, settings: Settings, days: int, today: date) -> Iterator[Aged]:
    state = state_folder(out)
    if warehouse := _warehouse(state, settings, days, today):
        yield warehouse
    prefect = state / "prefect"
    # Prefect never makes its database anew: it is as old as the oldest file in its home.
    if prefect.is_dir():
        files = [path for path in prefect.rglob("*") if path.is_file()]
        oldest = min(map(_day, files), default=_day(prefect))
        if is_older(oldest, days, today):
            yield Aged("prefect", "", (prefect,))
    errors = tuple(
        path for path in sorted((state / "errors").glob("*")) if is_older(_day(path), days, today)
    )
    if errors:
        yield Aged("errors", "", errors)
    # Under the lock nobody is at work: whatever lies here was left by a run that was killed.
    leftovers = tuple(sorted((state / "tmp").glob("*")))
    if leftovers:
        yield Aged("leftovers", "", leftovers)


def _warehouse(state: Path, settings: Settings, days: int, today: date) -> Aged | None:
    """The working database as a whole: freed blocks of the file keep what was deleted in it."""
    database = state / "warehouse.duckdb"
    if not database.exists():
        return None
    # Rows set aside lie in it too, so the shorter of both times holds.
    keep = min(days, settings.keep_days_warehouse, settings.keep_days_set_aside)
    if not is_older(_made_on(database), keep, today):
        return None
    return Aged("warehouse", "", tuple(sorted(state.glob("warehouse.duckdb*"))))


def _made_on(database: Path) -> date:
    """When the warehouse was made; one that can't be read, or doesn't know it, counts as old."""
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            found = connection.execute("select made_on from warehouse_made").fetchone()
    except duckdb.Error:
        return date.min
    return found[0] if found else date.min


def _day(path: Path) -> date:
    return datetime.fromtimestamp(path.lstat().st_mtime, CHINA).date()

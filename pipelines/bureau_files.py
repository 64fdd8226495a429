"""What of a run is one bureau's: its files as the manifest lists them, and its totals."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import StaleError
from pipelines.manifest import sha256
from pipelines.messages import say
from pipelines.publish import Run, purged_files

SUMMARY = "summary.csv"
_FOLDER = re.compile(r"(\d{6})-([^/]+)")


@dataclass(frozen=True)
class Listed:
    """A file of a run by its path from the run's folder; `rows` are data rows, None without."""

    path: str
    rows: int | None
    sha256: str


@dataclass(frozen=True)
class BureauFiles:
    """The files of a bureau's folder, and its rows of summary.csv."""

    code: str
    name: str
    files: tuple[Listed, ...]
    summary: tuple[list[str], ...]

    @property
    def folder(self) -> str:
        """The name of the bureau's folder in the run."""
        return f"{self.code}-{self.name}"


def bureau_files(out: Path, run: Run, bureaus: tuple[str, ...] = ()) -> list[BureauFiles]:
    """Each bureau of a run, or those of the codes `bureaus`, after each file was compared.

    Files that were purged since are left out. Raises StaleError for a file that is not the one of
    the manifest, and for one that the manifest doesn't list.
    """
    try:
        given = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        listed = [Listed(item["path"], item["rows"], item["sha256"]) for item in given]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise _stale(run, "manifest.json") from None
    gone = purged_files(out, run.run_id)
    kept = {item.path: item for item in listed if item.path not in gone}
    if SUMMARY not in kept:
        raise _stale(run, SUMMARY)
    _compare(run, kept[SUMMARY])
    with (run.folder / SUMMARY).open(encoding="utf-8-sig", newline="") as file:
        totals = list(csv.reader(file))[1:]
    found = []
    for folder in sorted({item.path.split("/")[0] for item in listed if "/" in item.path}):
        match = _FOLDER.fullmatch(folder)
        if not match or (bureaus and match[1] not in bureaus):
            continue
        files = tuple(item for path, item in kept.items() if path.startswith(folder + "/"))
        _no_others(run, folder, set(kept))
        for item in files:
            _compare(run, item)
        rows = tuple(row for row in totals if row[0] == match[1])
        found.append(BureauFiles(match[1], match[2], files, rows))
    return found


def _no_others(run: Run, folder: str, listed: set[str]) -> None:
    for path in sorted((run.folder / folder).rglob("*")):
        name = path.relative_to(run.folder).as_posix()
        if path.is_symlink() or (path.is_file() and name not in listed):
            raise _stale(run, name)


def _compare(run: Run, item: Listed) -> None:
    path = run.folder / item.path
    if not path.is_file() or sha256(path) != item.sha256:
        raise _stale(run, item.path)


def _stale(run: Run, name: str) -> StaleError:
    return StaleError(
        say(
            f"{run.run_id}/{name}：与 manifest.json 不符，已损坏或被改动。未打包；"
            "请从备份恢复，或重新运行后再打包",
            f"{run.run_id}/{name}: not what manifest.json says, so damaged or tampered with."
            " Nothing was packed; restore it, or run again and pack that run",
        )
    )

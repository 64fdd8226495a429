"""What of a run is one bureau's: its files as the manifest lists them, and its totals."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.publish import Run, purged_files

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


def bureau_files(out: Path, run: Run) -> list[BureauFiles]:
    """Each bureau of a run that was verified; files that were purged since are left out."""
    given = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    gone = purged_files(out, run.run_id)
    listed = [
        Listed(item["path"], item["rows"], item["sha256"])
        for item in given
        if item["path"] not in gone
    ]
    with (run.folder / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        totals = list(csv.reader(file))[1:]
    found = []
    for folder in sorted({item["path"].split("/")[0] for item in given}):
        if match := _FOLDER.fullmatch(folder):
            code, name = match.groups()
            files = tuple(item for item in listed if item.path.startswith(folder + "/"))
            rows = tuple(row for row in totals if row[0] == code)
            found.append(BureauFiles(code, name, files, rows))
    return found

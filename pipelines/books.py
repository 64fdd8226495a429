"""The workbook beside a list's CSV: which list has one, and when last night's is the same."""

import json
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

from pipelines.digest import sha256
from pipelines.errors import WengangError
from pipelines.manifest import code_fingerprint
from pipelines.messages import language
from pipelines.publish import Run
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import write_sheet
from pipelines.verify import MANIFEST, check_manifest

# Nobody reads so many refusals in a spreadsheet, and they are most of what a run would write.
REFUSED = "不符合"
MOST_ROWS_REFUSED = 20_000


class Books:
    """Writes the workbooks of a run, or takes them over from the last published one."""

    def __init__(
        self, is_wanted: bool = True, out: Path | None = None, last: Run | None = None
    ) -> None:
        self._is_wanted = is_wanted
        self._last = last
        self._known = _files_of(out, last) if out and last else {}

    def put(self, csv: Path, columns: list[Column], rows: Sequence[Row]) -> Path | None:
        """The workbook beside the CSV of a list, which stands already; None when it gets none.

        The same program makes the same workbook of the same CSV. So the last run's is taken where
        its CSV had the same bytes, if it is still the file that its manifest names.
        """
        if not self._is_wanted or (csv.stem.endswith(REFUSED) and len(rows) > MOST_ROWS_REFUSED):
            return None
        target = csv.with_suffix(".xlsx")
        if not self._is_taken_over(csv, target):
            write_sheet(target, columns, rows)
        return target

    def _is_taken_over(self, csv: Path, target: Path) -> bool:
        """Copy the last run's workbook to `target`; whether it is there and the right one."""
        was_csv, was_book = (
            self._known.get(f"{path.parent.name}/{path.name}") for path in (csv, target)
        )
        if not (self._last and was_csv and was_book) or sha256(csv) != was_csv:
            return False
        target.touch(mode=0o600)
        try:
            copyfile(self._last.folder / target.parent.name / target.name, target)
        except OSError:  # what fails of the disk fails again when the workbook is written
            return False
        return sha256(target) == was_book


def _files_of(out: Path, run: Run) -> dict[str, str]:
    """The hashes of a run's files by path; none when another program or language wrote them.

    Nor when its manifest is not the one that was noted: what somebody changed stays in that run.
    """
    try:
        check_manifest(out, run)
        manifest = json.loads((run.folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["code"]["sha256"] != code_fingerprint() or manifest["language"] != language():
            return {}
        return {item["path"]: item["sha256"] for item in manifest["files"]}
    except (WengangError, OSError, ValueError, KeyError, TypeError):
        return {}  # `wengang verify` tells of it

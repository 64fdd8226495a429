"""The workbook beside a list's CSV: which list has one, and when last night's is the same."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.digest import sha256
from pipelines.last_run import LastRun
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import write_sheet

# Nobody reads so many refusals in a spreadsheet, and they are most of what a run would write; so
# are the changes of the first night under another policy.
CSV_WHEN_LONG = ("不符合", "变动清单")
MOST_ROWS = 20_000


class Books:
    """Writes the workbooks of a run, or takes them over from the last published one."""

    def __init__(self, is_wanted: bool = True, last: LastRun | None = None) -> None:
        self._is_wanted = is_wanted
        self._last = last or LastRun()

    def put(self, csv: Path, columns: list[Column], rows: Sequence[Row]) -> Path | None:
        """The workbook beside the CSV of a list, which stands already; None when it gets none.

        The same program makes the same workbook of the same CSV. So the last run's is taken where
        its CSV had the same bytes.
        """
        if not self.has_one(csv.stem, len(rows)):
            return None
        target = csv.with_suffix(".xlsx")
        paths = (f"{path.parent.name}/{path.name}" for path in (csv, target))
        was_csv, was_book = (self._last.digest(path) for path in paths)
        is_same = was_csv is not None and was_book is not None and sha256(csv) == was_csv
        if not (is_same and self._last.take(f"{target.parent.name}/{target.name}", target)):
            write_sheet(target, columns, rows)
        return target

    def has_one(self, list_name: str, rows: int) -> bool:
        """Whether a list of so many rows gets a workbook."""
        is_long = list_name.endswith(CSV_WHEN_LONG) and rows > MOST_ROWS
        return self._is_wanted and not is_long

"""The workbook beside a list's CSV: which list has one, and when last night's is the same."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipelines.cover import NAME, WITHOUT_PHONE, draw_cover
from pipelines.covers import Cover
from pipelines.digest import sha256, sha256_of_texts
from pipelines.last_run import LastRun
from pipelines.public_sheets import public_pages
from pipelines.publication import is_public
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import Page, list_pages, write_sheet

# Nobody reads so many refusals in a spreadsheet, and they are most of what a run would write; so
# are the changes of the first night under another policy.
CSV_WHEN_LONG = ("不符合", "变动清单")
MOST_ROWS = 20_000
PHONE = "联系电话"


class Books:
    """Writes the workbooks of a run, or takes them over from the last published one.

    `marks` tell what each workbook was made of, by its path from the run folder.
    """

    def __init__(self, is_wanted: bool = True, last: LastRun | None = None) -> None:
        self._is_wanted = is_wanted
        self._last = last or LastRun()
        self.marks: dict[str, str] = {}

    def put(
        self, csv: Path, columns: list[Column], rows: Sequence[Row], cover: Cover
    ) -> Path | None:
        """The workbook beside the CSV of a list, which stands already; None when it gets none.

        The same program makes the same workbook of the same CSV and cover. So the last run's is
        taken where it was made of the same.
        """
        if not self.has_one(csv.stem, len(rows)):
            return None
        target = csv.with_suffix(".xlsx")
        path, mark = _path(target), sha256_of_texts([sha256(csv), repr(cover)])
        self.marks[path] = mark
        if not (self._last.has(path, mark) and self._last.take(path, target)):
            first, further = _pages(columns, rows, cover)
            write_sheet(target, columns, rows, first, further)
        return target

    def has_one(self, list_name: str, rows: int) -> bool:
        """Whether a list of so many rows gets a workbook."""
        is_long = list_name.endswith(CSV_WHEN_LONG) and rows > MOST_ROWS
        return self._is_wanted and not is_long

    def take(self, target: Path) -> bool:
        """Take the last run's workbook of a list of which nothing has changed, if it stands."""
        path = _path(target)
        mark = self._last.mark(path)
        if mark is None or not self._last.take(path, target):
            return False
        self.marks[path] = mark
        return True


def _path(book: Path) -> str:
    return f"{book.parent.name}/{book.name}"


def _pages(
    columns: list[Column], rows: Sequence[Row], cover: Cover
) -> tuple[list[Page], list[Page]]:
    """The sheets before the list and those behind it."""
    further = []
    phones = [at for at, column in enumerate(columns) if column.title == PHONE]
    if phones and cover.sums.whole.people is not None:
        silent = [row for row in rows if not row[phones[0]]]
        cover = replace(cover, without_phone=len(silent))
        further += list_pages(WITHOUT_PHONE, columns, silent)
    if is_public(cover.list_name):
        further += public_pages(cover, columns, rows)
    return [Page(NAME, partial(draw_cover, cover))], further

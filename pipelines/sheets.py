"""A workbook of sheets: texts stay texts, and the same rows give the same bytes."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.messages import say
from pipelines.sheet_frame import fill_frame
from pipelines.sheet_rows import Column, Row, rows_as_xml

LIST = "名单"
A4 = 9
# A sheet holds twice as many, but a part of a zip file no more than 2 GiB.
SHEET_ROWS = 500_000
CREATED = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook: its name, how it is drawn, and the rows that stand below that.

    `draw` leaves a blank cell per column, in its format, in the line of the last of the `rows`:
    it tells the sheet's size, and all rows are written in its place. `is_ruled` also writes cells
    that are empty, for the sake of their format.
    """

    name: str
    draw: Callable[[Workbook, Worksheet], None]
    columns: tuple[Column, ...] = ()
    rows: Sequence[Row] = ()
    is_ruled: bool = False

    def as_xml(self, styles: list[str], last_line: int) -> Iterator[bytes]:
        """The rows, the last of which stands in `last_line`, in the formats of these numbers."""
        begin = last_line - len(self.rows) + 1
        return rows_as_xml(self.columns, styles, self.rows, begin, self.is_ruled)


def write_sheet(
    path: Path,
    columns: list[Column],
    rows: Sequence[Row],
    first: Iterable[Page] = (),
    further: Iterable[Page] = (),
) -> None:
    """Write a list, given as text, on its sheet 名单 between the `first` pages and the `further`.

    The file is 0600. Numbers that a spreadsheet would round (over 15 digits) stay text.
    """
    pages = [*first, *list_pages(LIST, columns, rows), *further]
    # Zipped in memory: what fails while it is written to disk is then an OSError like any other.
    large = {number: page.as_xml for number, page in enumerate(pages, start=1) if page.rows}
    content = fill_frame(_frame(pages), large)
    path.touch(mode=0o600)
    path.write_bytes(content)


def list_pages(name: str, columns: list[Column], rows: Sequence[Row]) -> list[Page]:
    """Rows under a frozen header with filters; beyond what one sheet holds, on further sheets."""
    parts = [rows[at : at + SHEET_ROWS] for at in range(0, max(len(rows), 1), SHEET_ROWS)]
    return [
        Page(
            name if number == 1 else f"{name}{number}",
            partial(_draw_list, columns, part),
            tuple(columns),
            part,
        )
        for number, part in enumerate(parts, start=1)
    ]


def _frame(pages: list[Page]) -> BytesIO:
    """The workbook with blank cells in the last row of each sheet instead of its rows."""
    frame = BytesIO()
    with xlsxwriter.Workbook(frame, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        for page in pages:
            page.draw(book, book.add_worksheet(page.name))
    return frame


def _draw_list(
    columns: list[Column], rows: Sequence[Row], book: Workbook, sheet: Worksheet
) -> None:
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F3"})
    sheet.freeze_panes(1, 0)
    # On paper: A4 across, with the header on every page.
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    page_numbers(sheet)
    if columns:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    for index, item in enumerate(columns):
        style = book.add_format({"num_format": number_format(item)})
        sheet.set_column(index, index, column_width(item.title, rows, index), style)
        sheet.write_string(0, index, item.title, head)
        if rows:
            sheet.write_blank(len(rows), index, None, style)


def page_numbers(sheet: Worksheet) -> None:
    """At the foot of each printed page: the sheet's name and which page of how many it is."""
    sheet.set_footer("&L&A&R" + say("第 &P 页，共 &N 页", "page &P of &N"))


def number_format(column: Column) -> str:
    """The format of a column's cells: texts as such, numbers with the column's decimals."""
    if not column.is_number:
        return "@"
    if column.decimals is None:
        return "General"
    return "0." + "0" * column.decimals if column.decimals else "0"


def column_width(title: str, rows: Sequence[Row], index: int) -> float:
    """A width in characters, Chinese ones counted twice, from the header and the first rows."""
    longest = max([_display(title) + 3, *(_display(row[index]) + 1 for row in rows[:200])])
    return min(max(longest, 6), 60)


def _display(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(item) in "WF" else 1 for item in text)

"""One list as an .xlsx file: texts stay texts, and the same rows give the same bytes."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import xlsxwriter

from pipelines.sheet_frame import fill_frame
from pipelines.sheet_rows import Column, Row, rows_as_xml

# A sheet holds twice as many, but a part of a zip file no more than 2 GiB.
SHEET_ROWS = 500_000
CREATED = datetime(2000, 1, 1)


def write_sheet(path: Path, columns: list[Column], rows: Sequence[Row]) -> None:
    """Write cells, given as text, under a frozen header with filters; the file is 0600.

    Numbers that a spreadsheet would round (over 15 digits) stay text. Beyond what one sheet
    holds, rows go on in a further sheet.
    """
    parts = [rows[at : at + SHEET_ROWS] for at in range(0, max(len(rows), 1), SHEET_ROWS)]
    large = {
        number: partial(rows_as_xml, columns, rows=part)
        for number, part in enumerate(parts, start=1)
        if part
    }
    # Zipped in memory: what fails while it is written to disk is then an OSError like any other.
    content = fill_frame(_frame(columns, parts), large)
    path.touch(mode=0o600)
    path.write_bytes(content)


def _frame(columns: list[Column], parts: list[Sequence[Row]]) -> BytesIO:
    """The workbook with empty cells in the last row of each sheet instead of its rows.

    They tell the sheet's size and the format of each column.
    """
    frame = BytesIO()
    with xlsxwriter.Workbook(frame, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F3"})
        text = book.add_format({"num_format": "@"})
        formats = [
            book.add_format({"num_format": _number_format(item.decimals)})
            if item.is_number
            else text
            for item in columns
        ]
        for number, part in enumerate(parts, start=1):
            sheet = book.add_worksheet("名单" if number == 1 else f"名单{number}")
            sheet.freeze_panes(1, 0)
            # On paper: A4 across, with the header on every page.
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.repeat_rows(0)
            if columns:
                sheet.autofilter(0, 0, len(part), len(columns) - 1)
            for index, item in enumerate(columns):
                sheet.set_column(
                    index, index, column_width(item.title, part, index), formats[index]
                )
                sheet.write_string(0, index, item.title, head)
                if part:
                    sheet.write_blank(len(part), index, None, formats[index])
    return frame


def _number_format(decimals: int | None) -> str:
    if decimals is None:
        return "General"
    return "0." + "0" * decimals if decimals else "0"


def column_width(title: str, rows: Sequence[Row], index: int) -> float:
    """A width in characters, Chinese ones counted twice, from the header and the first rows."""
    longest = max([_display(title) + 3, *(_display(row[index]) + 1 for row in rows[:200])])
    return min(max(longest, 6), 60)


def _display(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(item) in "WF" else 1 for item in text)

"""One list as an .xlsx file: texts stay texts, and the same rows give the same bytes."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

SHEET_ROWS = 1_000_000
IN_MEMORY_ROWS = 100_000
EXACT_DIGITS = 15
CREATED = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column of a list: its header, DuckDB type, whether cells are numbers, and decimals."""

    title: str
    kind: str
    is_number: bool
    decimals: int | None


def write_sheet(path: Path, columns: list[Column], rows: list[list[str]]) -> None:
    """Write cells, given as text, under a frozen header with filters; the file is 0600.

    Numbers that a spreadsheet would round (over 15 digits) stay text. Beyond what one sheet
    holds, rows go on in a further sheet.
    """
    # Zipped in memory: what fails while it is written to disk is then an OSError like any other.
    zipped = BytesIO()
    try:
        _fill(zipped, path.parent, columns, rows)
    except FileCreateError as error:
        raise error.args[0] from None  # of the spill files: the OSError that it is about
    path.touch(mode=0o600)
    path.write_bytes(zipped.getbuffer())


def _fill(zipped: BytesIO, spill: Path, columns: list[Column], rows: list[list[str]]) -> None:
    large = len(rows) > IN_MEMORY_ROWS
    # Spill files of large lists stay in the run's own folder: they hold personal data.
    options = {"constant_memory": True, "tmpdir": str(spill)} if large else {"in_memory": True}
    with xlsxwriter.Workbook(zipped, options) as book:
        book.set_properties({"created": CREATED})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F3"})
        text = book.add_format({"num_format": "@"})
        formats = [
            book.add_format({"num_format": _number_format(item.decimals)})
            if item.is_number
            else text
            for item in columns
        ]
        for number, start in enumerate(range(0, max(len(rows), 1), SHEET_ROWS), start=1):
            part = rows[start : start + SHEET_ROWS]
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
            for line, row in enumerate(part, start=1):
                for index, cell in enumerate(row):
                    if cell == "":
                        continue
                    if columns[index].is_number and _is_exact(cell):
                        sheet.write_number(line, index, float(cell), formats[index])
                    else:
                        sheet.write_string(line, index, cell, formats[index])


def _number_format(decimals: int | None) -> str:
    if decimals is None:
        return "General"
    return "0." + "0" * decimals if decimals else "0"


def _is_exact(cell: str) -> bool:
    digits = sum(character.isdigit() for character in cell)
    return 0 < digits <= EXACT_DIGITS and cell.lower() not in {"inf", "nan"}


def column_width(title: str, rows: list[list[str]], index: int) -> float:
    """A width in characters, Chinese ones counted twice, from the header and the first rows."""
    longest = max([_display(title) + 3, *(_display(row[index]) + 1 for row in rows[:200])])
    return min(max(longest, 6), 60)


def _display(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(item) in "WF" else 1 for item in text)

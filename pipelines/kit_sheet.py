"""One workbook of rows to mend: the rows on its first sheet, how to mend them on the second."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import xlsxwriter

from pipelines.deliver import neutral
from pipelines.repair_mark import HOW_TO, ORDER, RAW, SOURCE, VOID
from pipelines.sheet_frame import fill_frame
from pipelines.sheet_rows import Column, rows_as_xml
from pipelines.sheets import CREATED, column_width

ROWS = "待更正数据"


@dataclass(frozen=True)
class SheetRow:
    """The cells of a row in the order of the header; `wrong` is the place of the one to mend."""

    cells: list[str]
    wrong: int | None


def write_kit(path: Path, header: list[str], rows: list[SheetRow], notes: list[str]) -> None:
    """Write a workbook whose cells are all texts, so that numbers come back as they were; 0600.

    The column of marks is hidden. The same rows give the same bytes.
    """
    columns = [Column(title, "VARCHAR", False, None) for title in header]
    cells = [[neutral(cell) for cell in row.cells] for row in rows]
    marked = [row.wrong for row in rows]

    def as_xml(styles: list[str], last_line: int) -> Iterator[bytes]:
        wrong, *others = styles
        begin = last_line - len(cells) + 1
        return rows_as_xml(columns, [others[0], *others], cells, begin, marked=marked, mark=wrong)

    content = fill_frame(_frame(header, cells, notes), {1: as_xml} if rows else {})
    path.touch(mode=0o600)
    path.write_bytes(content)


def _frame(header: list[str], cells: list[list[str]], notes: list[str]) -> BytesIO:
    """The workbook without its rows; the first cell of its last row has the format of mistakes."""
    frame = BytesIO()
    with xlsxwriter.Workbook(frame, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F3"})
        text = book.add_format({"num_format": "@"})
        wrong = book.add_format({"num_format": "@", "bg_color": "#FFF2A8"})
        sheet = book.add_worksheet(ROWS)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, len(cells), len(header) - 1)
        for index, title in enumerate(header):
            width = column_width(title, cells, index)
            hidden = {"hidden": True} if title == SOURCE else {}
            sheet.set_column(index, index, min(width, 30 if title == RAW else width), text, hidden)
            sheet.write_string(0, index, title, head)
            if cells:
                sheet.write_blank(len(cells), index, None, text if index else wrong)
        order = header.index(ORDER)
        choice = {"validate": "list", "source": [VOID]}
        sheet.data_validation(1, order, max(len(cells), 1), order, choice)
        about = book.add_worksheet(HOW_TO)
        about.set_column(0, 0, 100)
        for line, note in enumerate(notes):
            about.write_string(line, 0, note)
    return frame

"""XlsxWriter's workbook as a frame: the rows of its large sheets are put in as XML."""

import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_LEVEL = 3
_LAST_ROW = re.compile(
    rb'<row r="(\d+)"[^>]*>(?:<c r="[A-Z]+\d+" s="\d+"/>)+</row>(?=</sheetData>)'
)
_STYLE = re.compile(rb' s="(\d+)"/>')


def fill_frame(
    frame: BytesIO, sheets: Mapping[int, Callable[[list[str], int], Iterable[bytes]]]
) -> memoryview:
    """The workbook with rows in the place of the last row of some sheets, by number from 1.

    That row holds nothing but empty cells: they tell the sheet's size. Their formats' numbers, from
    the left, and the number of the line are given to the function that gives the XML of the rows.
    """
    by_path = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in sheets.items()}
    zipped = BytesIO()
    with (
        ZipFile(frame) as empty,
        ZipFile(zipped, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as book,
    ):
        for name in empty.namelist():
            content = empty.read(name)
            last = _LAST_ROW.search(content) if name in by_path else None
            with book.open(name, "w") as file:
                if last is None:
                    file.write(content)
                    continue
                file.write(content[: last.start()])
                styles = [found.decode() for found in _STYLE.findall(last[0])]
                for piece in by_path[name](styles, int(last[1])):
                    file.write(piece)
                file.write(content[last.end() :])
    return zipped.getbuffer()

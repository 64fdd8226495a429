"""A list that a bureau filled in and sent back, as rows: of a workbook or a CSV, nothing lost."""

import csv
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.decoding import look_at, write_plain
from pipelines.errors import ExtractError
from pipelines.layout import DELIMITERS
from pipelines.loading import refuse_disguised
from pipelines.messages import say
from pipelines.returned_rows import NEEDED, ReturnedRow, find_header, row_of
from pipelines.workbooks import damage_told, sheet_marks, sheet_rows

# A first sheet, title rows and what a bureau puts above the table.
_ROWS_ABOVE = 15


def read_returned(path: Path, scratch: Path) -> list[ReturnedRow]:
    """The rows of a returned list, in their order, from every sheet that has its header.

    `scratch` is a folder for a copy in UTF-8. Blank rows and footers are left out. Raises
    ExtractError for a file that can't be read, and when it has no header of the list.
    """
    if not path.is_file():
        raise ExtractError(say(f"{path.name}：文件不存在", f"{path.name}: there is no such file"))
    try:
        kind = path.suffix.lower()
        if kind == ".xlsx":
            return list(damage_told(path, _of_workbook(path)))
        if kind != ".csv":
            raise ExtractError(
                say(
                    f"{path.name}：只读 .xlsx 和 .csv，请用 WPS 或 Excel 另存",
                    f"{path.name}: only .xlsx and .csv are read; save it as one of them",
                )
            )
        refuse_disguised(path)
        return _of_csv(path, scratch)
    except PermissionError:
        raise ExtractError(
            say(f"{path.name}：没有读取权限", f"{path.name}: no permission to read it")
        ) from None


def _of_workbook(path: Path) -> Iterator[ReturnedRow]:
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")
    seen: set[str] = set()
    is_found = False
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True)
        for place, sheet in enumerate(book.worksheets, start=1):
            rows = enumerate(sheet_rows(sheet), start=1)
            header = find_header(
                path, [(line, row) for line, row in islice(rows, _ROWS_ABOVE)], seen
            )
            if header is None:
                continue
            is_found = True
            line, columns = header
            _, merged = sheet_marks(path, sheet)
            shared = {
                row for _, first, last in merged for row in range(first, last + 1) if last > first
            }
            for number, row in islice(enumerate(sheet_rows(sheet), start=1), line, None):
                if found := row_of(columns, place, number, row):
                    if number in shared:
                        raise _merged(path)
                    yield found
    if not is_found:
        raise _nofind_header(path, seen)


def _of_csv(path: Path, scratch: Path) -> list[ReturnedRow]:
    plain = scratch / "returned.csv"
    write_plain(path, look_at(path), plain)
    seen: set[str] = set()
    for delimiter in DELIMITERS:
        with plain.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            numbered = _numbered(path, rows)
            header = find_header(path, list(islice(numbered, _ROWS_ABOVE)), seen)
            if header is None:
                continue
            file.seek(0)
            after, columns = header
            again = _numbered(path, csv.reader(file, delimiter=delimiter, strict=True))
            return [
                found
                for line, row in again
                if line > after and (found := row_of(columns, 0, line, row, is_text=True))
            ]
    raise _nofind_header(path, seen)


def _numbered(path: Path, rows: Any) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV, each with the physical line on which it begins."""
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error:
            raise ExtractError(
                say(
                    f"{path.name}：第 {line} 行起引号不配对，行无法区分，请另存为 xlsx 后重新提供",
                    f"{path.name}: stray quotes from line {line} on; rows can't be told apart."
                    " Save it as xlsx",
                )
            ) from None
        if row is None:
            return
        yield line, row


def _merged(path: Path) -> ExtractError:
    return ExtractError(
        say(
            f"{path.name}：名单行中有跨行合并的单元格，请取消合并、逐行填写后重新提供",
            f"{path.name}: rows of the list share a merged cell; unmerge it and fill every row",
        )
    )


def _nofind_header(path: Path, seen: set[str]) -> ExtractError:
    missing = [column for column in NEEDED if column not in seen]
    wanted = "、".join(missing or NEEDED)
    return ExtractError(
        say(
            f"{path.name}：没有名单的表头，缺少列：{wanted}。请用下发的名单填写",
            f"{path.name}: no header of a list; it lacks {wanted}. Fill in the list that was handed"
            " over",
        )
    )

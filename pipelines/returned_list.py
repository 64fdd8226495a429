"""A list that a bureau filled in and sent back, as rows: of a workbook or a CSV, nothing lost."""

import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.contracts import load_contracts, normalise_header
from pipelines.decoding import look_at, write_plain
from pipelines.errors import ExtractError
from pipelines.layout import DELIMITERS
from pipelines.loading import refuse_disguised
from pipelines.messages import say
from pipelines.tabular import cell_text
from pipelines.workbooks import damage_told, sheet_marks, sheet_rows

HOW, ON, RESULT = "告知方式", "告知日期", "告知结果"
NAME = "姓名"
_ID = "社会保障号码"
_NEEDED = (_ID, ON, RESULT)
# A first sheet, title rows and what a bureau puts above the table.
_ROWS_ABOVE = 15
_FOOTER = re.compile(
    r"(合计|总计|小计|填表|填报|制表|审核|复核|经办|负责人|单位负责人|打印|导出|备注|说明|注)"
)
_EXACT = 10**15


@dataclass(frozen=True)
class ReturnedRow:
    """A row of the list as it came: its sheet (0: none), its row, and the cells that matter."""

    sheet: int
    line: int
    person_id: str
    person_name: str
    told_how: str
    told_on: str
    result: str
    is_broken: bool = False


@dataclass(frozen=True)
class _Header:
    width: int
    places: dict[str, int]


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
            header = _header(path, [(line, row) for line, row in islice(rows, _ROWS_ABOVE)], seen)
            if header is None:
                continue
            is_found = True
            line, columns = header
            _, merged = sheet_marks(path, sheet)
            shared = {
                row for _, first, last in merged for row in range(first, last + 1) if last > first
            }
            for number, row in islice(enumerate(sheet_rows(sheet), start=1), line, None):
                if found := _row(columns, place, number, row):
                    if number in shared:
                        raise _merged(path)
                    yield found
    if not is_found:
        raise _no_header(path, seen)


def _of_csv(path: Path, scratch: Path) -> list[ReturnedRow]:
    plain = scratch / "returned.csv"
    write_plain(path, look_at(path), plain)
    seen: set[str] = set()
    for delimiter in DELIMITERS:
        with plain.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            numbered = _numbered(path, rows)
            header = _header(path, list(islice(numbered, _ROWS_ABOVE)), seen)
            if header is None:
                continue
            file.seek(0)
            after, columns = header
            again = _numbered(path, csv.reader(file, delimiter=delimiter, strict=True))
            return [
                found
                for line, row in again
                if line > after and (found := _row(columns, 0, line, row, is_text=True))
            ]
    raise _no_header(path, seen)


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


def _header(
    path: Path, rows: Sequence[tuple[int, Sequence[Any]]], seen: set[str]
) -> tuple[int, _Header] | None:
    """The header among the first rows, with its line; `seen` gathers which columns were there."""
    wanted = _headers()
    for line, row in rows:
        texts = [normalise_header(cell_text(cell)) for cell in row]
        places: dict[str, int] = {}
        for at, text in enumerate(texts):
            column = wanted.get(text)
            if column and column in places and column != NAME:
                raise ExtractError(
                    say(
                        f"{path.name}：{column} 有两列，请只留一列",
                        f"{path.name}: two columns are called {column}; keep one",
                    )
                )
            if column:
                places.setdefault(column, at)
        if places.keys() >= set(_NEEDED):
            return line, _Header(len(row), places)
        if _ID in places:
            seen.update(places)
    return None


@cache
def _headers() -> dict[str, str]:
    """Each way of writing a header → the list's own."""
    columns = {column.name: column for column in load_contracts()["insured_people"].columns}
    ids = [*columns["person_id"].aliases, "身份证号码", "公民身份证号码"]
    own = {normalise_header(text): text for text in (NAME, HOW, ON, RESULT)}
    return own | {normalise_header(text): _ID for text in ids}


def _row(
    header: _Header, sheet: int, line: int, row: Sequence[Any], is_text: bool = False
) -> ReturnedRow | None:
    """The row, None for a blank one and for what stands below a table."""
    texts = [cell_text(cell).strip() for cell in row]
    first = next(filter(None, texts), "")
    if not first:
        return None

    def cell(column: str) -> str:
        at = header.places.get(column)
        return texts[at] if at is not None and at < len(texts) else ""

    person_id = cell(_ID)
    if not person_id and _FOOTER.match(first):
        return None
    if normalise_header(person_id) in _headers():  # the header again
        return None
    at = header.places[_ID]
    if at < len(row) and isinstance(row[at], int | float) and abs(row[at]) >= _EXACT:
        # A number in a cell holds 15 digits: whatever stands behind them was never given.
        person_id = f"{float(row[at]):.14E}"
    is_broken = is_text and (
        any(texts[header.width :]) or len(texts) <= max(header.places.values())
    )
    cells = (person_id, cell(NAME), cell(HOW), cell(ON), cell(RESULT))
    return ReturnedRow(sheet, line, *cells, is_broken=is_broken)


def _merged(path: Path) -> ExtractError:
    return ExtractError(
        say(
            f"{path.name}：名单行中有跨行合并的单元格，请取消合并、逐行填写后重新提供",
            f"{path.name}: rows of the list share a merged cell; unmerge it and fill every row",
        )
    )


def _no_header(path: Path, seen: set[str]) -> ExtractError:
    missing = [column for column in _NEEDED if column not in seen]
    wanted = "、".join(missing or _NEEDED)
    return ExtractError(
        say(
            f"{path.name}：没有名单的表头，缺少列：{wanted}。请用下发的名单填写",
            f"{path.name}: no header of a list; it lacks {wanted}. Fill in the list that was handed"
            " over",
        )
    )

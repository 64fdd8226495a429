"""Workbooks: the one sheet that holds an extract, its rows, and what is wrong with the file."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pipelines.contracts import Contract
from pipelines.errors import ExtractError
from pipelines.layout import TITLE_ROWS, header_score
from pipelines.messages import say
from pipelines.repair_mark import HOW_TO
from pipelines.tabular import cell_text, write_rows

_PIECE = 1 << 20
_Row = TypeVar("_Row")
_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+([0-9]+):[A-Z]+([0-9]+))"')


def write_workbook(path: Path, contract: Contract, target: Path) -> tuple[int, str]:
    """Write the one sheet of a workbook that holds the extract as CSV.

    The number of its rows, and a remark on other sheets that hold something. Sheets are told by
    their places: one may be called after a person.
    Raises ExtractError for a file that is no workbook, when several sheets hold data, when cells
    are merged over several rows, and when the results of its formulas were never saved.
    """
    unread: list[int] = []
    lines = write_rows(damage_told(path, _sheet_rows(path, contract, unread)), target)
    if not unread:
        return lines, ""
    places = _listed(unread)
    return lines, say(f"未读的工作表：第 {places} 张", f"sheets not read: {places}")


def _sheet_rows(path: Path, contract: Contract, unread: list[int]) -> Iterator[list[Any]]:
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True)
        chosen = _only_sheet(path, contract, book.worksheets)
        for place, sheet in enumerate(book.worksheets, start=1):
            if sheet is chosen or sheet.title == HOW_TO:
                continue
            if any(map(_filled_width, sheet_rows(sheet))):
                unread.append(place)
        has_formulas, merged = sheet_marks(path, chosen)
        _refuse_merged(path, merged, _header_row(contract, chosen))
        if has_formulas:
            with path.open("rb") as again:
                written = load_workbook(again, read_only=True)[chosen.title]
                refuse_uncalculated(path, chosen, written)
        yield from sheet_rows(chosen)


def damage_told(path: Path, rows: Iterator[_Row]) -> Iterator[_Row]:
    """The rows; whatever the library says of a damaged workbook becomes an ExtractError."""
    while True:
        try:
            row = next(rows, None)
        except (ExtractError, PermissionError):
            raise
        except Exception:
            # A damaged archive, sheet or table of strings fails there in a hundred ways.
            raise ExtractError(
                say(
                    f"{path.name}：不是可读取的 xlsx 工作簿（已加密或损坏？），请另存为"
                    " xlsx 或 csv",
                    f"{path.name}: no readable xlsx workbook (encrypted or damaged?); save it"
                    " again",
                )
            ) from None
        if row is None:
            return
        yield row


def _only_sheet(path: Path, contract: Contract, sheets: list[Any]) -> Any:
    """The sheet that has the extract's header, else the first."""
    with_header = [sheet for sheet in sheets if _header_row(contract, sheet)]
    if len(with_header) > 1:
        places = _listed([at for at, sheet in enumerate(sheets, start=1) if sheet in with_header])
        raise ExtractError(
            say(
                f"{path.name}：有多张工作表含数据（第 {places} 张），请每表存为一个文件",
                f"{path.name}: several sheets hold data ({places}); save each as a file",
            )
        )
    return with_header[0] if with_header else sheets[0]


def _listed(places: list[int]) -> str:
    return ", ".join(map(str, places))


def _header_row(contract: Contract, sheet: Any) -> int:
    """The row of a sheet that holds the header, counted from 1; 0 when none of the first does."""
    filled = 0
    for number, row in enumerate(sheet_rows(sheet), start=1):
        fields = [cell_text(cell) for cell in row]
        if any(fields):
            filled += 1
            if header_score(contract, fields) >= 2:
                return number
        if filled > TITLE_ROWS:
            break
    return 0


def sheet_marks(path: Path, sheet: Any) -> tuple[bool, list[tuple[str, int, int]]]:
    """Whether a sheet holds formulas; and its merged cells, with their first and last rows."""
    has_formulas, kept, merged = False, b"", b""
    with zipfile.ZipFile(path) as book, book.open(sheet._worksheet_path) as content:
        while piece := content.read(_PIECE):
            seen = kept + piece
            has_formulas = has_formulas or b"<f>" in seen or b"<f " in seen
            if merged or b"<mergeCell" in seen:
                merged += piece if merged else seen
            kept = piece[-20:]
    found = [match.groups() for match in _MERGED.finditer(merged)]
    return has_formulas, [(ref.decode(), int(one), int(last)) for ref, one, last in found]


def _refuse_merged(path: Path, merged: list[tuple[str, int, int]], header: int) -> None:
    """Raise ExtractError when rows share a cell: below the first it would read as empty."""
    shared = next((ref for ref, one, last in merged if one > header + 1 and last > one), "")
    if header and shared:
        raise ExtractError(
            say(
                f"{path.name}：数据行中有跨行合并的单元格（{shared}），请取消合并、逐行填写后重新提供",
                f"{path.name}: rows share a merged cell ({shared}); unmerge it, fill every row and"
                " deliver it again",
            )
        )


def refuse_uncalculated(path: Path, values: Any, formulas: Any) -> None:
    """Raise ExtractError when formulas stand in a sheet and not one has a saved result.

    Programs that calculate nothing write such files; every cell would read as empty.
    """
    pairs = zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    results = [
        result.value
        for row, sources in pairs
        for result, source in zip(row, sources, strict=True)
        if getattr(source, "data_type", "") == "f"
    ]
    if results and all(result is None for result in results):
        raise ExtractError(
            say(
                f"{path.name}：公式没有保存计算结果，请用 WPS 或 Excel 打开并保存后重新提供",
                f"{path.name}: the results of its formulas were never saved; open it in a"
                " spreadsheet, save it and deliver it again",
            )
        )


def sheet_rows(sheet: Any) -> Iterator[list[Any]]:
    """A sheet's rows, all as wide as the widest of the first ones."""
    if not hasattr(sheet, "reset_dimensions"):
        return
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    first = [list(row) for _, row in zip(range(TITLE_ROWS + 2), rows, strict=False)]
    width = max((_filled_width(row) for row in first), default=0)
    for row in [*first, *rows]:
        cells = list(row)
        yield [*cells[:width], *cells[width : _filled_width(cells)]] + [None] * (width - len(cells))


def _filled_width(row: list[Any]) -> int:
    return max((at for at, cell in enumerate(row, start=1) if cell not in (None, "")), default=0)

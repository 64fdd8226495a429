"""Workbooks and Parquet files as text lines, so that everything is read in one way."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Contract
from pipelines.errors import ExtractError
from pipelines.layout import TITLE_ROWS, header_score
from pipelines.messages import say
from pipelines.sqltext import identifier, quoted


def write_workbook(path: Path, contract: Contract, target: Path) -> int:
    """Write the one sheet of a workbook that holds the extract as CSV; the number of its rows.

    Raises ExtractError for a file that is no workbook, and when several sheets hold data.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError):
        raise ExtractError(
            say(
                f"{path.name}：不是可读取的 xlsx 工作簿（已加密或损坏？），请另存为 xlsx 或 csv",
                f"{path.name}: no readable xlsx workbook (encrypted or damaged?); save it again",
            )
        ) from None
    try:
        with_header = [sheet for sheet in book.worksheets if _has_header(contract, sheet)]
        if len(with_header) > 1:
            # By their places: a sheet may be called after a person.
            places = ", ".join(
                str(at) for at, sheet in enumerate(book.worksheets, 1) if sheet in with_header
            )
            raise ExtractError(
                say(
                    f"{path.name}：有多张工作表含数据（第 {places} 张），请每表存为一个文件",
                    f"{path.name}: several sheets hold data (sheets {places}); save each as a file",
                )
            )
        sheet = with_header[0] if with_header else book.worksheets[0]
        return write_rows(_rows(sheet), target)
    finally:
        book.close()


def write_parquet(connection: duckdb.DuckDBPyConnection, path: Path, target: Path) -> int:
    """Write a Parquet file as CSV with a header; the number of its lines.

    Raises ExtractError for a file that can't be read.
    """
    source = f"read_parquet({quoted(str(path))})"
    try:
        names = [
            row[0] for row in connection.execute(f"describe select * from {source}").fetchall()
        ]
        cells = ", ".join(f"{_one_line(name)} as {identifier(name)}" for name in names)
        options = "format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr ''"
        written = connection.execute(
            f"copy (select {cells} from {source}) to {quoted(str(target))} ({options})"
        ).fetchone()
    except duckdb.Error:
        raise ExtractError(
            say(
                f"{path.name}：Parquet 文件已损坏或无法读取，请重新提供",
                f"{path.name}: a Parquet file that can't be read; deliver it again",
            )
        ) from None
    return (written[0] if written else 0) + 1


def _one_line(name: str) -> str:
    """A column as text without line ends and without the characters that mark damage."""
    return (
        f"translate(cast({identifier(name)} as varchar),"
        " chr(10) || chr(13) || chr(0) || chr(1), '  ' || chr(26) || chr(26))"
    )


def write_rows(rows: Iterator[list[Any]], target: Path) -> int:
    """Write rows of any values as CSV, one line each; the number of lines."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            writer.writerow([cell_text(cell) for cell in row] or [""])
            count += 1
    return count


def cell_text(cell: Any) -> str:
    """A cell's value as text that loses nothing: whole numbers plain, floats to 15 digits."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case float():
            return _float_text(cell)
        case Decimal():
            return format(cell, "f")
        case bytes():
            return cell.decode("utf-8", errors="replace")
        case _:
            return " ".join(str(cell).replace("\0", "\x1a").replace("\x01", "\x1a").splitlines())


def _float_text(number: float) -> str:
    """A double holds 15 digits: beyond 2^53 it is shown as the ruined number that it is."""
    if abs(number) >= 1e15:
        return f"{number:.14E}"
    text = f"{number:.15g}"
    return f"{number:.10f}".rstrip("0").rstrip(".") if "e" in text else text


def _has_header(contract: Contract, sheet: Any) -> bool:
    filled = 0
    for row in _rows(sheet):
        fields = [cell_text(cell) for cell in row]
        if any(fields):
            filled += 1
            if header_score(contract, fields) >= 2:
                return True
        if filled > TITLE_ROWS:
            break
    return False


def _rows(sheet: Any) -> Iterator[list[Any]]:
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

"""Parquet files and rows of any values as text lines, so that everything is read in one way."""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Contract, normalise_header
from pipelines.errors import ExtractError
from pipelines.messages import say
from pipelines.sqltext import file_literal, identifier, quoted
from pipelines.storage import is_of_this_machine

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "1GB",
}
_NESTED = re.compile(r"\]$|^(?:STRUCT|MAP|UNION|VARIANT)")


def write_parquet(contract: Contract, path: Path, target: Path) -> int:
    """Write a Parquet file as CSV with a header; the number of its lines.

    In a database of its own: what a damaged file may do to it touches nothing else.
    Raises ExtractError for a file that can't be read, and for a column of lists or records.
    """
    source = f"read_parquet({file_literal(path)}, binary_as_string = true)"
    options = "format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr ''"
    try:
        with duckdb.connect(config=_CLOSED) as own:
            own.execute("set timezone = 'Asia/Shanghai'")
            columns = own.execute(f"describe select * from {source}").fetchall()
            _refuse_nested(contract, path, columns)
            cells = ", ".join(_one_line(name) for name, *_ in columns)
            written = own.execute(
                f"copy (select {cells} from {source}) to {quoted(str(target))} ({options})"
            ).fetchone()
    except duckdb.Error as error:
        if is_of_this_machine(error):
            raise
        raise ExtractError(
            say(
                f"{path.name}：Parquet 文件已损坏或无法读取，请重新提供",
                f"{path.name}: a Parquet file that can't be read; deliver it again",
            )
        ) from None
    return (written[0] if written else 0) + 1


def _refuse_nested(contract: Contract, path: Path, columns: list[Any]) -> None:
    """A list or record is no cell, whatever it looks like as a text."""
    known = {alias for column in contract.columns for alias in column.aliases}
    nested = [
        name
        for name, kind, *_ in columns
        if normalise_header(name) in known and _NESTED.search(kind)
    ]
    if nested:
        names = "、".join(nested)
        raise ExtractError(
            say(
                f"{path.name}：{names} 列不是单个值（列表或结构），请改为文本或数字后重新提供",
                f"{path.name}: {names}: lists or records, not single values; deliver texts or"
                " numbers",
            )
        )


def _one_line(name: str) -> str:
    """A column as text without line ends and without the characters that mark damage."""
    return (
        f"translate(cast({identifier(name)} as varchar),"
        " chr(10) || chr(13) || chr(0) || chr(1), '  ' || chr(26) || chr(26))"
        f" as {identifier(' '.join(name.split()) or '-')}"
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

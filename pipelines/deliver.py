"""list_* models → one folder per bureau, each list as CSV and xlsx; summary.csv."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.books import Books
from pipelines.covers import covers
from pipelines.errors import WengangError
from pipelines.last_run import LastRun
from pipelines.list_sums import sums_sql
from pipelines.messages import say
from pipelines.publication import is_public, publishable
from pipelines.sheet_rows import Column, Row
from pipelines.sqltext import identifier, quoted

SUMMARY_HEADER = ("盟市代码", "盟市", "名单", "户数", "人数", "金额")
_INTERNAL = re.compile(r"[a-z0-9_]+")
_PLACES = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")
# What begins a formula; East Asian editions also take the full-width signs for one.
_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FORMULA_SIGNS = ", ".join(map(quoted, _BEGIN_FORMULAS))
_NUMBERS = ("DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT")


@dataclass(frozen=True)
class SummaryRow:
    """One list of one bureau, or of the region when `bureau_code` is empty."""

    bureau_code: str
    bureau_name: str
    list_name: str
    units: int | None
    people: int | None
    amount_yuan: Decimal | None


def list_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The lists of this build, by name without the prefix `list_`."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where starts_with(table_name, 'list_')"
        " and database_name = current_database() order by 1"
    ).fetchall()
    return [name.removeprefix("list_") for (name,) in rows]


def deliver(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    books: Books | None = None,
    last: LastRun | None = None,
    marks: dict[str, str] | None = None,
) -> dict[str, int]:
    """Write every list of every bureau under `folder`; data rows by path from `folder`.

    Each bureau of ref_bureaus gets each of its lists, also an empty one; `books` puts a workbook
    beside it. The same tables give the same bytes, so files of the `last` run are taken over for a
    list whose mark it has. Raises WengangError for a list that can't be divided among the bureaus,
    and CheckFailed for a public list with somebody's id, phone or account in it.
    """
    bureaus = connection.execute(
        "select bureau_code, bureau_name from ref_bureaus order by 1"
    ).fetchall()
    books, last, marks = books or Books(), last or LastRun(), marks or {}
    written: dict[str, int] = {}
    for code, name in bureaus:
        (folder / f"{code}-{name}").mkdir(mode=0o700, parents=True, exist_ok=True)
    for list_name in list_names(connection):
        if list_name in marks and last.has(list_name, marks[list_name]):
            names = [f"{code}-{name}" for code, name in bureaus]
            if taken := _taken_over(folder, names, list_name, books, last):
                written |= taken
                continue
        columns, subjects = _columns(connection, list_name)
        _check_addressees(connection, list_name)
        parts = _by_bureau(connection, list_name, columns, subjects)
        told = covers(connection, list_name, _types(connection, list_name), bureaus)
        for code, name in bureaus:
            rows = _rows(parts[code]) if code in parts else []
            if is_public(list_name):
                rows = publishable(connection, list_name, columns, rows)
            target = folder / f"{code}-{name}" / f"{list_name}.csv"
            write_csv(target, [item.title for item in columns], rows)
            for path in filter(None, (target, books.put(target, columns, rows, told[code]))):
                written[path.relative_to(folder).as_posix()] = len(rows)
    return written


def _taken_over(
    folder: Path, bureau_folders: list[str], list_name: str, books: Books, last: LastRun
) -> dict[str, int]:
    """The files of a list as the last run has them; none unless all of them are there."""
    taken: dict[str, int] = {}
    for name in bureau_folders:
        csv_path = f"{name}/{list_name}.csv"
        if last.digest(csv_path) is None:
            return {}
        rows = last.rows(csv_path)
        if not last.take(csv_path, folder / csv_path):
            return {}
        taken[csv_path] = rows
        if books.has_one(list_name, rows):
            book = f"{name}/{list_name}.xlsx"
            if not books.take(folder / book):
                return {}
            taken[book] = rows
    return taken


def list_parts(
    connection: duckdb.DuckDBPyConnection, list_name: str
) -> tuple[list[Column], dict[str, list[Row]]]:
    """The columns of a list, and its rows by bureau, cell for cell as they are delivered."""
    columns, subjects = _columns(connection, list_name)
    parts = _by_bureau(connection, list_name, columns, subjects)
    return columns, {code: _rows(part) for code, part in parts.items()}


def summarise(connection: duckdb.DuckDBPyConnection) -> list[SummaryRow]:
    """Bureau × list with units or people and the amount, then one row per list for the region."""
    rows: list[SummaryRow] = []
    region: list[SummaryRow] = []
    for list_name in list_names(connection):
        sums = sums_sql(_types(connection, list_name))
        found = connection.execute(
            "select ref_bureaus.bureau_code, ref_bureaus.bureau_name,"
            f" grouping(ref_bureaus.bureau_code), {sums} from ref_bureaus"
            f" left join {identifier('list_' + list_name)} as listed"
            " on ref_bureaus.bureau_code = listed.bureau_code"
            " group by grouping sets ((ref_bureaus.bureau_code, ref_bureaus.bureau_name), ())"
            " order by 3, 1"
        ).fetchall()
        for code, name, is_region, units, people, amount_yuan in found:
            if is_region:
                whole = say("全区合计", "Whole region")
                region.append(SummaryRow("", whole, list_name, units, people, amount_yuan))
            else:
                rows.append(SummaryRow(code, name, list_name, units, people, amount_yuan))
    return sorted(rows, key=lambda row: (row.bureau_code, row.list_name)) + region


def write_summary(path: Path, rows: list[SummaryRow]) -> None:
    """summary.csv, in the form of the lists."""
    cells = [
        [
            neutral(row.bureau_code),
            neutral(row.bureau_name),
            neutral(row.list_name),
            "" if row.units is None else str(row.units),
            "" if row.people is None else str(row.people),
            "" if row.amount_yuan is None else f"{row.amount_yuan:.2f}",
        ]
        for row in rows
    ]
    write_csv(path, list(SUMMARY_HEADER), cells)


def write_csv(path: Path, header: list[str], rows: Sequence[Row]) -> None:
    """A CSV that WPS and Excel open with Chinese intact: UTF-8 with BOM, comma, CRLF; 0600."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_BEGIN_FORMULAS) else text


def _columns(
    connection: duckdb.DuckDBPyConnection, list_name: str
) -> tuple[list[Column], list[str]]:
    """The columns that are delivered, and the internal ones that order rows without 序号."""
    types = _types(connection, list_name)
    if "bureau_code" not in types:
        raise WengangError(
            say(f"list_{list_name}：缺少 bureau_code 列", f"list_{list_name}: has no bureau_code")
        )
    columns = []
    for title, kind in types.items():
        if _INTERNAL.fullmatch(title):
            continue
        places = _PLACES.fullmatch(kind)
        decimals = int(places.group(1)) if places else 0 if "INT" in kind else None
        columns.append(Column(title, kind, kind.startswith(_NUMBERS), decimals))
    return columns, [key for key in ("unit_id", "person_id") if key in types]


def _types(connection: duckdb.DuckDBPyConnection, list_name: str) -> dict[str, str]:
    described = connection.execute(f"describe {identifier('list_' + list_name)}").fetchall()
    return {row[0]: row[1] for row in described}


def _check_addressees(connection: duckdb.DuckDBPyConnection, list_name: str) -> None:
    found = connection.execute(
        f"select count(*) from {identifier('list_' + list_name)} as listed where not exists"
        " (select 1 from ref_bureaus where ref_bureaus.bureau_code = listed.bureau_code)"
    ).fetchall()
    if found[0][0]:
        raise WengangError(
            say(
                f"list_{list_name}：{found[0][0]} 行没有收件盟市（bureau_code 不在 ref_bureaus）",
                f"list_{list_name}: {found[0][0]} rows have no addressee"
                " (bureau_code not in ref_bureaus)",
            )
        )


def _by_bureau(
    connection: duckdb.DuckDBPyConnection,
    list_name: str,
    columns: list[Column],
    subjects: list[str],
) -> dict[str, Any]:
    """The cells of each bureau's rows as text, by its code, in the order of 序号; in Arrow."""
    cells = [f"coalesce({_as_text(item)}, '')" for item in columns]
    numbers = [identifier(item.title) for item in columns if item.title == "序号"]
    found: Any = connection.sql(
        f"select {', '.join(['bureau_code', *cells])} from {identifier('list_' + list_name)}"
        f" order by {', '.join(['bureau_code', *numbers, *subjects, 'rowid'])}"
    ).to_arrow_table()
    parts, start = {}, 0
    for code, count in Counter(found["bureau_code"].to_pylist()).items():
        parts[code] = found.slice(start, count).remove_column(0)
        start += count
    return parts


def _rows(part: Any) -> list[Row]:
    return list(zip(*(column.to_pylist() for column in part.columns), strict=True))


def _as_text(column: Column) -> str:
    """The SQL for a column's cells; of texts it gives what `neutral` does, ten million at once."""
    name = identifier(column.title)
    if column.kind == "BOOLEAN":
        yes, no = say("是", "yes"), say("否", "no")
        return f"case when {name} then '{yes}' when not {name} then '{no}' end"
    text = f"cast({name} as varchar)"
    if column.is_number:
        return text
    mark = quoted("'")
    return f"case when left({text}, 1) in ({_FORMULA_SIGNS}) then {mark} else '' end || {text}"

"""Where each row of a file ends: staged, out of scope, set aside or kept to mend another."""

import duckdb

from pipelines.contracts import Contract
from pipelines.errors import WengangError
from pipelines.file_read import FileRead
from pipelines.messages import say
from pipelines.plain_lines import PlainLines
from pipelines.reading import FileReader
from pipelines.repair_rows import IS_REPAIR, find_repairs, judge_repairs, keep_repairs, remark_on
from pipelines.set_aside import keep_set_aside
from pipelines.sqltext import identifier, quoted
from pipelines.staged import money_columns, staged_name, staged_select


def settle_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, lines: PlainLines, read: FileRead
) -> None:
    """Insert a file's good rows and keep the others; `read` gets the counts.

    `file_lines`, `odd_lines` and what `lines` reads must be there. Nothing is deleted again: DuckDB
    would write all rows of the transaction twice.
    Raises WengangError when the lines don't add up.
    """
    reader, plain = lines.reader, lines.count
    raw, table = f"raw_{contract.extract}", staged_name(contract.extract)
    money = [name for name in money_columns(connection, contract) if name in reader.positions]
    outside = "is_out_of_scope" if "is_out_of_scope" in contract.select else "false"
    select = staged_select(connection, contract)
    good = f"not {outside} and problem_reason is null"
    mine = f"from {table} where file_name = {quoted(read.file_name)}"
    sums = []

    if plain:
        connection.execute(f"create or replace temp view {raw} as {lines.select()}")
        connection.execute(f"insert into {table} from ({select}) where {good}")
        sums.append(_sums(connection, money, mine))
        kept = sums[0][0]
        if kept < plain:
            sums.append(_sums(connection, money, f"from ({select}) where {outside}"))
            read.rows_out_of_scope = sums[1][0]
            plain -= _make_odd(connection, f"from ({select}) where not ({outside} or {good})")
        _must_equal(read.file_name, plain, kept + read.rows_out_of_scope)

    odd = _count(connection, "from odd_lines")
    repairs = 0
    if odd:
        odd_select = find_repairs(connection, reader)
        connection.execute(f"create or replace temp view {raw} as {odd_select}")
        connection.execute(f"create or replace temp table odd_rows as {select}")
        judge_repairs(connection)
        wrong = f"not {outside} and problem_reason is not null"
        own = f"not {IS_REPAIR}"
        # A repair is the row of another file once more: control totals count that row only.
        sums.append(_sums(connection, money, f"from odd_rows where {own}"))
        connection.execute(f"insert into {table} from odd_rows where {good} and {own}")
        read.rows_out_of_scope += _count(connection, f"from odd_rows where {outside} and {own}")
        read.rows_set_aside = _count(connection, f"from odd_rows where {wrong} and {own}")
        repairs = keep_repairs(connection, contract, read.file_name, outside)
        if read.rows_set_aside or repairs:
            keep_set_aside(connection, contract, reader.layout, read.file_name, wrong)
        remarks = (_differences(connection, reader, raw), remark_on(reader))
        read.remarks = say("；", "; ").join(filter(None, remarks))
        connection.execute("drop table odd_rows; drop table odd_repairs")

    read.rows_read = plain + odd
    _check_balance(connection, reader, read, _count(connection, mine) + repairs)
    _keep_sums(connection, read, money, sums)


def _make_odd(connection: duckdb.DuckDBPyConnection, rest: str) -> int:
    """Lines in plain form whose staging select finds a problem go the way of the odd ones."""
    connection.execute(
        "insert into odd_lines select rowid + 1, line from file_lines"
        f" where rowid + 1 in (select line_number {rest})"
    )
    return _count(connection, rest)


def _check_balance(
    connection: duckdb.DuckDBPyConnection, reader: FileReader, read: FileRead, kept: int
) -> None:
    """Lines = headings + blank + rows, and rows = kept + out of scope + set aside."""
    if read.rows_read + read.heading_lines < read.physical_lines:
        blank = f"from file_lines where {reader.is_data()} and {reader.is_blank()}"
        read.blank_lines = _count(connection, blank)
    _must_equal(
        read.file_name,
        read.physical_lines,
        read.heading_lines + read.blank_lines + read.rows_read,
    )
    _must_equal(read.file_name, read.physical_lines, _count(connection, "from file_lines"))
    settled = kept + read.rows_out_of_scope + read.rows_set_aside
    _must_equal(read.file_name, read.rows_read, settled)


def _sums(connection: duckdb.DuckDBPyConnection, money: list[str], rest: str) -> list:
    """How many rows, and the sum of each money column."""
    sums = "".join(f", coalesce(sum({identifier(name)}), 0)" for name in money)
    row = connection.execute(f"select count(*){sums} {rest}").fetchone()
    return list(row or ())


def _keep_sums(
    connection: duckdb.DuckDBPyConnection, read: FileRead, money: list[str], sums: list[list]
) -> None:
    """The sums of all rows that were read, whatever their fate, for control totals."""
    for place, name in enumerate(money, start=1):
        connection.execute(
            "insert into file_sums values (?, ?, ?, ?)",
            [read.extract, read.file_name, name, sum(part[place] for part in sums)],
        )


def _differences(connection: duckdb.DuckDBPyConnection, reader: FileReader, raw: str) -> str:
    """What two headers of one column say differently, in words."""
    found = []
    for doubled in reader.doubled:
        rows = _count(connection, f"from {raw} where {doubled.differing}")
        if rows:
            label, name = doubled.column.label, doubled.column.name
            found.append(
                say(
                    f"{label}：两列不一致 {rows} 行，取前者",
                    f"{name}: two columns differ in {rows} rows, the first is taken",
                )
            )
    return say("；", "; ").join(found)


def _must_equal(name: str, wanted: int, found: int) -> None:
    if wanted != found:
        raise WengangError(
            say(
                f"{name}：行数不平：应为 {wanted} 行，实为 {found} 行，未采用该文件，请报告此问题",
                f"{name}: the lines don't add up: {wanted} expected, {found} found; the file is not"
                " used, report this",
            )
        )


def _count(connection: duckdb.DuckDBPyConnection, rest: str) -> int:
    row = connection.execute(f"select count(*) {rest}").fetchone()
    return row[0] if row else 0

"""Rows that can't be used: kept as they came, with what they may still say of a unit."""

import duckdb

from pipelines.contracts import Contract
from pipelines.layout import Layout
from pipelines.sqltext import quoted
from pipelines.staged import staged_name

# Reasons that leave the columns of a row unreadable.
BROKEN = "('width', 'bad_bytes')"


def move_set_aside(
    connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout, file_name: str
) -> None:
    """Move a file's rows with a problem out of the staged table; `file_lines` must be there."""
    table = staged_name(contract.extract)
    rows = (
        f"from {table} as staged"
        " inner join file_lines on file_lines.rowid = staged.line_number - 1"
        f" where staged.file_name = {quoted(file_name)} and staged.problem_reason is not null"
    )
    connection.execute(
        "insert into rows_set_aside"
        f" select {quoted(contract.extract)}, staged.file_name, staged.line_number,"
        f" staged.problem_column, staged.problem_reason, file_lines.line {rows}"
    )
    if contract.mentions:
        _note_mentions(connection, contract, layout, rows)
    connection.execute(
        f"delete from {table} where file_name = {quoted(file_name)} and problem_reason is not null"
    )


def _note_mentions(
    connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout, rows: str
) -> None:
    """The unit that a row names, with its month; of a broken row every cell may be the unit."""
    mentions = contract.mentions
    month = (
        f"staged.{mentions['month']}"
        if "month" in mentions
        else "year(staged.{day}) * 12 + month(staged.{day})".format(day=mentions["day"])
    )
    extract = quoted(contract.extract)
    connection.execute(
        f"insert into set_aside_mentions select {extract}, staged.file_name, staged.line_number,"
        f" staged.{mentions['unit']}, {month} {rows}"
        f" and staged.problem_reason not in {BROKEN} and staged.{mentions['unit']} is not null"
    )
    connection.execute(
        "insert into set_aside_mentions"
        f" select distinct {extract}, file_name, line_number, as_code(clean_code(filled(bare(cell)))), null::integer"
        " from (select staged.file_name, staged.line_number,"
        f" unnest(string_split(file_lines.line, {quoted(layout.delimiter)})) as cell {rows}"
        f" and staged.problem_reason in {BROKEN}) as broken"
        " where as_code(clean_code(filled(bare(cell)))) is not null"
    )

"""Rows that can't be used: kept as they came, with what they may still say of whose they are."""

import duckdb

from pipelines.contracts import Contract
from pipelines.layout import Layout
from pipelines.repair_rows import IS_REPAIR
from pipelines.sqltext import identifier, quoted

# Reasons that leave the columns of a row unreadable.
UNREADABLE = ("width", "grammar", "bad_bytes", "another_table")
BROKEN = f"({', '.join(map(quoted, UNREADABLE))})"
# What is no row of anybody.
NO_ROW = "('header_again')"
# Amounts and days: what can't be the number of a unit.
NO_UNIT = r"-?[0-9]*[.][0-9]+|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"

# The columns of rows_set_aside that tell whose a row is, and those of extracts that they hold.
OWNERS = {
    "owner_unit_id": "unit_id",
    "owner_uscc": "uscc",
    "owner_division_code": "division_code",
    "owner_person_id": "person_id",
}


def keep_set_aside(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    layout: Layout,
    file_name: str,
    wrong: str,
) -> None:
    """Keep the rows of `odd_rows` for which the SQL test `wrong` holds, with their `odd_lines`.

    Of repairs only the units are kept here: the ledger of repairs has the rows. Ids are those that
    can be read: what tells later which bureau should mend the row.
    The join of rows and lines goes into a table of its own, and carries no file name: DuckDB 2.0.0
    fails on joined texts of few values (dictionaries) that go on to be unnested.
    """
    unit = identifier(contract.mentions["unit"]) if contract.mentions else "null::varchar"
    connection.execute(
        "create or replace temp table lines_set_aside as select odd_rows.line_number,"
        f" problem_column, problem_reason, {unit} as unit_id,"
        f" {_period(contract)} as period, {_owners(contract)}, odd_lines.line from odd_lines"
        f" inner join odd_rows on odd_lines.line_number = odd_rows.line_number where {wrong}"
    )
    whence = f"{quoted(contract.extract)}, {quoted(file_name)}, line_number"
    connection.execute(
        f"insert into rows_set_aside by name select {quoted(contract.extract)} as extract,"
        f" {quoted(file_name)} as file_name, line_number, problem_column as column_name,"
        f" problem_reason as reason, line as raw_row, {', '.join(OWNERS)} from lines_set_aside"
        f" where not {IS_REPAIR}"
    )
    if contract.mentions:
        connection.execute(
            f"insert into unit_mentions select {whence}, unit_id, period from lines_set_aside"
            f" where problem_reason not in {BROKEN}"
            f" and problem_reason not in {NO_ROW} and unit_id is not null"
        )
        connection.execute(
            f"insert into unit_mentions select {whence}, cell, null::integer from ("
            "select line_number, problem_reason, unnest(list_distinct(clean_codes(clean_texts("
            f"{_where_the_unit_may_be(contract, layout)})))) as cell"
            f" from lines_set_aside where problem_reason in {BROKEN}) as broken"
            f" where not regexp_full_match(cell, {quoted(NO_UNIT)}) and not has_check_digit(cell)"
        )
    connection.execute("drop table lines_set_aside")


def _owners(contract: Contract) -> str:
    known = {column.name for column in contract.columns}
    return ", ".join(
        f"{identifier(name) if name in known else 'null::varchar'} as {owner}"
        for owner, name in OWNERS.items()
    )


def _where_the_unit_may_be(contract: Contract, layout: Layout) -> str:
    """The cells of a broken line that may be its unit: as far from its column as cells lack.

    In another table the unit may stand anywhere.
    """
    cells = f"string_split(line, {quoted(layout.delimiter)})"
    place = layout.positions[contract.mentions["unit"]][0]
    shift = (
        f"case problem_reason when 'another_table' then len({cells})"
        f" else abs(len({cells}) - {layout.width}) end"
    )
    return f"list_slice({cells}, greatest({place} - {shift}, 1), {place} + {shift})"


def _period(contract: Contract) -> str:
    """The month that a row names: a column of that type, or the month of a day."""
    mentions = contract.mentions
    if "month" in mentions:
        return identifier(mentions["month"])
    if "day" in mentions:
        day = identifier(mentions["day"])
        return f"year({day}) * 12 + month({day})"
    return "null::integer"

"""The rows of a file that mend rows set aside: told apart, and kept apart until all are read."""

import duckdb

from pipelines.contracts import Contract
from pipelines.messages import say
from pipelines.reading import FileReader
from pipelines.repair_mark import ORDER, PATTERN, SOURCE, VOID, system_in
from pipelines.sqltext import identifier, quoted

# Among `odd_rows`: those that say which row they mend.
IS_REPAIR = "line_number in (select line_number from odd_repairs where is_marked)"
# How many rows of a file the ledger keeps as repairs.
KEPT = "from repairs where extract = {} and file_name = {}"


def repaired_name(extract: str) -> str:
    """The table that holds an extract's usable repairs, until they stand in for a row or don't."""
    return f"repaired_{extract}"


def find_repairs(connection: duckdb.DuckDBPyConnection, reader: FileReader) -> str:
    """Write `odd_repairs` from `odd_lines`; the select that reads them, each in its own system.

    `odd_repairs` has a row per line with a mark or an order: line_number, source, order_given and
    is_marked, which says that the mark has its form.
    """
    connection.execute(
        "create or replace temp table odd_repairs as select *, coalesce("
        f"regexp_full_match(source, {quoted(PATTERN)}), false) as is_marked from"
        f" ({reader.repair_select()}) as marks where source is not null or order_given is not null"
        if reader.layout.repair
        else "create or replace temp table odd_repairs (line_number bigint, source varchar,"
        " order_given varchar, is_marked boolean)"
    )
    marks = connection.execute("select source from odd_repairs where is_marked").fetchall()
    systems = {system_in(mark) for (mark,) in marks}
    if not systems:
        return reader.odd_select()
    lines = "(select line_number, line from odd_lines where {}) as lines_of_system"
    selects = [reader.odd_select(lines.format(f"not coalesce({IS_REPAIR}, false)"))]
    for system in sorted(systems, key=str):
        mine = [mark for (mark,) in marks if system_in(mark) == system]
        wanted = ", ".join(quoted(mark) for mark in dict.fromkeys(mine))
        named = f"line_number in (select line_number from odd_repairs where source in ({wanted}))"
        selects.append(reader.of_system(system).odd_select(lines.format(named)))
    return " union all ".join(f"({select})" for select in selects)


def judge_repairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Tell in `odd_rows` what is wrong with marks and orders; it goes before what is wrong else."""
    connection.execute(
        f"update odd_rows set problem_column = {quoted(SOURCE)}, problem_reason = 'not_a_repair'"
        " from odd_repairs where odd_rows.line_number = odd_repairs.line_number and not is_marked"
    )
    connection.execute(
        f"update odd_rows set problem_column = {quoted(ORDER)}, problem_reason = 'unknown_value'"
        " from odd_repairs where odd_rows.line_number = odd_repairs.line_number and is_marked"
        f" and order_given <> {quoted(VOID)}"
    )


def keep_repairs(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file_name: str, outside: str
) -> int:
    """Keep the repairs among `odd_rows`; how many there are. `outside`: SQL, whether out of scope.

    A fate is void (the row that it names is to be left out), wrong, outside or good.
    """
    fate = (
        f"case when order_given = {quoted(VOID)} then 'void'"
        " when order_given is not null then 'wrong'"
        f" when problem_reason is not null and not {outside} then 'wrong'"
        f" when {outside} then 'outside' else 'good' end"
    )
    connection.execute(
        f"insert into repairs select {quoted(contract.extract)}, {quoted(file_name)},"
        f" odd_rows.line_number, source, {fate} as fate, case when fate = 'wrong' then"
        " problem_column end, case when fate = 'wrong' then problem_reason end, line from odd_rows"
        " inner join odd_repairs on odd_rows.line_number = odd_repairs.line_number"
        " inner join odd_lines on odd_rows.line_number = odd_lines.line_number where is_marked"
    )
    target = repaired_name(contract.extract)
    columns = connection.execute(f"describe {target}").fetchall()
    names = ", ".join(identifier(row[0]) for row in columns)
    mine = KEPT.format(quoted(contract.extract), quoted(file_name))
    connection.execute(
        f"insert into {target} select {names} from odd_rows"
        f" where line_number in (select line_number {mine} and fate = 'good')"
    )
    row = connection.execute(f"select count(*) {mine}").fetchone()
    return row[0] if row else 0


def remark_on(reader: FileReader) -> str:
    """What to say of a file with a kit's columns, but without the one that names the rows."""
    places = reader.layout.repair
    if not places or places.source:
        return ""
    return say(
        f"有“{ORDER}”列而没有“{SOURCE}”列：各行按普通行读入，不更正任何搁置行",
        f"has the column {ORDER} but not {SOURCE}: its rows are ordinary ones and mend none",
    )

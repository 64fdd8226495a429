"""run_totals: what a run adds up to per bureau, so that the next one can be held against it."""

import duckdb

from pipelines.sqltext import identifier, quoted

# One row per total: `base` is the rows read where `amount` is a part of them, else NULL; the
# region's own totals have no bureau_code.
COLUMNS = "bureau_code, total, subject, amount, base"
TYPED = (
    "bureau_code varchar, total varchar, subject varchar, amount decimal(38, 2),"
    " base decimal(38, 2)"
)
DELIVERED = ("units", "people", "payroll_rows")


def write_totals(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `run_totals` from what was just built.

    Totals are units, people and payroll_rows of measure_bureaus; of each decision (a table with
    bureau_code and outcome) the eligible subjects, and their money where a column's name ends in
    amount_yuan (the last one is what the subject gets); of each month the payroll rows; of each
    extract the rows accepted and the rows set aside that nobody has mended.
    """
    connection.execute(f"create or replace table run_totals ({TYPED})")
    for total in DELIVERED:
        connection.execute(
            f"insert into run_totals select bureau_code, ?, '', {total}, null from measure_bureaus",
            [total],
        )
    for decision, columns in _decisions(connection):
        amounts = [name for name in columns if name.endswith("amount_yuan")]
        sums = {"eligible": "count(decided.outcome)"}
        if amounts:
            sums["money"] = f"coalesce(sum({identifier(amounts[-1])}), 0)"
        for total, value in sums.items():
            connection.execute(
                f"insert into run_totals select ref_bureaus.bureau_code, ?, ?, {value}, null"
                f" from ref_bureaus left join {identifier(decision)} as decided"
                " on ref_bureaus.bureau_code = decided.bureau_code"
                " and decided.outcome = 'eligible' group by ref_bureaus.bureau_code",
                [total, decision],
            )
    connection.execute(
        "insert into run_totals select '', 'month_rows',"
        " cast((period - 1) // 12 * 100 + (period - 1) % 12 + 1 as varchar), payroll_rows, null"
        " from measure_unit_months"
    )
    for total, amount, base in (
        ("extract_rows", "sum(rows_accepted)", "null"),
        ("set_aside", "sum(rows_set_aside - rows_mended - rows_void)", "sum(rows_read)"),
    ):
        connection.execute(
            f"insert into run_totals select '', ?, extract, {amount}, {base} from import_log"
            " where status = 'accepted' group by extract",
            [total],
        )


def pass_on_totals(connection: duckdb.DuckDBPyConnection, before: str) -> None:
    """Of the run attached as `before`, take over the totals of decisions that were not built."""
    built = ", ".join(quoted(name) for name, _ in _decisions(connection)) or "''"
    connection.execute(
        f"insert into run_totals select {COLUMNS} from {before}.run_totals"
        f" where total in ('eligible', 'money') and subject not in ({built})"
    )


def _decisions(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """The tables of this build that decide, with their columns in order."""
    return connection.execute(
        "select table_name, list(column_name order by column_index) as names"
        " from duckdb_columns() where database_name = current_database()"
        " and table_name in (select model_name from built_models)"
        " group by table_name"
        " having list_contains(names, 'outcome') and list_contains(names, 'bureau_code')"
        " order by table_name"
    ).fetchall()

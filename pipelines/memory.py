"""Memory from run to run: who was on a list of the run before, and since when."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.attached import attached
from pipelines.publish import Run, predecessor

COLUMNS = "list_name, subject_id, bureau_code, subject_name, first_listed_on"
TYPED = (
    "list_name varchar, subject_id varchar, bureau_code varchar, subject_name varchar,"
    " first_listed_on date"
)


def load_memory(connection: duckdb.DuckDBPyConnection, out: Path, as_of: date) -> Run | None:
    """Write `previous_listed` and `previous_run` from the last published run of an earlier day.

    Both are empty when there is none. `connection` must be allowed to read `out`/runs. Returns
    the run before. Raises StaleError when its results.duckdb can't be read.
    """
    connection.execute(f"create or replace table previous_listed ({TYPED})")
    connection.execute("create or replace table previous_run (run_id varchar, as_of date)")
    run = predecessor(out, as_of)
    if run is None:
        return None
    with attached(connection, run) as before:
        connection.execute(
            f"insert into previous_listed select {COLUMNS} from {before}.listed_subjects"
        )
    connection.execute("insert into previous_run values (?, ?)", [run.run_id, run.as_of])
    return run


def remember(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `listed_subjects`: who stands on which list since when, for the next run's memory.

    A list is remembered when it has the internal columns subject_name and first_listed_on.
    """
    connection.execute(f"create or replace table listed_subjects ({TYPED})")
    rows = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where table_name like 'list\\_%' escape '\\' group by table_name order by table_name"
    ).fetchall()
    for table, columns in rows:
        if {"subject_name", "first_listed_on"} <= set(columns):
            subject = "unit_id" if "unit_id" in columns else "person_id"
            connection.execute(
                f"insert into listed_subjects select ?, {subject}, bureau_code, subject_name,"
                f' first_listed_on from "{table}"',
                [table.removeprefix("list_")],
            )

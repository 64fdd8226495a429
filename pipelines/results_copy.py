"""results.duckdb: the finished tables of a run in a file of their own, for reading."""

from pathlib import Path

import duckdb

from pipelines.deliver import list_names
from pipelines.memory import COLUMNS
from pipelines.models import finished_tables
from pipelines.sqltext import identifier, quoted


def copy_results(connection: duckdb.DuckDBPyConnection, target: Path, is_partial: bool) -> None:
    """Copy the finished tables of the warehouse into the new file `target`.

    A partial run passes on what it remembers of the lists that it did not build, so that the
    next full run still knows since when a subject is listed.
    """
    connection.execute(f"attach {quoted(str(target.resolve()))} as results")
    try:
        for name in finished_tables(connection):
            table = identifier(name)
            connection.execute(f"create table results.{table} as from {table}")
        tables = {
            name
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        if is_partial and "listed_subjects" in tables:
            lists = list_names(connection)
            connection.execute(
                f"insert into results.listed_subjects ({COLUMNS}) select {COLUMNS}"
                " from previous_listed where not list_contains(?, list_name)",
                [lists],
            )
    finally:
        connection.execute("detach results")

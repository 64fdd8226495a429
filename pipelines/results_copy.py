"""results.duckdb: the finished tables of a run in a file of their own, for reading."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.deliver import list_names
from pipelines.memory import COLUMNS
from pipelines.models import NARROWED, finished_tables
from pipelines.sqltext import identifier, quoted
from pipelines.timings import timed


@contextmanager
def results_copied(
    connection: duckdb.DuckDBPyConnection, target: Path, is_partial: bool, is_there: bool = False
) -> Iterator[None]:
    """Copy the finished tables of the warehouse into the new file `target` while the block works.

    Nothing is done for a file that `is_there` already, taken over from the last run. The tables
    are there when it ends, and must not change before. Most of the time goes into packing
    one table, which takes one core, so as many are copied at once as DuckDB has threads. When the
    block fails, what is being copied is given up. A partial run passes on what it remembers of
    the lists that it did not build, so that the next full run still knows since when a subject is
    listed.
    """
    if is_there:
        yield
        return
    names = finished_tables(connection)
    threads = connection.execute("select current_setting('threads')").fetchall()[0][0]
    connection.execute(f"attach {quoted(str(target.resolve()))} as results")
    try:
        cursors = [connection.cursor() for _ in names]
        with ThreadPoolExecutor(threads) as pool:
            try:
                copies = [pool.submit(_copy, *pair) for pair in zip(cursors, names, strict=True)]
                yield
                with timed("results.duckdb"):
                    for copy in copies:
                        copy.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for cursor in cursors:
                    cursor.interrupt()
                raise
        if is_partial and "listed_subjects" in names:
            connection.execute(
                f"insert into results.listed_subjects ({COLUMNS}) select {COLUMNS}"
                " from previous_listed where not list_contains(?, list_name)",
                [list_names(connection)],
            )
    finally:
        # A closed connection has let go of it: so it is when Ctrl-C came on the way in here.
        with suppress(duckdb.ConnectionException):
            connection.execute("detach results")


def _copy(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    whose = NARROWED.get(name)
    where = f" where person_id in (select person_id from {whose})" if whose else ""
    cursor.execute(f"create table results.{identifier(name)} as from {identifier(name)}{where}")

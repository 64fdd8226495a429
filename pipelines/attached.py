"""The results of a published run beside the tables of the one that is being built."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import StaleError
from pipelines.messages import say
from pipelines.publish import Run
from pipelines.sqltext import quoted
from pipelines.storage import is_of_this_machine

BEFORE = "before"


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, run: Run) -> Iterator[str]:
    """The name under which a run's results.duckdb can be read, as long as the block lasts.

    `connection` must be allowed to read the run's folder. Raises StaleError when the file can't
    be read, or lacks what the block asks of it.
    """
    results = (run.folder / "results.duckdb").resolve()
    try:
        connection.execute(f"attach {quoted(str(results))} as {BEFORE} (read_only)")
        try:
            yield BEFORE
        finally:
            connection.execute(f"detach {BEFORE}")
    except duckdb.Error as error:
        if is_of_this_machine(error):
            raise
        raise StaleError(
            say(
                f"{results}：已发布的结果无法读取，首次列入日期和总量对比会丢失。请从备份恢复该文件，"
                "或移走这次运行的文件夹后重新运行",
                f"{results}: the results of a published run can't be read; first days on the lists"
                " and the comparison of totals would be lost. Restore the file, or move that run's"
                " folder away and run again",
            )
        ) from None

"""Memory from run to run: who was on a list of the run before, and since when."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import StaleError
from pipelines.messages import say
from pipelines.publish import Run, predecessor

COLUMNS = "list_name, subject_id, bureau_code, subject_name, first_listed_on"


def load_memory(connection: duckdb.DuckDBPyConnection, out: Path, as_of: date) -> Run | None:
    """Write `previous_listed` and `previous_run` from the last published run of an earlier day.

    Both are empty when there is none. `connection` must be allowed to read `out`/runs. Returns
    the run before. Raises StaleError when its results.duckdb can't be read.
    """
    connection.execute(
        "create or replace table previous_listed (list_name varchar, subject_id varchar,"
        " bureau_code varchar, subject_name varchar, first_listed_on date)"
    )
    connection.execute("create or replace table previous_run (run_id varchar, as_of date)")
    run = predecessor(out, as_of)
    if run is None:
        return None
    results = (run.folder / "results.duckdb").resolve()
    try:
        connection.execute(
            f"attach '{str(results).replace(chr(39), chr(39) * 2)}' as before (read_only)"
        )
        try:
            connection.execute(
                f"insert into previous_listed select {COLUMNS} from before.listed_subjects"
            )
        finally:
            connection.execute("detach before")
    except duckdb.Error:
        raise StaleError(
            say(
                f"{results}：上一次发布的结果无法读取，首次列入日期会丢失。请从备份恢复该文件，"
                "或移走这次运行的文件夹后重新运行",
                f"{results}: the results of the run before can't be read, first days on the lists"
                " would be lost. Restore the file, or move that run's folder away and run again",
            )
        ) from None
    connection.execute("insert into previous_run values (?, ?)", [run.run_id, run.as_of])
    return run

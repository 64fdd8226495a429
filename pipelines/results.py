"""Reading a published run: its tables as pandas frames with labels, or through SQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.errors import StaleError
from pipelines.last_run import RESULTS
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.publish import Run
from pipelines.sqltext import identifier, quoted
from pipelines.storage import is_of_this_machine
from pipelines.which_run import named_run

if TYPE_CHECKING:
    import pandas

WALLS = (
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "timezone = 'Asia/Shanghai'",
    "enable_external_access = false",
    "lock_configuration = true",
)
# Column of a finished table → the kind of its codes in the table `labels`.
CODED = {
    "unit_type": "unit_type",
    "size_class": "size_class",
    "size_basis": "size_basis",
    "reason_class": "reason_class",
    "recorded_reason_class": "reason_class",
    "register": "register",
    "method": "method",
    "layoff_rate_method": "method",
    "outcome": "outcome",
}


class Results(AbstractContextManager["Results"]):
    """The finished tables of a run, for reading alone; use it in a `with` block or close it.

    Raises StaleError when results.duckdb is missing or can't be read.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        path = run.folder / RESULTS
        try:
            path.stat()
            self.connection = duckdb.connect(str(path), read_only=True)
        except (OSError, duckdb.Error) as error:
            if isinstance(error, duckdb.Error) and is_of_this_machine(error):
                raise
            raise unreadable(path) from None
        # Who has the same file open in this process shares its walls.
        if self.rows("select current_setting('lock_configuration')") == [(False,)]:
            # Off in a notebook without widgets, where it can't even be switched off.
            if self.rows("select current_setting('enable_progress_bar')") == [(True,)]:
                self.connection.execute("set enable_progress_bar = false")
            for setting in WALLS:
                self.connection.execute(f"set {setting}")

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def rows(self, select: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a select over the run's tables."""
        return self.connection.execute(select, list(parameters)).fetchall()

    def tables(self) -> list[str]:
        """The names of the finished tables."""
        return [
            name for (name,) in self.rows("select table_name from duckdb_tables() order by all")
        ]

    def has(self, table: str) -> bool:
        """Whether the run has a table: a partial run has not all."""
        return table in self.tables()

    def frame(self, table_or_select: str, parameters: Sequence[Any] = ()) -> pandas.DataFrame:
        """A table by its name, or the rows of a select, as a pandas frame.

        Ids are texts, months whole numbers YYYYMM where the column says so, money Decimal. Beside
        each column of codes that `labels` knows stands one named `<column>_label`.
        """
        is_table = table_or_select.isidentifier()
        source = f"from {identifier(table_or_select)}" if is_table else f"({table_or_select})"
        relation = f"{source} as asked" if is_table else f"from {source} as asked"
        columns = [
            name
            for name, *_ in self.connection.execute(
                f"describe select asked.* {relation}", list(parameters)
            ).fetchall()
        ]
        labels = ", ".join(
            f"(select labels.label from labels where labels.kind = {quoted(CODED[name])}"
            f" and labels.code = asked.{identifier(name)}) as {identifier(name + '_label')}"
            for name in columns
            if name in CODED and f"{name}_label" not in columns
        )
        select = f"select asked.*{', ' + labels if labels else ''} {relation}"
        found = self.connection.sql(select, params=list(parameters))
        return found.to_arrow_table().to_pandas()


def open_run(
    run_id: str | None = None, out: Path | None = None, settings_file: Path | None = None
) -> Results:
    """The results of a published or held run, by default of the run that CURRENT names.

    In a notebook, and there alone, WENGANG_OUT names the publication folder when neither `out` nor
    `settings_file` does: commands must never look elsewhere than where a run publishes.
    Raises UsageError when there is no such run, StaleError when it can't be read.
    """
    if out is None and settings_file is None and "ipykernel" in sys.modules:
        named = os.environ.get("WENGANG_OUT")
        out = Path(named) if named else None
    return Results(named_run(known_folder(out, settings_file), run_id))


def unreadable(path: Path) -> StaleError:
    """What is said of a results.duckdb that is missing or damaged."""
    return StaleError(
        say(
            f"{path}：结果文件不存在或无法读取。请从备份恢复，或重新运行",
            f"{path}: the results are missing or can't be read. Restore the file, or run again",
        )
    )

"""Two runs beside each other: what changed, counted and as lists; nothing is run again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.changes import clear_changes, write_changes
from pipelines.conditions import screenings
from pipelines.deliver import deliver
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.policy import SCREENINGS
from pipelines.publish import Run
from pipelines.results import WALLS, unreadable
from pipelines.sqltext import identifier, quoted
from pipelines.storage import is_of_this_machine, private_folder, storage_of

# In the order of the lists.
CHANGES = ("entered", "left", "verdict", "amount")


@dataclass(frozen=True)
class Counted:
    """How many subjects of a bureau changed in one way, and by how much their money."""

    screening: str
    bureau_code: str
    change: str
    subjects: int
    amount_before_yuan: Decimal | None
    amount_now_yuan: Decimal | None


def changes_counted(connection: duckdb.DuckDBPyConnection) -> list[Counted]:
    """`run_changes` by screening, bureau and kind of change; no row for what did not change."""
    return [
        Counted(*row)
        for row in connection.execute(
            "select screening, bureau_code, change, count(*), sum(amount_before_yuan),"
            " sum(amount_now_yuan) from run_changes group by screening, bureau_code, change"
            " order by screening, bureau_code, list_position(?, change)",
            [list(CHANGES)],
        ).fetchall()
    ]


def conditions_counted(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[str, str, str, int]]:
    """How many subjects each condition moved: (screening, bureau_code, 条件：是→否, subjects)."""
    return connection.execute(
        "select screening, bureau_code, moved, count(*) from (select screening, bureau_code,"
        " unnest(string_split(conditions, '；')) as moved from run_changes"
        " where conditions is not null) group by screening, bureau_code, moved"
        " order by screening, bureau_code, count(*) desc, moved"
    ).fetchall()


@contextmanager
def compared(before: Run, now: Run, for_lists: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `run_changes` of two runs, and `labels` and `ref_bureaus` of the later.

    To count changes is faster than to tell each of them `for_lists`. Raises StaleError for results
    that can't be read.
    """
    with duckdb.connect() as connection:
        for name, run in (("before", before), ("now", now)):
            path = run.folder / "results.duckdb"
            try:
                path.stat()
                connection.execute(f"attach {quoted(str(path))} as {identifier(name)} (read_only)")
            except (OSError, duckdb.Error) as error:
                if isinstance(error, duckdb.Error) and is_of_this_machine(error):
                    raise
                raise unreadable(path) from None
        for setting in WALLS:
            connection.execute(f"set {setting}")
        clear_changes(connection)
        for table in ("labels", "ref_bureaus"):
            connection.execute(f"create table {table} as from now.{table}")
        for screening in screenings():
            write_changes(connection, screening, "before", "now", for_lists)
        yield connection


def known_bureaus(
    connection: duckdb.DuckDBPyConnection, asked: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Code and name of the bureaus asked for, by default all. Raises UsageError for others."""
    found = connection.execute("select bureau_code, bureau_name from ref_bureaus order by 1")
    names = dict(found.fetchall())
    for code in asked:
        if code not in names:
            known = ", ".join(names)
            raise UsageError(
                say(
                    f"--bureau {code}：没有这个盟市，可用：{known}",
                    f"--bureau {code}: there is no such bureau; known: {known}",
                )
            )
    return [(code, name) for code, name in names.items() if not asked or code in asked]


def write_lists(
    connection: duckdb.DuckDBPyConnection, to: Path, bureaus: list[tuple[str, str]]
) -> dict[str, int]:
    """Write the lists of changes of `bureaus` into the folder `to`; data rows by path from it.

    Folders are 0700, files 0600. Raises UsageError for a folder with something in it, StorageError.
    """
    with storage_of(say("写变动清单", "writing lists of changes"), to):
        if to.exists() and (not to.is_dir() or any(to.iterdir())):
            raise UsageError(
                say(
                    f"--to {to}：已存在且不是空文件夹，请另指一个",
                    f"--to {to}: is there and is no empty folder; name another",
                )
            )
        private_folder(to)
        codes = [code for code, _ in bureaus]
        connection.execute(
            "delete from ref_bureaus where not list_contains(?, bureau_code)", [codes]
        )
        for path in sorted(SCREENINGS.glob("*/list_*.sql")):
            select = path.read_text(encoding="utf-8")
            if "run_changes" in connection.get_table_names(select):
                connection.execute(f"create table {identifier(path.stem)} as {select}")
        return deliver(connection, to)

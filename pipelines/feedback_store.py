"""What bureaus fed back, kept in .state/feedback: one file per returned list, never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.errors import StaleError
from pipelines.feedback_rows import JudgedRow
from pipelines.feedback_words import result_of
from pipelines.ledger import force_to_disk
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.sqltext import file_literal, quoted
from pipelines.storage import is_of_this_machine, private_folder
from pipelines.warehouse import state_folder

TYPED = (
    "list_name varchar, person_id varchar, bureau_code varchar, told_how varchar, result varchar,"
    " told_on date"
)
_KEPT = (
    ("list_name", "varchar"),
    ("person_id", "varchar"),
    ("bureau_code", "varchar"),
    ("told_how", "varchar"),
    ("result_text", "varchar"),
    ("told_on", "date"),
    ("sheet", "integer"),
    ("line", "bigint"),
)


def feedback_folder(out: Path) -> Path:
    """Where what was fed back is kept; made on first use, 0700."""
    return private_folder(state_folder(out) / "feedback")


def kept_files(out: Path) -> list[Path]:
    """What was kept, in the order in which it was read."""
    return sorted((state_folder(out) / "feedback").glob("*.parquet"))


def is_kept(out: Path, sha256: str) -> bool:
    """Whether a returned list was read before, by the SHA-256 of the file."""
    return any(path.stem.endswith(sha256) for path in kept_files(out))


def read_on(path: Path) -> date:
    """The day in China on which a kept file's list was read, by its name; unreadable: long ago."""
    try:
        return date.fromisoformat(path.name[:10])
    except ValueError:
        return date.min


def keep(out: Path, file_name: str, sha256: str, rows: Sequence[JudgedRow]) -> None:
    """Keep the rows of a returned list whose people were told: whole, or after a crash not at all.

    Raises OSError.
    """
    now = datetime.now(CHINA)
    target = feedback_folder(out) / f"{now:%Y-%m-%dT%H%M%S.%f}-{sha256}.parquet"
    written = private_folder(state_folder(out) / "tmp") / target.name
    told = [row for row in rows if row.fate == "told"]
    columns = ", ".join(f"unnest(?::{kind}[]) as {name}" for name, kind in _KEPT)
    with duckdb.connect() as connection:
        connection.execute(
            f"create table kept as select {columns}",
            [[getattr(row, name) for row in told] for name, _ in _KEPT],
        )
        connection.execute(
            f"copy (select kept.*, {quoted(file_name)} as file_name, {quoted(sha256)} as sha256,"
            f" {quoted(now.isoformat())} as read_at from kept) to {quoted(str(written))}"
            " (format parquet)"
        )
    written.chmod(0o600)
    force_to_disk(written)
    written.rename(target)
    force_to_disk(target.parent)


def load_feedback(connection: duckdb.DuckDBPyConnection, out: Path, as_of: date) -> None:
    """Write `feedback_seen` (the last feedback on each person of a list) and `feedback_files`.

    Only what was told on `as_of` or before. The list that was read last counts, and in it the
    latest day: a return that was corrected takes the place of the one before. Both are empty when
    nothing was fed back. `connection` must be allowed to read `out`/.state. Raises StaleError for
    a kept file that is damaged.
    """
    connection.execute(f"create or replace table feedback_seen ({TYPED})")
    connection.execute(
        "create or replace table feedback_files (file_name varchar, sha256 varchar,"
        " rows_told bigint)"
    )
    read = "create or replace temp table feedback_read (position integer, file_name varchar,"
    kept = ", ".join(f"{name} {kind}" for name, kind in _KEPT)
    connection.execute(f"{read} sha256 varchar, {kept}, result varchar)")
    names = ", ".join(name for name, _ in _KEPT)
    for position, path in enumerate(kept_files(out)):
        try:
            connection.execute(
                f"insert into feedback_read (position, file_name, sha256, {names}) select ?,"
                f" file_name, sha256, {names} from read_parquet({file_literal(path.resolve())})"
                " where told_on <= ?",
                [position, as_of],
            )
        except duckdb.Error as error:
            if is_of_this_machine(error):
                raise
            raise _damaged(path) from None
    texts = connection.execute("select distinct result_text from feedback_read").fetchall()
    for (text,) in texts:
        connection.execute(
            "update feedback_read set result = ? where result_text = ?", [result_of(text), text]
        )
    connection.execute(
        "insert into feedback_seen select list_name, person_id, bureau_code, told_how, result,"
        " told_on from feedback_read qualify row_number() over (partition by list_name, person_id"
        " order by position desc, told_on desc, sheet desc, line desc) = 1"
        " order by list_name, person_id"
    )
    connection.execute(
        "insert into feedback_files select any_value(file_name), sha256, count(*)"
        " from feedback_read group by sha256 order by sha256"
    )
    connection.execute("drop table feedback_read")


def _damaged(path: Path) -> StaleError:
    return StaleError(
        say(
            f"{path}：告知反馈的存档已损坏。请从备份恢复，或移走该文件并重新读入当时的回传名单",
            f"{path}: what was fed back is damaged. Restore the file, or move it away and read the"
            " returned list again",
        )
    )

"""A delivered file of any kind → the table `file_lines`, one row per physical line."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.decoding import Bytes, look_at, write_plain
from pipelines.digest import sha256
from pipelines.errors import ExtractError
from pipelines.layout import Lines
from pipelines.messages import say
from pipelines.signature import refuse_disguised
from pipelines.sqltext import file_literal
from pipelines.tabular import write_parquet
from pipelines.workbooks import write_workbook

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
END_LINES = 40
END_BYTES = 1 << 16
# Lines of a file that tell whether the others are likely to be plain.
FIRST_LINES = 20_000


@dataclass(frozen=True)
class Text:
    """A delivered file as UTF-8 lines at `path`: itself, or what was written of it."""

    path: Path
    sha256: str
    encoding: str
    lines: int
    remark: str = ""


def refuse_special(path: Path) -> None:
    """Raise ExtractError for what is no ordinary file, or is of a kind that can't be read."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ExtractError(
            say(
                f"{path.name}：不是普通文件（链接、文件夹或管道不予读取），请放入文件本身",
                f"{path.name}: not an ordinary file (links, folders and pipes are not read);"
                " put the file itself there",
            )
        )
    if not path.name.lower().endswith(SUFFIXES):
        raise ExtractError(
            say(
                f"{path.name}：不支持的文件格式，可用：{' '.join(SUFFIXES)}",
                f"{path.name}: a format that is not read; known: {' '.join(SUFFIXES)}",
            )
        )


def as_text(
    contract: Contract, path: Path, scratch: Path, look: Callable[[Path], Bytes] = look_at
) -> Text:
    """A file as lines, through a file in `scratch` where it can't be read as it lies.

    `look` tells what a text file's bytes are. Raises ExtractError for a file that can't be read.
    """
    plain = scratch / "lines.csv"
    if path.suffix.lower() == ".xlsx":
        lines, remark = write_workbook(path, contract, plain)
        return Text(plain, sha256(path), "xlsx", lines, remark)
    if path.suffix.lower() == ".parquet":
        return Text(plain, sha256(path), "parquet", write_parquet(contract, path, plain))
    refuse_disguised(path)
    found = look(path)
    if found.can_be_read_in_place:
        return Text(path, found.sha256, found.encoding, found.lines)
    return Text(plain, found.sha256, found.encoding, write_plain(path, found, plain))


def end_lines(text: Text) -> tuple[Lines, Lines]:
    """The first and the last lines of a text, with their numbers."""
    with text.path.open("rb") as file:
        first = file.read(END_BYTES)
        file.seek(max(0, text.path.stat().st_size - END_BYTES))
        last = file.read()
    head = first.decode("utf-8", errors="replace").split("\n")
    tail = last.decode("utf-8", errors="replace").removesuffix("\n").split("\n")
    numbered = list(enumerate(head[: min(END_LINES, text.lines)], start=1))
    tail = tail[-min(END_LINES, text.lines) :]
    return numbered, list(enumerate(tail, start=text.lines - len(tail) + 1))


def read_lines(
    connection: duckdb.DuckDBPyConnection, name: str, text: Text, form: str, may_be_brief: bool
) -> None:
    """Fill the table `file_lines`: line and form; rowid + 1 is the number of the line.

    `form` is SQL and gives 0 for a line that is not plain. Of a file that `may_be_brief`, whose
    lines are all plain but the first one, only the first lines are kept: the others are NULL.
    Not inside a transaction: there, rowid doesn't count from 0.
    Raises ExtractError for a file with a line too long for a text.
    """
    source = (
        f"read_csv({file_literal(text.path.resolve())}, auto_detect = false, header = false,"
        " delim = chr(1), quote = '', escape = '', columns = {'line': 'varchar'})"
    )
    lines = f"select line, {form} as form from {source}"
    brief = f"select case when form = 0 then line end as line, form from ({lines}) as formed"
    try:
        if may_be_brief and text.lines > FIRST_LINES:
            _create(connection, "first_lines", f"{lines} limit {FIRST_LINES}")
            if _has_one_odd_line(connection, "first_lines"):
                _create(connection, "file_lines", brief)
                if _has_one_odd_line(connection, "file_lines"):
                    connection.execute(
                        "update file_lines set line = first_lines.line from first_lines"
                        " where file_lines.rowid = first_lines.rowid"
                    )
                    return
        _create(connection, "file_lines", lines)
    except duckdb.InvalidInputException:
        raise ExtractError(
            say(
                f"{name}：有超过 2 MB 的行，不是可读取的文本文件，请重新导出",
                f"{name}: holds a line of more than 2 MB, so it is no text; export it again",
            )
        ) from None


def ends_in_a_line_end(path: Path) -> bool:
    """Whether the last byte of a file is a line feed; so it is taken of an empty one."""
    with path.open("rb") as file:
        file.seek(0, 2)
        if not file.tell():
            return True
        file.seek(-1, 2)
        return file.read() == b"\n"


def _create(connection: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    connection.execute(f"create or replace temp table {table} as {select}")


def _has_one_odd_line(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    row = connection.execute(f"select count(*) from {table} where form = 0").fetchone()
    return row == (1,)

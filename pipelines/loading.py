"""A delivered file of any kind → the table `file_lines`, one row per physical line."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.decoding import digest_of, look_at, write_plain
from pipelines.errors import ExtractError
from pipelines.layout import Lines
from pipelines.messages import say
from pipelines.sqltext import quoted
from pipelines.tabular import write_parquet, write_workbook

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
END_LINES = 40


@dataclass(frozen=True)
class Loaded:
    """What lies in `file_lines`: the file's digest, its encoding and how many lines it has."""

    sha256: str
    encoding: str
    lines: int


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


def load_lines(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, scratch: Path
) -> Loaded:
    """Fill `file_lines` (line; rowid + 1 is its number), through a file in `scratch` if needed.

    Not inside a transaction: there, rowid doesn't count from 0.
    Raises ExtractError for a file that can't be read or that changes meanwhile.
    """
    before = path.stat()
    plain = scratch / "lines.csv"
    if path.suffix.lower() == ".xlsx":
        loaded = Loaded(digest_of(path), "xlsx", write_workbook(path, contract, plain))
    elif path.suffix.lower() == ".parquet":
        loaded = Loaded(digest_of(path), "parquet", write_parquet(connection, path, plain))
    else:
        found = look_at(path)
        lines = found.lines
        if found.can_be_read_in_place:
            plain = path
        else:
            lines = write_plain(path, found, plain)
        loaded = Loaded(found.sha256, found.encoding, lines)
    _read_lines(connection, path.name, plain)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ExtractError(
            say(
                f"{path.name}：读取过程中文件被改动，请在写完后重试",
                f"{path.name}: changed while it was read; try again when it is complete",
            )
        )
    return loaded


def _read_lines(connection: duckdb.DuckDBPyConnection, name: str, plain: Path) -> None:
    source = (
        f"read_csv({quoted(str(plain.resolve()))}, auto_detect = false, header = false,"
        " delim = chr(1), quote = '', escape = '', columns = {'line': 'varchar'})"
    )
    try:
        connection.execute(f"create or replace temp table file_lines as select line from {source}")
    except duckdb.InvalidInputException:
        raise ExtractError(
            say(
                f"{name}：有超过 2 MB 的行，不是可读取的文本文件，请重新导出",
                f"{name}: holds a line of more than 2 MB, so it is no text; export it again",
            )
        ) from None


def end_lines(connection: duckdb.DuckDBPyConnection, lines: int) -> tuple[Lines, Lines]:
    """The first and the last lines of the file that is in `file_lines`, with their numbers."""
    select = "select rowid + 1, coalesce(line, '') from file_lines where {} order by rowid"
    head = connection.execute(select.format(f"rowid < {END_LINES}")).fetchall()
    tail = connection.execute(select.format(f"rowid >= {lines - END_LINES}")).fetchall()
    return head, tail

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
from pipelines.signature import refuse_disguised
from pipelines.sqltext import file_literal, quoted
from pipelines.tabular import write_parquet
from pipelines.workbooks import write_workbook

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
END_LINES = 40
END_BYTES = 1 << 16


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


def as_text(contract: Contract, path: Path, scratch: Path) -> Text:
    """A file as lines, through a file in `scratch` where it can't be read as it lies.

    Raises ExtractError for a file that can't be read.
    """
    plain = scratch / "lines.csv"
    if path.suffix.lower() == ".xlsx":
        lines, remark = write_workbook(path, contract, plain)
        return Text(plain, digest_of(path), "xlsx", lines, remark)
    if path.suffix.lower() == ".parquet":
        return Text(plain, digest_of(path), "parquet", write_parquet(contract, path, plain))
    refuse_disguised(path)
    found = look_at(path)
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
    connection: duckdb.DuckDBPyConnection, name: str, text: Text, plain_line: str
) -> None:
    """Fill the table `file_lines`: line and is_plain; rowid + 1 is the number of the line.

    Not inside a transaction: there, rowid doesn't count from 0.
    Raises ExtractError for a file with a line too long for a text.
    """
    source = (
        f"read_csv({file_literal(text.path.resolve())}, auto_detect = false, header = false,"
        " delim = chr(1), quote = '', escape = '', columns = {'line': 'varchar'})"
    )
    try:
        connection.execute(
            "create or replace temp table file_lines as select line,"
            f" coalesce(regexp_full_match(line, {quoted(plain_line)}), false) as is_plain"
            f" from {source}"
        )
    except duckdb.InvalidInputException:
        raise ExtractError(
            say(
                f"{name}：有超过 2 MB 的行，不是可读取的文本文件，请重新导出",
                f"{name}: holds a line of more than 2 MB, so it is no text; export it again",
            )
        ) from None

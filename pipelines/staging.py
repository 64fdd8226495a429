"""One delivered file → its rows in the staged table, with a balance that must add up."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.decoding import Bytes, look_at
from pipelines.digest import sha256_of_texts
from pipelines.errors import ExtractError
from pipelines.fates import settle_rows
from pipelines.file_read import FileRead
from pipelines.layout import find_layout
from pipelines.loading import as_text, end_lines, ends_in_a_line_end, read_lines
from pipelines.messages import say
from pipelines.misplaced import rows_above, rows_below
from pipelines.plain_lines import PlainLines
from pipelines.reading import FileReader
from pipelines.reference import reference_digest
from pipelines.sqltext import identifier
from pipelines.staged import MACROS, forget, staged_name, transaction
from pipelines.swapped import refuse_swapped

# The modules that decide what a file's bytes become: with other ones it is read again.
_READERS = (
    "column_reader",
    "cut_off",
    "decoding",
    "fates",
    "forms",
    "layout",
    "loading",
    "reading",
    "misplaced",
    "plain_lines",
    "repair_mark",
    "repair_rows",
    "set_aside",
    "signature",
    "staged",
    "staging",
    "swapped",
    "tabular",
    "workbooks",
)


_MONTH = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_.年]?(0[1-9]|1[0-2])(?![0-9])")


def fingerprint(contract: Contract, system: str | None) -> str:
    """What a file's rows depend on beside its bytes: contract, macros, codes, system, program."""
    parts = [contract.digest, MACROS.read_text(encoding="utf-8"), reference_digest(), str(system)]
    here = Path(__file__).parent
    parts += [(here / f"{name}.py").read_text(encoding="utf-8") for name in _READERS]
    return sha256_of_texts([*parts, duckdb.__version__])


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    system: str | None,
    scratch: Path,
    look: Callable[[Path], Bytes] = look_at,
) -> FileRead:
    """Replace what the staged table of its extract holds of a file, in one transaction.

    `look` tells what a text file's bytes are. Raises ExtractError for a file that can't be used,
    and WengangError when its rows don't add up.
    """
    before = path.stat()
    text = as_text(contract, path, scratch, look)
    head, tail = end_lines(text)
    layout = find_layout(contract, path.name, head, tail)
    above = rows_above(contract, layout, head)
    layout = layout.without_headings({lines.first for lines in above})
    # A kit's cells are texts: a number in them that counts days is as wrong as in the source.
    has_serials = text.encoding == "xlsx" and not layout.repair.source
    reader = FileReader(contract, layout, path.name, system, has_serials)
    reader.misplaced = above
    plain = PlainLines(reader, head)
    may_be_brief = plain.is_simple and not contract.judges and ends_in_a_line_end(text.path)
    read_lines(connection, path.name, text, plain.form(), may_be_brief)
    connection.execute(f"create or replace temp table odd_lines as {reader.odd_lines()}")
    reader.misplaced += rows_below(connection, contract, layout, text, path)
    if reader.misplaced:
        connection.execute(f"create or replace temp table odd_lines as {reader.odd_lines()}")
    refuse_swapped(connection, contract, reader, path.name)
    try:
        plain.read(connection, text, scratch)
    except duckdb.Error:
        _require_unchanged(path, before)
        raise
    _require_unchanged(path, before)
    read = FileRead(
        extract=contract.extract,
        file_name=path.name,
        sha256=text.sha256,
        fingerprint=fingerprint(contract, system),
        encoding=text.encoding,
        delimiter=layout.delimiter,
        code_system=system,
        physical_lines=text.lines,
        heading_lines=len(layout.heading_lines) + len(layout.footer_lines),
        unknown_headers=say("、", ", ").join(layout.unknown_headers),
    )
    with transaction(connection):
        forget(connection, contract.extract, path.name)
        connection.executemany(
            "insert into delivered_columns values (?, ?, ?, ?)",
            [[contract.extract, path.name, *item] for item in layout.headers.items()],
        )
        connection.executemany(
            "insert into column_places values (?, ?, ?, ?, ?)",
            [
                [contract.extract, path.name, name, *item]
                for name, places in layout.positions.items()
                for item in enumerate(places)
            ],
        )
        settle_rows(connection, contract, plain, read)
        remarks = [text.remark, read.remarks, _other_months(connection, contract, path.name)]
        read.remarks = say("；", "; ").join(filter(None, remarks))
        connection.execute("insert into extracts_changed values (?)", [contract.extract])
        marks = ", ".join("?" for _ in vars(read))
        connection.execute(f"insert into files_read values ({marks})", list(vars(read).values()))
    connection.execute("drop table file_lines; drop table odd_lines")
    connection.execute("drop table if exists plain_values; drop table if exists first_lines")
    return read


def _require_unchanged(path: Path, before: os.stat_result) -> None:
    """A file is read several times: what was read must be the same bytes."""
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ExtractError(
            say(
                f"{path.name}：读取过程中文件被改动，请在写完后重试",
                f"{path.name}: changed while it was read; try again when it is complete",
            )
        )


def _other_months(connection: duckdb.DuckDBPyConnection, contract: Contract, name: str) -> str:
    """A remark for a file whose name says a month of which it holds no row."""
    named = _MONTH.search(name)
    if not named or "month" not in contract.mentions:
        return ""
    month = identifier(contract.mentions["month"])
    row = connection.execute(
        f"select count(*), count(*) filter ({month} = ?) from {staged_name(contract.extract)}"
        " where file_name = ?",
        [int(named[1]) * 12 + int(named[2]), name],
    ).fetchone()
    if not row or not row[0] or row[1]:
        return ""
    return say(
        f"文件名为{named[1]}年{named[2]}月，其中没有该月的行",
        f"its name says {named[1]}-{named[2]}, and it has no row of that month",
    )

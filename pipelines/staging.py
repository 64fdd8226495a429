"""One delivered file → its rows in the staged table, with a balance that must add up."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.errors import ExtractError, WengangError
from pipelines.layout import Layout, find_layout
from pipelines.loading import as_text, end_lines, read_lines
from pipelines.messages import say
from pipelines.reading import FileReader
from pipelines.reference import reference_digest
from pipelines.set_aside import move_set_aside
from pipelines.sqltext import identifier, quoted
from pipelines.staged import (
    MACROS,
    forget,
    money_columns,
    staged_name,
    staged_select,
    transaction,
)

# The modules that decide what a file's bytes become: with other ones it is read again.
_READERS = (
    "column_reader",
    "decoding",
    "forms",
    "layout",
    "loading",
    "reading",
    "set_aside",
    "staged",
    "staging",
    "tabular",
)


@dataclass
class FileRead:
    """What the ledger says of one file; its fields are the columns of `files_read`, in order."""

    extract: str
    file_name: str
    sha256: str
    fingerprint: str
    encoding: str
    delimiter: str
    code_system: str | None
    physical_lines: int
    heading_lines: int
    blank_lines: int = 0
    rows_read: int = 0
    rows_out_of_scope: int = 0
    rows_set_aside: int = 0
    unknown_headers: str = ""
    remarks: str = ""


def fingerprint(contract: Contract, system: str | None) -> str:
    """What a file's rows depend on beside its bytes: contract, macros, codes, system, program."""
    parts = [contract.digest, MACROS.read_text(encoding="utf-8"), reference_digest(), str(system)]
    here = Path(__file__).parent
    parts += [(here / f"{name}.py").read_text(encoding="utf-8") for name in _READERS]
    return hashlib.sha256("\0".join([*parts, duckdb.__version__]).encode()).hexdigest()


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    system: str | None,
    scratch: Path,
) -> FileRead:
    """Replace what the staged table of its extract holds of a file, in one transaction.

    Raises ExtractError for a file that can't be used, and WengangError when its rows don't add up.
    """
    before = path.stat()
    text = as_text(connection, contract, path, scratch)
    layout = find_layout(contract, path.name, *end_lines(text))
    reader = FileReader(contract, layout, path.name, system, text.encoding == "xlsx")
    read_lines(connection, path.name, text, reader.plain_line())
    connection.execute(f"create or replace temp table odd_lines as {reader.odd_lines()}")
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ExtractError(
            say(
                f"{path.name}：读取过程中文件被改动，请在写完后重试",
                f"{path.name}: changed while it was read; try again when it is complete",
            )
        )
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
        names = ", ".join(f"({quoted(name)})" for name in layout.positions)
        connection.execute(
            f"insert into delivered_columns select ?, ?, name from (values {names}) as given(name)",
            [contract.extract, path.name],
        )
        _insert(connection, contract, reader, read)
        _settle(connection, contract, layout, read)
        marks = ", ".join("?" for _ in vars(read))
        connection.execute(f"insert into files_read values ({marks})", list(vars(read).values()))
    connection.execute("drop table file_lines; drop table odd_lines")
    return read


def _insert(
    connection: duckdb.DuckDBPyConnection, contract: Contract, reader: FileReader, read: FileRead
) -> None:
    """Insert all rows and check that no line of the file is missing."""
    raw, table = f"raw_{contract.extract}", staged_name(contract.extract)
    selects = [reader.plain_select()]
    if _count(connection, "from odd_lines"):
        selects.append(reader.odd_select())
    for select in selects:
        connection.execute(f"create or replace temp view {raw} as {select}")
        connection.execute(f"insert into {table} {staged_select(connection, contract)}")
    read.remarks = _differences(connection, reader, raw) if reader.doubled else ""
    read.rows_read = _count(connection, f"from {table} where {_is_mine(read)}")
    if read.rows_read + read.heading_lines < read.physical_lines:
        blank = f"from file_lines where {reader.is_data()} and {reader.is_blank()}"
        read.blank_lines = _count(connection, blank) + _blank_before(reader.layout)
    found = read.heading_lines + read.blank_lines + read.rows_read
    _must_equal(read.file_name, read.physical_lines, found)
    _must_equal(read.file_name, read.physical_lines, _count(connection, "from file_lines"))


def _settle(
    connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout, read: FileRead
) -> None:
    """Take the rows that are out of scope or wrong out of the staged table; the rest adds up."""
    mine = f"from {staged_name(contract.extract)} where {_is_mine(read)}"
    _note_sums(connection, contract, layout, mine, read.file_name)
    if "is_out_of_scope" in contract.select:
        read.rows_out_of_scope = _count(connection, f"{mine} and is_out_of_scope")
        if read.rows_out_of_scope:
            connection.execute(f"delete {mine} and is_out_of_scope")
    read.rows_set_aside = _count(connection, f"{mine} and problem_reason is not null")
    if read.rows_set_aside:
        move_set_aside(connection, contract, layout, read.file_name)
    left = read.rows_read - read.rows_out_of_scope - read.rows_set_aside
    _must_equal(read.file_name, left, _count(connection, mine))


def _is_mine(read: FileRead) -> str:
    return f"file_name = {quoted(read.file_name)}"


def _blank_before(layout: Layout) -> int:
    """The lines between titles and header that are no heading: they are blank."""
    return layout.last_heading_line - len(layout.heading_lines)


def _note_sums(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    layout: Layout,
    mine: str,
    file_name: str,
) -> None:
    """Keep the sum of each delivered money column over all rows read, for control totals."""
    for name in money_columns(connection, contract):
        if name in layout.positions:
            connection.execute(
                "insert into file_sums select ?, ?, ?,"
                f" coalesce(sum({identifier(name)}), 0) {mine}",
                [contract.extract, file_name, name],
            )


def _differences(connection: duckdb.DuckDBPyConnection, reader: FileReader, raw: str) -> str:
    """What two headers of one column say differently, in words."""
    found = []
    for doubled in reader.doubled:
        rows = _count(connection, f"from {raw} where {doubled.differing}")
        if rows:
            label, name = doubled.column.label, doubled.column.name
            found.append(
                say(
                    f"{label}：两列不一致 {rows} 行，取前者",
                    f"{name}: two columns differ in {rows} rows, the first is taken",
                )
            )
    return say("；", "; ").join(found)


def _must_equal(name: str, wanted: int, found: int) -> None:
    if wanted != found:
        raise WengangError(
            say(
                f"{name}：行数不平：应为 {wanted} 行，实为 {found} 行，未采用该文件，请报告此问题",
                f"{name}: the lines don't add up: {wanted} expected, {found} found; the file is not"
                " used, report this",
            )
        )


def _count(connection: duckdb.DuckDBPyConnection, rest: str) -> int:
    row = connection.execute(f"select count(*) {rest}").fetchone()
    return row[0] if row else 0

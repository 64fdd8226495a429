"""One delivered file → its rows in the staged table, with a balance that must add up."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.decoding import digest_of, look_at, write_plain
from pipelines.errors import ExtractError, WengangError
from pipelines.layout import Layout, Lines, find_layout
from pipelines.messages import say
from pipelines.reading import blank_test, raw_select
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
from pipelines.tabular import write_parquet, write_workbook

HEAD_LINES = TAIL_LINES = 40
TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
_READERS = ("decoding", "forms", "layout", "reading", "set_aside", "staged", "staging", "tabular")


@dataclass
class FileRead:
    """What the ledger says of one file; its fields are the columns of `files_read`, in order."""

    extract: str
    file_name: str
    sha256: str
    fingerprint: str
    encoding: str = ""
    delimiter: str = ""
    code_system: str | None = None
    physical_lines: int = 0
    heading_lines: int = 0
    blank_lines: int = 0
    rows_read: int = 0
    rows_out_of_scope: int = 0
    rows_set_aside: int = 0
    unknown_headers: str = ""
    remarks: str = ""


def fingerprint(contract: Contract, system: str | None) -> str:
    """What a file's rows depend on beside its bytes: contract, macros, code tables, system, code."""
    parts = [contract.digest, MACROS.read_text(encoding="utf-8"), reference_digest(), str(system)]
    here = Path(__file__).parent
    parts += [(here / f"{name}.py").read_text(encoding="utf-8") for name in _READERS]
    return hashlib.sha256("\0".join([*parts, duckdb.__version__]).encode()).hexdigest()


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
    read = FileRead(contract.extract, path.name, "", fingerprint(contract, system))
    read.code_system = system
    before = path.stat()
    _load_lines(connection, contract, path, scratch, read)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ExtractError(
            say(
                f"{path.name}：读取过程中文件被改动，请在写完后重试",
                f"{path.name}: changed while it was read; try again when it is complete",
            )
        )
    layout = find_layout(contract, path.name, *_ends(connection, read.physical_lines))
    read.delimiter = layout.delimiter
    read.heading_lines = len(layout.heading_lines) + len(layout.footer_lines)
    read.unknown_headers = say("、", ", ").join(layout.unknown_headers)
    has_serials = path.suffix.lower() == ".xlsx"
    raw = raw_select(contract, layout, path.name, system, has_serials)
    connection.execute(f"create or replace temp view raw_{contract.extract} as {raw}")
    read.remarks = _differences(connection, contract, layout)
    with transaction(connection):
        forget(connection, contract.extract, path.name)
        for name in layout.positions:
            values = [contract.extract, path.name, name]
            connection.execute("insert into delivered_columns values (?, ?, ?)", values)
        _insert(connection, contract, layout, read)
        marks = ", ".join("?" for _ in vars(read))
        connection.execute(f"insert into files_read values ({marks})", list(vars(read).values()))
    connection.execute("drop table file_lines")
    return read


def _load_lines(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    scratch: Path,
    read: FileRead,
) -> None:
    """Fill the table `file_lines`: one row per physical line, rowid + 1 is its number.

    It must not happen inside a transaction: there, rowid doesn't count from 0.
    """
    plain = scratch / "lines.csv"
    if path.suffix.lower() == ".xlsx":
        read.sha256, read.encoding = digest_of(path), "xlsx"
        read.physical_lines = write_workbook(path, contract, plain)
    elif path.suffix.lower() == ".parquet":
        read.sha256, read.encoding = digest_of(path), "parquet"
        read.physical_lines = write_parquet(connection, path, plain)
    else:
        found = look_at(path)
        read.sha256, read.encoding, read.physical_lines = found.sha256, found.encoding, found.lines
        if found.can_be_read_in_place:
            plain = path
        else:
            read.physical_lines = write_plain(path, found, plain)
    source = (
        f"read_csv({quoted(str(plain.resolve()))}, auto_detect = false, header = false,"
        " delim = chr(1), quote = '', escape = '', columns = {'line': 'varchar'})"
    )
    try:
        connection.execute(f"create or replace temp table file_lines as select line from {source}")
    except duckdb.InvalidInputException:
        raise ExtractError(
            say(
                f"{path.name}：有超过 2 MB 的行，不是可读取的文本文件，请重新导出",
                f"{path.name}: holds a line of more than 2 MB, so it is no text; export it again",
            )
        ) from None
    _must_equal(path.name, read.physical_lines, _count(connection, "from file_lines"))


def _ends(connection: duckdb.DuckDBPyConnection, lines: int) -> tuple[Lines, Lines]:
    select = "select rowid + 1, coalesce(line, '') from file_lines where {} order by rowid"
    head = connection.execute(select.format(f"rowid < {HEAD_LINES}")).fetchall()
    tail = connection.execute(select.format(f"rowid >= {lines - TAIL_LINES}")).fetchall()
    return head, tail


def _insert(
    connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout, read: FileRead
) -> None:
    """Insert the rows, settle each one's fate and check that all lines are accounted for."""
    table = staged_name(contract.extract)
    connection.execute(f"insert into {table} {staged_select(connection, contract)}")
    mine = f"from {table} where file_name = {quoted(read.file_name)}"
    read.rows_read = _count(connection, mine)
    if read.rows_read + read.heading_lines < read.physical_lines:
        headings = ", ".join(map(str, layout.heading_lines + layout.footer_lines))
        blank = f"from file_lines where {blank_test(layout)} and rowid + 1 not in ({headings})"
        read.blank_lines = _count(connection, blank)
    _must_equal(
        read.file_name,
        read.physical_lines,
        read.heading_lines + read.blank_lines + read.rows_read,
    )
    for name in money_columns(connection, contract):
        if name in layout.positions:
            connection.execute(
                f"insert into file_sums select ?, ?, ?, coalesce(sum({identifier(name)}), 0) {mine}",
                [contract.extract, read.file_name, name],
            )
    if "is_out_of_scope" in contract.select:
        read.rows_out_of_scope = _count(connection, f"{mine} and is_out_of_scope")
        if read.rows_out_of_scope:
            connection.execute(f"delete {mine} and is_out_of_scope")
    read.rows_set_aside = _count(connection, f"{mine} and problem_reason is not null")
    if read.rows_set_aside:
        move_set_aside(connection, contract, layout, read.file_name)
    _must_equal(
        read.file_name,
        read.rows_read - read.rows_out_of_scope - read.rows_set_aside,
        _count(connection, mine),
    )


def _differences(connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout) -> str:
    """What two headers of one column say differently, in words."""
    found = []
    for column in contract.columns:
        if len(layout.positions.get(column.name, ())) > 1:
            differs = identifier(f"{column.name}__differs")
            rows = _count(connection, f"from raw_{contract.extract} where {differs}")
            if rows:
                found.append(
                    say(
                        f"{column.label}：两列不一致 {rows} 行，取前者",
                        f"{column.name}: {rows} rows differ between two columns, the first is taken",
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

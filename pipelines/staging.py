"""One delivered file → its rows in the staged table, with a balance that must add up."""

import hashlib
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.errors import ExtractError
from pipelines.fates import settle_rows
from pipelines.file_read import FileRead
from pipelines.layout import find_layout
from pipelines.loading import as_text, end_lines, read_lines
from pipelines.messages import say
from pipelines.reading import FileReader
from pipelines.reference import reference_digest
from pipelines.staged import MACROS, forget, transaction

# The modules that decide what a file's bytes become: with other ones it is read again.
_READERS = (
    "column_reader",
    "decoding",
    "fates",
    "forms",
    "layout",
    "loading",
    "reading",
    "repair_mark",
    "repair_rows",
    "set_aside",
    "staged",
    "staging",
    "tabular",
)


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
    # A kit's cells are texts: a number in them that counts days is as wrong as in the source.
    has_serials = text.encoding == "xlsx" and not layout.repair.source
    reader = FileReader(contract, layout, path.name, system, has_serials)
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
        settle_rows(connection, contract, reader, read)
        connection.execute("insert into extracts_changed values (?)", [contract.extract])
        marks = ", ".join("?" for _ in vars(read))
        connection.execute(f"insert into files_read values ({marks})", list(vars(read).values()))
    connection.execute("drop table file_lines; drop table odd_lines")
    return read

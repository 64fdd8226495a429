"""The staged tables: rows per file, the ledger of files, and what leaves with a file."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from pipelines.contracts import STAGING, Contract
from pipelines.reading import empty_select
from pipelines.repair_rows import repaired_name
from pipelines.sqltext import identifier

MACROS = STAGING / "_normalise.sql"
# What a staging select may give beside the columns of stg_<extract>.
FATES = ("problem_column", "problem_reason", "is_out_of_scope")

LEDGER = """
create table if not exists files_read (
    extract varchar, file_name varchar, sha256 varchar, fingerprint varchar, encoding varchar,
    delimiter varchar, code_system varchar, physical_lines bigint, heading_lines bigint,
    blank_lines bigint, rows_read bigint, rows_out_of_scope bigint, rows_set_aside bigint,
    unknown_headers varchar, remarks varchar, is_compared boolean
);
create table if not exists warehouse_made as select current_date as made_on;
create table if not exists extracts_changed (extract varchar);
create table if not exists rows_set_aside (
    extract varchar, file_name varchar, line_number bigint, column_name varchar, reason varchar,
    raw_row varchar
);
alter table rows_set_aside add column if not exists owner_unit_id varchar;
alter table rows_set_aside add column if not exists owner_uscc varchar;
alter table rows_set_aside add column if not exists owner_division_code varchar;
alter table rows_set_aside add column if not exists owner_person_id varchar;
create table if not exists unit_mentions (
    extract varchar, file_name varchar, line_number bigint, unit_id varchar, period integer
);
create table if not exists set_aside_mentions (
    extract varchar, file_name varchar, line_number bigint, unit_id varchar, period integer
);
create table if not exists repairs (
    extract varchar, file_name varchar, line_number bigint, source varchar, fate varchar,
    column_name varchar, reason varchar, raw_row varchar
);
create table if not exists repairs_placed (
    extract varchar, file_name varchar, line_number bigint, place_file varchar, place_line bigint
);
create table if not exists column_places (
    extract varchar, file_name varchar, column_name varchar, preference integer, place integer
);
create table if not exists delivered_columns (
    extract varchar, file_name varchar, column_name varchar, header varchar
);
create table if not exists file_sums (
    extract varchar, file_name varchar, column_name varchar, total decimal(38, 4)
);
"""
PER_FILE = (
    "files_read",
    "rows_set_aside",
    "unit_mentions",
    "repairs",
    "repairs_placed",
    "delivered_columns",
    "column_places",
    "file_sums",
)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What happens inside is kept as a whole, or not at all when it fails."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        # A closed connection has nothing left: so it is when Ctrl-C came on the way in here.
        with suppress(duckdb.ConnectionException):
            connection.execute("rollback")
        raise
    connection.execute("commit")


def staged_name(extract: str) -> str:
    """The table that holds an extract's rows of every file."""
    return f"staged_{extract}"


def prepare(connection: duckdb.DuckDBPyConnection, contracts: dict[str, Contract]) -> None:
    """Create the macros, the ledger and a staged table and view per extract.

    Rows staged under a contract with other columns are dropped: their files are read again.
    """
    connection.execute(MACROS.read_text(encoding="utf-8"))
    connection.execute(LEDGER)
    for contract in contracts.values():
        extract, table = contract.extract, staged_name(contract.extract)
        connection.execute(f"create or replace temp view raw_{extract} as {empty_select(contract)}")
        given = [name for name, _ in _columns(connection, contract.select)]
        shown = [name for name in given if name not in FATES]
        select = _staged_select(contract, shown)
        if _exists(connection, table) and _columns(connection, f"from {table}") != _columns(
            connection, select
        ):
            connection.execute(f"drop table {table} cascade")
            connection.execute(f"drop table if exists {repaired_name(extract)}")
            for per_file in PER_FILE:
                connection.execute(f"delete from {per_file} where extract = ?", [extract])
        columns = ", ".join(_column(contract, *item) for item in _columns(connection, select))
        for kept in (table, repaired_name(extract)):
            connection.execute(f"create table if not exists {kept} ({columns})")
        connection.execute(
            f"create or replace view stg_{extract} as"
            f" select {', '.join(map(identifier, shown))} from {table} where not is_duplicate"
        )


def staged_select(connection: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """The staging select with the hash that finds equal rows; it reads raw_<extract>."""
    return _staged_select(contract, shown_columns(connection, contract))


def shown_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns of stg_<extract>, in the order of its staging select."""
    return [name for name, _ in _columns(connection, f"from stg_{contract.extract}")]


def key_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns in which rows must be equal to be the same row: those of the contract."""
    return _keys(contract, shown_columns(connection, contract))


def money_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns of stg_<extract> that hold money."""
    money = {column.name for column in contract.columns if column.type == "money"}
    return [name for name in shown_columns(connection, contract) if name in money]


def forget(connection: duckdb.DuckDBPyConnection, extract: str, file_name: str) -> None:
    """Take a file's rows and all that is kept of it out of the warehouse."""
    known = "select count(*) > 0 from files_read where extract = ? and file_name = ?"
    row = connection.execute(known, [extract, file_name]).fetchone()
    if not (row and row[0]):
        return
    connection.execute("insert into extracts_changed values (?)", [extract])
    take_back(connection, extract, "placed.file_name = ? or placed.place_file = ?", [file_name] * 2)
    for table in (*PER_FILE, staged_name(extract), repaired_name(extract)):
        test = "file_name = ?" + (" and extract = ?" if table in PER_FILE else "")
        values = [file_name, extract] if table in PER_FILE else [file_name]
        connection.execute(f"delete from {table} where {test}", values)


def take_back(
    connection: duckdb.DuckDBPyConnection, extract: str, test: str, values: list[str]
) -> None:
    """Take repairs out of the staged table: those of `repairs_placed` as `placed` that fit."""
    mine = f"from repairs_placed as placed where placed.extract = ? and ({test})"
    row = connection.execute(f"select count(*) {mine}", [extract, *values]).fetchone()
    if not (row and row[0]):
        return
    connection.execute(
        f"delete from {staged_name(extract)} where (file_name, line_number) in"
        f" (select (placed.place_file, placed.place_line) {mine})",
        [extract, *values],
    )
    connection.execute(f"delete {mine}", [extract, *values])
    connection.execute("insert into extracts_changed values (?)", [extract])


def _staged_select(contract: Contract, shown: list[str]) -> str:
    keys = ", ".join(map(identifier, _keys(contract, shown)))
    return (
        f"select staging.*, hash({keys}) as row_hash, false as is_duplicate"
        f" from ({contract.select}) as staging"
    )


def _keys(contract: Contract, shown: list[str]) -> list[str]:
    known = {column.name for column in contract.columns}
    return [name for name in shown if name in known]


def _column(contract: Contract, name: str, kind: str) -> str:
    """A column of a staged table.

    Packing identity numbers takes a tenth of the time of taking in and saves a third of the place.
    """
    ids = {column.name for column in contract.columns if column.type == "person_id"}
    return f"{identifier(name)} {kind}{' using compression uncompressed' if name in ids else ''}"


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    select = "select count(*) > 0 from duckdb_tables() where table_name = ?"
    row = connection.execute(select, [table]).fetchone()
    return bool(row and row[0])


def _columns(connection: duckdb.DuckDBPyConnection, select: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe {select}").fetchall()]

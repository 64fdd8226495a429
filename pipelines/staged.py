"""The staged tables of the warehouse: rows per file, the ledger of files, and what leaves with one."""

from pathlib import Path

import duckdb

from pipelines.contracts import STAGING, Contract
from pipelines.reading import empty_select
from pipelines.sqltext import identifier

MACROS = STAGING / "_normalise.sql"
# What a staging select may give beside the columns of stg_<extract>.
FATES = ("problem_column", "problem_reason", "is_out_of_scope")
# What says where a row came from; everything else in it makes rows equal or not.
ORIGINS = ("file_name", "line_number", "code_system")

LEDGER = """
create table if not exists files_read (
    extract varchar, file_name varchar, sha256 varchar, fingerprint varchar, encoding varchar,
    delimiter varchar, code_system varchar, physical_lines bigint, heading_lines bigint,
    blank_lines bigint, rows_read bigint, rows_out_of_scope bigint, rows_set_aside bigint,
    unknown_headers varchar, remarks varchar
);
create table if not exists rows_set_aside (
    extract varchar, file_name varchar, line_number bigint, column_name varchar, reason varchar,
    raw_row varchar
);
create table if not exists set_aside_mentions (
    extract varchar, file_name varchar, line_number bigint, unit_id varchar, period integer
);
create table if not exists delivered_columns (
    extract varchar, file_name varchar, column_name varchar
);
create table if not exists file_sums (
    extract varchar, file_name varchar, column_name varchar, total decimal(38, 4)
);
"""
PER_FILE = ("files_read", "rows_set_aside", "set_aside_mentions", "delivered_columns", "file_sums")


def staged_name(extract: str) -> str:
    """The table that holds an extract's rows of every file."""
    return f"staged_{extract}"


def prepare(connection: duckdb.DuckDBPyConnection, contracts: dict[str, Contract]) -> None:
    """Create the macros, the ledger and a staged table and view per extract.

    Rows staged under a contract with other columns are dropped: their files are read again.
    """
    connection.execute(Path(MACROS).read_text(encoding="utf-8"))
    connection.execute(LEDGER)
    for contract in contracts.values():
        connection.execute(f"create or replace temp view raw_{contract.extract} as {empty_select(contract)}")
        wanted = _columns(connection, staged_select(connection, contract))
        table = staged_name(contract.extract)
        exists = connection.execute(
            "select count(*) from duckdb_tables() where table_name = ?", [table]
        ).fetchone()
        if exists and exists[0] and _columns(connection, f"from {table}") != wanted:
            connection.execute(f"drop table {table} cascade")
            for per_file in PER_FILE:
                connection.execute(f"delete from {per_file} where extract = ?", [contract.extract])
        connection.execute(
            f"create table if not exists {table} as {staged_select(connection, contract)} limit 0"
        )
        shown = ", ".join(identifier(name) for name in shown_columns(connection, contract))
        connection.execute(
            f"create or replace view stg_{contract.extract} as"
            f" select {shown} from {table} where not is_duplicate"
        )


def staged_select(connection: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """The staging select with the hash that finds equal rows; raw_<extract> must be there."""
    keys = ", ".join(identifier(name) for name in key_columns(connection, contract))
    return (
        f"select staging.*, hash({keys}) as row_hash, false as is_duplicate"
        f" from ({contract.select}) as staging"
    )


def shown_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns of stg_<extract>, in the order of its staging select."""
    given = _columns(connection, contract.select)
    return [name for name, _ in given if name not in FATES]


def key_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns in which rows must be equal to be the same row: those of the contract."""
    known = {column.name for column in contract.columns}
    return [name for name in shown_columns(connection, contract) if name in known]


def money_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns of stg_<extract> that hold money."""
    money = {column.name for column in contract.columns if column.type == "money"}
    return [name for name in shown_columns(connection, contract) if name in money]


def forget(connection: duckdb.DuckDBPyConnection, extract: str, file_name: str) -> None:
    """Take a file's rows and all that is kept of it out of the warehouse."""
    for table in (*PER_FILE, staged_name(extract)):
        test = "file_name = ?" + (" and extract = ?" if table in PER_FILE else "")
        values = [file_name, extract] if table in PER_FILE else [file_name]
        connection.execute(f"delete from {table} where {test}", values)


def _columns(connection: duckdb.DuckDBPyConnection, select: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe {select}").fetchall()]

"""The same row in two files, or twice in one, counts once."""

import duckdb

from pipelines.contracts import Contract
from pipelines.sqltext import identifier, quoted
from pipelines.staged import key_columns, staged_name


def mark_duplicates(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Set is_duplicate in the staged table of an extract: the first by file name, then line, stays.

    Only when files came or went since the last time, which the ledger remembers. Rows that share
    their hash with a row of a new file or with a former duplicate are compared column by column.
    """
    extract, table = contract.extract, staged_name(contract.extract)
    changed = "select count(*) > 0 from extracts_changed where extract = ?"
    row = connection.execute(changed, [extract]).fetchone()
    if not (row and row[0]):
        return
    uncompared = "select file_name from files_read where extract = ? and not is_compared"
    new_files = connection.execute(uncompared, [extract]).fetchall()
    files = ", ".join(quoted(name) for (name,) in new_files) or "''"
    all_new = f"select count(*) = 0 from {table} where file_name not in ({files})"
    touched = (
        f"where row_hash in (select row_hash from {table}"
        f" where is_duplicate or file_name in ({files}))"
    )
    row = connection.execute(all_new).fetchone()
    # Sorting takes half the time of grouping where nearly every hash is a group of its own.
    connection.execute(
        "create or replace temp table candidates as select distinct row_hash from (select row_hash,"
        " lag(row_hash) over (order by row_hash) as hash_before"
        f" from {table} {'' if row and row[0] else touched}) as sorted where row_hash = hash_before"
    )
    keys = ", ".join(identifier(name) for name in key_columns(connection, contract))
    connection.execute(
        "create or replace temp table duplicates as select row_id from ("
        f"select rowid as row_id, row_number() over (partition by {keys}"
        f" order by file_name, line_number) as place from {table}"
        " where row_hash in (select row_hash from candidates)) as placed where place > 1"
    )
    ids = "(select row_id from duplicates)"
    connection.execute(
        f"update {table} set is_duplicate = false where is_duplicate and rowid not in {ids}"
    )
    connection.execute(
        f"update {table} set is_duplicate = true where not is_duplicate and rowid in {ids}"
    )
    connection.execute("drop table candidates; drop table duplicates")
    connection.execute("update files_read set is_compared = true where extract = ?", [extract])
    connection.execute("delete from extracts_changed where extract = ?", [extract])

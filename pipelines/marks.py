"""Marks of tables: a table whose mark is that of the last run holds what it held then."""

from collections.abc import Iterable

import duckdb

from pipelines.digest import sha256_of_texts
from pipelines.manifest import code_fingerprint
from pipelines.sqltext import identifier


class Marks:
    """The marks of the tables that models are built from, each worked out once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._known: dict[str, str] = {}

    def of_model(self, name: str, select: str, reads: Iterable[str]) -> str:
        """The mark that a model gets: of its select and of the tables that it reads."""
        parts = [select, duckdb.__version__, *(f"{table} {self.of(table)}" for table in reads)]
        self._known[name] = sha256_of_texts(parts)
        return self._known[name]

    def of(self, table: str) -> str:
        """The mark of a table: of a model that was asked for before, or of what it holds."""
        if table not in self._known:
            extract = table.removeprefix("stg_")
            is_staged = extract != table and self._is_view(table)
            self._known[table] = self._of_extract(extract) if is_staged else self._of_content(table)
        return self._known[table]

    def _of_extract(self, extract: str) -> str:
        """What staged rows follow from: the files' bytes, how they are read, and this program."""
        files = self._connection.execute(
            "select file_name, sha256, fingerprint from files_read where extract = ? order by all",
            [extract],
        ).fetchall()
        return sha256_of_texts([code_fingerprint(), *(f"{file}" for file in files)])

    def _of_content(self, table: str) -> str:
        """The columns and rows of a table, in whatever order: their number and two sums of hashes.

        Rows that differ have other sums but for one chance in 2^128.
        """
        name = identifier(table)
        columns = self._connection.execute(f"describe {name}").fetchall()
        row = self._connection.execute(
            "select count(*), sum(cast(hash(given) as hugeint)),"
            f" sum(cast(hash('second', given) as hugeint)) from {name} as given"
        ).fetchone()
        return sha256_of_texts([str([column[:2] for column in columns]), str(row)])

    def _is_view(self, table: str) -> bool:
        found = self._connection.execute(
            "select count(*) from duckdb_views() where schema_name = 'main' and view_name = ?",
            [table],
        ).fetchone()
        return bool(found and found[0])

"""A screening's decision in two runs that lie side by side, and which of its columns both have."""

import duckdb

from pipelines.conditions import Screening


class Pair:
    """Two databases with the finished tables of a run each; texts are written `for_lists` alone."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        screening: Screening,
        before: str,
        now: str,
        for_lists: bool = True,
    ) -> None:
        self.screening, self.before, self.now = screening, before, now
        self.for_lists = for_lists
        self._tables: dict[str, dict[str, dict[str, str]]] = {before: {}, now: {}}
        found = connection.execute(
            "select database_name, table_name, column_name, data_type from duckdb_columns()"
            " where database_name in (?, ?) and not internal",
            [before, now],
        ).fetchall()
        for run, table, column, kind in found:
            self._tables[run].setdefault(table, {})[column] = kind
        was = self._tables[before].get(screening.decision, {})
        self.types = self._tables[now].get(screening.decision, {})
        self.shared = {name for name, kind in self.types.items() if was.get(name) == kind}
        needed = {screening.key, screening.amount, "bureau_code", "outcome"}
        self.is_comparable = needed <= was.keys() and needed <= self.types.keys()

    def has(self, run: str, table: str) -> bool:
        """Whether a run has a table."""
        return table in self._tables[run]

"""What the checks of a table found, kept until the table, its suite or the program changes."""

import json
from dataclasses import asdict
from pathlib import Path

import duckdb

from pipelines.check_report import Finding
from pipelines.digest import sha256_of_texts
from pipelines.manifest import code_fingerprint
from pipelines.marks import Marks
from pipelines.messages import language


class KeptChecks:
    """The findings of earlier checks, by table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute(
            "create table if not exists checks_kept"
            " (table_name varchar, mark varchar, findings varchar)"
        )
        rows = connection.execute("select table_name, mark, findings from checks_kept").fetchall()
        self._known = {table: (mark, findings) for table, mark, findings in rows}
        self._marks = Marks(connection)

    def of(self, suite: Path) -> list[Finding] | None:
        """What was found of the suite's table the last time; None when it must be checked."""
        mark, findings = self._known.get(suite.stem, ("", ""))
        if mark != self._mark(suite):
            return None
        return [Finding(**item) for item in json.loads(findings)]

    def keep(self, suite: Path, findings: list[Finding]) -> None:
        """Keep what was found, unless an expectation could not be run: the next time it may."""
        self._connection.execute("delete from checks_kept where table_name = ?", [suite.stem])
        if all(item.state != "crashed" for item in findings):
            content = json.dumps([asdict(item) for item in findings], ensure_ascii=False)
            self._connection.execute(
                "insert into checks_kept values (?, ?, ?)",
                [suite.stem, self._mark(suite), content],
            )

    def _mark(self, suite: Path) -> str:
        parts = [self._marks.of(suite.stem), code_fingerprint(), language()]
        parts.append(suite.read_text(encoding="utf-8"))
        return sha256_of_texts(parts)

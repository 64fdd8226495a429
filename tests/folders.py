"""A folder of extracts for one test: what is put into it, and what taking it in gives."""

from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest import take_in
from pipelines.settings import Settings

HEADER = "费款所属期,单位编号,社会保障号码,缴费基数,单位实缴金额,个人实缴金额"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def person(number: int) -> str:
    """An invented identity number of a county that was never assigned; it doesn't end in 000."""
    body = f"159901{1960 + number % 40}0101{number % 997 + 1:03d}"
    return (
        body
        + "10X98765432"[
            sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
        ]
    )


def payroll_row(number: int, period: str = "202112", unit: str = "U1", paid: str = "16.92") -> str:
    """A well-formed line under HEADER."""
    return f"{period},{unit},{person(number)},3384.00,{paid},{paid}"


class Folder:
    """A folder of extracts and the warehouse that it is taken into."""

    def __init__(self, root: Path) -> None:
        self.path = root / "extracts"
        self.path.mkdir()
        self.warehouse = root / "state" / "warehouse.duckdb"
        self.warehouse.parent.mkdir()
        self.said: list[str] = []

    def put(self, name: str, text: str | bytes, encoding: str = "utf-8") -> Path:
        """Write a file; a text in the encoding, bytes as they are."""
        path = self.path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    def payroll(self, *rows: str, name: str = "payroll.csv", header: str = HEADER) -> Path:
        """Write a payroll file of these lines."""
        return self.put(name, "\n".join([header, *rows]) + "\n")

    def take_in(self) -> "Folder":
        """Take the folder in; what was read is in `said`."""
        self.said = []
        take_in(self.path, self.warehouse, Settings(threads=2), self.said.append)
        return self

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """The rows of a select over the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(select).fetchall()

    def log(self, name: str, *columns: str) -> tuple[Any, ...]:
        """These columns of import_log for one file."""
        select = f"select {', '.join(columns)} from import_log where file_name = '{name}'"
        (row,) = self.rows(select)
        return row

    def fates(self, name: str) -> tuple[int, ...]:
        """headings, blank, accepted, duplicate, out of scope, set aside; they must add up."""
        lines, *fates = self.log(
            name,
            "physical_lines",
            "heading_lines",
            "blank_lines",
            "rows_accepted",
            "rows_duplicate",
            "rows_out_of_scope",
            "rows_set_aside",
        )
        assert lines == sum(fates), (lines, fates)
        return tuple(fates)

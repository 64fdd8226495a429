"""What report.html says of the delivery: months, late filers, files, rows set aside, doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.contracts import load_contracts
from pipelines.labels import labels_of
from pipelines.masking import masked_value
from pipelines.report_figures import tables_of
from pipelines.run_report import (
    CONTRADICTIONS,
    FEEDBACK,
    FILES,
    LATE_FILERS,
    MONTHS,
    UNKNOWN_CODES,
    file_told,
    rates_told,
)

_BALANCE = """
select
    extract, count(*), sum(rows_read), sum(rows_accepted), sum(rows_duplicate),
    sum(rows_out_of_scope), sum(rows_set_aside), sum(rows_mended), sum(rows_void)
from import_log
where status = 'accepted'
group by extract
order by extract
"""
_SET_ASIDE = """
select extract, column_name, reason, count(*)
from set_aside
group by extract, column_name, reason
order by count(*) desc, extract, column_name, reason
"""

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Balance:
    """The rows of all files of one extract; `mended` and `void` are parts of those set aside."""

    title: str
    files: int
    read: int
    accepted: int
    duplicate: int
    out_of_scope: int
    set_aside: int
    mended: int
    void: int

    @property
    def missing(self) -> int:
        """Rows read that are in none of the four: 0."""
        parts = self.accepted + self.duplicate + self.out_of_scope + self.set_aside
        return self.read - parts


@dataclass(frozen=True)
class Month:
    """A month of payroll as YYYYMM, the units that filed for it, and whether it counts."""

    month: int
    units: int
    is_delivered: bool


@dataclass(frozen=True)
class DataFigures:
    """What came in; a part whose table this run does not have is None."""

    months: Sequence[Month] | None
    late_filers: Rows | None
    registers_missing: Sequence[str] | None
    balance: Sequence[Balance] | None
    files: Rows | None
    files_left_out: int
    set_aside: Rows | None
    unknown_codes: Rows | None
    contradictions: Rows | None
    feedback: Rows | None


def data_figures(cursor: duckdb.DuckDBPyConnection) -> DataFigures:
    """Read what is told of the delivery; file names without anybody's number."""
    tables = tables_of(cursor)
    titles = {name: contract.title for name, contract in load_contracts().items()}

    def rows(table: str, select: str) -> Rows | None:
        if table not in tables:
            return None
        return [masked_value(row) for row in cursor.execute(select).fetchall()]

    months = rows("delivered_months", MONTHS)
    registers = rows("registers_delivered", "select register from registers_delivered")
    known = {register for (register,) in registers or ()}
    balance = rows("import_log", _BALANCE)
    files = rows("import_log", FILES)
    set_aside = rows("set_aside", _SET_ASIDE)
    feedback = rows("feedback_rates", FEEDBACK)
    return DataFigures(
        months=None if months is None else [Month(*row) for row in months],
        late_filers=rows("reported_late_filers", LATE_FILERS),
        registers_missing=None
        if registers is None
        else [label for code, label in labels_of("register").items() if code not in known],
        balance=None
        if balance is None
        else [Balance(str(titles.get(name, name)), *rest) for name, *rest in balance],
        files=files and [file_told(*row) for row in files],
        files_left_out=sum(1 for row in files or () if row[2] != "accepted"),
        set_aside=set_aside and [(titles.get(name, name), *rest) for name, *rest in set_aside],
        unknown_codes=rows("reported_unknown_codes", UNKNOWN_CODES),
        contradictions=rows("reported_contradictions", CONTRADICTIONS),
        feedback=feedback and [rates_told(*row) for row in feedback],
    )

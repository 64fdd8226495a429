"""A small world: the rows of every extract as values, for the pipeline and the second opinion."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import models, policy, policy_tables
from pipelines.policy_file import Policy
from tests.case_warehouse import warehouse
from tests.second_opinion.payroll_rows import payroll_frame
from tests.second_opinion.read import CONTRACTS, Extracts

Row = dict[str, Any]
LAST = (
    "job_retention_refund_units",
    "unemployment_benefit_notice_people",
    "unit_layoff_rates",
)


@dataclass(repr=False)
class SmallWorld:
    """What a folder of extracts would hold, and the day of the run."""

    day: date
    rows: dict[str, list[Row]] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    set_aside: list[tuple[str, str, int | None]] = field(default_factory=list)
    """(extract, unit_id, month or None) of rows that could not be used."""

    def __repr__(self) -> str:
        """A line for each row, but one for all regular payroll rows of a person at a unit."""
        lines = [f"day {self.day}, complete: {', '.join(sorted(self.complete))}"]
        for extract, rows in self.rows.items():
            if extract == "payroll":
                lines += _payroll_lines(rows)
            else:
                lines += [f"{extract}: {_told(row)}" for row in rows]
        lines += [f"set aside: {mention}" for mention in self.set_aside]
        return "\n".join(lines)

    def add(self, extract: str, row: Row) -> None:
        """One more row, unless an equal one is there: equal rows count once."""
        rows = self.rows.setdefault(extract, [])
        if row not in rows:
            rows.append(row)

    def as_extracts(self) -> Extracts:
        """The rows as the second opinion reads them."""
        found = Extracts({}, payroll_frame(self.rows.get("payroll", [])), self.complete)
        for extract, contract in CONTRACTS.items():
            blank = {column.split(":")[0]: None for column in contract.split()}
            blank |= {"system": None}
            found.rows[extract] = [blank | row for row in self.rows.get(extract, [])]
        for row in found.rows["insured_people"]:
            row["paid_months_known"] = row["paid_months_before"]
        for extract, unit_id, period in self.set_aside:
            found.set_aside.setdefault(unit_id, []).append((extract, period))
        return found

    @contextmanager
    def decided(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse with the pipeline's own decisions on these rows; empty again afterwards."""
        connection = warehouse()
        connection.execute("begin")
        try:
            self._fill(connection)
            models.set_day(connection, self.day)
            chosen, missing = policy.in_force(_policies(), self.day)
            policy_tables.write_tables(connection, chosen, self.day)
            absent = {item.screening for item in missing}
            for name, select, screening in _selects():
                connection.execute(f'drop table "{name}"')
                if screening not in absent:
                    connection.execute(f'create table "{name}" as {select}')
            yield connection
        finally:
            connection.execute("rollback")

    def _fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        for extract, rows in self.rows.items():
            given = [
                {"file_name": f"{extract}.csv", "line_number": number} | _staged(extract, row)
                for number, row in enumerate(rows, start=2)
            ]
            _insert(connection, f"stg_{extract}", given)
        _insert(connection, "delivery_complete", [{"name": name} for name in self.complete])
        mentions = [
            {"extract": extract, "unit_id": unit_id, "period": period}
            for extract, unit_id, period in self.set_aside
        ]
        _insert(connection, "set_aside_mentions", mentions)


def _payroll_lines(rows: list[Row]) -> list[str]:
    months: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        rest = {k: v for k, v in row.items() if k not in {"period", "unit_id", "person_id"}}
        rest.pop("paid_on" if rest.get("payment_status") == "1" else "", None)
        key = row["unit_id"], row["person_id"], _told(rest)
        months.setdefault(key, []).append(row["period"])
    return [
        f"payroll: unit {unit}, person {person}, {_spans(periods)}: {rest}"
        for (unit, person, rest), periods in months.items()
    ]


def _spans(periods: list[int]) -> str:
    """Months as 2021-01..2021-03 2021-05."""
    spans: list[list[int]] = []
    for period in sorted(periods):
        if spans and spans[-1][1] == period - 1:
            spans[-1][1] = period
        else:
            spans.append([period, period])
    names = [[f"{(at - 1) // 12}-{(at - 1) % 12 + 1:02}" for at in span] for span in spans]
    return " ".join(first if first == last else f"{first}..{last}" for first, last in names)


def _told(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _staged(extract: str, row: Row) -> Row:
    """A row with what staging adds: the system of its file, and that the file has the column."""
    staged = {"code_system" if name == "system" else name: value for name, value in row.items()}
    if extract == "insured_people":
        staged["has_paid_months_column"] = row["paid_months_before"] is not None
    return staged


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if rows:
        schema = connection.sql(f"from {table} limit 0").to_arrow_table().schema
        given = pa.Table.from_pylist(rows, schema=schema)  # noqa: F841 - DuckDB finds it by name
        connection.execute(f"insert into {table} by name from given")


@cache
def _policies() -> list[Policy]:
    return policy.load_policies()


@cache
def _selects() -> list[tuple[str, str, str]]:
    """(name, select, folder) of each model that the decisions stand on, in derived order."""
    connection = warehouse()
    folders = [models.FACTS, *(item.path.parent for item in policy.load_policies())]
    files = {path.stem: path for folder in folders for path in folder.glob("*.sql")}
    selects = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    order = models.build_order(connection, files, selects)
    needed = set(LAST)
    for name in reversed(order):
        if name in needed:
            needed |= connection.get_table_names(selects[name])
    return [(name, selects[name], files[name].parent.name) for name in order if name in needed]

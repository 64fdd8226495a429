"""The pipeline's results against the second opinion: every subject, every column, both ways."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.second_opinion.decide import decide

# Rates are for display: they may be rounded. Nothing else may.
RATES = {"layoff_rate_known", "layoff_rate_possible", "rate_known", "rate_possible"}
TOLERANCE = Fraction(1, 10000)
HEADS = {"denominator_heads", "denominator_heads_possible"}
TABLES = (
    ("unit", "job_retention_refund_units", ["unit_id"]),
    ("person", "unemployment_benefit_notice_people", ["person_id"]),
    ("layoff rate", "unit_layoff_rates", ["unit_id", "method"]),
)
PIECE = 10_000


def differences(extracts: Path, as_of: date, results: Path) -> list[str]:
    """One line for each value that the two implementations don't agree on."""
    opinions = decide(extracts, as_of)
    with duckdb.connect(str(results), read_only=True) as connection:
        return compare(opinions, connection)


def compare(opinions: tuple[pd.DataFrame, ...], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The same for the frames of `decide` and a connection that holds the pipeline's tables."""
    found: list[str] = []
    for (subject, table, key), opinion in zip(TABLES, opinions, strict=True):
        if opinion.empty and table == "unit_layoff_rates":
            continue  # a fact need not vanish with its screening
        found += _Comparison(subject, table, key, opinion).lines(connection)
    return found


class _Comparison:
    """One table of ours against one of theirs, which is read piece by piece."""

    def __init__(self, subject: str, table: str, key: list[str], opinion: pd.DataFrame) -> None:
        self.subject, self.table, self.columns = subject, table, list(opinion)
        self.key = [self.columns.index(name) for name in key] if self.columns else []
        self.key_names = key
        rows = opinion.itertuples(index=False, name=None)
        self.ours = {tuple(row[place] for place in self.key): row for row in rows}
        self.found: list[str] = []
        self.absent: set[str] = set()
        self.sources: Counter[tuple[Any, Any]] = Counter()

    def lines(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """What differs, a line each."""
        for key, row in self._theirs(connection):
            if key in self.ours:
                self._compare(key, self.ours.pop(key), row)
            else:
                self.found.append(f"{self._named(key)}: should not be in {self.table}")
        self.found += [f"{self._named(key)}: should be in {self.table}" for key in self.ours]
        return sorted(self.found + self._strange_sources())

    def _theirs(self, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, Any]]:
        """(key, values in the order of our columns) of each of their rows."""
        described = connection.execute(
            "select column_name from duckdb_columns() where table_name = ?", [self.table]
        ).fetchall()
        names = {name for (name,) in described}
        if not names:
            return
        self.absent = {name for name in self.columns if name not in names}
        self.found += [f"{self.table}: has no column {name}" for name in sorted(self.absent)]
        shown = [name if name in names else "null" for name in self.columns]
        cursor = connection.execute(f"select {', '.join(self.key_names + shown)} from {self.table}")
        width = len(self.key_names)
        while rows := cursor.fetchmany(PIECE):
            for row in rows:
                yield tuple(map(str, row[:width])), row[width:]

    def _compare(self, key: tuple[str, ...], ours: Any, theirs: Any) -> None:
        for name, should, actual in zip(self.columns, ours, theirs, strict=True):
            if name == "unit_type_source":
                self.sources[should, actual] += 1
            elif name not in self.absent and not is_same(name, should, actual):
                self.found.append(
                    f"{self._named(key)}: {name} should be {_told(should)}"
                    f" (second opinion), is {_told(actual)}"
                )

    def _named(self, key: tuple[str, ...]) -> str:
        return f"{self.subject} {' '.join(key)}"

    def _strange_sources(self) -> list[str]:
        """The rules don't name the sources of a unit type: each of ours means one of theirs."""
        meant: dict[Any, Any] = {}
        found = []
        for (ours, theirs), count in self.sources.most_common():
            if meant.setdefault(ours, theirs) != theirs:
                found.append(
                    f"{count} times {self.subject}: unit_type_source should be {meant[ours]}"
                    f" (second opinion: {ours}), is {theirs}"
                )
        return found


def is_same(name: str, should: Any, actual: Any) -> bool:
    """Whether two values of a column are the same, exactly but for displayed rates."""
    if name in HEADS and not should and not actual:
        return True  # 0 and unknown heads both give no rate
    if name == "reason_class" and should is None:
        return actual in {None, "unrecorded"}
    if should is actual:
        return True
    if should is None or actual is None:
        return False
    if isinstance(should, bool) or isinstance(actual, bool):
        return should is actual
    if isinstance(should, int | Decimal | Fraction):
        apart = abs(Fraction(should) - _number(actual))
        return apart <= (TOLERANCE if name in RATES else 0)
    if isinstance(should, date):
        return should == (actual.date() if isinstance(actual, datetime) else actual)
    return bool(should == actual)


def _number(value: Any) -> Fraction:
    return Fraction(str(value))


def _told(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value} = {float(value):.4f}"
    return str(value)

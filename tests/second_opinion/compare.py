"""The pipeline's results against the second opinion: every subject, every column, both ways."""

from collections import Counter
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
Rows = dict[tuple[str, ...], dict[str, Any]]


def differences(extracts: Path, as_of: date, results: Path) -> list[str]:
    """One line for each value that the two implementations don't agree on."""
    found: list[str] = []
    opinions = decide(extracts, as_of)
    with duckdb.connect(str(results), read_only=True) as connection:
        for (subject, table, key), opinion in zip(TABLES, opinions, strict=True):
            if opinion.empty and table == "unit_layoff_rates":
                continue  # a fact need not vanish with its screening
            names, rows = _table(connection, table, key)
            found += _compare(subject, table, _by_key(opinion, key), names, rows)
    return found


def _table(
    connection: duckdb.DuckDBPyConnection, table: str, key: list[str]
) -> tuple[set[str], Rows]:
    tables = {row[0] for row in connection.execute("show tables").fetchall()}
    if table not in tables:
        return set(), {}
    cursor = connection.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return set(names), {tuple(str(row[name]) for name in key): row for row in rows}


def _by_key(opinion: pd.DataFrame, key: list[str]) -> Rows:
    return {tuple(row[name] for name in key): row for row in opinion.to_dict("records")}


def _compare(subject: str, table: str, ours: Rows, names: set[str], theirs: Rows) -> list[str]:
    found = [f"{subject} {' '.join(key)}: should be in {table}" for key in ours.keys() - theirs]
    strange = theirs.keys() - ours.keys()
    found += [f"{subject} {' '.join(key)}: should not be in {table}" for key in strange]
    columns = list(next(iter(ours.values()))) if ours else []
    found += [f"{table}: has no column {name}" for name in columns if name not in names]
    translated = _sources(ours, theirs)
    for key in ours.keys() & theirs.keys():
        for name in columns:
            if name not in names:
                continue
            should, actual = ours[key][name], theirs[key][name]
            if name == "unit_type_source":
                should = translated.get(should, should)
            if not is_same(name, should, actual):
                found.append(
                    f"{subject} {' '.join(key)}: {name} should be {_told(should)}"
                    f" (second opinion), is {_told(actual)}"
                )
    return sorted(found)


def _sources(ours: Rows, theirs: Rows) -> dict[Any, Any]:
    """The rules don't name the sources of a unit type: each of ours means one of theirs."""
    pairs = Counter(
        (ours[key].get("unit_type_source"), theirs[key].get("unit_type_source"))
        for key in ours.keys() & theirs.keys()
    )
    return {our: their for (our, their), _ in reversed(pairs.most_common())}


def is_same(name: str, should: Any, actual: Any) -> bool:
    """Whether two values of a column are the same, exactly but for displayed rates."""
    if name in HEADS and not should and not actual:
        return True  # 0 and unknown heads both give no rate
    if name == "reason_class" and should is None:
        return actual in {None, "unrecorded"}
    if should is None or actual is None:
        return should is None and actual is None
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

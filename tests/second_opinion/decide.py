"""From a folder of clean extracts to both decisions, without DuckDB and without the SQL."""

from datetime import date
from pathlib import Path

import pandas as pd

from tests.second_opinion.leavers import People
from tests.second_opinion.payroll import read_payroll
from tests.second_opinion.people import decide_people
from tests.second_opinion.rates import Rate
from tests.second_opinion.read import Extracts, read_extracts
from tests.second_opinion.units import decide_units

RATE_COLUMNS = [
    "unit_id",
    "method",
    "numerator_known",
    "numerator_possible",
    "denominator_heads",
    "denominator_heads_possible",
    "denominator_months",
    "rate_known",
    "rate_possible",
]


def decide(extracts: Path, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(units, people, unit layoff rates) with exact values; conditions are True, False or None.

    A screening that is not in force on the day gives an empty frame.
    """
    return decide_rows(read_extracts(extracts), as_of)


def decide_rows(found: Extracts, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The same from rows that are read already."""
    payroll = read_payroll(found, as_of)
    people = People(found, payroll)
    units, rates = decide_units(found, payroll, people, as_of)
    persons = decide_people(found, payroll, people, as_of)
    return _frame(units), _frame(persons), _rates(rates)


def _rates(rates: list[tuple[str, str, Rate]]) -> pd.DataFrame:
    rows = [
        (
            unit_id,
            method,
            rate.numerator_known,
            rate.numerator_possible,
            rate.heads,
            rate.heads_possible,
            rate.months,
            rate.known(),
            rate.possible(),
        )
        for unit_id, method, rate in rates
    ]
    return pd.DataFrame(rows, columns=RATE_COLUMNS if rows else None, dtype=object)


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """A frame whose cells stay Python objects, so that None stays None and numbers stay exact."""
    return pd.DataFrame(rows, dtype=object)

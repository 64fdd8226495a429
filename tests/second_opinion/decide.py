"""From a folder of clean extracts to both decisions, without DuckDB and without the SQL."""

from datetime import date
from pathlib import Path

import pandas as pd

from tests.second_opinion.leavers import People
from tests.second_opinion.payroll import read_payroll
from tests.second_opinion.people import decide_people
from tests.second_opinion.read import read_extracts
from tests.second_opinion.units import decide_units


def decide(extracts: Path, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(units, people, unit layoff rates) with exact values; conditions are True, False or None.

    A screening that is not in force on the day gives an empty frame.
    """
    found = read_extracts(extracts)
    payroll = read_payroll(found, as_of)
    people = People(found, payroll)
    units, rates = decide_units(found, payroll, people, as_of)
    persons = decide_people(found, payroll, people, as_of)
    long_rates = [
        {
            "unit_id": row["unit_id"],
            "method": row["method"],
            "numerator_known": row["rate"].numerator_known,
            "numerator_possible": row["rate"].numerator_possible,
            "denominator_heads": row["rate"].heads,
            "denominator_heads_possible": row["rate"].heads_possible,
            "denominator_months": row["rate"].months,
            "rate_known": row["rate"].known(),
            "rate_possible": row["rate"].possible(),
        }
        for row in rates
    ]
    return _frame(units), _frame(persons), _frame(long_rates)


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """A frame whose cells stay Python objects, so that None stays None and numbers stay exact."""
    return pd.DataFrame(rows, dtype=object)

"""Comparing what stories.csv expects with the tables that hold the decisions."""

import datetime
from fractions import Fraction
from typing import Any

from pipelines.sample.book import tokens

SUBJECTS = {
    "job_retention_refund": ("job_retention_refund_units", "unit_id"),
    "unemployment_benefit_notice": ("unemployment_benefit_notice_people", "person_id"),
}
RATE_TOLERANCE = Fraction("0.00005")  # rates are for display and may be rounded to four digits


def expected_values(story: dict[str, str]) -> list[tuple[str, str]]:
    """(column, text) pairs; `method.column` names a row of unit_layoff_rates."""
    return list(tokens(story["expected_values"]))


def is_as_expected(column: str, should: str, actual: Any) -> bool:
    """Whether a value of a table is the one that a story's text names."""
    if should == "null":
        return actual is None
    if actual is None:
        return False
    if should in {"true", "false"}:
        return actual is (should == "true")
    if isinstance(actual, datetime.date):
        return actual.isoformat()[:10] == should
    if isinstance(actual, str):
        return actual == should
    try:
        apart = abs(Fraction(str(actual)) - Fraction(should))
    except ValueError:
        return False
    return apart <= (RATE_TOLERANCE if column.startswith("layoff_rate") else 0)


def story_differences(
    story: dict[str, str],
    row: dict[str, Any] | None,
    rates: dict[tuple[str, str], dict[str, Any]],
) -> list[str]:
    """One line for each expectation of a story that its row (None = no row) does not meet."""
    name, should = story["story"], story["expected_outcome"]
    if row is None:
        return [] if should == "absent" else [f"{name}: should be in the table"]
    if should == "absent":
        return [f"{name}: should not be in the table, is {row['outcome']}"]
    found = []
    if row["outcome"] != should:
        found.append(f"{name}: outcome should be {should}, is {row['outcome']}")
    for column, text in expected_values(story):
        method, _, part = column.partition(".")
        actual = rates[(story["subject"], method)][part] if part else row.get(column, "no column")
        if not is_as_expected(column, text, actual):
            found.append(f"{name}: {column} should be {text}, is {actual}")
    return found

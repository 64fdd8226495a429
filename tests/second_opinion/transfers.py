"""Who left a unit from one month to the next, and how many of them together."""

import pandas as pd

from tests.second_opinion.payroll import Payroll
from tests.second_opinion.read import month


def moves_by_unit(payroll: Payroll, year: int) -> dict[str, list[tuple[int, int]]]:
    """unit → (who left after a month, how many of them to one and the same other unit).

    Only months after which anybody went to a unit where he had not been insured before.
    """
    insured = payroll.insured
    first, last = month(year - 1, 12), month(year, 12)
    insured = insured[(insured["period"] >= first) & (insured["period"] <= last)]
    # The same rows as seen from the month before.
    next_month = insured.assign(period=insured["period"] - 1)
    staff = insured[insured["period"] < last]
    left = _without(staff, next_month)
    moved = left.merge(
        next_month.rename(columns={"unit": "to"}), on=["period", "person"], how="inner"
    )
    # Who had worked there already did not move there.
    moved = _without(moved, insured.rename(columns={"unit": "to"}))
    together = moved.groupby(["unit", "period", "to"]).size().groupby(["unit", "period"]).max()
    leavers = left.groupby(["unit", "period"]).size()
    found: dict[str, list[tuple[int, int]]] = {}
    for (unit, period), most in together.items():
        found.setdefault(payroll.unit_ids[unit], []).append((int(leavers[unit, period]), int(most)))
    return found


def _without(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The rows that the other table does not hold, by all of its columns."""
    merged = rows.merge(others, on=list(others.columns), how="left", indicator=True)
    return merged[merged["_merge"] == "left_only"].drop(columns="_merge")

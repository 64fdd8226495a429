"""One unit in one month: heads, what was due and paid, and whether that is in full."""

import pandas as pd

from tests.second_opinion.payroll_rows import UNITS_OF_MONEY
from tests.second_opinion.person_months import DEFERRED, PERSON_MONTH

UNIT_MONTH = ["unit", "period"]
CENT = UNITS_OF_MONEY // 100
IN_FULL = "1"


def unit_months(rows: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """unit, period (sorted), insured_heads, due, paid, is_paid_in_full; NA where unknown.

    `rows` as the day sees them, `months` the person-months that they make.
    """
    found = months.groupby(UNIT_MONTH, sort=True).agg(
        insured_heads=("is_insured", "sum"),
        due=("due", "sum"),
        paid=("paid", "sum"),
        is_contradictory=("is_contradictory", "any"),
    )
    given = rows[UNIT_MONTH].copy()
    given["has_due"] = ~rows["is_refund"] & rows["due"].notna()
    by_month = given.groupby(UNIT_MONTH, sort=True)["has_due"]
    has_due = by_month.any()
    short = _short_rows(rows, months)
    short["is_deferred"] = short["payment_status"] == DEFERRED
    all_deferred = short.groupby(UNIT_MONTH)["is_deferred"].all()
    is_excused = all_deferred.reindex(found.index, fill_value=False)
    by_money = (found["paid"] >= found["due"] - CENT * found["insured_heads"]) | is_excused
    by_status = _in_full_by_status(rows[~by_month.transform("any")], found["paid"])
    found["is_paid_in_full"] = by_money.astype("boolean").where(has_due, by_status)
    found["due"] = found["due"].mask(~has_due)
    unknown = found.pop("is_contradictory")
    for name in ("due", "paid", "is_paid_in_full"):
        found[name] = found[name].mask(unknown)
    return found.reset_index()


def _short_rows(rows: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Rows with less paid than due, of persons whose month is short as a whole."""
    is_short = (months["paid"] < months["due"]).fillna(False).astype(bool)
    row_is_short = ~rows["is_refund"] & (rows["paid"] < rows["due"]).fillna(False).astype(bool)
    found = rows.loc[row_is_short, [*PERSON_MONTH, "payment_status"]]
    return found.merge(months.loc[is_short, PERSON_MONTH], on=PERSON_MONTH)


def _in_full_by_status(rows: pd.DataFrame, paid: pd.Series) -> pd.Series:
    """By payment_status of all rows of months without dues; without any status by the money."""
    status = rows["payment_status"].mask(
        (rows["payment_status"] == IN_FULL) & rows["is_paid_later"], "0"
    )
    parts = rows[UNIT_MONTH].copy()
    parts["is_known"] = status.notna()
    parts["is_bad"] = status.notna() & ~status.isin([IN_FULL, DEFERRED])
    parts["is_unknown"] = status.isna()
    months = parts.groupby(UNIT_MONTH, sort=True).any()
    verdict = pd.Series(pd.NA, index=months.index, dtype="boolean")
    verdict = verdict.mask(~months["is_unknown"], True).mask(months["is_bad"], False)
    verdict = verdict.mask(~months["is_known"], (paid.reindex(months.index) > 0))
    return verdict.reindex(paid.index)

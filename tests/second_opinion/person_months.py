"""One person at one unit in one month: what all his rows together say."""

from datetime import date

import pandas as pd

REFUND = "18"
OLD_BACK_PAYMENT = "11"
DEFERRED = "2"
PERSON_MONTH = ["unit", "period", "person"]
DUES = ["unit_due", "person_due"]
PAID = ["unit_paid", "person_paid"]
FLAGS = (
    "insures",
    "is_insured",
    "is_deferred",
    "has_paid_row",
    "gave_back",
    "is_refund",
    "is_contradictory",
)


def seen_on(as_of: date, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the day of the run sees them, due and paid in one figure each."""
    is_later = (rows["paid_on"] > as_of.toordinal()).fillna(False).astype(bool)
    is_refund = rows["payment_kind"] == REFUND
    is_seen = ~(is_later & is_refund)  # a refund of a later day has not happened yet
    rows, is_later, is_refund = rows[is_seen].copy(), is_later[is_seen], is_refund[is_seen]
    # A refund takes away, whatever its sign.
    for name in (*DUES, *PAID):
        rows[f"{name}_taken"] = rows[name].abs().where(is_refund, rows[name])
    dues = [f"{name}_taken" for name in DUES]
    rows["due"] = (rows[dues[0]].fillna(0) + rows[dues[1]].fillna(0)).mask(
        rows[dues[0]].isna() & rows[dues[1]].isna()
    )
    paid = sum(rows[f"{name}_taken"].fillna(0) for name in PAID)
    # "An amount due, an amount paid or a wage base above 0": each amount speaks for itself.
    above = {name: (rows[name].fillna(0) > 0).astype(bool) for name in (*DUES, *PAID, "wage_base")}
    is_paid = (above["unit_paid"] | above["person_paid"]) & ~is_later
    rows["has_amount"] = above["unit_due"] | above["person_due"] | above["wage_base"] | is_paid
    rows["paid"] = paid.mask(is_refund, -paid).mask(is_later, 0)
    rows["is_paid_later"], rows["is_refund"] = is_later, is_refund
    return rows.drop(columns=[f"{name}_taken" for name in (*DUES, *PAID)])


def person_months(rows: pd.DataFrame) -> pd.DataFrame:
    """unit, period, person (sorted) and what his month is.

    Columns: is_insured, is_paid, is_contradictory, due (NA: none given), paid, wage_base.
    """
    is_refund = rows["is_refund"]
    insures = ~is_refund & (rows["payment_kind"] != OLD_BACK_PAYMENT)
    parts = rows[PERSON_MONTH].copy()
    parts["paid"] = rows["paid"]
    parts["insures"] = insures
    parts["is_insured"] = insures & rows["has_amount"]
    parts["is_deferred"] = ~is_refund & (rows["payment_status"] == DEFERRED)
    parts["has_paid_row"] = ~is_refund & (rows["paid"] > 0).astype(bool)
    parts["gave_back"] = is_refund & (rows["paid"] < 0).astype(bool)
    parts["wage_base"] = rows["wage_base"].fillna(0).where(insures, 0)
    parts["due"] = rows["due"].mask(is_refund)
    parts["is_refund"] = is_refund
    parts["is_contradictory"] = rows.index.isin(_contradictory(rows))
    parts["due_back"] = rows["due"].fillna(0).where(is_refund, 0)
    parts["paid_back"] = (-rows["paid"]).where(is_refund & rows["due"].isna(), 0)
    found = parts.groupby(PERSON_MONTH, sort=True).agg(
        {
            "paid": "sum",
            "paid_back": "sum",
            "wage_base": "max",
            "due": "max",
            "due_back": "max",
            **dict.fromkeys(FLAGS, "any"),
        }
    )
    is_contradictory = found["is_contradictory"]
    paid = found["paid"]
    # Refunds that bring what was paid to nothing end the insurance of the month.
    found["is_insured"] &= ~((paid <= 0).astype(bool) & found["gave_back"])
    found["is_insured"] |= is_contradictory & found["insures"]
    found["is_paid"] = found["is_deferred"] | (
        ((paid > 0).astype(bool) & ~is_contradictory) | (found["has_paid_row"] & is_contradictory)
    )
    taken = found["due_back"] + found["paid_back"]
    found["due"] = found["due"].mask(found["is_refund"], found["due"].fillna(0) - taken)
    names = ["is_insured", "is_paid", "is_contradictory", "due", "paid", "wage_base"]
    return found[names].reset_index()


def _contradictory(rows: pd.DataFrame) -> pd.Index:
    """Rows of a person and month that are of one kind, with different wage bases or dues."""
    key = [*PERSON_MONTH, "payment_kind"]
    several = rows.loc[rows.duplicated(key, keep=False), [*key, "wage_base", *DUES]]
    versions = several.drop_duplicates()
    contrary = versions.loc[versions.duplicated(key), key].drop_duplicates()
    marked = several[key].reset_index().merge(contrary, on=key)
    return pd.Index(marked["index"])

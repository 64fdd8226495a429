"""From payroll rows to who was insured where and when, what was due and what was paid."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pandas as pd

from tests.second_opinion.by_number import ByNumber
from tests.second_opinion.payroll_rows import yuan
from tests.second_opinion.person_months import PERSON_MONTH, person_months, seen_on
from tests.second_opinion.read import Extracts, month_of
from tests.second_opinion.unit_months import unit_months


@dataclass
class UnitMonth:
    """One unit in one month; due and paid None where rows contradict each other."""

    insured_heads: int
    due: Decimal | None
    paid: Decimal | None
    is_paid_in_full: bool | None


class Payroll:
    """What payroll says up to the day of the run."""

    def __init__(self, rows: pd.DataFrame, as_of: date) -> None:
        self.last_period = month_of(as_of)
        rows = rows[rows["period"] <= self.last_period]
        units, unit_ids = pd.factorize(rows["unit_id"], sort=True)
        persons, person_ids = pd.factorize(rows["person_id"], sort=True)
        rows = rows.drop(columns=["unit_id", "person_id"])
        rows["unit"], rows["person"] = units, persons
        rows["period"] = rows["period"].astype("int64")
        self.unit_ids, self.person_ids = list(unit_ids), person_ids
        regular = rows[rows["payment_kind"].isna() | (rows["payment_kind"] == "1")]
        regular = regular[["unit", "period"]].drop_duplicates().sort_values(["unit", "period"])
        self.delivered = _delivered(rows, regular)
        self._regular = ByNumber(regular, "unit", unit_ids, ["period"])

        rows = seen_on(as_of, rows)
        months = person_months(rows)
        self._units = _unit_months(unit_months(rows, months), unit_ids)
        paid = months.loc[months["is_paid"], ["person", "period"]].drop_duplicates()
        paid = paid.sort_values(["person", "period"])
        self._paid = ByNumber(paid, "person", person_ids, ["period"])
        insured = months.loc[months["is_insured"], [*PERSON_MONTH, "wage_base"]]
        self.insured = insured[PERSON_MONTH].reset_index(drop=True)
        """unit, period, person by number: a row for each month in which somebody is insured."""
        insured = insured.sort_values(
            ["person", "period", "wage_base", "unit"], ascending=[True, True, False, True]
        )
        self._places = ByNumber(insured, "person", person_ids, ["period", "unit"])

    def units(self) -> list[str]:
        """Every unit with rows, in order."""
        return list(self._units.names())

    def months_of(self, unit_id: str) -> dict[int, UnitMonth]:
        """A unit's months with rows."""
        return {
            period: UnitMonth(
                heads,
                None if pd.isna(due) else yuan(due),
                None if pd.isna(paid) else yuan(paid),
                None if pd.isna(full) else bool(full),
            )
            for period, heads, due, paid, full in self._units.rows(unit_id)
        }

    def heads(self, unit_id: str, period: int) -> int:
        """How many are insured at a unit in a month."""
        return next((row[1] for row in self._units.rows(unit_id) if row[0] == period), 0)

    def insured_persons(self) -> list[str]:
        """Everybody who is insured in any month, in order."""
        return list(self._places.names())

    def places(self, person: str, period: int) -> list[str]:
        """The units where a person is insured in a month: highest wage base, then lowest id."""
        return [self.unit_ids[unit] for at, unit in self._places.rows(person) if at == period]

    def last_insured(self, person: str, up_to: int) -> tuple[int, str] | None:
        """A person's last insured month and its unit: highest wage base, then lowest unit_id."""
        periods = [period for period, _ in self._places.rows(person) if period <= up_to]
        return (max(periods), self.places(person, max(periods))[0]) if periods else None

    def paid_months(self, person: str) -> list[int]:
        """A person's paid months, at any unit."""
        return [period for (period,) in self._paid.rows(person)]

    def regular_months(self, unit_id: str) -> list[int]:
        """The months in which a unit has regular rows."""
        return [period for (period,) in self._regular.rows(unit_id)]


def read_payroll(extracts: Extracts, as_of: date) -> Payroll:
    """All facts of payroll that are seen on a day."""
    return Payroll(extracts.payroll, as_of)


def _delivered(rows: pd.DataFrame, regular: pd.DataFrame) -> set[int]:
    """Months whose units with regular rows are at least half as many as in the median month."""
    counts = dict.fromkeys(rows["period"].unique().tolist(), 0)
    counts |= regular.groupby("period").size().to_dict()
    if not counts:
        return set()
    usual = median(Fraction(count) for count in counts.values())
    return {period for period, count in counts.items() if 2 * count >= usual}


def _unit_months(months: pd.DataFrame, unit_ids: pd.Index) -> ByNumber:
    """Unknown money and verdicts as None, so that they can't become a number."""
    months = months.astype({name: object for name in ("due", "paid", "is_paid_in_full")})
    columns = ["period", "insured_heads", "due", "paid", "is_paid_in_full"]
    return ByNumber(months, "unit", unit_ids, columns)

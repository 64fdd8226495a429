"""From payroll rows to who was insured where and when, what was due and what was paid."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from tests.second_opinion.read import Extracts, Row, month_of

REFUND = "18"
NOT_INSURING = {"11", REFUND}
DEFERRED = "2"
CENT = Decimal("0.01")


@dataclass
class PersonMonth:
    """One person at one unit in one month."""

    is_insured: bool
    is_paid: bool
    due: Decimal | None
    paid: Decimal
    wage_base: Decimal
    is_contradictory: bool
    short_rows: list[Row]


@dataclass
class UnitMonth:
    """One unit in one month; due and paid None where rows contradict each other."""

    insured_heads: int
    due: Decimal | None
    paid: Decimal | None
    is_paid_in_full: bool | None


@dataclass
class Payroll:
    """What payroll says up to the day of the run."""

    last_period: int
    units: dict[str, dict[int, UnitMonth]] = field(default_factory=dict)
    insured: dict[str, dict[int, dict[str, Decimal]]] = field(default_factory=dict)
    """person → month → unit where he is insured → highest wage base."""
    insured_at: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """(unit, month) → persons insured."""
    paid_months: dict[str, set[int]] = field(default_factory=dict)
    regular_months: dict[str, set[int]] = field(default_factory=dict)
    """unit → months with regular rows."""
    delivered: set[int] = field(default_factory=set)

    def last_insured(self, person: str, up_to: int) -> tuple[int, str] | None:
        """A person's last insured month and its unit: highest wage base, then lowest unit_id."""
        periods = [period for period in self.insured.get(person, {}) if period <= up_to]
        if not periods:
            return None
        units = self.insured[person][max(periods)]
        return max(periods), min(units, key=lambda unit: (-units[unit], unit))

    def is_insured_at(self, person: str, unit: str, period: int) -> bool:
        """Whether a person is insured at a unit in a month."""
        return unit in self.insured.get(person, {}).get(period, {})


def read_payroll(extracts: Extracts, as_of: date) -> Payroll:
    """All facts of payroll that are seen on a day."""
    found = Payroll(month_of(as_of))
    groups: dict[tuple[str, int], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    any_rows: dict[int, set[str]] = defaultdict(set)
    for row in extracts.rows["payroll"]:
        if row["period"] > found.last_period:
            continue
        any_rows[row["period"]]  # noqa: B018 - a month with rows exists, even without regular ones
        if row["payment_kind"] in {None, "1"}:
            any_rows[row["period"]].add(row["unit_id"])
            found.regular_months.setdefault(row["unit_id"], set()).add(row["period"])
        is_later = row["paid_on"] is not None and row["paid_on"] > as_of
        if is_later and row["payment_kind"] == REFUND:
            continue  # a refund of a later day has not happened yet
        groups[row["unit_id"], row["period"]][row["person_id"]] += [_seen(row, is_later)]
    if any_rows:
        usual = Fraction(median(Fraction(len(units)) for units in any_rows.values()))
        found.delivered = {p for p, units in any_rows.items() if 2 * len(units) >= usual}
    for (unit, period), people in groups.items():
        months = {person: _person_month(rows) for person, rows in people.items()}
        rows = [row for group in people.values() for row in group]
        found.units.setdefault(unit, {})[period] = _unit_month(months, rows)
        for person, at in months.items():
            if at.is_paid:
                found.paid_months.setdefault(person, set()).add(period)
            if at.is_insured:
                found.insured_at.setdefault((unit, period), set()).add(person)
                places = found.insured.setdefault(person, {}).setdefault(period, {})
                places[unit] = at.wage_base
    return found


def _seen(row: Row, is_later: bool) -> Row:
    """A row as the day of the run sees it: due and paid in one figure each."""
    dues = [row["unit_due"], row["person_due"]]
    paid = [row["unit_paid"], row["person_paid"]]
    seen = dict(row)
    seen["due"] = None if dues == [None, None] else sum(due or 0 for due in dues)
    seen["paid"] = Decimal(0) if is_later else Decimal(sum(amount or 0 for amount in paid))
    seen["is_paid_later"] = is_later
    if row["payment_kind"] == REFUND:
        seen["paid"] = -sum((abs(amount or 0) for amount in paid), Decimal(0))
        if seen["due"] is not None:
            seen["due"] = sum(abs(due or 0) for due in dues)
    return seen


def _is_contradictory(rows: list[Row]) -> bool:
    """Rows of one kind with different wage bases or dues; equal ones are instalments."""
    said: dict[str | None, set[tuple[object, ...]]] = defaultdict(set)
    for row in rows:
        said[row["payment_kind"]].add((row["wage_base"], row["unit_due"], row["person_due"]))
    return any(len(versions) > 1 for versions in said.values())


def _person_month(rows: list[Row]) -> PersonMonth:
    refunds = [row for row in rows if row["payment_kind"] == REFUND]
    others = [row for row in rows if row["payment_kind"] != REFUND]
    insuring = [row for row in others if row["payment_kind"] not in NOT_INSURING]
    is_contradictory = _is_contradictory(rows)
    paid = sum((row["paid"] for row in rows), Decimal(0))
    is_insured = any(
        (row["due"] or 0) > 0 or row["paid"] > 0 or (row["wage_base"] or 0) > 0 for row in insuring
    )
    if paid <= 0 and any(row["paid"] < 0 for row in refunds):
        is_insured = False
    if is_contradictory and insuring:
        is_insured = True
    is_deferred = any(row["payment_status"] == DEFERRED for row in others)
    is_paid = paid > 0 or is_deferred
    if is_contradictory:
        is_paid = is_deferred or any(row["paid"] > 0 for row in others)
    dues = [row["due"] for row in others if row["due"] is not None]
    due = max(dues) if dues else None
    taken_back = _refunded_due(refunds)
    if taken_back is not None:
        due = (due or Decimal(0)) - taken_back
    is_short = due is not None and paid < due
    return PersonMonth(
        is_insured=is_insured,
        is_paid=is_paid,
        due=due,
        paid=paid,
        wage_base=max((row["wage_base"] or Decimal(0) for row in insuring), default=Decimal(0)),
        is_contradictory=is_contradictory,
        short_rows=[row for row in others if is_short and _is_short(row)],
    )


def _is_short(row: Row) -> bool:
    return row["due"] is not None and row["paid"] < row["due"]


def _refunded_due(refunds: list[Row]) -> Decimal | None:
    """The dues of refunds, once for instalments; what was paid back where no due is given."""
    if not refunds:
        return None
    dues = {row["due"] for row in refunds if row["due"] is not None}
    without_due = sum((-row["paid"] for row in refunds if row["due"] is None), Decimal(0))
    return max(dues, default=Decimal(0)) + without_due


def _unit_month(months: dict[str, PersonMonth], rows: list[Row]) -> UnitMonth:
    heads = sum(at.is_insured for at in months.values())
    if any(at.is_contradictory for at in months.values()):
        return UnitMonth(heads, None, None, None)
    paid = sum((at.paid for at in months.values()), Decimal(0))
    has_due = any(row["due"] is not None for row in rows if row["payment_kind"] != REFUND)
    if not has_due:
        return UnitMonth(heads, None, paid, _in_full_by_status(rows, paid))
    due = sum((at.due or Decimal(0) for at in months.values()), Decimal(0))
    short_rows = [row for at in months.values() for row in at.short_rows]
    is_in_full = paid >= due - CENT * heads or (
        bool(short_rows) and all(row["payment_status"] == DEFERRED for row in short_rows)
    )
    return UnitMonth(heads, due, paid, is_in_full)


def _in_full_by_status(rows: list[Row], paid: Decimal) -> bool | None:
    statuses = [
        "0" if row["payment_status"] == "1" and row["is_paid_later"] else row["payment_status"]
        for row in rows
    ]
    if all(status is None for status in statuses):
        return paid > 0
    if any(status not in {"1", "2", None} for status in statuses):
        return False
    return None if None in statuses else True

"""Rows that units and people of a story have in common: payroll, registers, damaged rows."""

from datetime import date
from decimal import Decimal

from pipelines.sample.book import (
    ACCEPTED,
    SET_ASIDE,
    Book,
    Member,
    Row,
    period,
    period_text,
)
from pipelines.sample.story_payroll import ALWAYS, HAPPENINGS

RUINED_ID = "1.59901E+17"  # what a spreadsheet leaves of an identity number
NO_MONTH = "2021-1X"


def payroll_row(person: str, unit: str, number: int, wage: int = 4000) -> Row:
    """A regular row that was paid in full on the 15th of the next month (0.5% and 0.5%)."""
    due = str((Decimal(wage) * Decimal("0.005")).quantize(Decimal("0.01")))
    year, month = divmod(number, 12)
    return {
        "period": period_text(number),
        "unit_id": unit,
        "person_id": person,
        "insurance_code": "210",
        "wage_base": str(wage),
        "unit_due": due,
        "person_due": due,
        "unit_paid": due,
        "person_paid": due,
        "late_fee": "",
        "paid_on": date(year, month + 1, 15).isoformat(),
        "payment_kind": "1",
        "payment_status": "1",
    }


def happenings(pairs: list[tuple[str, str]]) -> dict[str, dict[int | None, str]]:
    """What happens in which month: name → period (None = every month) → value."""
    found: dict[str, dict[int | None, str]] = {}
    for key, value in pairs:
        if key in ALWAYS:
            found[key] = {None: ""}
        elif key in HAPPENINGS:
            month, _, rest = value.replace("@", "*").partition("*")
            found.setdefault(key, {})[period(month)] = rest
    return found


def add_payroll(
    book: Book, unit: str, members: list[Member], happening: dict[str, dict[int | None, str]]
) -> None:
    """The payroll rows of members of a unit, month by month, with what happened."""
    for number in sorted(book.all_months()):
        rows = [
            payroll_row(member.person, unit, number, member.wage)
            for member in members
            if number in member.months
        ]
        if not rows:
            continue
        fated = [(row, ACCEPTED) for row in rows]
        for name, change in HAPPENINGS.items():
            months = happening.get(name, {})
            for known in {number, None} & set(months):
                fated = change([row for row, _ in fated], months[known])
        for row, fate in fated:
            book.add(f"payroll_{period_text(number)}", row, fate)


def add_damaged(book: Book, unit: str, what: str) -> None:
    """A row that names the unit and can't be accepted: `payroll@202105`, `separations@2021-06-30`.

    Its identity number is ruined; `payroll@unreadable` has a ruined month besides.
    """
    extract, when = what.split("@")
    if extract == "payroll":
        readable = when.isdigit()
        number = period(when if readable else "202107")
        row = payroll_row(RUINED_ID, unit, number)
        if not readable:
            row["period"] = NO_MONTH
        book.add(f"payroll_{period_text(number)}", row, SET_ASIDE)
        return
    row = {
        "person_id": RUINED_ID,
        "unit_id": unit,
        "separated_on": when,
        "reason_code": "6317",
        "reason_text": "",
    }
    book.add("separations_core", row, SET_ASIDE)


def add_grant(book: Book, person: str, unit: str, main: str, given: dict[str, str]) -> None:
    """A benefit grant `kind@unemployed_on` with granted, used, first, ended, lump."""
    kind, _, day = main.partition("@")
    after = period(day.replace("-", "")) + 1
    book.add(
        "benefit_grants",
        {
            "person_id": person,
            "unit_id": unit,
            "unemployed_on": day,
            "registered_on": day,
            "benefit_kind": kind,
            "granted_months": given.get("granted", "8"),
            "used_months": given.get("used", ""),
            "first_paid_period": given.get("first", period_text(after)),
            "ended_on": given.get("ended", ""),
            "is_lump_sum": "是" if "lump" in given else "否",
        },
    )

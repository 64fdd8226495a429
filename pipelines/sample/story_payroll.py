"""What can happen to a unit's payroll of one month: arrears, deferrals, refunds, contradictions.

Each function takes the month's rows (canonical columns), the value after `month*` or `month@` of
the story, and returns the rows with their fates; it may change the rows it is given.
"""

from collections.abc import Callable
from decimal import Decimal

from pipelines.sample.book import ACCEPTED, DUPLICATE, Row

Fated = list[tuple[Row, str]]
PAID = ("unit_paid", "person_paid")
DUE = ("unit_due", "person_due")


def _kept(rows: list[Row]) -> Fated:
    return [(row, ACCEPTED) for row in rows]


def _not_paid(row: Row, status: str) -> None:
    row.update(unit_paid="", person_paid="", paid_on="", payment_status=status)


def unpaid(rows: list[Row], value: str) -> Fated:
    """The rows with nothing paid."""
    for row in rows:
        _not_paid(row, "0")
    return _kept(rows)


def deferred(rows: list[Row], value: str) -> Fated:
    for row in rows:
        _not_paid(row, "2")
    return _kept(rows)


def half_deferred(rows: list[Row], value: str) -> Fated:
    for place, row in enumerate(rows):
        _not_paid(row, "2" if place < len(rows) // 2 else "0")
    return _kept(rows)


def paid_back(rows: list[Row], value: str) -> Fated:
    later = [row | {"payment_kind": "2", "paid_on": value} for row in rows]
    unpaid(rows, "")
    return _kept(rows + later)


def in_instalments(rows: list[Row], value: str) -> Fated:
    result = []
    for row in rows:
        halves = {name: str(Decimal(row[name]) / 2) for name in PAID}
        result += [row | halves, row | halves | {"paid_on": row["paid_on"][:-2] + "25"}]
    return _kept(result)


def contradictory(rows: list[Row], value: str) -> Fated:
    other = {"wage_base": "4500", "unit_due": "22.50", "person_due": "22.50"}
    return _kept([*rows, rows[0] | other])


def repeated(rows: list[Row], value: str) -> Fated:
    return _kept(rows) + [(dict(row), DUPLICATE) for row in rows]


def refunded(rows: list[Row], value: str) -> Fated:
    return _kept([*rows, rows[0] | {"payment_kind": "18"}])


def refunded_minus(rows: list[Row], value: str) -> Fated:
    minus = {name: "-" + rows[0][name] for name in PAID}
    return _kept([*rows, rows[0] | minus | {"payment_kind": "18"}])


def overcharged(rows: list[Row], value: str) -> Fated:
    half = str(Decimal(value) / 2)
    back = dict.fromkeys(PAID, half) | dict.fromkeys((*DUE, "wage_base"), "")
    return _kept([*rows, rows[0] | back | {"payment_kind": "18"}])


def short(rows: list[Row], value: str) -> Fated:
    for row in rows:
        row["unit_paid"] = str(Decimal(row["unit_paid"]) - Decimal(value))
    return _kept(rows)


def overpaid(rows: list[Row], value: str) -> Fated:
    rows[0]["unit_paid"] = str(Decimal(rows[0]["unit_paid"]) + Decimal(value))
    return _kept(rows)


def setting(column: str) -> Callable[[list[Row], str], Fated]:
    """Every row of the month has this value in a column."""

    def change(rows: list[Row], value: str) -> Fated:
        for row in rows:
            row[column] = value
        return _kept(rows)

    return change


def without_dues(rows: list[Row], value: str) -> Fated:
    for row in rows:
        row.update(dict.fromkeys(DUE, ""))
    return _kept(rows)


HAPPENINGS: dict[str, Callable[[list[Row], str], Fated]] = {
    "nodues": without_dues,  # the settings first: later rows are copies of what they leave
    "nostatus": setting("payment_status"),
    "unpaid": unpaid,
    "deferred": deferred,
    "halfdeferred": half_deferred,
    "flag": setting("payment_status"),
    "paid_on": setting("paid_on"),
    "kind": setting("payment_kind"),
    "latefee": setting("late_fee"),
    "short": short,
    "overpaid": overpaid,
    "backpaid": paid_back,
    "instalments": in_instalments,
    "contradiction": contradictory,
    "duplicate": repeated,
    "refunded": refunded,
    "refunded_minus": refunded_minus,
    "overcharged": overcharged,
}
ALWAYS = {"nodues", "nostatus"}  # happen in every month

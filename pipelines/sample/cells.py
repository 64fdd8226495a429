"""Cells as real deliveries write them: the same value in another form."""

from datetime import date
from decimal import Decimal

from pipelines.sample.book import Row
from pipelines.sample.forms import CODES, LABELS, Form

MONTHS = {"period", "settled_period", "insured_from", "first_paid_period", "paid_months_to"}
DAYS = {
    "paid_on", "birth_date", "separated_on", "unemployed_on", "registered_on", "ended_on",
    "cancelled_on", "listed_from", "listed_to", "returned_on",
}  # fmt: skip
MONEY = {
    "wage_base", "unit_due", "person_due", "unit_paid", "person_paid", "late_fee", "amount_yuan",
}  # fmt: skip
IDS = {"person_id", "unit_id", "uscc"}
LABELS_OF_EXTRACT = {
    "benefit_grants": {"unit_id": "原单位编号", "registered_on": "失业登记日期"},
    "unemployment_registrations": {"registered_on": "登记日期"},
    "refund_payments": {"paid_on": "发放日期"},
    "insured_people_1": {"division_code": "常住地行政区划"},
}


def wide(text: str) -> str:
    """Full-width digits and letters."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def header(form: Form, column: str, kind: str) -> str:
    """The header of a column: canonical, field code, Chinese label or full-width code."""
    label = LABELS_OF_EXTRACT.get(form.sheet, {}).get(column, LABELS.get(column, column))
    if kind == "labels":
        return label if column != "period" else f" {label} "
    if kind in {"codes", "wide"}:
        code = CODES.get(column, label)
        return wide(code) if kind == "wide" else code
    return column


def cell(form: Form, row: Row, column: str, number: int, written: dict[str, str]) -> str:
    """The text of a cell of the `number`th row in the file's form."""
    value = row.get("period" if column == "settled_period" else column, "")
    if not value:
        return form.empty[number % len(form.empty)]
    if column in MONTHS and value.isdigit():
        return form.months.format(year=int(value[:4]), month=int(value[4:]))
    if column in DAYS:
        return date.fromisoformat(value).strftime(form.days)
    if column in MONEY:
        return _money(form.money, value)
    if column == "person_id" and value in written:
        return _as_written(value, written[value], number)
    if column in IDS and form.messy_ids:
        return _messy(value, number)
    if column in {"unit_name", "person_name"} and number % 11 == 3:
        return f" {value}　"
    return value


def _money(kind: str, value: str) -> str:
    if kind == "thousands":
        return f"{Decimal(value):,.2f}"
    return f"￥{Decimal(value):,.2f}" if kind == "sign" else value


def _as_written(person: str, how: str, number: int) -> str:
    if how == "15":
        return person[:6] + person[8:17]
    return [person.lower(), wide(person), f'"{person}"', f"'{person.lower()}"][number % 4]


def _messy(value: str, number: int) -> str:
    forms = {
        3: value.lower() if value.endswith("X") else value,
        7: wide(value),
        11: f"'{value}",
        13: f" {value} ",
        17: f"{value}　",
        19: f'"{value}"',
        23: f"\u200b{value}",
    }
    return forms.get(number % 29, value.replace("X", "x") if len(value) == 18 else value)

"""Payroll files: all kinds of payment, most months in order, some in trouble."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.random_region.region import Job, Region, Unit, start_of, text_of

Rows = list[dict[str, Any]]
OPTIONAL = ("wage_base", "paid_on", "payment_kind", "payment_status", "late_fee")
BASES = ("3960.00", "4000.00", "5131.47", "6000.00", "8000.50")
TROUBLES = (
    "unpaid deferred deferred_and_short cent_short two_cents_short instalments short_instalments "
    "contradiction back_payment back_payment_alone old_back_payment refunded over_refunded "
    "part_refunded refunded_without_due paid_later status_only no_dues nothing_due paid_blank "
    "advance twice set_aside written_off no_kind refunded_later"
)


def payroll_files(region: Region) -> dict[str, Rows]:
    """Files by name; each file has its own optional columns."""
    rng = region.rng
    months = range(region.first, region.last + 1)
    cut = rng.choice([region.last, region.last, region.first + 9])
    files: dict[str, Rows] = {}
    for number, part in enumerate((range(months[0], cut + 1), range(cut + 1, months[-1] + 1))):
        rows = [row for period in part for row in _month_rows(region, period)]
        if rows:
            files[f"payroll_{number + 1}"] = _with_columns(region, rows)
    return files


def _with_columns(region: Region, rows: Rows) -> Rows:
    rng = region.rng
    dropped = {name for name in OPTIONAL if region.chance(0.12)}
    if region.chance(0.12):
        dropped |= {"unit_due", "person_due"}
    if region.chance(0.05):
        dropped |= {"unit_due", "person_due", "payment_status"}
    if region.chance(0.5):
        dropped.add("insurance_code")
        rows = [row for row in rows if row["insurance_code"] == "210"]
    rows = [{name: row[name] for name in row if name not in dropped} for row in rows]
    rng.shuffle(rows)
    return rows


def _month_rows(region: Region, period: int) -> Rows:
    if period in region.missing_months:
        return []
    rows = []
    for unit in region.units:
        is_thin = period in region.thin_months and region.chance(0.65)
        if is_thin or period in unit.months_not_filed or period > unit.files_until:
            continue
        staff = [
            job
            for job in region.jobs_of.get(unit.unit_id, [])
            if job.start <= period and (job.end is None or period <= job.end)
        ]
        rows += _unit_rows(region, unit, period, staff)
    return rows


def _unit_rows(region: Region, unit: Unit, period: int, staff: list[Job]) -> Rows:
    rng = region.rng
    is_troubled = region.chance(0.01 if unit.is_tidy else 0.12)
    trouble = rng.choice(TROUBLES.split())
    victims = rng.choice([1, 1, 2, len(staff)]) if is_troubled else 0
    rows: Rows = []
    for place, job in enumerate(staff):
        row = _regular(region, job, period)
        rows += _troubled(region, trouble, row, place) if place < victims else [row]
        if region.chance(0.01):
            rows.append(row | {"insurance_code": "110"})
    return rows


def _regular(region: Region, job: Job, period: int) -> dict[str, Any]:
    base = Decimal(BASES[(int(job.person.born.day) + len(job.unit)) % len(BASES)])
    due = (base * Decimal("0.005")).quantize(Decimal("0.01"))
    paid_on = start_of(period) + timedelta(days=region.rng.choice([20, 40, 44]))
    return {
        "period": text_of(period),
        "settled_period": text_of(period),
        "unit_id": job.unit,
        "person_id": job.person.written(region.rng),
        "insurance_code": "210",
        "wage_base": base,
        "unit_due": due,
        "person_due": due,
        "unit_paid": due,
        "person_paid": due,
        "late_fee": None,
        "paid_on": min(paid_on, region.day),
        "payment_kind": "1",
        "payment_status": "1",
    }


def _troubled(region: Region, trouble: str, row: dict[str, Any], place: int) -> Rows:
    """A person's rows of one month in which something is not in order."""
    due, zero = row["unit_due"], Decimal("0.00")
    unpaid = row | {"unit_paid": zero, "person_paid": zero, "paid_on": None, "payment_status": "0"}
    back = row | {"payment_kind": region.rng.choice(["2", "4", "13", "19", "20"])}
    back["late_fee"] = Decimal("3.21")
    refund = row | {"payment_kind": "18"}
    for column in ("unit_due", "person_due", "unit_paid", "person_paid"):
        refund[column] = row[column] * region.rng.choice([1, -1])
    cent = Decimal("0.01")
    half = {"unit_paid": cent * 7, "person_paid": due}
    rest = {"unit_paid": due - cent * 7, "person_paid": zero}
    later = {"paid_on": region.day + timedelta(days=region.rng.choice([1, 30]))}
    without_dues = {"unit_due": None, "person_due": None}
    match trouble:
        case "unpaid":
            return [unpaid]
        case "deferred":
            return [unpaid | {"payment_status": "2"}]
        case "deferred_and_short":
            return [unpaid | {"payment_status": "2" if place else "0"}]
        case "cent_short" | "two_cents_short":
            return [row | {"unit_paid": due - cent * (1 if trouble == "cent_short" else 2)}]
        case "instalments":
            return [row | half, row | rest | later_or_same(region, row)]
        case "short_instalments":
            return [row | half, row | rest | {"unit_paid": cent}]
        case "contradiction":
            return [row, unpaid | {"unit_due": due + 1, "wage_base": row["wage_base"] + 200}]
        case "back_payment":
            return [unpaid, back]
        case "back_payment_alone":
            return [back]
        case "old_back_payment":
            return [back | {"payment_kind": "11"}]
        case "refunded":
            return [row, refund]
        case "over_refunded":
            return [row, refund | {"unit_paid": due * 2}]
        case "part_refunded":
            return [row, refund | {"unit_due": zero, "unit_paid": zero}]
        case "refunded_without_due":
            return [row, refund | without_dues]
        case "refunded_later":
            return [row, refund | later]
        case "paid_later":
            return [row | later]
        case "status_only":
            return [row | without_dues]
        case "no_dues":
            return [row | without_dues | {"payment_status": None}]
        case "nothing_due":
            nothing = dict.fromkeys(("wage_base", "unit_due", "person_due"), zero)
            return [unpaid | nothing]
        case "paid_blank":
            return [unpaid | {"unit_paid": None, "person_paid": None, "payment_status": "3"}]
        case "advance":
            return [row | {"payment_kind": "12"}]
        case "twice":
            return [row, row]
        case "set_aside":
            column, value = region.rng.choice(
                [("period", "2021-13"), ("unit_paid", "abc"), ("unit_due", "x1")]
            )
            return [row | {column: value}]
        case "written_off":
            return [unpaid | {"payment_status": "4"}]
        case _:
            return [row | {"payment_kind": None}]


def later_or_same(region: Region, row: dict[str, Any]) -> dict[str, date | None]:
    """The second instalment's day: the same or the day after the run."""
    day = row["paid_on"]
    return {"paid_on": region.day + timedelta(days=1) if region.chance(0.2) else day}

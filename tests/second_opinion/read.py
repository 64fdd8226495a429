"""Clean extracts with canonical headers → rows of Python values. Dirty files are not its job."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from tests.second_opinion import codes
from tests.second_opinion.identity import clean_person_id
from tests.second_opinion.payroll_rows import PayrollReader

Row = dict[str, Any]
EMPTY = {"", "\\N", "NULL", "无", "/", "-", "暂无"}

# Columns and kinds of value of each extract; "!" = the row can't be used without a value.
CONTRACTS = {
    "insured_units": "unit_id:code! uscc:upper org_code:code unit_name:code! unit_type_code:code "
    "economic_type_code:code industry_code:industry division_code:code! insured_from:month "
    "unit_status:code unit_change_code:code size_class:size employees:whole revenue_10k:money "
    "assets_10k:money is_labour_dispatch:yes bank_name:code bank_account:code contact_name:code "
    "contact_phone:code",
    "payroll": "period:month! settled_period:month unit_id:code! person_id:person! "
    "insurance_code:code wage_base:money unit_due:money person_due:money unit_paid:money "
    "person_paid:money late_fee:money paid_on:day payment_kind:code payment_status:code",
    "insured_people": "person_id:person! person_name:code! sex_code:code ethnic_code:code "
    "birth_date:day is_rural_worker:yes division_code:code phone:code paid_months_before:whole "
    "paid_months_to:month person_type_code:code",
    "separations": "person_id:person! unit_id:code! separated_on:day! reason_code:code "
    "reason_text:code",
    "benefit_grants": "person_id:person! unit_id:code unemployed_on:day! registered_on:day "
    "benefit_kind:code granted_months:whole used_months:whole first_paid_period:month "
    "ended_on:day is_lump_sum:yes",
    "unemployment_registrations": "person_id:person! registered_on:day! cancelled_on:day "
    "cancel_reason_code:code wants_work:yes",
    "person_registers": "register:code! person_id:person! listed_from:day! listed_to:day",
    "unit_registers": "register:code! uscc:upper unit_name:code listed_from:day! listed_to:day",
    "refund_payments": "unit_id:code! data_year:whole! amount_yuan:money! paid_on:day batch:code "
    "returned_on:day",
}


@dataclass
class Extracts:
    """All usable rows by extract, in the order of file name and line, equal rows once."""

    rows: dict[str, list[Row]]
    payroll: pd.DataFrame
    complete: set[str] = field(default_factory=set)
    set_aside: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)
    """unit_id → (extract, month or None when it can't be read) of unusable rows."""
    _indexes: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict)

    def rows_set_aside(self, unit_id: str) -> list[tuple[str, int | None]]:
        """(extract, month or None when it can't be read) of a unit's unusable rows."""
        return self.set_aside.get(unit_id, [])

    def having(
        self, extract: str, column: str, value: Any, read: Callable[[Any], Any] = lambda cell: cell
    ) -> list[Row]:
        """The rows of an extract with a value in a column, as `read` makes it comparable."""
        index = self._indexes.get((extract, column))
        if index is None:
            index = self._indexes[extract, column] = {}
            for row in self.rows[extract]:
                index.setdefault(read(row[column]), []).append(row)
        return index.get(value, [])


def read_extracts(folder: Path) -> Extracts:
    """Every canonical CSV of a folder, and what its delivery.yaml declares."""
    delivery_file = folder / "delivery.yaml"
    delivery: dict[str, Any] = {}
    if delivery_file.exists():
        delivery = yaml.safe_load(delivery_file.read_text(encoding="utf-8")) or {}
    payroll = PayrollReader(
        {name: _reader(READERS[kind]) for name, kind, _ in _columns("payroll")},
        codes.INSURANCES,
        codes.UNEMPLOYMENT,
    )
    found = Extracts({}, pd.DataFrame(), set(delivery.get("complete") or []))
    for extract in CONTRACTS:
        seen: set[tuple[Any, ...]] = set()
        rows = found.rows[extract] = []
        for path in sorted(folder.glob(f"{extract}*.csv")):
            table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
            if extract == "payroll":
                payroll.add(table)
            else:
                rows += _rows(found, extract, table, _system(delivery, path.name), seen)
    for unit_id, period in payroll.set_aside:
        found.set_aside.setdefault(unit_id, []).append(("payroll", period))
    found.payroll = payroll.rows()
    return found


def month_of(day: date) -> int:
    """The month of a day as year × 12 + month."""
    return day.year * 12 + day.month


def month(year: int, number: int) -> int:
    """A month as one whole number, year × 12 + month."""
    return year * 12 + number


def first_day(period: int) -> date:
    """The first day of a month."""
    return date((period - 1) // 12, (period - 1) % 12 + 1, 1)


def last_day(period: int) -> date:
    """The last day of a month."""
    start = first_day(period)
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


def _system(delivery: dict[str, Any], file_name: str) -> str | None:
    for pattern, said in (delivery.get("files") or {}).items():
        if fnmatch(file_name, pattern) and said and said.get("system"):
            return str(said["system"])
    return None


@cache
def _columns(extract: str) -> list[tuple[str, str, bool]]:
    """(name, kind of value, whether a row needs a value) of each column."""
    found = []
    for column in CONTRACTS[extract].split():
        name, kind = column.rstrip("!").split(":")
        found.append((name, kind, column.endswith("!")))
    return found


def _reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of cells, for which an empty cell is None."""

    def read_cell(text: str) -> Any:
        cell = _cell(text)
        return None if cell is None else read(cell)

    return read_cell


def _rows(
    found: Extracts, extract: str, table: pd.DataFrame, system: str | None, seen: set[Any]
) -> list[Row]:
    """A file's usable rows that no earlier one of the extract is equal to."""
    rows = []
    for cells in table.to_dict("records"):
        raw = {str(name): _cell(value) for name, value in cells.items()}
        row = _parsed(extract, raw)
        if row is None:
            _note_set_aside(found, extract, raw)
            continue
        key = tuple(row.values())
        if key not in seen:
            seen.add(key)
            row["system"] = system
            rows.append(row)
    if extract == "insured_people":
        _fill_paid_months(rows)
    return rows


def _cell(value: Any) -> str | None:
    text = str(value).strip()
    return None if text in EMPTY else text


def _parsed(extract: str, raw: dict[str, str | None]) -> Row | None:
    """A row of values, None when a cell can't be read or a needed one is empty."""
    row: Row = {}
    for name, kind, is_needed in _columns(extract):
        try:
            text = raw.get(name)
            row[name] = None if text is None else READERS[kind](text)
        except (ValueError, KeyError, InvalidOperation):
            return None
        if row[name] is None and is_needed:
            return None
    if extract in {"person_registers", "unit_registers"}:
        row["register"] = codes.REGISTERS.get(row["register"], row["register"])
    if extract == "unit_registers" and not row["uscc"] and not row["unit_name"]:
        return None
    return row


def _fill_paid_months(rows: list[Row]) -> None:
    """A blank paid_months_before is 0 where the column is filled for others (of the file)."""
    filled = any(row["paid_months_before"] is not None for row in rows)
    for row in rows:
        before = row["paid_months_before"]
        row["paid_months_known"] = 0 if before is None and filled else before


def _note_set_aside(found: Extracts, extract: str, raw: dict[str, str | None]) -> None:
    unit_id = raw.get("unit_id")
    if extract == "separations" and unit_id:
        try:
            period = month_of(_day(raw.get("separated_on") or ""))
        except ValueError:
            period = None
        found.set_aside.setdefault(unit_id, []).append((extract, period))


def _month(text: str) -> int:
    matched = re.fullmatch(r"(\d{4})-?(\d{2})", text)
    if not matched or not 1 <= int(matched[2]) <= 12:
        raise ValueError(text)
    return month(int(matched[1]), int(matched[2]))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _industry(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits or text.upper()


READERS: dict[str, Any] = {
    "code": str,
    "upper": str.upper,
    "person": clean_person_id,
    "month": _month,
    "day": _day,
    "money": Decimal,
    "whole": int,
    "yes": lambda text: {"是": True, "1": True, "否": False, "0": False}[text],
    "size": lambda text: codes.SIZES[text],
    "industry": _industry,
}

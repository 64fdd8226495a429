"""Payroll files → one frame of whole numbers, in which an unknown stays an unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

UNITS_OF_MONEY = 10_000
"""Money is counted in 1/10000 yuan: whole numbers, so that no sum is ever rounded."""
MONEY = ["wage_base", "unit_due", "person_due", "unit_paid", "person_paid", "late_fee"]
KEY = ["unit_id", "period", "person_id", "payment_kind"]
NEEDED = ["unit_id", "period", "person_id"]

Reader = Callable[[str], Any]
BAD = object()


@dataclass
class Column:
    """One column of a file: its values, and where a cell can't be read."""

    values: pd.Series
    is_bad: pd.Series


def money_of(amount: Decimal) -> int:
    """Yuan as whole 1/10000 yuan; an amount with more digits is nothing that payroll holds."""
    whole = int(amount * UNITS_OF_MONEY)
    assert whole == amount * UNITS_OF_MONEY, "money with more than four digits"
    return whole


def yuan(amount: int) -> Decimal:
    """Whole 1/10000 yuan as yuan."""
    return Decimal(amount).scaleb(-4)


class PayrollReader:
    """Reads payroll files one by one; the frame of all of them comes at the end."""

    def __init__(self, readers: dict[str, Reader], insurances: set[str], own: str) -> None:
        self.readers = readers
        self.insurances, self.own = insurances, own
        self.known: dict[str, dict[str, Any]] = {name: {} for name in readers}
        self.pieces: list[pd.DataFrame] = []
        self.set_aside: list[tuple[str, int | None]] = []
        """(unit_id, month or None when it can't be read) of unusable rows."""

    def add(self, cells: pd.DataFrame) -> None:
        """Take in one file, all of whose cells are text."""
        columns = {name: self._column(name, cells) for name in self.readers}
        rows = pd.DataFrame({name: column.values for name, column in columns.items()})
        is_bad = pd.concat([column.is_bad for column in columns.values()], axis=1).any(axis=1)
        is_bad |= rows[NEEDED].isna().any(axis=1)
        insurance = rows["insurance_code"]
        is_bad |= insurance.notna() & ~insurance.isin(self.insurances)
        for unit_id, period in zip(
            rows.loc[is_bad, "unit_id"], rows.loc[is_bad, "period"], strict=True
        ):
            if not pd.isna(unit_id):
                self.set_aside.append((unit_id, None if pd.isna(period) else int(period)))
        self.pieces.append(rows[~is_bad & (insurance.isna() | (insurance == self.own))])

    def rows(self) -> pd.DataFrame:
        """The usable rows of all files, equal ones once."""
        if not self.pieces:
            return self._empty()
        rows = pd.concat(self.pieces, ignore_index=True)
        self.pieces = []
        # Only rows that share their key can be equal in everything.
        several = rows[rows.duplicated(KEY, keep=False)]
        again = several.index[several.duplicated()]
        rows = rows.drop(index=again).drop(columns=["insurance_code", "settled_period", "late_fee"])
        return rows.reset_index(drop=True)

    def _empty(self) -> pd.DataFrame:
        self.add(pd.DataFrame({name: pd.Series([], dtype="str") for name in self.readers}))
        return self.rows()

    def _column(self, name: str, cells: pd.DataFrame) -> Column:
        """Each different text is read once; a missing column is empty."""
        if name not in cells:
            values = pd.array([None], dtype=_kind(name)).take([0] * len(cells))
            return Column(pd.Series(values, index=cells.index), pd.Series(False, index=cells.index))
        codes, texts = pd.factorize(cells[name])
        known = self.known[name]
        for text in texts:
            if text not in known:
                known[text] = self._read(name, text)
        read = [known[text] for text in texts]
        bad = pd.array([value is BAD for value in read], dtype="bool")
        values = pd.array([None if value is BAD else value for value in read], dtype=_kind(name))
        return Column(
            pd.Series(values.take(codes), index=cells.index),
            pd.Series(bad.take(codes), index=cells.index),
        )

    def _read(self, name: str, text: str) -> Any:
        try:
            value = self.readers[name](text)
        except (ValueError, KeyError, ArithmeticError):
            return BAD
        if isinstance(value, Decimal):
            return money_of(value)
        return value.toordinal() if isinstance(value, date) else value


def _kind(name: str) -> str:
    """Whole numbers that may be unknown, or text."""
    return "Int64" if name in {*MONEY, "period", "settled_period", "paid_on"} else "str"


def payroll_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The frame of rows of values: money as Decimal, days as date, months as whole numbers."""
    dropped = {"insurance_code", "settled_period", "late_fee"}
    names = [name for name in (*KEY, *MONEY, "paid_on", "payment_status") if name not in dropped]
    columns = {}
    for name in names:
        values = [row[name] for row in rows]
        if name in MONEY:
            values = [None if value is None else money_of(value) for value in values]
        elif name == "paid_on":
            values = [None if value is None else value.toordinal() for value in values]
        columns[name] = pd.array(values, dtype=_kind(name))
    return pd.DataFrame(columns)

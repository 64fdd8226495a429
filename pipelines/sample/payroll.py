"""The monthly payroll of the invented region: whole columns at a time, never row by row."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from pipelines.sample.ids import numbered
from pipelines.sample.world import World

CHUNK = 400_000
COLUMNS = [
    "period", "unit_id", "person_id", "insurance_code", "wage_base", "unit_due", "person_due",
    "unit_paid", "person_paid", "payment_kind", "payment_status", "paid_on",
]  # fmt: skip


def unit_ids(world: World) -> pa.StringArray:
    """Unit numbers: the division's six digits and six running ones."""
    return numbered(world.division, np.arange(world.units), 6)


def month_name(period: int, form: str = "{year}{month:02d}") -> str:
    """A period (year × 12 + month) as text, by default yyyymm."""
    year, month = divmod(period - 1, 12)
    return form.format(year=year, month=month + 1)


def yuan(fen: np.ndarray) -> pa.StringArray:
    """Amounts in fen as yuan with two decimals."""
    different, place = np.unique(fen, return_inverse=True)
    texts = pa.array([f"{value // 100}.{value % 100:02d}" for value in different.tolist()])
    return texts.take(pa.array(place))


def due_fen(wage: np.ndarray) -> np.ndarray:
    """Half a percent of a monthly wage in yuan, in fen, half up (each of employer and worker)."""
    return (wage.astype(np.int64) + 1) // 2


def payroll_month(
    world: World, month: int, units: pa.StringArray, people: pa.StringArray
) -> Iterator[tuple[pa.Table, int]]:
    """The rows of one month, in the units' order, with the sum of unit_paid in fen."""
    unit = world.spell_unit
    active = (world.spell_first <= month) & (world.spell_last >= month)
    active &= month <= world.last_filed[unit]
    rows = np.flatnonzero(active)
    owing = (world.arrears_from <= month) & (world.arrears_to >= month)
    year, late = divmod(world.first_period + month, 12)
    paid_on = date(year, late + 1, 15)
    if paid_on > world.as_of:
        paid_on = world.as_of.replace(day=1)
    for start in range(0, len(rows), CHUNK):
        piece = rows[start : start + CHUNK]
        yield _piece(world, piece, month, owing, paid_on, units, people)


def _piece(
    world: World,
    piece: np.ndarray,
    month: int,
    owing: np.ndarray,
    paid_on: date,
    units: pa.StringArray,
    people: pa.StringArray,
) -> tuple[pa.Table, int]:
    unit, person = world.spell_unit[piece], world.spell_person[piece]
    wage = world.wage[person]
    fen = due_fen(wage)
    due = yuan(fen)
    unpaid = owing[unit]
    nothing = pa.scalar("", pa.string())
    paid = pa.compute.if_else(pa.array(unpaid), nothing, due)
    status = np.where(unpaid, np.where(world.arrears_are_deferred[unit], 2, 0), 1)
    count = len(piece)
    columns = {
        "period": pa.repeat(month_name(world.first_period + month), count),
        "unit_id": units.take(pa.array(unit)),
        "person_id": people.take(pa.array(person)),
        "insurance_code": pa.repeat("210", count),
        "wage_base": pa.array(wage),
        "unit_due": due,
        "person_due": due,
        "unit_paid": paid,
        "person_paid": paid,
        "payment_kind": pa.repeat("1", count),
        "payment_status": pa.array(status.astype(np.int8)),
        "paid_on": pa.compute.if_else(
            pa.array(unpaid), nothing, pa.scalar(paid_on.isoformat(), pa.string())
        ),
    }
    return pa.table(columns), int(fen[~unpaid].sum())

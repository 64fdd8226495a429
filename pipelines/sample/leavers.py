"""The invented extracts about who left, why, and what was granted and registered then."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample.payroll import month_name
from pipelines.sample.world import World

SEPARATION_COLUMNS = ["person_id", "unit_id", "separated_on", "reason_code", "reason_text"]
GRANT_COLUMNS = [
    "person_id", "unit_id", "unemployed_on", "registered_on", "benefit_kind", "granted_months",
    "used_months", "first_paid_period", "ended_on", "is_lump_sum",
]  # fmt: skip
REGISTRATION_COLUMNS = ["person_id", "registered_on", "cancelled_on", "wants_work"]
REASONS = [  # core code, the old system's, share
    ("6313", "222", 0.40), ("6314", "222", 0.05), ("6301", "221", 0.12), ("6317", "223", 0.10),
    ("6321", "223", 0.05), ("6322", "221", 0.09), ("6320", "223", 0.01), ("6315", "223", 0.01),
    ("6302", "231", 0.06), ("6308", "251", 0.07), ("6401", "211", 0.01), ("6303", "224", 0.01),
    ("6402", "212", 0.005), ("6306", "227", 0.015),
]  # fmt: skip


@dataclass
class Leavers:
    """Who left, by spell: the spell's index, the day, the reason and whether it is recorded."""

    spell: np.ndarray
    day: np.ndarray
    reason: np.ndarray
    is_closure: np.ndarray
    is_recorded: np.ndarray


def make_leavers(world: World) -> Leavers:
    """Everyone whose spell ends before the last month; one in fifteen has no record."""
    rng = np.random.default_rng([world.seed, 5])
    unit = world.spell_unit
    gone = world.spell_last < world.months - 1
    spell = np.flatnonzero(gone)
    period = world.first_period + world.spell_last[spell].astype(np.int64)
    month = (period - 1 - 1970 * 12).astype("datetime64[M]")
    last_day = (month + 1).astype("datetime64[D]") - 1
    earlier = np.where(rng.random(len(spell)) < 0.6, 0, rng.integers(0, 28, len(spell)))
    shares = np.array([share for _, _, share in REASONS])
    return Leavers(
        spell=spell,
        day=last_day - earlier,
        reason=rng.choice(len(REASONS), len(spell), p=shares / shares.sum()),
        is_closure=world.spell_last[spell] + 1 == world.closed_in[unit[spell]],
        is_recorded=rng.random(len(spell)) < 0.93,
    )


def separations(
    world: World, leavers: Leavers, units: pa.StringArray, people: pa.StringArray, old: bool
) -> pa.Table:
    """The recorded leavers of one code system: the old one's units or the others."""
    unit = world.spell_unit[leavers.spell]
    rows = np.flatnonzero(leavers.is_recorded & (world.is_old_system[unit] == old))
    code = pa.array([reason[1 if old else 0] for reason in REASONS])
    closure = pa.scalar("221" if old else "6323")
    spell = leavers.spell[rows]
    return pa.table(
        {
            "person_id": people.take(pa.array(world.spell_person[spell])),
            "unit_id": units.take(pa.array(unit[rows])),
            "separated_on": pa.array(leavers.day[rows].astype(str)),
            "reason_code": pa.compute.if_else(
                pa.array(leavers.is_closure[rows]),
                closure,
                code.take(pa.array(leavers.reason[rows])),
            ),
            "reason_text": pa.repeat("", len(rows)),
        }
    )


def _claimants(world: World, leavers: Leavers) -> np.ndarray:
    """Places among the leavers of those who claimed: a third of the involuntary ones."""
    rng = np.random.default_rng([world.seed, 7])
    may = np.isin(leavers.reason, [3, 4, 5, 6, 7]) | leavers.is_closure
    seen = leavers.day < np.datetime64(world.as_of) - 30
    return np.flatnonzero(may & seen & (rng.random(len(may)) < 0.35))


def benefit_grants(
    world: World, leavers: Leavers, units: pa.StringArray, people: pa.StringArray
) -> pa.Table:
    """The grants of claimants; a few lump sums, a few of other kinds."""
    rng = np.random.default_rng([world.seed, 8])
    rows = _claimants(world, leavers)
    spell = leavers.spell[rows]
    count = len(rows)
    day = leavers.day[rows]
    granted = rng.choice([2, 4, 8, 12, 14, 18, 24], count)
    since = (day.astype("datetime64[M]").astype(np.int64) + 1970 * 12 + 1) + 1
    run = world.as_of.year * 12 + world.as_of.month
    used = np.clip(run - since, 0, granted)
    ended = rng.random(count) < 0.15
    return pa.table(
        {
            "person_id": people.take(pa.array(world.spell_person[spell])),
            "unit_id": pa.compute.if_else(
                pa.array(rng.random(count) < 0.05),
                pa.scalar("", pa.string()),
                units.take(pa.array(world.spell_unit[spell])),
            ),
            "unemployed_on": pa.array((day + 1).astype(str)),
            "registered_on": pa.array((day + 9).astype(str)),
            "benefit_kind": rng.choice(["11", "21", "31"], count, p=[0.94, 0.03, 0.03]),
            "granted_months": granted,
            "used_months": used,
            "first_paid_period": [month_name(int(period)) for period in since],
            "ended_on": [
                str(left + 25) if over else "" for left, over in zip(day, ended, strict=True)
            ],
            "is_lump_sum": rng.choice(["否", "是"], count, p=[0.97, 0.03]),
        }
    )


def unemployment_registrations(world: World, leavers: Leavers, people: pa.StringArray) -> pa.Table:
    """A fifth of the leavers registered; some have cancelled since."""
    rng = np.random.default_rng([world.seed, 9])
    rows = np.flatnonzero(rng.random(len(leavers.spell)) < 0.2)
    day = leavers.day[rows] + 12
    over = rng.random(len(rows)) < 0.25
    return pa.table(
        {
            "person_id": people.take(pa.array(world.spell_person[leavers.spell[rows]])),
            "registered_on": pa.array(day.astype(str)),
            "cancelled_on": [
                str(since + 40) if gone else "" for since, gone in zip(day, over, strict=True)
            ],
            "wants_work": rng.choice(["是", "否", ""], len(rows)),
        }
    )

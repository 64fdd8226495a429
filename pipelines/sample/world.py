"""The invented region: units, people and their spells of insurance, as arrays."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.sample.ids import ResidentIds
from pipelines.sample.places import OLD_SYSTEM, SHARES, divisions_by_bureau

UNIT_TYPES = {
    "enterprise": 0.78, "individual_business": 0.06, "social_organization": 0.03,
    "social_service": 0.03, "foundation": 0.005, "law_firm": 0.01, "accounting_firm": 0.005,
    "farmer_cooperative": 0.02, "public_institution": 0.045, "rural_collective": 0.005,
    "mass_organization": 0.01,
}  # fmt: skip


@dataclass
class World:
    """Units by index; people by index; spells sorted by unit. Months count from `first_period`."""

    as_of: date
    seed: int
    first_period: int
    months: int
    division: np.ndarray
    is_old_system: np.ndarray
    unit_type: np.ndarray
    last_filed: np.ndarray
    closed_in: np.ndarray
    arrears_from: np.ndarray
    arrears_to: np.ndarray
    arrears_are_deferred: np.ndarray
    ids: ResidentIds
    wage: np.ndarray
    spell_person: np.ndarray
    spell_unit: np.ndarray
    spell_first: np.ndarray
    spell_last: np.ndarray

    @property
    def units(self) -> int:
        return len(self.division)

    @property
    def people(self) -> int:
        return len(self.wage)


def make_world(units: int, people: int, seed: int, as_of: date) -> World:
    """An invented region in the months from December Y−1 to the month before `as_of`."""
    rng = np.random.default_rng([seed, units, people])
    first_period = (as_of.year - 2) * 12 + 12
    months = as_of.year * 12 + as_of.month - first_period
    division, old = _places(rng, units)
    last_filed = np.full(units, months - 1, dtype=np.int8)
    chance = rng.random(units)
    last_filed[chance < 0.03] -= rng.integers(1, 3, units)[chance < 0.03].astype(np.int8)
    closed_in = np.full(units, 127, dtype=np.int8)
    closing = (chance > 0.985) & (months > 4)
    closed_in[closing] = rng.integers(2, max(months - 3, 3), units)[closing]
    arrears = (chance > 0.95) & (chance < 0.98)
    since = np.where(arrears, rng.integers(0, months, units), 127).astype(np.int8)
    person_unit = _workplaces(rng, units, people)
    spells = _spells(rng, person_unit, months, closed_in)
    return World(
        as_of=as_of,
        seed=seed,
        first_period=first_period,
        months=months,
        division=division,
        is_old_system=old,
        unit_type=rng.choice(len(UNIT_TYPES), units, p=list(UNIT_TYPES.values())).astype(np.int8),
        last_filed=last_filed,
        closed_in=closed_in,
        arrears_from=since,
        arrears_to=np.where(arrears, since + rng.integers(0, 3, units), -1).astype(np.int16),
        arrears_are_deferred=rng.random(units) < 0.4,
        ids=ResidentIds(seed, as_of),
        wage=(np.clip(rng.lognormal(8.35, 0.4, people), 2000, 20000) // 10 * 10).astype(np.int32),
        **spells,
    )


def _places(rng: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
    by_bureau = divisions_by_bureau()
    names = list(SHARES)
    weights = np.array([SHARES[name] for name in names], dtype=float)
    bureau = rng.choice(len(names), units, p=weights / weights.sum())
    bureau[: min(units, len(names))] = np.arange(min(units, len(names)))
    division = np.zeros(units, dtype=np.int32)
    for place, name in enumerate(names):
        here = bureau == place
        division[here] = rng.choice(np.array(by_bureau[name], dtype=np.int32), here.sum())
    return division, np.isin(bureau, [names.index(name) for name in OLD_SYSTEM])


def _workplaces(rng: np.random.Generator, units: int, people: int) -> np.ndarray:
    """The first unit of each person, ascending: one person each, the rest by long-tailed sizes."""
    weights = np.minimum(rng.lognormal(0, 1.3, units), 60)
    counts = np.zeros(units, dtype=np.int64)
    counts[: min(units, people)] = 1
    counts += rng.multinomial(max(people - units, 0), weights / weights.sum())
    return np.repeat(np.arange(units, dtype=np.int32), counts)


def _spells(
    rng: np.random.Generator, unit: np.ndarray, months: int, closed_in: np.ndarray
) -> dict[str, np.ndarray]:
    """One or two spells a person: who leaves may be back at work after one to five months."""
    people = len(unit)
    first = np.where(rng.random(people) < 0.14, rng.integers(1, months, people), 0).astype(np.int8)
    last = np.full(people, months - 1, dtype=np.int8)
    leaves = rng.random(people) < 0.0115 * months
    last[leaves] = rng.integers(0, months, people)[leaves]
    last = np.minimum(np.maximum(last, first), closed_in[unit] - 1).astype(np.int8)
    first = np.minimum(first, last)
    again = (last + rng.integers(1, 6, people)).astype(np.int16)
    back = (last < months - 1) & (again < months) & (rng.random(people) < 0.55)
    person = np.flatnonzero(back).astype(np.int32)
    elsewhere = unit[rng.integers(0, people, len(person))]
    starts = again[person].astype(np.int8)
    fits = (elsewhere != unit[person]) & (starts < closed_in[elsewhere])
    person, elsewhere, starts = person[fits], elsewhere[fits], starts[fits]
    ends = np.minimum(months - 1, closed_in[elsewhere] - 1).astype(np.int8)
    all_units = np.concatenate([unit, elsewhere])
    order = np.argsort(all_units, kind="stable")
    return {
        "spell_person": np.concatenate([np.arange(people, dtype=np.int32), person])[order],
        "spell_unit": all_units[order],
        "spell_first": np.concatenate([first, starts])[order],
        "spell_last": np.concatenate([last, ends])[order],
    }

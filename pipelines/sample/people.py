"""The invented extracts about people: who they are, and the registers they are on."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pyarrow as pa

from pipelines.sample.names import person_names
from pipelines.sample.payroll import CHUNK
from pipelines.sample.world import World

PEOPLE_COLUMNS = [
    "person_id", "person_name", "sex_code", "ethnic_code", "birth_date", "is_rural_worker",
    "division_code", "phone", "paid_months_before",
]  # fmt: skip
PERSON_REGISTER_COLUMNS = ["register", "person_id", "listed_from", "listed_to"]
PERSON_REGISTERS = [
    "养老待遇", "死亡", "服兵役", "出境定居", "服刑", "工商登记", "在校", "就业登记",
]  # fmt: skip


def insured_people(world: World, ids: pa.StringArray) -> Iterator[pa.Table]:
    """Everyone, in pieces."""
    rng = np.random.default_rng([world.seed, 6])
    names = pa.array(person_names(rng, 5000))
    homes = np.full(world.people, 150000, dtype=np.int32)
    homes[world.spell_person] = world.division[world.spell_unit]
    for start in range(0, world.people, CHUNK):
        numbers = np.arange(start, min(start + CHUNK, world.people))
        count = len(numbers)
        _, birth, sequence = world.ids.parts(numbers)
        before = np.clip(rng.exponential(45, count), 0, 260).astype(np.int16)
        yield pa.table(
            {
                "person_id": ids.slice(start, count),
                "person_name": names.take(pa.array(rng.integers(0, len(names), count))),
                "sex_code": np.where(sequence % 2 == 1, 1, 2),
                "ethnic_code": rng.choice(["01", "05", "03", "11", "20"], count),
                "birth_date": birth,
                "is_rural_worker": rng.choice(["", "0", "1"], count),
                "division_code": homes[numbers],
                "phone": pa.array(19900000000 + numbers % 10_000_000),
                "paid_months_before": before,
            }
        )


def person_registers(world: World, people: pa.StringArray) -> pa.Table:
    """One person in a hundred on some register; every kind is there."""
    rng = np.random.default_rng([world.seed, 10])
    hit = np.flatnonzero(rng.random(world.people) < 0.01)
    hit = np.union1d(hit, np.arange(min(len(PERSON_REGISTERS), world.people)))
    since = [world.as_of - timedelta(days=int(ago)) for ago in rng.integers(1, 700, len(hit))]
    over = rng.random(len(hit)) < 0.2
    return pa.table(
        {
            "register": [PERSON_REGISTERS[n % len(PERSON_REGISTERS)] for n in range(len(hit))],
            "person_id": people.take(pa.array(hit)),
            "listed_from": [day.isoformat() for day in since],
            "listed_to": [
                (day + timedelta(days=90)).isoformat() if gone else ""
                for day, gone in zip(since, over, strict=True)
            ],
        }
    )

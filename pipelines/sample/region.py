"""Invented extracts of any size, clean or dirty: `wengang sample DIR …`."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.sample import leavers as sample_leavers
from pipelines.sample import payroll as sample_payroll
from pipelines.sample import people as sample_people
from pipelines.sample import units as sample_units
from pipelines.sample.world import World, make_world
from pipelines.sample.write import Sheet

COMPLETE = [
    "dishonest", "zombie", "environmental_penalty", "abnormal_operation", "deregistered",
    "revoked", "pension", "death", "military", "emigration", "custody", "business_owner",
    "student", "employed_elsewhere",
]  # fmt: skip
UNITS_AT_ONCE = 50_000


def make_sample(
    folder: Path,
    units: int,
    people: int,
    seed: int,
    as_of: date,
    dirty: float = 0.0,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Write the nine extracts of an invented region, and delivery.yaml, into `folder`.

    The same arguments give the same bytes. Payroll covers December Y−1 to the month before
    `as_of`, a file a month; memory holds one month's part of it. `dirty` is the share of rows
    (0 to 1) that arrive damaged. Raises UsageError for numbers that make no region, and for a
    folder that already holds something.
    """
    if units < 1 or people < units or not 0 <= dirty <= 1 or seed < 0:
        raise UsageError(
            say(
                f"样例参数不成立：units={units} people={people} seed={seed} dirty={dirty}；"
                "须 1 ≤ units ≤ people、seed ≥ 0、0 ≤ dirty ≤ 1",
                f"no sample with units={units} people={people} seed={seed} dirty={dirty}: "
                "it takes 1 ≤ units ≤ people, seed ≥ 0 and 0 ≤ dirty ≤ 1",
            )
        )
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            say(
                f"{folder}：文件夹不为空，请另选一个空文件夹",
                f"{folder}: not empty; choose an empty folder",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(units, people, seed, as_of)
    unit_ids = sample_payroll.unit_ids(world)
    person_ids = world.ids.array(np.arange(people))
    files: dict[str, dict[str, Any]] = {}

    def write(
        name: str, columns: list[str], tables: Iterable[pa.Table], system: str = "core"
    ) -> Sheet:
        with Sheet(folder / name, columns, dirty, seed) as sheet:
            for table in tables:
                sheet.add(table)
        files[name] = {"system": system}
        progress(say(f"{name}：{sheet.rows} 行", f"{name}: {sheet.rows} rows"))
        return sheet

    for month in range(world.months):
        paid_fen = 0

        def pieces(month: int = month) -> Iterable[pa.Table]:
            nonlocal paid_fen
            for table, fen in sample_payroll.payroll_month(world, month, unit_ids, person_ids):
                paid_fen += fen
                yield table

        name = f"payroll_{sample_payroll.month_name(world.first_period + month)}.csv"
        sheet = write(name, sample_payroll.COLUMNS, pieces())
        if not dirty:
            files[name]["control"] = {"rows": sheet.rows, "unit_paid": paid_fen / 100}
    _write_units(world, unit_ids, write)
    _write_people(world, unit_ids, person_ids, write)
    delivery = {"as_of": as_of, "complete": COMPLETE, "files": files}
    (folder / "delivery.yaml").write_text(
        yaml.safe_dump(delivery, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def _write_units(world: World, ids: pa.StringArray, write: Callable[..., Sheet]) -> None:
    starts = range(0, world.units, UNITS_AT_ONCE)
    write(
        "insured_units.csv",
        sample_units.UNIT_COLUMNS,
        (
            sample_units.insured_units(world, ids, at, min(at + UNITS_AT_ONCE, world.units))
            for at in starts
        ),
    )
    registers = sample_units.unit_registers(world)
    write("unit_registers.csv", sample_units.REGISTER_COLUMNS, [registers])
    refunds = sample_units.refund_payments(world, ids)
    write("refund_payments.csv", sample_units.REFUND_COLUMNS, [refunds])


def _write_people(
    world: World,
    units: pa.StringArray,
    people: pa.StringArray,
    write: Callable[..., Sheet],
) -> None:
    everyone = sample_people.insured_people(world, people)
    write("insured_people.csv", sample_people.PEOPLE_COLUMNS, everyone)
    leavers = sample_leavers.make_leavers(world)
    for old, system in ((False, "core"), (True, "shaanxi")):
        rows = sample_leavers.separations(world, leavers, units, people, old)
        write(f"separations_{system}.csv", sample_leavers.SEPARATION_COLUMNS, [rows], system)
    grants = sample_leavers.benefit_grants(world, leavers, units, people)
    write("benefit_grants.csv", sample_leavers.GRANT_COLUMNS, [grants])
    registered = sample_leavers.unemployment_registrations(world, leavers, people)
    write("unemployment_registrations.csv", sample_leavers.REGISTRATION_COLUMNS, [registered])
    listed = sample_people.person_registers(world, people)
    write("person_registers.csv", sample_people.PERSON_REGISTER_COLUMNS, [listed])

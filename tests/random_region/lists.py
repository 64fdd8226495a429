"""Registers of people and units around the day of the run, and refunds already paid."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.random_region.region import Region
from tests.random_region.units import make_uscc

PERSON_REGISTERS = (
    "pension death military emigration custody business_owner student employed_elsewhere "
    "养老待遇 死亡 就业登记 区外参保 机关事业参保 工商登记"
)
UNIT_REGISTERS = (
    "dishonest zombie environmental_penalty environmental_penalty abnormal_operation 环保处罚 "
    "deregistered revoked 严重违法失信 僵尸企业 环保处罚 注销"
)
# Days from the day of the run on which an entry begins and ends.
SPANS = ((-900, None), (-30, None), (0, None), (1, None), (-200, -1), (-200, 0), (-200, 30))


def _span(region: Region) -> dict[str, Any]:
    start, end = region.rng.choice(SPANS)
    return {
        "listed_from": region.day + timedelta(days=start),
        "listed_to": None if end is None else region.day + timedelta(days=end),
    }


def person_register_rows(region: Region) -> list[dict[str, Any]]:
    """A row for some people, of any register."""
    leavers = [job.person for job in region.jobs if job.end is not None]
    return [
        {
            "register": region.rng.choice(PERSON_REGISTERS.split()),
            "person_id": person.written(region.rng),
            **_span(region),
        }
        for person in [*leavers, *region.rng.sample(region.persons, 8)]
        if region.chance(0.15)
    ]


def unit_register_rows(region: Region) -> list[dict[str, Any]]:
    """Rows that hit by USCC, by name alone, or not at all."""
    rng = region.rng
    rows = [
        {"register": name, "uscc": make_uscc("91", 9000 + place), "unit_name": "外地示例有限公司"}
        | _span(region)
        for place, name in enumerate(["dishonest", "zombie", "environmental_penalty"])
    ]
    for unit in region.unit_rows:
        if not region.chance(0.3):
            continue
        name = unit["unit_name"].replace("第", rng.choice(["第", " 第", "\u3000第", "第二"]))
        name = name.replace("（", rng.choice("（(")).replace("）", rng.choice("）)"))
        another = make_uscc("91", 9500 + len(rows))
        uscc = rng.choice([unit.get("uscc"), unit.get("uscc"), None, another])
        rows.append(
            {"register": rng.choice(UNIT_REGISTERS.split()), "uscc": uscc, "unit_name": name}
            | _span(region)
        )
    return rows


def refund_rows(region: Region) -> list[dict[str, Any]]:
    """Refunds for the data year and others: small, ample, returned, of a later day."""
    rng = region.rng
    rows = []
    for unit in region.units:
        for batch in range(rng.choice([0, 0, 0, 0, 1, 2])):
            paid_on = region.day + timedelta(days=rng.choice([-60, -5, 0, 1]))
            rows.append(
                {
                    "unit_id": unit.unit_id,
                    "data_year": rng.choice([region.year] * 4 + [region.year - 1]),
                    "amount_yuan": Decimal(rng.choice(["10.00", "333.33", "99999.00"])),
                    "paid_on": rng.choice([paid_on, paid_on, None]),
                    "batch": str(batch + 1),
                    "returned_on": rng.choice([None] * 4 + [region.day, paid_on]),
                }
            )
    return rows

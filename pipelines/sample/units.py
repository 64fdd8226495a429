"""The invented extracts about units: insured units, unit registers, refunds paid."""

from datetime import timedelta

import numpy as np
import pyarrow as pa

from pipelines.sample.ids import invented_uscc
from pipelines.sample.names import unit_name
from pipelines.sample.payroll import month_name
from pipelines.sample.world import UNIT_TYPES, World

PREFIXES = {
    "enterprise": "91", "social_organization": "51", "social_service": "52", "foundation": "53",
    "law_firm": "31", "accounting_firm": "91", "individual_business": "92",
    "farmer_cooperative": "93", "public_institution": "12", "rural_collective": "N1",
    "mass_organization": "81",
}  # fmt: skip
TYPE_CODES = {
    "enterprise": "10", "social_organization": "40", "social_service": "50",
    "individual_business": "60", "public_institution": "20", "accounting_firm": "10",
}  # fmt: skip
INDUSTRIES = [
    "H6210", "F5211", "F5299", "H6110", "L7291", "C1411", "C1762", "E4710", "G5430", "B0610",
    "I6510", "K7010", "O8111", "R9019", "N7810", "A0311", "62", "F52", "G", "I65",
]  # fmt: skip
SIZES = ["large", "medium", "small", "micro", ""]
SIZE_WORDS = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型", "": ""}
UNIT_COLUMNS = [
    "unit_id", "uscc", "unit_name", "unit_type_code", "industry_code", "division_code",
    "insured_from", "unit_status", "unit_change_code", "size_class", "employees", "revenue_10k",
    "is_labour_dispatch", "bank_name", "bank_account", "contact_name", "contact_phone",
]  # fmt: skip
REGISTER_COLUMNS = ["register", "uscc", "unit_name", "listed_from", "listed_to"]
REFUND_COLUMNS = ["unit_id", "data_year", "amount_yuan", "paid_on", "batch", "returned_on"]


def unit_types(world: World) -> list[str]:
    """The type of every unit, by index."""
    names = list(UNIT_TYPES)
    return [names[place] for place in world.unit_type.tolist()]


def unit_codes(world: World) -> list[str]:
    """The credit code of every unit, '' for one in twenty."""
    return [
        "" if number % 20 == 19 else invented_uscc(PREFIXES[kind], number, 2 + number % 90)
        for number, kind in enumerate(unit_types(world))
    ]


def insured_units(world: World, ids: pa.StringArray, first: int, last: int) -> pa.Table:
    """The rows of units first … last−1."""
    rng = np.random.default_rng([world.seed, 2, first])
    count = last - first
    kinds = unit_types(world)[first:last]
    status = np.where(world.closed_in[first:last] < 127, "3", "1")
    sizes = rng.choice(len(SIZES), count, p=[0.04, 0.12, 0.42, 0.32, 0.10])
    employees = np.clip(rng.lognormal(2.5, 1.2, count), 1, 5000).astype(int)
    numbers = range(first, last)
    blank_account = rng.random(count) < 0.03
    change = rng.choice(["", "2", "3", "6"], count, p=[0.985, 0.005, 0.005, 0.005])
    return pa.table(
        {
            "unit_id": ids.slice(first, count),
            "uscc": unit_codes(world)[first:last],
            "unit_name": [unit_name(kind, n) for kind, n in zip(kinds, numbers, strict=True)],
            "unit_type_code": [TYPE_CODES.get(kind, "99") for kind in kinds],
            "industry_code": rng.choice(INDUSTRIES, count),
            "division_code": world.division[first:last],
            "insured_from": [
                month_name(world.first_period - int(ago)) for ago in rng.integers(1, 200, count)
            ],
            "unit_status": status,
            "unit_change_code": change,
            "size_class": [
                SIZE_WORDS[SIZES[size]] if kind == "enterprise" else ""
                for size, kind in zip(sizes, kinds, strict=True)
            ],
            "employees": employees,
            "revenue_10k": [f"{int(n) * 37}.00" for n in employees],
            "is_labour_dispatch": rng.choice(["", "否", "是"], count, p=[0.5, 0.48, 0.02]),
            "bank_name": ["示例银行"] * count,
            "bank_account": [
                "" if blank else f"99990000{n:010d}"
                for n, blank in zip(numbers, blank_account, strict=True)
            ],
            "contact_name": ["联系人"] * count,
            "contact_phone": [f"1990001{n % 10000:04d}" for n in numbers],
        }
    )


def unit_registers(world: World) -> pa.Table:
    """One unit in sixty on some register; each kind of register is there."""
    rng = np.random.default_rng([world.seed, 3])
    hit = np.flatnonzero(rng.random(world.units) < 1 / 60)
    hit = np.union1d(hit, np.arange(min(6, world.units)))
    kinds = ["严重违法失信", "僵尸企业", "环保处罚", "经营异常", "注销", "吊销"]
    codes, types = unit_codes(world), unit_types(world)
    since = [world.as_of - timedelta(days=int(days)) for days in rng.integers(20, 900, len(hit))]
    over = rng.random(len(hit)) < 0.3
    return pa.table(
        {
            "register": [kinds[place % len(kinds)] for place in range(len(hit))],
            "uscc": [codes[n] for n in hit],
            "unit_name": [unit_name(types[n], int(n)) for n in hit],
            "listed_from": [day.isoformat() for day in since],
            "listed_to": [
                (day + timedelta(days=15)).isoformat() if ended else ""
                for day, ended in zip(since, over, strict=True)
            ],
        }
    )


def refund_payments(world: World, ids: pa.StringArray) -> pa.Table:
    """Last year's refunds of two units in five, this year's of a few, some sent back."""
    rng = np.random.default_rng([world.seed, 4])
    chance = rng.random(world.units)
    paid = np.flatnonzero(chance < 0.4)
    this_year = chance[paid] < 0.004
    year = world.as_of.year - np.where(this_year, 1, 2)
    amounts = rng.integers(5_000, 5_000_000, len(paid))
    returned = rng.random(len(paid)) < 0.01
    days = [f"{y + 1}-{'01' if now else '08'}-10" for y, now in zip(year, this_year, strict=True)]
    return pa.table(
        {
            "unit_id": ids.take(pa.array(paid)),
            "data_year": year,
            "amount_yuan": [f"{fen // 100}.{fen % 100:02d}" for fen in amounts.tolist()],
            "paid_on": days,
            "batch": [f"{day[:4]}年第{1 + n % 3}批" for n, day in enumerate(days)],
            "returned_on": [
                day[:-2] + "18" if back else "" for day, back in zip(days, returned, strict=True)
            ],
        }
    )

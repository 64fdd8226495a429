"""Rows of insured_units: every way to a unit's type and size, conflicts, unknown places."""

from typing import Any

from tests.random_region.region import Region, Unit
from tests.second_opinion.identity import uscc_check

# (first two characters of the USCC, end of the name, unit type codes)
ROUTES = (
    *[("91", "有限公司", ("10", "10", "99", None))] * 22,
    *[(None, "有限公司", ("10", None, "92", "99", "ZZ"))] * 3,
    *[("92", "商店", ("60", "62", "81", None))] * 2,
    *[("52", "幼儿园", ("50", None, "20"))] * 2,
    ("51", "协会", ("40", "10")),
    ("53", "基金会", (None, "40")),
    ("31", "律师事务所", (None, "10", "20")),
    ("91", "会计师事务所（特殊普通合伙）", ("10", None)),
    ("91", "会计师事务所", ("10", "30")),
    ("91", "会计师事务所有限公司", ("10", None)),
    (None, "会计师事务所(普通合伙)", (None, "99")),
    (None, "会计师事务所有限公司", (None, "10")),
    (None, "律师事务所呼市分所", (None, "20")),
    (None, "扶贫基金会", (None, "40")),
    (None, "民办学校", (None, "99", "50")),
    (None, "商会", (None, "92")),
    (None, "机械厂", (None, "99")),
    (None, "服务部", (None, "10", "20", "30", "60")),
    ("93", "专业合作社", ("10", None)),
    ("N1", "经济合作社", (None,)),
    ("33", "公证处", (None, "10")),
    ("21", "机构", (None, "10")),
    ("12", "中心", ("20", "10", None)),
    ("11", "局", ("30", None)),
    ("81", "工会", (None,)),
    ("91", "代理中心", ("80", "90", "91")),
    (None, "代理中心", ("80", "91")),
)
INDUSTRIES = (
    "C1310 C13 13 C H H62 6210 H6210 6110 5110 F5210 F 51 A A0111 0111 E4710 E 5411 5911 59 G "
    "6020 6311 I6510 65 I 7010 70 K 7020 7040 7299 7263 L M7320 7320 O8010 8010 R8610 8510 8411 "
    "P8310 J6610 S9111 7241 9999"
)
BOUNDS = (0, 5, 10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000, 30000, 40000, 80000)


def insured_unit_rows(region: Region) -> list[dict[str, Any]]:
    """One row per known unit, now and then a second one that differs."""
    rng = region.rng
    rows = []
    for number, unit in enumerate(region.units, start=region.first_number):
        if region.chance(0.05):
            continue
        row = _row(region, unit, number)
        rows.append(row)
        if region.chance(0.12):
            rows.append(row | _difference(region, row))
    if region.chance(0.1):
        column = rng.choice(["size_class", "uscc", "unit_type_code", "industry_code"])
        for row in rows:
            del row[column]
    region.unit_rows = rows
    return rows


def make_uscc(prefix: str, number: int) -> str:
    """A social credit code of no district, with the right check character."""
    first = f"{prefix}1599{10 + number % 90}{'MA' if number % 2 else 'X1'}{number:07}"
    first = first.replace("I", "1").replace("O", "0")[:17]
    return first + uscc_check(first)


def unit_name(number: int, ending: str) -> str:
    """A name nobody else has."""
    return f"示例第{number}号{ending}"


def _row(region: Region, unit: Unit, number: int) -> dict[str, Any]:
    rng = region.rng
    prefix, ending, type_codes = rng.choice(ROUTES)
    uscc = make_uscc(prefix, number) if prefix else None
    if uscc and region.chance(0.05):
        uscc = uscc[:-1] + ("1" if uscc[-1] != "1" else "2")
    name = unit_name(number, ending)
    if region.chance(0.03):
        name = name.replace("号", rng.choice(["号劳务派遣", "号人力资源"]))
    row: dict[str, Any] = {
        "unit_id": unit.unit_id,
        "uscc": uscc,
        "unit_name": name,
        "unit_type_code": rng.choice(type_codes),
        "industry_code": None if region.chance(0.06) else rng.choice(INDUSTRIES.split()),
        "division_code": unit.division,
        "unit_status": _status(region, unit),
        "unit_change_code": rng.choice([None] * 24 + ["2", "3", "4", "5", "6", "9"]),
        "size_class": rng.choice([None] * 10 + ["大型", "中型", "小型", "微型", "微型", "1", "4"]),
        "employees": _value(region),
        "revenue_10k": _value(region),
        "assets_10k": _value(region),
        "is_labour_dispatch": rng.choice([None] * 6 + [False] * 6 + [True]),
        "bank_name": "示例银行",
        "bank_account": f"1599{number:012}",
    }
    return row


def _value(region: Region) -> int | None:
    if region.chance(0.15):
        return None
    return max(region.rng.choice(BOUNDS) + region.rng.choice([-1, 0, 0, 1]), 0)


def _status(region: Region, unit: Unit) -> str | None:
    if unit.ends_in is not None:
        return region.rng.choice(["3", "3", "1", "2", None])
    return region.rng.choice(["1"] * 12 + [None, "2", "3"])


def _difference(region: Region, row: dict[str, Any]) -> dict[str, Any]:
    """What a second row of the unit says: harmless, another name elsewhere, another USCC."""
    rng = region.rng
    return rng.choice(
        [
            {"size_class": "小型"},
            {"division_code": "150402"},
            {"unit_name": row["unit_name"].replace("示例", "另例")},
            {"unit_name": row["unit_name"].replace("示例", "另例"), "division_code": "150402"},
            {"uscc": make_uscc("91", 7000 + rng.randint(0, 999))},
            {"uscc": None},
        ]
    )

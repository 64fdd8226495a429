"""Who the units are: the bureau, number, type and section of each."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from tests.second_opinion import codes
from tests.second_opinion.identity import is_valid_uscc, plain_name
from tests.second_opinion.policy import COVERED
from tests.second_opinion.read import Row

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
HISTORIC = {
    "152102": "150781",
    "1521": "150700",
    "1523": "150500",
    "1526": "150900",
    "1527": "150600",
    "1528": "150800",
}
ACCOUNTING = "会计师事务所"
NAME_WORDS = {
    "协会 学会 商会 联合会 促进会": "social_organization",
    "民办 幼儿园": "social_service",
    "有限公司 有限责任公司 股份公司 厂": "enterprise",
}


@dataclass
class UnitType:
    """A unit's type, where it comes from, and whether its sources contradict each other."""

    name: str | None
    source: str | None
    is_in_conflict: bool = False


def _reference(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _divisions() -> dict[str, dict[str, str]]:
    return {row["division_code"]: row for row in _reference("divisions.csv")}


@cache
def _sections() -> dict[str, str]:
    return {row["industry_code"]: row["section"] for row in _reference("industries.csv")}


def bureau_of(division: str | None) -> str | None:
    """The bureau that receives the lists of a division; None when the division is unknown."""
    known = _divisions().get(division or "")
    if known:
        return known["bureau_code"]
    return HISTORIC.get(division or "") or HISTORIC.get((division or "")[:4])


def league_of(division: str | None) -> str | None:
    """The league or city of a division: 满洲里 and 二连浩特 belong to theirs."""
    bureau = bureau_of(division)
    return {"150781": "150700", "152501": "152500"}.get(bureau or "", bureau)


def is_number_in_conflict(rows: list[Row]) -> bool:
    """Whether different rows of one unit_id can't be the same unit."""
    for one, other in combinations(rows, 2):
        if one["uscc"] and other["uscc"] and one["uscc"] != other["uscc"]:
            return True
        leagues = {league_of(one["division_code"]), league_of(other["division_code"])}
        names = {plain_name(one["unit_name"]), plain_name(other["unit_name"])}
        if len(leagues - {None}) > 1 and len(names) > 1:
            return True
    return False


def unit_type_of(unit: Row) -> UnitType:
    """The type by the first of USCC, accounting firm, name, code, other words of the name."""
    name = plain_name(unit["unit_name"]) or ""
    prefix = unit["uscc"][:2] if is_valid_uscc(unit["uscc"]) else None
    by_code = codes.unit_type_of_code(unit["unit_type_code"], unit["system"])
    first = _by_uscc_or_name(prefix, name, unit["industry_code"])
    if by_code == "agency_account":
        return UnitType(by_code, "code", first is not None and first.name in COVERED)
    if first is not None:
        is_contrary = by_code is not None and (first.name in COVERED) != (by_code in COVERED)
        return UnitType(first.name, first.source, is_contrary)
    if by_code is not None:
        return UnitType(by_code, "code")
    for words, name_type in NAME_WORDS.items():
        if any(word in name for word in words.split()):
            return UnitType(name_type, "name_words")
    return UnitType(None, None)


def _by_uscc_or_name(prefix: str | None, name: str, industry: str | None) -> UnitType | None:
    by_prefix = codes.USCC_PREFIXES.get(prefix or "")
    is_accounting = bool(re.search(ACCOUNTING + r"(\([^()]*合伙[^()]*\))?$", name)) or (
        industry == "7241" and ACCOUNTING in name
    )
    if prefix in {None, "91"} and is_accounting:
        return UnitType("accounting_firm", "accounting")
    if by_prefix:
        return UnitType(by_prefix, "uscc")
    for word, unit_type in (
        ("律师事务所", "law_firm"),
        (ACCOUNTING, "accounting_firm"),
        ("基金会", "foundation"),
    ):
        if word in name:
            return UnitType(unit_type, "name")
    return None


def section_of(industry: str | None) -> str | None:
    """The section letter of an industry code of any depth."""
    if not industry:
        return None
    if industry.isalpha():
        return industry if len(industry) == 1 else None
    return _sections().get(industry) or _sections().get(industry[:2])

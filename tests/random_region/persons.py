"""Invented people with ids of every kind, and their insured_people rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from tests.second_opinion.identity import id_check

if TYPE_CHECKING:
    from tests.random_region.region import Region


@dataclass
class Person:
    """An invented person; `number` is the id as it mostly appears."""

    number: str
    name: str
    sex: str
    born: date
    kind: str

    def written(self, rng: Random) -> str:
        """The id as one row may write it: now and then with 15 digits or a small x."""
        is_old = self.kind == "valid" and self.number[6:8] == "19"
        if is_old and rng.random() < 0.03:
            return self.number[:6] + self.number[8:17]
        return self.number.lower() if rng.random() < 0.05 else self.number


def make_person(rng: Random, day: date, number: int) -> Person:
    """One person, often of an age at which something changes."""
    if rng.random() < 0.35:
        years = rng.choice([45, 50, 50, 55, 58, 60, 60, 63])
        born = date(day.year - years, day.month, min(day.day, 28))
        born += timedelta(days=rng.choice([-40, -1, 0, 0, 1, 40, 400]))
    else:
        born = date(day.year - rng.randint(19, 62), rng.randint(1, 12), rng.randint(1, 28))
    sex = rng.choice("12")
    kind = rng.choices(["valid", "wrong check", "foreign", "resident"], [90, 4, 3, 3])[0]
    serial = number % 490 * 2 + 11 + (sex == "2")
    area = ("9" if kind == "resident" else "1") + f"599{number // 490 % 90 + 10}"
    first = f"{area}{born:%Y%m%d}{serial:03}"
    if first.endswith("00"):
        first = first[:-3] + ("999" if sex == "1" else "998")
    code = first + id_check(first)
    if kind == "wrong check":
        code = first + ("1" if code[-1] != "1" else "2")
    if kind == "foreign":
        code = f"USA{first[5:17]}"
    return Person(code, f"示例{number:04}", sex, born, kind)


def insured_people_rows(region: Region) -> list[dict[str, Any]]:
    """Rows of insured_people: months paid before in every state of being known."""
    rng = region.rng
    form = rng.choices(["filled", "absent", "all blank"], [84, 10, 6])[0]
    rows = []
    for person in region.persons:
        if region.chance(0.05):
            continue
        rows.append(_row(region, person, form))
        if region.chance(0.03):
            rows.append(_row(region, person, form))
    return rows


def _row(region: Region, person: Person, form: str) -> dict[str, Any]:
    rng = region.rng
    row: dict[str, Any] = {
        "person_id": person.written(rng),
        "person_name": person.name,
        "sex_code": None if region.chance(0.1) else person.sex,
        "birth_date": None if region.chance(0.1) else person.born,
        "phone": "13800000000",
    }
    if form == "absent":
        return row
    paid_to = rng.choice(
        [None] * 6 + [region.first - 1] * 3 + [rng.randint(region.first - 3, region.last)]
    )
    target = rng.choice([0, 1, 5, 11, 12, 13, 24, 36, 47, 59, 60, 72, 95, 108, 119, 120, 131])
    before = max(target - rng.choice([0, 0, 12, 13, 14]), 0)
    row["paid_months_before"] = None if form == "all blank" or region.chance(0.08) else before
    row["paid_months_to"] = paid_to and _period(paid_to)
    return row


def _period(period: int) -> str:
    year, number = divmod(period - 1, 12)
    return f"{year}{number + 1:02}"

"""Hypothesis draws units and their staff first, then what happens to them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.random_region.region import start_of
from tests.random_region.units import make_uscc
from tests.second_opinion.identity import id_check
from tests.second_opinion.read import month, month_of
from tests.small_worlds.events import (
    grant,
    payroll_change,
    person_entry,
    refund,
    registration,
    separation,
    unit_entry,
)
from tests.small_worlds.world import Row, SmallWorld

DAYS = (
    *("2022-06-13", "2022-03-21", "2022-03-22", "2022-04-25", "2022-05-31"),
    *("2021-06-30", "2021-12-01", "2022-02-10", "2022-12-31", "2023-01-01"),
    *("2024-07-31", "2024-08-01", "2024-12-01", "2025-01-01", "2025-12-31"),
)
HEADS = (1, 2, 9, 10, 17, 18, 19, 20, 29, 30, 31)
COMPLETE = ("dishonest", "zombie", "death", "pension", "environmental_penalty", "benefit_grants")
DUE = Decimal("20.00")


@dataclass
class Job:
    """A person's months at a unit."""

    person: str
    unit: str
    first: int
    last: int


@dataclass
class Setting:
    """What events are drawn from."""

    world: SmallWorld
    months: range
    units: list[Row]
    people: list[str]
    jobs: list[Job]

    @property
    def year(self) -> int:
        """The data year."""
        return self.world.day.year - 1


def few(values: st.SearchStrategy[Any], most: int = 6) -> st.SearchStrategy[list[Any]]:
    """No, one or a few of something."""
    return st.lists(values, max_size=most)


@st.composite
def small_worlds(draw: st.DrawFn) -> SmallWorld:
    """One to four units, their people, and what the registers and the payroll say of them."""
    day = date.fromisoformat(draw(st.sampled_from(DAYS)))
    first = month(day.year - 2, 12) - draw(st.sampled_from([0, 0, 1]))
    last = max(month_of(day) + draw(st.sampled_from([-1, 0, -2, 1])), first)
    absent = set(COMPLETE) - set(draw(st.sets(st.sampled_from(COMPLETE), max_size=2)))
    world = SmallWorld(day, complete=absent)
    setting = Setting(world, range(first, last + 1), [], [], [])
    for number in range(draw(st.integers(1, 4))):
        _add_unit(draw, setting, number)
    jobs = [job for job in setting.jobs if job.person in setting.people]
    for job in draw(few(st.sampled_from(jobs), 5)) if jobs else []:
        _let_leave(draw, setting, job)
        setting.people += [job.person] * 3  # things happen mostly to those who leave
    rows = _payroll(setting)
    for change in draw(few(payroll_change(setting, DUE), 5)):
        change(rows)
    for row in rows:
        world.add("payroll", row)
    for events in (separation, grant, registration, person_entry, unit_entry, refund):
        for extract, row in draw(few(events(setting))):
            world.add(extract, row)
    for unit, extract, period in draw(few(_mention(setting), 1)):
        world.set_aside.append((extract, unit["unit_id"], period))
    return world


def draw_rarely(draw: st.DrawFn) -> bool:
    """True for about one in four."""
    return bool(draw(st.integers(0, 3)) == 3)


def _mention(setting: Setting) -> st.SearchStrategy[tuple[Row, str, int | None]]:
    period = st.none() | st.sampled_from(setting.months)
    extract = st.sampled_from(["payroll", "separations"])
    return st.tuples(st.sampled_from(setting.units), extract, period)


def _add_unit(draw: st.DrawFn, setting: Setting, number: int) -> None:
    row = draw(unit_rows(number))
    setting.units.append(row)
    if not draw_rarely(draw):
        setting.world.add("insured_units", row)
        if draw_rarely(draw) and draw_rarely(draw):
            setting.world.add("insured_units", row | draw(st.sampled_from(DIFFERENCES)))
    until = setting.months[-1] - draw(st.sampled_from([0, 0, 1, 4]))
    for place in range(draw(st.sampled_from(HEADS))):
        person = draw_person(draw, setting, number * 50 + place) if place < 4 else None
        person = person or f"USA{number:06}{place:06}"
        setting.jobs.append(Job(person, row["unit_id"], setting.months[0], until))


DIFFERENCES: list[Row] = [
    {"uscc": None},
    {"uscc": make_uscc("91", 7000)},
    {"size_class": "large"},
    {"unit_name": "另例商会", "division_code": "150402"},
    {"division_code": "150402"},
]


@st.composite
def unit_rows(draw: st.DrawFn, number: int) -> Row:
    """A row of insured_units, plain unless something is drawn."""
    row: Row = {
        "unit_id": f"15990{number + 1}",
        "uscc": None,
        "unit_name": f"示例{number}号有限公司",
        "unit_type_code": "10",
        "industry_code": "1310",
        "division_code": "150202",
        "unit_status": "1",
        "unit_change_code": None,
        "size_class": "small",
        "employees": None,
        "revenue_10k": None,
        "assets_10k": None,
        "is_labour_dispatch": None,
        "system": None,
    }
    changes: dict[str, list[Any]] = {
        "unit_name": [f"示例{number}号{end}" for end in ("商会", "会计师事务所", "人力资源", "店")],
        "unit_type_code": ["20", "40", "80", "99", None],
        "industry_code": ["7263", "6210", "7010", "C", None],
        "division_code": ["150102", "150402", "150781", "130102"],
        "unit_status": ["3", None],
        "unit_change_code": ["2", "4", "6"],
        "size_class": ["large", "medium", "micro", None],
        "employees": [0, 19, 20, 300, 1000],
        "revenue_10k": [Decimal(299), Decimal(300), Decimal(2000), Decimal(40000)],
        "is_labour_dispatch": [True, False],
        "system": ["shaanxi", "zhangjiagang"],
    }
    for name in draw(st.sets(st.sampled_from(sorted(changes)), max_size=3)):
        row[name] = draw(st.sampled_from(changes[name]))
    if draw_rarely(draw):
        row["uscc"] = make_uscc(draw(st.sampled_from(["91", "52", "93", "11"])), number)
    return row


def draw_person(draw: st.DrawFn, setting: Setting, number: int) -> str:
    """A person of an age beside a boundary, and mostly his row of insured_people."""
    day = setting.world.day
    years = draw(st.sampled_from([30, 45, 50, 55, 58, 60, 63]))
    born = date(day.year - years, day.month, min(day.day, 28))
    born += timedelta(days=draw(st.sampled_from([0, 1, -400])))
    first = f"159901{born:%Y%m%d}{number:03}"
    person = first + id_check(first)
    if draw_rarely(draw) and draw_rarely(draw):
        person = first + ("1" if person[-1] != "1" else "2")
    setting.people.append(person)
    if not (draw_rarely(draw) and draw_rarely(draw)):
        paid_to = st.sampled_from([None, setting.months[0] - 1, setting.months[0] + 3])
        setting.world.add(
            "insured_people",
            {
                "person_id": person,
                "person_name": "示例",
                "sex_code": draw(st.sampled_from(["1", "2", None])),
                "birth_date": draw(st.sampled_from([born, None])),
                "paid_months_before": draw(st.sampled_from([30, 0, 5, 10, 11, 106, 119, None])),
                "paid_months_to": draw(paid_to),
            },
        )
    return person


def _let_leave(draw: st.DrawFn, setting: Setting, job: Job) -> None:
    """He leaves after a month; sometimes he comes back, or is insured elsewhere."""
    left = draw(st.sampled_from(setting.months))
    until, job.last = job.last, min(job.last, left)
    again = draw(st.sampled_from([None, None, 1, 2, 3]))
    if again is not None:
        where = draw(st.sampled_from(setting.units))["unit_id"]
        setting.jobs.append(Job(job.person, where, left + again, until))


def _payroll(setting: Setting) -> list[Row]:
    """A regular row for each month of each job."""
    rows = []
    for job in setting.jobs:
        for period in range(job.first, job.last + 1):
            row = {
                "period": period,
                "unit_id": job.unit,
                "person_id": job.person,
                "wage_base": Decimal("4000.00"),
                "unit_due": DUE,
                "person_due": DUE,
                "unit_paid": DUE,
                "person_paid": DUE,
                "paid_on": min(start_of(period) + timedelta(days=20), setting.world.day),
                "payment_kind": "1",
                "payment_status": "1",
            }
            rows.append(row)
    return rows

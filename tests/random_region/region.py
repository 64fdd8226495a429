"""Staff of a random region: who works where and when, and what happens to whom."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.random_region.persons import Person, make_person

SIZES = (1, 2, 4, 6, 9, 10, 12, 18, 19, 20, 22, 28, 29, 30, 31, 36)
DIVISIONS = (
    "150102 150105 150102 150102 150202 150302 150402 150502 150602 150702 150781 150802 150902 "
    "152201 152501 152502 152921 150172 150000 150100 152102 152123 152301 152627 152728 152801"
)
NOWHERE = ("150199", "159901", "130102", "999999")


@dataclass
class Job:
    """One person's time at one unit; end None = still there."""

    person: Person
    unit: str
    start: int
    end: int | None
    leaves_record: bool = True


@dataclass
class Unit:
    """One unit's fate; the columns of its row are made elsewhere."""

    unit_id: str
    division: str
    is_tidy: bool
    files_until: int
    ends_in: int | None = None
    months_not_filed: set[int] = field(default_factory=set)


@dataclass
class Region:
    """A region with its day, its months and everybody in it."""

    rng: Random
    day: date
    first: int
    last: int
    units: list[Unit]
    jobs: list[Job]
    persons: list[Person]
    thin_months: set[int]
    missing_months: set[int]
    systems: dict[str, str]
    first_number: int = 0
    """The number of the first unit: parts of one region have different ones."""
    unit_rows: list[dict[str, Any]] = field(default_factory=list)
    jobs_of: dict[str, list[Job]] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The data year."""
        return self.day.year - 1

    def hire(self, person: Person, unit: str, start: int, end: int | None, **more: bool) -> None:
        """One more job, open-ended without an end."""
        job = Job(person, unit, start, end, **more)
        self.jobs.append(job)
        self.jobs_of.setdefault(unit, []).append(job)

    def staff(self, unit: str) -> list[Job]:
        """The jobs of a unit that have no end yet."""
        return [job for job in self.jobs_of.get(unit, []) if job.end is None]

    def chance(self, share: float) -> bool:
        """True in a share of the cases."""
        return self.rng.random() < share

    def day_in(self, period: int) -> date:
        """A random day of a month."""
        return start_of(period) + timedelta(days=self.rng.choice([0, 0, 14, 26, 27]))


def start_of(period: int) -> date:
    """The first day of a month."""
    return date((period - 1) // 12, (period - 1) % 12 + 1, 1)


def text_of(period: int) -> str:
    """A month as YYYYMM."""
    year, number = divmod(period - 1, 12)
    return f"{year}{number + 1:02}"


def make_region(
    rng: Random,
    day: date,
    units: int,
    people: int,
    part_of: "Region | None" = None,
    number: int = 0,
) -> Region:
    """Units of sizes near the limits, and people who come, go, return and move together.

    A part of a larger region has the months of that region, and numbers from `number` on.
    """
    now = day.year * 12 + day.month
    december = (day.year - 2) * 12 + 12
    region = Region(
        rng=rng,
        day=day,
        first=december - rng.choice([0, 0, 1, 4]),
        last=now + rng.choice([-2, -1, -1, 0, 0, 1]),
        units=[],
        jobs=[],
        persons=[],
        thin_months=set(),
        missing_months=set(),
        systems={},
        first_number=number,
    )
    months = range(region.first, region.last + 1)
    if region.chance(0.25):
        region.missing_months = {rng.choice([december, december + 12, *months[::3]])}
    if region.chance(0.2):
        region.thin_months = {rng.choice([december, december + 1, december + 12, *months])}
    if part_of is not None:
        region.first, region.last = part_of.first, part_of.last
        region.thin_months, region.missing_months = part_of.thin_months, part_of.missing_months
    for name, known in (("separations", ["core", "shaanxi"]), ("insured_units", ["shaanxi"])):
        if region.chance(0.6):
            region.systems[name] = rng.choice(known)
    room = people * 3 // 4
    for place in range(units):
        region.units.append(_make_unit(region, number + place))
        heads = min(rng.choice(SIZES), max(room, 1))
        room -= heads
        _staff(region, region.units[-1], heads)
    for unit in region.units:
        _moves(region, unit)
    _block_transfer(region)
    return region


def new_person(region: Region) -> Person:
    """One more person of the region."""
    person = make_person(region.rng, region.day, 7 * region.first_number + len(region.persons))
    region.persons.append(person)
    return person


def _make_unit(region: Region, number: int) -> Unit:
    rng = region.rng
    unit = Unit(
        unit_id=f"15990{rng.choice('123')}{number:04}",
        division=rng.choice(NOWHERE if region.chance(0.06) else DIVISIONS.split()),
        is_tidy=region.chance(0.6),
        files_until=region.last - rng.choice([0, 0, 0, 0, 0, 1, 2]),
    )
    if region.chance(0.15):
        unit.ends_in = rng.randint(region.first + 3, region.last)
    if region.chance(0.15):
        unit.months_not_filed = {rng.randint(region.first, region.last)}
    return unit


def _staff(region: Region, unit: Unit, heads: int) -> None:
    for _ in range(heads):
        start = region.first if region.chance(0.9) else region.first + region.rng.randint(0, 12)
        region.hire(new_person(region), unit.unit_id, start, unit.ends_in)


def _moves(region: Region, unit: Unit) -> None:
    """As many leavers in the year as lie near a limit, and what became of them."""
    rng = region.rng
    staff = region.staff(unit.unit_id)
    count = len(staff)
    wanted = rng.choice([0, 0, 1, count * 11 // 200, count // 5, count // 5 + 1, 2])
    december = (region.year - 1) * 12 + 12
    for job in rng.sample(staff, min(wanted, count)):
        end = rng.randint(december, min(december + 14, region.last))
        job.end = max(end, job.start)
        _fate(region, job, job.end)
        if region.chance(0.5):
            region.hire(new_person(region), unit.unit_id, job.end + 1, None)
    for _ in range(rng.choice([0, 0, 1])):
        if staff:
            second = rng.choice(region.units).unit_id
            region.hire(rng.choice(staff).person, second, region.first + 2, None)


def _fate(region: Region, job: Job, end: int) -> None:
    rng = region.rng
    other = rng.choice(region.units).unit_id
    fate = rng.random()
    if fate < 0.14:
        region.hire(job.person, other, end + 1, None)
    elif fate < 0.22:
        start = end + rng.randint(2, 5)
        region.hire(job.person, other, start, start + rng.randint(0, 8))
    elif fate < 0.27:
        region.hire(job.person, other, end, None)
    elif fate < 0.40:
        start = end + rng.randint(2, 4)
        until = rng.choice([None, start + rng.randint(0, 4)])
        region.hire(job.person, job.unit, start, until, leaves_record=region.chance(0.4))


def _block_transfer(region: Region) -> None:
    rng = region.rng
    source, target = rng.sample(region.units, 2)
    staff = region.staff(source.unit_id)
    if len(staff) < 10:
        return
    end = rng.randint((region.year - 1) * 12 + 12, region.year * 12 + 12)
    movers = rng.sample(staff, min(len(staff), rng.choice([9, 10, 10, 11])))
    for job in movers:
        job.end = max(end, job.start)
        region.hire(job.person, target.unit_id, job.end + 1, None)
    others = [job for job in staff if job.end is None]
    for job in rng.sample(others, min(len(others), rng.choice([0, 2, 9, 10, 11]))):
        job.end = max(end, job.start)

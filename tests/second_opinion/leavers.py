"""Separation records, who left a unit in a year and why, and how long people have paid."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tests.second_opinion.codes import RECORD_ORDER, reason_class
from tests.second_opinion.payroll import Payroll
from tests.second_opinion.policy import (
    LAYOFF_CLASSES,
    MIN_PAID_MONTHS,
    NATURAL,
    RETIRED_OR_DIED,
    UNSETTLED,
)
from tests.second_opinion.read import Extracts, Row, first_day, month, month_of

BENEFIT = "11"


@dataclass
class Record:
    """A separation record with the class of its reason."""

    person: str
    unit: str
    day: date
    reason: str
    code: str | None

    @property
    def rank(self) -> tuple[object, ...]:
        """The standing record has the lowest rank: latest day, class, lowest code."""
        place = RECORD_ORDER.index(self.reason) if self.reason in RECORD_ORDER else 99
        return (-self.day.toordinal(), place, self.code is None, self.code or "")


@dataclass
class Leaver:
    """One leaving of a person from a unit."""

    person: str
    month: int
    reason: str
    paid_months: int
    is_paid_months_known: bool
    is_reinsured_next_month: bool


class People:
    """What insured_people says, and paid months counted with payroll."""

    def __init__(self, extracts: Extracts, payroll: Payroll) -> None:
        self.rows = {row["person_id"]: row for row in extracts.rows["insured_people"]}
        self.payroll = payroll

    def paid_before(self, person: str) -> int | None:
        """Months paid up to paid_months_to; None when not known."""
        row = self.rows.get(person)
        before: int | None = row["paid_months_known"] if row else None
        return before

    def paid_to(self, person: str) -> int:
        """The month up to which paid_before counts; by default before the first delivered one."""
        row = self.rows.get(person)
        if row and row["paid_months_to"] is not None:
            to: int = row["paid_months_to"]
            return to
        return min(self.payroll.delivered, default=1) - 1

    def paid_in_payroll(self, person: str, after: int, up_to: int) -> int:
        """Distinct paid months in payroll, after one month and up to another."""
        return sum(after < p <= up_to for p in self.payroll.paid_months(person))


def standing_records(extracts: Extracts, payroll: Payroll, as_of: date) -> list[Record]:
    """All records seen on the day that are not void."""
    found = []
    for row in extracts.rows["separations"]:
        if row["separated_on"] > as_of:
            continue
        person, unit, at = row["person_id"], row["unit_id"], month_of(row["separated_on"])
        if all(unit in payroll.places(person, at + later) for later in (1, 2)):
            continue
        code = row["reason_code"]
        found.append(Record(person, unit, row["separated_on"], reason_class(row), code))
    return found


def benefit_grants(extracts: Extracts, as_of: date) -> list[Row]:
    """Grants of unemployment benefit seen on the day; an end of a later day is not seen."""
    return [
        row | {"ended_on": row["ended_on"] if (row["ended_on"] or as_of) <= as_of else None}
        for row in extracts.rows["benefit_grants"]
        if row["benefit_kind"] == BENEFIT and row["unemployed_on"] <= as_of
    ]


def leavers_by_unit(
    records: list[Record],
    grants: list[Row],
    payroll: Payroll,
    people: People,
    year: int,
) -> dict[str, list[Leaver]]:
    """Every unit's leavers of a year, recorded and unrecorded."""
    best: dict[tuple[str, str], Record] = {}
    latest: dict[tuple[str, str], date] = {}
    for record in records:
        key = record.unit, record.person
        latest[key] = max(record.day, latest.get(key, record.day))
        if record.day.year == year and (key not in best or record.rank < best[key].rank):
            best[key] = record
    found: dict[str, list[Leaver]] = defaultdict(list)
    grants_of: dict[str, list[Row]] = defaultdict(list)
    for grant in grants:
        grants_of[grant["person_id"]].append(grant)

    def note(unit: str, person: str, at: int, reason: str) -> None:
        for grant in grants_of[person]:
            if grant["unit_id"] in {None, unit} and 0 <= month_of(grant["unemployed_on"]) - at <= 2:
                reason = "granted"
        found[unit].append(_leaver(payroll, people, unit, person, at, reason))

    for (unit, person), record in best.items():
        note(unit, person, month_of(record.day), record.reason)
    for unit, person, at in _vanished(payroll, year):
        last_record = latest.get((unit, person))
        if last_record is None or last_record < first_day(at - 1):
            note(unit, person, at, "unrecorded")
    return found


def _vanished(payroll: Payroll, year: int) -> list[tuple[str, str, int]]:
    """(unit, person, last insured month) of those no longer insured there at the year's end."""
    start, end = month(year - 1, 12), month(year, 12)
    rows = payroll.insured
    rows = rows[(rows["period"] >= start) & (rows["period"] <= end)]
    last = rows.groupby(["unit", "person"], sort=True)["period"].max()
    return [
        (payroll.unit_ids[unit], payroll.person_ids[person], at)
        for (unit, person), at in last[last < end].items()
    ]


def _leaver(
    payroll: Payroll, people: People, unit: str, person: str, at: int, reason: str
) -> Leaver:
    before = people.paid_before(person)
    if before is None:
        paid = people.paid_in_payroll(person, 0, at)
    else:
        paid = before + people.paid_in_payroll(person, people.paid_to(person), at)
    elsewhere = set(payroll.places(person, at + 1)) - {unit}
    return Leaver(person, at, reason, paid, before is not None, bool(elsewhere))


@dataclass
class LeaverCounts:
    """How many persons, each once, by what their leaving may mean."""

    entitled: int
    possible: int
    layoffs: int
    possible_layoffs: int
    natural: int
    retired_or_died: int
    unsettled: int


def count_leavers(leavers: list[Leaver]) -> LeaverCounts:
    """Counts of a unit's leavers; who has a settled leaving is not counted by an unsettled one."""
    settled = {leaver.person for leaver in leavers if leaver.reason not in UNSETTLED}
    counted = [
        leaver
        for leaver in leavers
        if leaver.reason not in UNSETTLED or leaver.person not in settled
    ]

    def persons(test: object) -> set[str]:
        return {leaver.person for leaver in counted if test(leaver)}  # type: ignore[operator]

    def is_long(leaver: Leaver) -> bool:
        return leaver.paid_months >= MIN_PAID_MONTHS

    def is_layoff(leaver: Leaver) -> bool:
        return leaver.reason in LAYOFF_CLASSES

    def is_unsettled(leaver: Leaver) -> bool:
        return leaver.reason in UNSETTLED

    entitled = persons(lambda x: is_layoff(x) and is_long(x) and not x.is_reinsured_next_month)
    may_be = persons(
        lambda x: (
            (is_layoff(x) or is_unsettled(x))
            and (is_long(x) or not x.is_paid_months_known)
            and not x.is_reinsured_next_month
        )
    )
    layoffs, unsettled = persons(is_layoff), persons(is_unsettled)
    return LeaverCounts(
        entitled=len(entitled),
        possible=len(may_be - entitled),
        layoffs=len(layoffs),
        possible_layoffs=len(unsettled - layoffs),
        natural=len(persons(lambda x: x.reason in NATURAL)),
        retired_or_died=len(persons(lambda x: x.reason in RETIRED_OR_DIED)),
        unsettled=len(unsettled),
    )

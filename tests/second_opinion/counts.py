"""A unit's heads, leavers and claimants in the data year."""

from collections import defaultdict
from datetime import date

from tests.second_opinion.leavers import (
    People,
    benefit_grants,
    count_leavers,
    leavers_by_unit,
    standing_records,
)
from tests.second_opinion.payroll import Payroll
from tests.second_opinion.rates import UnitNumbers
from tests.second_opinion.read import Extracts, Row, month, month_of


class Counts:
    """All that the layoff-rate methods are made of, by unit."""

    def __init__(self, extracts: Extracts, payroll: Payroll, people: People, as_of: date) -> None:
        self.payroll, self.year = payroll, as_of.year - 1
        grants = benefit_grants(extracts, as_of)
        records = standing_records(extracts, payroll, as_of)
        self.leavers = leavers_by_unit(records, grants, payroll, people, self.year)
        self.claimants = claimants_by_unit(extracts, grants, payroll, self.year)

    def of(self, unit_id: str) -> UnitNumbers:
        """One unit's numbers."""
        heads = year_heads(self.payroll, unit_id, self.year)
        claimants: list[int | None] = [None] * 4
        if self.claimants is not None:
            claimants = [len(persons[unit_id]) for persons in self.claimants]
        return UnitNumbers(
            sum(heads),
            len(heads),
            heads_in(self.payroll, unit_id, month(self.year, 1)),
            heads_in(self.payroll, unit_id, month(self.year, 12)),
            heads_in(self.payroll, unit_id, month(self.year - 1, 12)),
            count_leavers(self.leavers.get(unit_id, [])),
            *claimants,
        )


def year_heads(payroll: Payroll, unit_id: str, year: int) -> list[int]:
    """Insured heads of the months of a year that had any."""
    months = payroll.months_of(unit_id)
    of_year = [months[p].insured_heads for p in months if month(year, 1) <= p <= month(year, 12)]
    return [heads for heads in of_year if heads > 0]


def heads_in(payroll: Payroll, unit_id: str, period: int) -> int | None:
    """Insured heads of a month; None when the month was not delivered."""
    if period not in payroll.delivered:
        return None
    return payroll.heads(unit_id, period)


def claimants_by_unit(
    extracts: Extracts, grants: list[Row], payroll: Payroll, year: int
) -> list[dict[str, set[str]]] | None:
    """Persons by unit: in January, new after January, new in the year, lump sums."""
    if not extracts.rows["benefit_grants"] and "benefit_grants" not in extracts.complete:
        return None
    found: list[dict[str, set[str]]] = [defaultdict(set) for _ in range(4)]
    january, december = month(year, 1), month(year, 12)
    for grant in grants:
        person, unit, first = grant["person_id"], grant["unit_id"], grant["first_paid_period"]
        if unit is None:
            last = payroll.last_insured(person, month_of(grant["unemployed_on"]))
            unit = last and last[1]
        if unit is None or first is None:
            continue
        in_year, is_lump = january <= first <= december, grant["is_lump_sum"] is True
        if grant["ended_on"] is not None:
            until = month_of(grant["ended_on"])
        else:
            until = first + (grant["granted_months"] or 0) - 1
            until = until if grant["granted_months"] is not None else first - 1
        tests = (
            not is_lump and first <= january <= until,
            not is_lump and january < first <= december,
            not is_lump and in_year,
            is_lump and in_year,
        )
        for persons, test in zip(found, tests, strict=True):
            if test:
                persons[unit].add(person)
    return found

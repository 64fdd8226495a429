"""The eleven layoff-rate methods, in whole numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.second_opinion.leavers import LeaverCounts
from tests.second_opinion.logic import Truth, all_of, any_of
from tests.second_opinion.policy import SMALL_UNIT_LIMIT


@dataclass
class Rate:
    """numerator × months ÷ heads; None where a number is missing."""

    numerator_known: int | None
    numerator_possible: int | None
    heads: int | None
    months: int = 1
    heads_possible: int | None = None

    def known(self) -> Fraction | None:
        """The rate of what is known for sure."""
        return _quotient(self.numerator_known, self.months, self.heads)

    def possible(self) -> Fraction | None:
        """The highest rate that is possible."""
        return _quotient(self.numerator_possible, self.months, self.heads_possible)


@dataclass
class UnitNumbers:
    """What the methods are made of."""

    head_months: int
    months_insured: int
    january: int | None
    year_end: int | None
    prior_year_end: int | None
    leavers: LeaverCounts
    claimants_january: int | None
    claimants_new: int | None
    claimants_new_with_january: int | None
    claimants_lump_sum: int | None

    @property
    def rounded_average(self) -> int | None:
        """The monthly average of heads, half up to a whole number."""
        if self.months_insured == 0:
            return None
        return (2 * self.head_months + self.months_insured) // (2 * self.months_insured)


def _quotient(numerator: int | None, months: int, heads: int | None) -> Fraction | None:
    return None if numerator is None or not heads else Fraction(numerator * months, heads)


def _less(start: int | None, *others: int | None) -> int | None:
    """A fall that can't be negative; None when a number is missing."""
    if start is None:
        return None
    for other in others:
        if other is None:
            return None
        start -= other
    return max(start, 0)


def _sum(*numbers: int | None) -> int | None:
    return None if None in numbers else sum(number or 0 for number in numbers)


def is_within_limit(rate: Fraction | None, limit: Fraction, is_small: Truth) -> Truth:
    """The limit test: not above the limit, or a small unit not above its own."""
    if rate is None:
        return None
    return any_of((rate <= limit, all_of((is_small, rate <= SMALL_UNIT_LIMIT))))


def rates_of(unit: UnitNumbers) -> dict[str, Rate]:
    """Every method by its name."""
    rates = dict(_methods(unit))
    for rate in rates.values():
        if rate.heads_possible is None:
            rate.heads_possible = rate.heads
    return rates


def _methods(unit: UnitNumbers) -> Iterator[tuple[str, Rate]]:
    people = unit.leavers
    average = unit.head_months, unit.months_insured
    yield (
        "entitled_leavers_over_average",
        Rate(people.entitled, people.entitled + people.possible, unit.rounded_average),
    )
    layoffs, most = people.layoffs, people.layoffs + people.possible_layoffs
    yield (
        "layoffs_over_layoffs_and_year_end",
        Rate(layoffs, most, _sum(layoffs, unit.year_end), 1, _sum(most, unit.year_end)),
    )
    claimants = _sum(unit.claimants_january, unit.claimants_new, unit.claimants_lump_sum)
    new = unit.claimants_new_with_january
    yield "claimants_over_average", Rate(claimants, claimants, *average)
    yield "new_claimants_over_average", Rate(new, new, *average)
    prior = unit.prior_year_end
    yield "claimants_over_prior_year_end", Rate(claimants, claimants, prior)
    fall = _less(prior, unit.year_end)
    yield "net_fall_over_prior_year_end", Rate(fall, fall, prior)
    yield (
        "net_fall_less_natural_over_prior_year_end",
        Rate(
            _less(prior, unit.year_end, people.natural, people.unsettled),
            _less(prior, unit.year_end, people.natural),
            prior,
        ),
    )
    january = unit.january
    since_january = _less(january, unit.year_end)
    yield "net_fall_over_january", Rate(since_january, since_january, january)
    known = _less(january, unit.year_end, people.retired_or_died, people.unsettled)
    most_fall = _less(january, unit.year_end, people.retired_or_died)
    yield "net_fall_less_retired_died_over_january", Rate(known, most_fall, january)
    yield "net_fall_less_retired_died_over_average", Rate(known, most_fall, *average)
    yield "net_fall_january_over_average", Rate(since_january, since_january, *average)

"""How the layoff rates of units are spread, and how many units one person more or less moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.report_figures import ScreeningFigures
from pipelines.sqltext import identifier

WITHIN = "is_within_layoff_limit"
NEEDED = {
    WITHIN,
    "layoff_numerator_known",
    "layoff_numerator_possible",
    "layoff_denominator_heads",
    "layoff_denominator_heads_possible",
    "layoff_denominator_months",
    "layoff_rate_limit",
}
# Bins in thousandths that people count in; as wide as leaves at least so many below the limit.
_WIDTHS = (100, 50, 25, 20, 10, 5, 2, 1)
_BINS_BELOW_LIMIT = 8
_MILLION = 1_000_000

# A rate is numerator × months ÷ heads. Its bin ends with the rate that it still holds, as the
# limit does: the whole part of the quotient, rounded up. Bin 0 holds the rate 0 alone.
_SPREAD = """
select
    case
        when layoff_numerator_known is null or layoff_denominator_months is null
            or coalesce(layoff_denominator_heads, 0) <= 0 then null
        else least(
            (layoff_numerator_known * layoff_denominator_months * {million}
                + layoff_denominator_heads * {width} - 1)
            // (layoff_denominator_heads * {width}), {last} + 1)
    end as bin,
    case when {within} then 'eligible' when not {within} then 'not_eligible' else 'cannot_tell' end,
    count(*)
from {decision}
where layoff_rate_limit = ?
group by all
order by all
"""


@dataclass(frozen=True)
class Bin:
    """Units with a rate above `low` and not above `high` (shares); `high` is None for the rest."""

    low: Decimal
    high: Decimal | None
    eligible: int
    cannot_tell: int
    not_eligible: int

    @property
    def units(self) -> int:
        """All units of the bin."""
        return self.eligible + self.cannot_tell + self.not_eligible


@dataclass(frozen=True)
class Spread:
    """The units of one limit: those whose rate is 0, those above in bins, those without a rate.

    What a bin calls eligible is within the limit by the decision's own column, and so on.
    """

    limit: Decimal
    zero: Bin
    bins: Sequence[Bin]
    unknown: Bin

    @property
    def units(self) -> int:
        """All units that this limit holds for."""
        return self.zero.units + self.unknown.units + sum(item.units for item in self.bins)


@dataclass(frozen=True)
class Rates:
    """What is told of the layoff rates of one screening."""

    title: str
    spreads: Sequence[Spread]


def rate_figures(
    cursor: duckdb.DuckDBPyConnection,
    figures: Sequence[ScreeningFigures],
    tables: dict[str, set[str]],
) -> list[Rates]:
    """Of every screening whose decision has layoff rates and their limit; else nothing."""
    found = []
    for item in figures:
        decision = item.screening.decision
        if not tables[decision] >= NEEDED:
            continue
        limits = cursor.execute(
            f"select distinct layoff_rate_limit from {identifier(decision)}"
            " where layoff_rate_limit is not null order by 1"
        ).fetchall()
        spreads = [_spread(cursor, decision, limit) for (limit,) in limits]
        found.append(Rates(item.title, spreads))
    return found


def bin_width(limit: Decimal) -> int:
    """The width of a bin in millionths, so that a bin ends at the limit (a share)."""
    end = int(limit * _MILLION)
    fitting = [
        width * 1000
        for width in _WIDTHS
        if end % (width * 1000) == 0 and end // (width * 1000) >= _BINS_BELOW_LIMIT
    ]
    return fitting[0] if fitting else max(end, 1)


def _spread(cursor: duckdb.DuckDBPyConnection, decision: str, limit: Decimal) -> Spread:
    width = bin_width(limit)
    last = 2 * max(int(limit * _MILLION) // width, 1)
    select = _SPREAD.format(
        million=_MILLION, width=width, last=last, within=WITHIN, decision=identifier(decision)
    )
    counts: dict[int | None, dict[str, int]] = {}
    for place, outcome, units in cursor.execute(select, [limit]).fetchall():
        counts.setdefault(place, {})[outcome] = units

    def filled(place: int | None, low: int, high: int | None) -> Bin:
        outcomes = counts.get(place, {})
        return Bin(
            Decimal(low) / _MILLION,
            None if high is None else Decimal(high) / _MILLION,
            *(outcomes.get(name, 0) for name in ("eligible", "cannot_tell", "not_eligible")),
        )

    bins = [filled(place, (place - 1) * width, place * width) for place in range(1, last + 1)]
    bins.append(filled(last + 1, last * width, None))
    return Spread(limit, filled(0, 0, 0), bins, filled(None, 0, None))

"""Units that one leaver more or less moves across the limit of the layoff rate, by bureau."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.report_figures import ScreeningFigures
from pipelines.report_rates import NEEDED, WITHIN
from pipelines.sqltext import identifier

# The limit is tested on products, as the decision does. What one leaver changes is the numerator
# alone: the person is among the heads of the average either way.
_NEAR = """
with near as (
    select
        bureau_code,
        {others} as others_hold,
        layoff_numerator_possible >= 1 as has_leavers,
        {within}
        and layoff_numerator_possible * layoff_denominator_months
        <= layoff_rate_limit * layoff_denominator_heads_possible
        and (layoff_numerator_possible + 1) * layoff_denominator_months
        > layoff_rate_limit * layoff_denominator_heads_possible as one_more_is_too_many,
        not {within}
        and layoff_numerator_known >= 1
        and layoff_numerator_known * layoff_denominator_months
        > layoff_rate_limit * layoff_denominator_heads
        and (layoff_numerator_known - 1) * layoff_denominator_months
        <= layoff_rate_limit * layoff_denominator_heads as one_less_is_within
    from {decision}
)
select
    ref_bureaus.bureau_name,
    count(*) filter (where near.one_more_is_too_many),
    count(*) filter (where near.one_more_is_too_many and near.has_leavers),
    count(*) filter (where near.one_more_is_too_many and near.has_leavers and near.others_hold),
    count(*) filter (where near.one_less_is_within),
    count(*) filter (where near.one_less_is_within and near.others_hold)
from ref_bureaus
left join near on ref_bureaus.bureau_code = near.bureau_code
group by grouping sets ((ref_bureaus.bureau_code, ref_bureaus.bureau_name), ())
order by ref_bureaus.bureau_code
"""


@dataclass(frozen=True)
class Near:
    """Units of a bureau (None: the region) that one leaver more or less moves across the limit.

    Of a unit with few heads the first leaver does; `within_with_leavers` counts the others.
    `…_alone` counts those for whom every other condition holds.
    """

    bureau_name: str | None
    within: int
    within_with_leavers: int
    within_alone: int
    above: int
    above_alone: int


@dataclass(frozen=True)
class NearLimit:
    """The units near the limit of one screening: by bureau, then of the region."""

    title: str
    bureaus: Sequence[Near]


def near_figures(
    cursor: duckdb.DuckDBPyConnection,
    figures: Sequence[ScreeningFigures],
    tables: dict[str, set[str]],
) -> list[NearLimit]:
    """Of every screening whose decision has layoff rates and their limit; else nothing."""
    found = []
    for item in figures:
        decision = item.screening.decision
        if not tables[decision] >= NEEDED:
            continue
        others = [name.name for name in item.screening.conditions if name.name != WITHIN]
        select = _NEAR.format(
            within=WITHIN,
            others=" and ".join(map(identifier, others)) or "true",
            decision=identifier(decision),
        )
        rows = [Near(*row) for row in cursor.execute(select).fetchall()]
        found.append(NearLimit(item.title, rows))
    return found

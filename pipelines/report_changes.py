"""What report.html says of changes: subjects since the last run, and totals that moved."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.hold import Total
from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Policy

KINDS = ("entered", "left", "verdict", "amount")
_BY_BUREAU = """
select
    changes.screening, ref_bureaus.bureau_name,
    count(*) filter (where changes.change = 'entered'),
    count(*) filter (where changes.change = 'left'),
    count(*) filter (where changes.change = 'verdict'),
    count(*) filter (where changes.change = 'amount')
from run_changes as changes
left join ref_bureaus on changes.bureau_code = ref_bureaus.bureau_code
group by grouping sets (
    (changes.screening, ref_bureaus.bureau_code, ref_bureaus.bureau_name), (changes.screening)
)
order by changes.screening, ref_bureaus.bureau_code
"""
_BY_CONDITION = """
select screening, conditions, outcome_before, outcome_now, count(*)
from run_changes
where conditions is not null and conditions <> ''
group by all
order by screening, count(*) desc, conditions, outcome_before, outcome_now
"""


@dataclass(frozen=True)
class Changes:
    """Subjects of a screening that changed, by bureau (None: the region), in the order of KINDS.

    `by_condition` has the conditions that changed, the outcome before and now, and how many.
    """

    title: str
    by_bureau: Sequence[tuple[str | None, Sequence[int]]]
    by_condition: Sequence[tuple[str, str | None, str | None, int]]


def kind_titles() -> list[str]:
    """What the kinds of changes are called, in the order of KINDS."""
    return [
        say("新进入", "new"),
        say("已退出", "gone"),
        say("结论变化", "other outcome"),
        say("金额变化", "other amount"),
    ]


def change_figures(
    cursor: duckdb.DuckDBPyConnection, policies: Sequence[Policy], tables: dict[str, set[str]]
) -> list[Changes]:
    """The changes of each screening that has any; nothing without the table run_changes."""
    if "run_changes" not in tables:
        return []
    counted = cursor.execute(_BY_BUREAU).fetchall()
    conditions = cursor.execute(_BY_CONDITION).fetchall()
    return [
        Changes(
            title_of(policy),
            [(row[1], row[2:]) for row in counted if row[0] == policy.screening],
            [row[1:] for row in conditions if row[0] == policy.screening],
        )
        for policy in policies
        if any(row[0] == policy.screening for row in counted)
    ]


def moved(totals: Sequence[Total]) -> list[Total]:
    """The totals that are not what they were, the region's first."""
    return [total for total in totals if total.before != total.now]

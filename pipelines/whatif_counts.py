"""What a scenario changes, counted: outcomes, how many are gained and lost, money."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from pipelines.conditions import Screening
from pipelines.messages import say
from pipelines.rebuilt import BASE, Rebuilt
from pipelines.results import CODED
from pipelines.sqltext import identifier, quoted

REGION, BUREAU = "region", "bureau"


@dataclass(frozen=True)
class Figures:
    """A scenario beside the run, of the region, a bureau or a group.

    Amounts are of eligible subjects, in yuan; None where none of them is known. `open_…` counts
    the eligible whose amount is not known, `possible_…` is the money of those who can't be told.
    """

    scenario: str
    breakdown: str
    code: str | None
    label: str
    eligible_before: int
    cannot_tell_before: int
    not_eligible_before: int
    eligible_now: int
    cannot_tell_now: int
    not_eligible_now: int
    gained_from_cannot_tell: int
    gained_from_not_eligible: int
    gained_new: int
    lost_to_cannot_tell: int
    lost_to_not_eligible: int
    lost_gone: int
    open_before: int
    open_now: int
    amount_before_yuan: Decimal | None
    amount_now_yuan: Decimal | None
    possible_before_yuan: Decimal | None
    possible_now_yuan: Decimal | None

    @property
    def gained(self) -> int:
        """How many become eligible."""
        return self.gained_from_cannot_tell + self.gained_from_not_eligible + self.gained_new

    @property
    def lost(self) -> int:
        """How many are not eligible any more."""
        return self.lost_to_cannot_tell + self.lost_to_not_eligible + self.lost_gone

    @property
    def difference_yuan(self) -> Decimal | None:
        """What is known of the money now beyond what was known before; None if nothing is now."""
        if self.amount_now_yuan is None:
            return None
        return self.amount_now_yuan - (self.amount_before_yuan or 0)

    def as_row(self) -> dict[str, Any]:
        """All of it by name, for a frame."""
        more = {
            "gained": self.gained, "lost": self.lost, "difference_yuan": self.difference_yuan,
        }  # fmt: skip
        return asdict(self) | more


def figures(rebuilt: Rebuilt, variants: Mapping[str, str]) -> list[Figures]:
    """The figures of every variant, by its title: region, bureaus, each of the groups."""
    return [
        Figures(title, *row)
        for variant, title in variants.items()
        for row in rebuilt.connection.execute(_figures(rebuilt.screening, variant)).fetchall()
    ]


# Of a subject before and now; `both` joins the two.
GAINED = "(now.outcome = 'eligible' and before.outcome is distinct from 'eligible')"
LOST = "(before.outcome = 'eligible' and now.outcome is distinct from 'eligible')"


def both(screening: Screening, variant: str) -> str:
    """The decision of the run, as `before`, joined with that of a variant, as `now`."""
    decision, key = identifier(screening.decision), screening.key
    return (
        f"from {BASE}.{decision} as before full join {variant}.{decision} as now"
        f" on before.{key} = now.{key}"
    )


def _figures(screening: Screening, variant: str) -> str:
    """One row for the region, each bureau, and each value of each group.

    A subject whose group is another one in the scenario counts in each of the two for its side.
    """
    key = screening.key
    amount, groups = identifier(screening.amount), list(screening.groups)
    columns = ", ".join(
        [
            "{side}.bureau_code",
            *(f"coalesce({{side}}.{name}, 'unknown') as {name}" for name in groups),
        ]
    )
    before = (
        f"select {columns.format(side='before')}, before.outcome as outcome_before,"
        f" before.{amount} as amount_before, cast(null as varchar) as outcome_now,"
        f" cast(null as decimal(18, 2)) as amount_now, cast(null as varchar) as gained_from,"
        f" case when {LOST} then coalesce(now.outcome, 'gone') end as lost_to"
        f" {both(screening, variant)} where before.{key} is not null"
    )
    now = (
        f"select {columns.format(side='now')}, null, null, now.outcome, now.{amount},"
        f" case when {GAINED} then coalesce(before.outcome, 'new') end, null"
        f" {both(screening, variant)} where now.{key} is not null"
    )
    sets = ", ".join(f"({name})" for name in ("bureau_code", *groups))
    which = "".join(
        f" when grouping({name}) = 0 then {quoted(BUREAU if name == 'bureau_code' else name)}"
        for name in ("bureau_code", *groups)
    )
    codes = "".join(f" when grouping({name}) = 0 then {name}" for name in ("bureau_code", *groups))
    totals = (
        f"select case{which} else {quoted(REGION)} end as breakdown, case{codes} end as code,"
        f" {_tallies()} from (({before}) union all ({now})) group by grouping sets ((), {sets})"
    )
    kinds = " ".join(f"when {quoted(name)} then {quoted(CODED.get(name, name))}" for name in groups)
    kind = f"case totals.breakdown {kinds} end" if kinds else "cast(null as varchar)"
    return (
        f"select totals.breakdown, totals.code, case when totals.breakdown = {quoted(REGION)}"
        f" then {quoted(say('全区', 'region'))} else coalesce(ref_bureaus.bureau_name,"
        f" labels.label, totals.code) end, totals.* exclude (breakdown, code)"
        f" from ({totals}) as totals"
        f" left join {BASE}.ref_bureaus as ref_bureaus on totals.breakdown = {quoted(BUREAU)}"
        " and totals.code = ref_bureaus.bureau_code"
        f" left join {BASE}.labels as labels on labels.kind = {kind}"
        " and labels.code = totals.code"
        " order by totals.breakdown, totals.code"
    )


def _tallies() -> str:
    outcomes = ("eligible", "cannot_tell", "not_eligible")
    counts = [
        f"count(case when outcome_{side} = '{outcome}' then 1 end)"
        for side in ("before", "now")
        for outcome in outcomes
    ]
    moves = [
        f"count(case when gained_from = '{name}' then 1 end)" for name in (*outcomes[1:], "new")
    ]
    moves += [f"count(case when lost_to = '{name}' then 1 end)" for name in (*outcomes[1:], "gone")]
    opens = [
        f"count(case when outcome_{side} = 'eligible' and amount_{side} is null then 1 end)"
        for side in ("before", "now")
    ]
    sums = [
        f"case when count(case when outcome_{side} = '{outcome}' then 1 end) = 0 then 0"
        f" else sum(case when outcome_{side} = '{outcome}' then amount_{side} end) end"
        for outcome in outcomes[:2]
        for side in ("before", "now")
    ]
    return ", ".join([*counts, *moves, *opens, *sums])

"""What report.html says of each screening: how many are in at which condition, by bureau, money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.conditions import Screening, screening_in
from pipelines.policy import title_of
from pipelines.policy_file import Policy
from pipelines.sqltext import identifier

# A subject falls at the first condition that is false. Where none is false, it is left open at
# the first that is not known; where all are true, it stays in.
_STEPS = """
with placed as (
    select
        case {first_false} end as fell_at,
        case {first_unknown} end as open_at
    from {decision}
)
select fell_at, case when fell_at is null then open_at end as left_open_at, count(*)
from placed
group by all
"""
_BUREAUS = """
select
    ref_bureaus.bureau_code, ref_bureaus.bureau_name,
    count(*) filter (where decided.outcome = 'eligible'),
    count(*) filter (where decided.outcome = 'cannot_tell'),
    count(*) filter (where decided.outcome = 'not_eligible'),
    coalesce(sum({amount}) filter (where decided.outcome = 'eligible'), 0),
    count(*) filter (where decided.outcome = 'eligible' and {amount} is null),
    coalesce(sum({amount}) filter (where decided.outcome = 'cannot_tell'), 0),
    count(*) filter (where decided.outcome = 'cannot_tell' and {amount} is null)
from ref_bureaus
left join {decision} as decided on ref_bureaus.bureau_code = decided.bureau_code
group by grouping sets ((ref_bureaus.bureau_code, ref_bureaus.bureau_name), ())
order by ref_bureaus.bureau_code
"""


@dataclass(frozen=True)
class Step:
    """One condition in its order: who is still in before it, and who is not after it.

    `fails` and `unknown` count all for whom the condition is false or not known, whatever comes
    before it.
    """

    title: str
    before: int
    fell: int
    open: int
    fails: int
    unknown: int

    @property
    def after(self) -> int:
        """Who is still in after this condition."""
        return self.before - self.fell - self.open


@dataclass(frozen=True)
class Outcomes:
    """The outcomes and the money of a bureau, or of the region when `bureau_code` is empty.

    Sums are of the amounts that are known, `…_open` counts those whose amount is not.
    """

    bureau_code: str
    bureau_name: str
    eligible: int
    cannot_tell: int
    not_eligible: int
    amount_yuan: Decimal
    amount_open: int
    cannot_tell_yuan: Decimal
    cannot_tell_open: int

    @property
    def subjects(self) -> int:
        """All who were judged."""
        return self.eligible + self.cannot_tell + self.not_eligible


@dataclass(frozen=True)
class ScreeningFigures:
    """A screening in numbers."""

    screening: Screening
    title: str
    steps: Sequence[Step]
    bureaus: Sequence[Outcomes]
    region: Outcomes


def tables_of(cursor: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The tables and views of the warehouse with their columns."""
    found = cursor.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = current_database() and schema_name = 'main' group by all"
    ).fetchall()
    return {name: set(columns) for name, columns in found}


def screening_figures(
    cursor: duckdb.DuckDBPyConnection, policies: Sequence[Policy], tables: dict[str, set[str]]
) -> list[ScreeningFigures]:
    """The figures of every screening that tells its conditions and whose decision was built."""
    figures = []
    for policy in policies:
        screening = screening_in(policy.path.parent)
        if screening and screening.decision in tables:
            *bureaus, region = _bureaus(cursor, screening)
            steps = _steps(cursor, screening)
            figures.append(ScreeningFigures(screening, title_of(policy), steps, bureaus, region))
    return figures


def _steps(cursor: duckdb.DuckDBPyConnection, screening: Screening) -> list[Step]:
    names = [identifier(condition.name) for condition in screening.conditions]
    decision = identifier(screening.decision)
    select = _STEPS.format(
        first_false=" ".join(f"when not {name} then {at}" for at, name in enumerate(names)),
        first_unknown=" ".join(f"when {name} is null then {at}" for at, name in enumerate(names)),
        decision=decision,
    )
    fell: dict[int, int] = {}
    left_open: dict[int, int] = {}
    before = 0
    for fell_at, open_at, subjects in cursor.execute(select).fetchall():
        before += subjects
        if fell_at is not None:
            fell[fell_at] = fell.get(fell_at, 0) + subjects
        elif open_at is not None:
            left_open[open_at] = subjects
    counts = ", ".join(
        f"count(*) filter (where not {name}), count(*) filter (where {name} is null)"
        for name in names
    )
    (row,) = cursor.execute(f"select {counts} from {decision}").fetchall()
    steps: list[Step] = []
    for at, condition in enumerate(screening.conditions):
        step = Step(
            condition.title,
            before,
            fell.get(at, 0),
            left_open.get(at, 0),
            *row[2 * at : 2 * at + 2],
        )
        before = step.after
        steps.append(step)
    return steps


def _bureaus(cursor: duckdb.DuckDBPyConnection, screening: Screening) -> list[Outcomes]:
    amount = f"decided.{identifier(screening.amount)}"
    select = _BUREAUS.format(amount=amount, decision=identifier(screening.decision))
    rows = cursor.execute(select).fetchall()
    return [Outcomes(code or "", name or "", *rest) for code, name, *rest in rows]

"""Whether a run jumps too far from the last published one to be published unasked."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.contracts import load_contracts
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy import load_policies, title_of
from pipelines.publish import Run
from pipelines.settings import Hold

SHOWN = 5

# Totals that both runs have, and those of every extract; what is missing in one of them is 0
# there. (A screening that only one run has came or went with its policy.)
_PAIRS = """
with
shared as (
    (select total, subject from run_totals intersect select total, subject from {before}.run_totals)
    union
    select total, subject from run_totals where total in ('extract_rows', 'set_aside')
    union
    select total, subject from {before}.run_totals where total in ('extract_rows', 'set_aside')
),
both_runs as (
    select bureau_code, total, subject, amount, base, 0 as amount_before,
        null as base_before
    from run_totals
    union all
    select bureau_code, total, subject, 0, null, amount, base from {before}.run_totals
),
sums as (
    select
        both_runs.bureau_code, both_runs.total, both_runs.subject,
        sum(both_runs.amount) as amount, sum(both_runs.base) as base,
        sum(both_runs.amount_before) as amount_before, sum(both_runs.base_before) as base_before
    from both_runs
    inner join shared on both_runs.total = shared.total and both_runs.subject = shared.subject
    group by grouping sets (
        (both_runs.bureau_code, both_runs.total, both_runs.subject),
        (both_runs.total, both_runs.subject)
    )
    -- what is counted by extract is the region's already
    having both_runs.bureau_code <> '' or grouping(both_runs.bureau_code) = 1
)
select
    coalesce(sums.bureau_code, ''), coalesce(ref_bureaus.bureau_name, ''), sums.total,
    sums.subject, sums.amount_before, sums.amount, sums.base_before, sums.base
from sums
left join ref_bureaus on sums.bureau_code = ref_bureaus.bureau_code
order by 1, 3, 4
"""


@dataclass(frozen=True)
class Total:
    """One total of a bureau, or of the region, in the last published run and in this one.

    `base` is the number of rows read where the amount is the part of them set aside, else None.
    """

    bureau_code: str
    bureau_name: str
    name: str
    subject: str
    before: Decimal
    now: Decimal
    base_before: Decimal | None
    base: Decimal | None

    def title(self) -> str:
        """What is added up, in the language in use."""
        name = labels_of("total")[self.name]
        extracts = {key: contract.title for key, contract in load_contracts().items()}
        screenings = {policy.screening: title_of(policy) for policy in load_policies()}
        subject = extracts.get(self.subject) or next(
            (title for key, title in screenings.items() if self.subject.startswith(key)),
            self.subject,
        )
        return f"{subject}{say('', ' ')}{name}" if subject else name

    def limit(self, hold: Hold) -> Decimal:
        """The share by which this total may move; of rows set aside, by which it may rise."""
        if self.name == "set_aside":
            return Decimal(str(hold.set_aside_share))
        is_part = self.bureau_code or self.name in {"extract_rows", "month_rows"}
        return Decimal(str(hold.bureau_share if is_part else hold.region_share))

    def is_beyond(self, hold: Hold) -> bool:
        """Whether the move is larger than the limit and larger than the floor."""
        moved = self.now - self.before
        if self.name == "set_aside":
            base, base_before = self.base or Decimal(0), self.base_before or Decimal(0)
            if not base or moved <= hold.absolute_floor:
                return False
            # the share may rise by no more than the limit: a/b > c/d + limit, without division
            divisor = base_before or Decimal(1)
            return self.now * divisor > (self.before + self.limit(hold) * divisor) * base
        floor = hold.money_floor_yuan if self.name == "money" else hold.absolute_floor
        return abs(moved) > floor and abs(moved) > self.limit(hold) * self.before

    def told(self, hold: Hold) -> str:
        """The move in a few words."""
        where = self.bureau_name or say("全区", "whole region")
        numbers = f"{whole_or_cents(self.before)} → {whole_or_cents(self.now)}"
        if self.base:
            numbers += f"（{say('共读入', 'of')} {whole_or_cents(self.base)}）"
        limit = f"{self.limit(hold) * 100:f}".rstrip("0").rstrip(".")
        return say(
            f"{where} {self.title()} {numbers}，限 {limit}%",
            f"{where} {self.title()} {numbers}, limit {limit}%",
        )


def compare(connection: duckdb.DuckDBPyConnection, before: str) -> list[Total]:
    """Every total of `run_totals` beside that of the run attached as `before`."""
    return [Total(*row) for row in connection.execute(_PAIRS.format(before=before)).fetchall()]


def beyond(totals: list[Total], hold: Hold) -> list[Total]:
    """The totals that moved too far: the region's first, then by bureau."""
    return [total for total in totals if total.is_beyond(hold)]


def why_held(run: Run, totals: list[Total], hold: Hold) -> str:
    """The totals that moved too far in one line, and what to do; all stand in the run's report."""
    told = [total.told(hold) for total in totals[:SHOWN]]
    more = len(totals) - len(told)
    if more:
        told.append(say(f"另有 {more} 项", f"{more} more"))
    moved = say("；", "; ").join(told)
    return say(
        f"{run.run_id} 已建成但扣留，未发布：与上一次发布相比总量变动过大：{moved}。"
        f"请看 {run.folder}/运行报告.md；数据有误则更正后重新运行，确认无误则"
        f" wengang release {run.run_id} --reason 理由",
        f"{run.run_id} was built and is held, not published: totals moved too far from the last"
        f" published run: {moved}. See {run.folder}/运行报告.md; correct the extracts and run"
        f" again, or, if it is right, wengang release {run.run_id} --reason WHY",
    )


def whole_or_cents(value: Decimal) -> str:
    """1,234 for a count, 1,234.50 for money."""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"

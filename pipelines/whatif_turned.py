"""Who is another one under a scenario, and which conditions turned."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.messages import say
from pipelines.rebuilt import Rebuilt
from pipelines.scenarios import Scenario
from pipelines.sqltext import identifier, quoted
from pipelines.whatif_counts import GAINED, LOST, both


@dataclass(frozen=True)
class Turned:
    """How often a condition is another one among those gained and among those lost."""

    scenario: str
    condition: str
    title: str
    among_gained: int
    among_lost: int


@dataclass(frozen=True)
class Subject:
    """Whose outcome a scenario changes: its key, outcomes, amounts, and what turned."""

    scenario: str
    subject_id: str
    bureau_code: str
    outcome_before: str | None
    outcome_now: str | None
    amount_before_yuan: Decimal | None
    amount_now_yuan: Decimal | None
    conditions: str


def turned(rebuilt: Rebuilt, variants: Mapping[str, str]) -> list[Turned]:
    """The conditions that turned for those gained or lost, most of them first."""
    screening, found = rebuilt.screening, []
    for variant, title in variants.items():
        counts = ", ".join(
            f"count(case when {test} and before.{item.name} is distinct from now.{item.name}"
            " then 1 end)"
            for item in screening.conditions
            for test in (GAINED, LOST)
        )
        row = rebuilt.connection.execute(f"select {counts} {both(screening, variant)}").fetchone()
        assert row is not None
        pairs = zip(row[::2], row[1::2], strict=True)
        for item, (gained, lost) in zip(screening.conditions, pairs, strict=True):
            if gained or lost:
                found.append(Turned(title, item.name, item.title, gained, lost))
    return sorted(found, key=lambda item: -item.among_gained - item.among_lost)


def subjects(rebuilt: Rebuilt, variant: str, scenario: Scenario) -> list[Subject]:
    """Everyone whose outcome is another one, in order of bureau and key."""
    screening = rebuilt.screening
    key, amount = screening.key, identifier(screening.amount)
    turns = ", ".join(
        f"case when before.{item.name} is distinct from now.{item.name} then"
        f" {quoted(item.title)} || {quoted(say('：', ': '))} || {_word('before', item.name)}"
        f" || '→' || {_word('now', item.name)} end"
        for item in screening.conditions
    )
    rows = rebuilt.connection.execute(
        f"select coalesce(now.{key}, before.{key}), coalesce(now.bureau_code, before.bureau_code),"
        f" before.outcome, now.outcome, {_counted('before', amount)}, {_counted('now', amount)},"
        f" case when before.{key} is not null and now.{key} is not null then"
        f" concat_ws({quoted(say('；', '; '))}, {turns}) else '' end"
        f" {both(screening, variant)}"
        " where before.outcome is distinct from now.outcome order by 2, 1"
    ).fetchall()
    return [Subject(scenario.title, *row) for row in rows]


def _counted(side: str, amount: str) -> str:
    """The amount of who is not refused: that of others is no money of the screening."""
    return f"case when {side}.outcome <> 'not_eligible' then {side}.{amount} end"


def _word(side: str, column: str) -> str:
    yes, no, unknown = say("是", "yes"), say("否", "no"), say("未知", "unknown")
    return (
        f"case {side}.{column} when true then {quoted(yes)} when false then {quoted(no)}"
        f" else {quoted(unknown)} end"
    )

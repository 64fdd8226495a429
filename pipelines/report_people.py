"""People out of work: why they left, and what they are entitled to, by bureau."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.messages import say
from pipelines.report_figures import ScreeningFigures
from pipelines.sqltext import identifier

NEEDED = {"person_id", "reason_class", "granted_months", "is_not_reemployed"}
_REASONS = """
select
    decided.reason_class, labels.label,
    count(*) filter (where decided.outcome = 'eligible'),
    count(*) filter (where decided.outcome = 'cannot_tell'),
    count(*) filter (where decided.outcome = 'not_eligible')
from {decision} as decided
left join labels on labels.kind = 'reason_class' and labels.code = decided.reason_class
where decided.is_not_reemployed is distinct from false
group by all
order by count(*) desc, decided.reason_class
"""
_BY_BUREAU = """
select ref_bureaus.bureau_name, decided.reason_class, count(decided.person_id)
from ref_bureaus
left join {decision} as decided
    on ref_bureaus.bureau_code = decided.bureau_code
    and decided.is_not_reemployed is distinct from false
group by ref_bureaus.bureau_code, ref_bureaus.bureau_name, decided.reason_class
order by ref_bureaus.bureau_code
"""
_ENTITLED = """
select
    ref_bureaus.bureau_name, count(decided.person_id), count(decided.granted_months),
    coalesce(cast(sum(decided.granted_months) as bigint), 0), coalesce(sum(decided.{amount}), 0),
    count(decided.person_id) - count(decided.{amount})
from ref_bureaus
left join {decision} as decided
    on ref_bureaus.bureau_code = decided.bureau_code and decided.outcome = 'eligible'
group by grouping sets ((ref_bureaus.bureau_code, ref_bureaus.bureau_name), ())
order by ref_bureaus.bureau_code
"""


@dataclass(frozen=True)
class Reason:
    """A reason for which people left work, and the outcomes of those who are not known to work."""

    title: str
    eligible: int
    cannot_tell: int
    not_eligible: int

    @property
    def people(self) -> int:
        """All who left for it."""
        return self.eligible + self.cannot_tell + self.not_eligible


@dataclass(frozen=True)
class Entitled:
    """The entitled of a bureau (None: the region): their months, and amounts for reference.

    Sums are of what is known; `…_open` counts those of whom it is not.
    """

    bureau_name: str | None
    people: int
    people_with_months: int
    months: int
    amount_yuan: Decimal
    amount_open: int

    @property
    def average_months(self) -> Decimal | None:
        """Months per person, of those whose months are known."""
        return Decimal(self.months) / self.people_with_months if self.people_with_months else None


@dataclass(frozen=True)
class OutOfWork:
    """What is told of the people out of work of one screening; `by_bureau` as `reasons` stand."""

    title: str
    reasons: Sequence[Reason]
    by_bureau: Sequence[tuple[str, Sequence[int]]]
    entitled: Sequence[Entitled]


def people_figures(
    cursor: duckdb.DuckDBPyConnection,
    figures: Sequence[ScreeningFigures],
    tables: dict[str, set[str]],
) -> list[OutOfWork]:
    """Of every screening that judges people by why they left work; else nothing."""
    found = []
    for item in figures:
        if not tables[item.screening.decision] >= NEEDED:
            continue
        names = {
            "decision": identifier(item.screening.decision),
            "amount": identifier(item.screening.amount),
        }
        rows = cursor.execute(_REASONS.format(**names)).fetchall()
        none = say("无减员记录", "no record")
        reasons = [Reason(label or code or none, *counts) for code, label, *counts in rows]
        codes = [row[0] for row in rows]
        bureaus: dict[str, list[int]] = {}
        for bureau, code, people in cursor.execute(_BY_BUREAU.format(**names)).fetchall():
            counts = bureaus.setdefault(bureau, [0] * len(codes))
            if people:
                counts[codes.index(code)] = people
        entitled = [Entitled(*row) for row in cursor.execute(_ENTITLED.format(**names)).fetchall()]
        found.append(OutOfWork(item.title, reasons, list(bureaus.items()), entitled))
    return found

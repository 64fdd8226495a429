"""What an explanation is made of: verdicts, conditions, policy values, tables. Data alone."""

from dataclasses import dataclass, field

from pipelines.subjects import Subject


@dataclass(frozen=True)
class Table:
    """A small table of texts; `numbers` are the columns that stand to the right."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Basis:
    """A policy value: what it is, where it stands, what it says."""

    title: str
    value: str
    source: str
    wording: str


@dataclass(frozen=True)
class Judged:
    """One condition: true, false or unknown (None), why, and how far from its line."""

    name: str
    title: str
    value: bool | None
    reasons: tuple[str, ...]
    distances: tuple[str, ...]
    bases: tuple[Basis, ...]


@dataclass(frozen=True)
class Verdict:
    """What a screening says of the subject; `outcome` is empty where it did not look at it."""

    screening: str
    title: str
    outcome: str = ""
    outcome_label: str = ""
    bureau: str = ""
    amount: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    list_name: str = ""
    list_label: str = ""
    missing: str = ""
    next_step: str = ""
    first_listed_on: str = ""
    remarks: str = ""
    conditions: tuple[Judged, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def open_reasons(self) -> list[str]:
        """Of every condition that does not hold: why, and how far it is from its line."""
        return [
            text
            for item in self.conditions
            if not item.value
            for text in (*item.reasons, *item.distances)
        ]


@dataclass(frozen=True)
class Explanation:
    """All of one subject in one run."""

    subject: Subject
    run_id: str
    as_of: str
    is_held: bool
    is_unmasked: bool
    verdicts: tuple[Verdict, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def heading(self) -> str:
        """Number and name, as much of them as may be seen."""
        seen = self.subject
        if self.is_unmasked:
            parts = (seen.number, seen.name, seen.uscc)
        else:
            parts = (seen.shown_number, seen.shown_name, seen.shown_uscc)
        return " · ".join(part for part in (*parts, seen.place) if part)

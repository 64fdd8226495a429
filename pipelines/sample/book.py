"""The rows of an invented delivery before they are written, each with the fate it will have."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from pipelines.sample.ids import ResidentIds
from pipelines.sample.names import person_names

Row = dict[str, str]
ACCEPTED, DUPLICATE, SET_ASIDE, OUT_OF_SCOPE = "accepted", "duplicate", "set_aside", "out_of_scope"
FIRST_STORY_NUMBER = 50_000_000  # running numbers of people in stories begin here


@dataclass
class Member:
    """A person at a unit in certain months; his records are (code or text, day)."""

    person: str
    months: frozenset[int]
    wage: int = 4000
    records: list[tuple[str, date]] = field(default_factory=list)


@dataclass
class Book:
    """Rows by sheet (an extract, or a part of one: `separations_shaanxi`), in order."""

    as_of: date
    seed: int
    first_period: int
    last_period: int
    sheets: dict[str, list[tuple[Row, str]]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)  # person → `15` or `x`: how ids look

    def __post_init__(self) -> None:
        self._ids = ResidentIds(self.seed, self.as_of)
        self._used = FIRST_STORY_NUMBER
        self._names = person_names(np.random.default_rng(self.seed), 4000)
        self._known: set[str] = set()

    def add(self, sheet: str, row: Row, fate: str = ACCEPTED) -> None:
        """Append a row of canonical columns to a sheet."""
        self.sheets.setdefault(sheet, []).append((row, fate))

    def all_months(self) -> frozenset[int]:
        """December Y−1 to the month before the run."""
        return frozenset(range(self.first_period, self.last_period + 1))

    def new_person(self, before: str = "36") -> str:
        """The id of a new invented person, who gets a row in insured_people."""
        self._used += 1
        numbers = np.array([self._used])
        person = self._ids.array(numbers)[0].as_py()
        self.describe(person, before)
        return person

    def describe(self, person: str, before: str = "36", **more: str) -> None:
        """A row in insured_people: `before` months, `none` = in the file without that column."""
        number = len(self._known)
        self._known.add(person)
        row = {
            "person_id": person,
            "person_name": self._names[number % len(self._names)],
            "sex_code": ("2" if int(person[16]) % 2 == 0 else "1") if person[:1].isdigit() else "",
            "ethnic_code": ["01", "05", "03", "11"][number % 4],
            "birth_date": "",
            "is_rural_worker": ["", "0", "1"][number % 3],
            "division_code": "",
            "phone": f"1990002{number % 10000:04d}",
            "paid_months_before": "" if before in {"none", "blank"} else before,
            **more,
        }
        if before == "none":
            del row["paid_months_before"]
        self.add("insured_people_2" if before == "none" else "insured_people_1", row)

    def separation(self, person: str, unit: str, reason: str, day: date) -> None:
        """A leaving record: a code of three digits is the old system's, of four the core's.

        Other words are a reason text without a code; 空 is neither.
        """
        coded = reason.isdigit()
        self.add(
            "separations_shaanxi" if coded and len(reason) == 3 else "separations_core",
            {
                "person_id": person,
                "unit_id": unit,
                "separated_on": day.isoformat(),
                "reason_code": reason if coded else "",
                "reason_text": "" if coded or reason == "空" else reason,
            },
        )


def period(text: str) -> int:
    """yyyymm as year × 12 + month."""
    return int(text[:4]) * 12 + int(text[4:6])


def period_text(number: int) -> str:
    """year × 12 + month as yyyymm."""
    year, month = divmod(number - 1, 12)
    return f"{year}{month + 1:02d}"


def last_day(number: int) -> date:
    """The last day of a period."""
    year, month = divmod(number, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def span(text: str) -> frozenset[int]:
    """`202012..202104+202107..202110` as periods; a month alone is itself."""
    found: set[int] = set()
    for part in text.split("+"):
        first, _, last = part.partition("..")
        found.update(range(period(first), period(last or first) + 1))
    return frozenset(found)


def tokens(given: str) -> Iterator[tuple[str, str]]:
    """`key=value; flag` as pairs, in order; a flag's value is ''."""
    for part in given.split(";"):
        key, _, value = part.strip().partition("=")
        if key:
            yield key, value.strip()


def options(text: str) -> tuple[str, list[str], dict[str, str]]:
    """`main/flag/key=value/…` as main text, flags and pairs."""
    main, *rest = text.split("/")
    pairs = dict(part.split("=", 1) for part in rest if "=" in part)
    return main, [part for part in rest if "=" not in part], pairs

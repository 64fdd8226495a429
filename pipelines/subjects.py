"""Who is meant: a unit by its number, credit code or name, a person by his number."""

from dataclasses import dataclass, field

import duckdb

from pipelines import ROOT
from pipelines.errors import UsageError
from pipelines.masking import is_personal, mask_id, mask_name
from pipelines.messages import say
from pipelines.results import Results

NORMALISE = ROOT / "sql" / "staging" / "_normalise.sql"
UNIT_NAMES = ROOT / "sql" / "facts" / "unit_names.sql"
MOST_SHOWN = 20
_UNITS = (
    "select units.unit_id, units.uscc, units.unit_name, units.bureau_code, units.is_valid_uscc,"
    " concat_ws(' ', bureaus.bureau_name, units.division_name) as place from units"
    " left join ref_bureaus as bureaus on units.bureau_code = bureaus.bureau_code where "
)


@dataclass(frozen=True)
class Subject:
    """A unit or person; `number` is its key, `shown` what may be seen of it without unmasking."""

    key: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    shown_number: str = ""
    shown_name: str = ""
    uscc: str = field(default="", repr=False)
    shown_uscc: str = ""
    place: str = ""

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return self.key == "person_id"

    @property
    def is_masked(self) -> bool:
        """Whether less is shown of it than is known."""
        return self.is_person or self.shown_number != self.number or self.shown_uscc != self.uscc


def find_subjects(results: Results, asked: str) -> tuple[list[Subject], bool]:
    """Who `asked` may be, and whether one of them has to be chosen first.

    Numbers come first: a unit's, a credit code (all of its units), a person's; then names, exactly,
    else by a part. Raises UsageError, naming run and day, when there is nobody.
    """
    read = _read(asked)
    found = _units(results, "units.unit_id = ?", read.number)
    found = found or _units(results, "units.uscc = ?", read.number.upper())
    found += _people(results, read.person_id)
    if found:
        return found, False
    found = _units(results, "units.normalised_name = ?", read.name)
    if not found and read.name:
        found = _units(results, "contains(units.normalised_name, ?)", read.name)
    if not found:
        raise _nobody(results, asked)
    codes = {unit.uscc for unit in found}
    return found, len(found) > 1 and (len(codes) > 1 or codes == {""})


def shown_number(number: str) -> str:
    """A number of a unit or person as it may be seen: what names a person loses its middle."""
    digits = [sign for sign in number if sign.isdigit()]
    return hidden_number(number) if is_personal("".join(digits) or number) else number


def hidden_number(number: str) -> str:
    """A person's number without its middle, also a short one of a foreigner."""
    if len(number) >= 15:
        return mask_id(number)
    return number[:2] + "*" * (len(number) - 4) + number[-2:]


@dataclass(frozen=True)
class _Read:
    """What was typed, as the extracts' cells are read."""

    number: str
    person_id: str
    name: str


def _read(asked: str) -> _Read:
    with duckdb.connect() as connection:
        connection.execute(NORMALISE.read_text(encoding="utf-8"))
        connection.execute("create table stg_insured_units as select ? as unit_name", [asked])
        number, person_id = connection.execute(
            "with bared as materialized (select bare(unit_name) as cell from stg_insured_units),"
            " codes as materialized (select packed(cell) as cell from bared)"
            " select coalesce(cell, ''), coalesce(as_person_id(cell), '') from codes"
        ).fetchall()[0]
        connection.execute("create table stg_unit_registers (unit_name varchar)")
        names = connection.execute(UNIT_NAMES.read_text(encoding="utf-8")).fetchall()
    return _Read(number, person_id, names[0][1])


def _units(results: Results, test: str, value: str) -> list[Subject]:
    rows = results.rows(f"{_UNITS} {test} order by units.unit_id", [value])
    return [
        Subject(
            "unit_id", number, name or "", shown_number(number), name or "", uscc or "",
            (uscc if is_valid else shown_number(uscc)) if uscc else "", place,
        )
        for number, uscc, name, _, is_valid, place in rows
    ]  # fmt: skip


def _people(results: Results, person_id: str) -> list[Subject]:
    if not person_id:
        return []
    known = [table for table in ("people", "person_spells") if results.has(table)]
    if not any(
        results.rows(f"select 1 from {table} where person_id = ? limit 1", [person_id])
        for table in known
    ):
        return []
    rows = results.rows("select person_name from people where person_id = ?", [person_id])
    name = (rows[0][0] if rows else None) or ""
    return [
        Subject(
            "person_id", person_id, name, hidden_number(person_id), mask_name(name) if name else ""
        )
    ]


def _nobody(results: Results, asked: str) -> UsageError:
    run = results.run
    return UsageError(
        say(
            f"没有找到“{asked}”：在运行 {run.run_id}（{run.as_of}）中按单位编号、统一社会信用代码、"
            "证件号码、单位名称查过。请核对，或用 --run 指定另一次运行",
            f"“{asked}” is not found: run {run.run_id} ({run.as_of}) was searched by unit number,"
            " credit code, person's number and unit name. Check it, or name another run with --run",
        )
    )

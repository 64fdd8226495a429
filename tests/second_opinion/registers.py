"""Register hits on a day."""

from datetime import date

from tests.second_opinion.identity import is_valid_uscc, plain_name
from tests.second_opinion.read import Extracts, Row


def is_on(entry: Row, day: date) -> bool:
    """Whether an entry stands on a day; its last day is included."""
    return entry["listed_from"] <= day and (entry["listed_to"] is None or entry["listed_to"] >= day)


def is_delivered(extracts: Extracts, extract: str, register: str) -> bool:
    """Whether a register is known: a row of it came, or it is declared complete."""
    return register in extracts.complete or bool(extracts.having(extract, "register", register))


def unit_entries(extracts: Extracts, register: str, unit: Row | None) -> list[tuple[Row, bool]]:
    """Entries that may mean a unit; True = by its valid USCC, False = by the name alone."""
    if unit is None:
        return []
    uscc = unit["uscc"] if is_valid_uscc(unit["uscc"]) else None
    name = plain_name(unit["unit_name"])
    found = []
    if uscc:
        for row in extracts.having("unit_registers", "uscc", uscc):
            if row["register"] == register:
                found.append((row, True))
    if name:
        for row in extracts.having("unit_registers", "unit_name", name, plain_name):
            if row["register"] == register and not (uscc and is_valid_uscc(row["uscc"])):
                found.append((row, False))
    return found


def is_off_register(
    extracts: Extracts, register: str, unit: Row | None, day: date, is_required: bool
) -> bool | None:
    """False on a sure hit on the day; None where it is not known; else True."""
    hits = [is_sure for row, is_sure in unit_entries(extracts, register, unit) if is_on(row, day)]
    if any(hits):
        return False
    if is_required and not is_delivered(extracts, "unit_registers", register):
        return None
    return None if hits else True

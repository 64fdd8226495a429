"""data/sample: the stories of tests/cases/stories.csv among invented background.

`python -m pipelines.sample.stories [DIR]` makes it anew (default data/sample).
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from pipelines import ROOT
from pipelines.sample import leavers as sample_leavers
from pipelines.sample import payroll as sample_payroll
from pipelines.sample import people as sample_people
from pipelines.sample import units as sample_units
from pipelines.sample.book import DUPLICATE, OUT_OF_SCOPE, Book, period_text, tokens
from pipelines.sample.files import control_totals, write_form
from pipelines.sample.forms import FORMS
from pipelines.sample.region import COMPLETE
from pipelines.sample.story_members import RECEIVER
from pipelines.sample.story_people import add_person, hosts
from pipelines.sample.story_units import UNIT_NUMBERS, add_unit
from pipelines.sample.world import World, make_world

STORIES = ROOT / "tests" / "cases" / "stories.csv"
AS_OF = date(2022, 3, 22)
SEED = 20220322
BACKGROUND_UNITS, BACKGROUND_PEOPLE = 70, 3640
REPEATED_MONTH = "payroll_202107"  # a second file repeats some of its rows
OTHER_INSURANCE_MONTH = "payroll_202112"  # also holds rows of the pension insurance


def read_stories(path: Path = STORIES) -> list[dict[str, str]]:
    """The rows of stories.csv."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def make_story_sample(folder: Path, stories: Path = STORIES) -> dict[str, Counter[str]]:
    """Write the sample into `folder`; returns, by file name, how many rows will have which fate.

    Files of the sample that stand there are overwritten; the bytes are always the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    book = Book(AS_OF, SEED, (AS_OF.year - 2) * 12 + 12, AS_OF.year * 12 + AS_OF.month - 1)
    _add_background(book)
    _add_stories(book, read_stories(stories))
    for name, sheet in book.sheets.items():
        if name.startswith("payroll"):
            sheet.sort(key=lambda entry: entry[0]["unit_id"])
    _add_other_rows(book)
    files: dict[str, dict[str, Any]] = {}
    fates = {}
    for form in FORMS:
        fates[form.file_name] = write_form(folder, form, book)
        if form.system:
            files[form.file_name] = {"system": form.system}
        if form.control:
            files[form.file_name]["control"] = control_totals(form, book)
    delivery = {"as_of": AS_OF, "complete": COMPLETE, "files": files}
    (folder / "delivery.yaml").write_text(
        yaml.safe_dump(delivery, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return fates


def _add_stories(book: Book, stories: list[dict[str, str]]) -> None:
    """Units that stories name once for all who are there; then the people of the stories."""
    places: dict[str, list[tuple[str, str]]] = {RECEIVER: [("heads", "6")]}
    people = []
    for story in stories:
        pairs = list(tokens(story["given"]))
        if story["screening"] == "job_retention_refund":
            add_unit(book, story["subject"], pairs)
            for _, value in pairs:
                if "/moved=" in value:
                    receiver = value.partition("/moved=")[2].partition("@")[0]
                    places[receiver] = [("heads", "6")]
        else:
            people.append((story["subject"], pairs))
            for unit, said in hosts(pairs).items():
                known = places.setdefault(unit, [])
                known += [pair for pair in said if pair not in known]
    for unit, said in places.items():
        add_unit(book, unit, said)
    for person, pairs in people:
        add_person(book, person, pairs)


def _add_other_rows(book: Book) -> None:
    """A second file with rows that came before, and rows of another insurance."""
    for row, _ in book.sheets[REPEATED_MONTH][:25]:
        book.add(REPEATED_MONTH + "b", dict(row), DUPLICATE)
    for row, _ in book.sheets[OTHER_INSURANCE_MONTH][:30]:
        book.add(OTHER_INSURANCE_MONTH, row | {"insurance_code": "110"}, OUT_OF_SCOPE)


def _rows(table: pa.Table) -> Iterable[dict[str, str]]:
    for row in table.to_pylist():
        yield {name: "" if value is None else str(value) for name, value in row.items()}


def _add_background(book: Book) -> None:
    world = make_world(BACKGROUND_UNITS, BACKGROUND_PEOPLE, SEED, AS_OF)
    units = sample_payroll.unit_ids(world)
    people = world.ids.array(np.arange(world.people))
    assert world.units < UNIT_NUMBERS
    for month in range(world.months):
        sheet = f"payroll_{period_text(world.first_period + month)}"
        for table, _ in sample_payroll.payroll_month(world, month, units, people):
            for row in _rows(table):
                book.add(sheet, row)
    every_unit = _rows(sample_units.insured_units(world, units, 0, world.units))
    for row, old in zip(every_unit, world.is_old_system, strict=True):
        book.add("insured_units_shaanxi" if old else "insured_units_core", row)
    for table in sample_people.insured_people(world, people):
        for row in _rows(table):
            born = row["birth_date"]
            row["birth_date"] = f"{born[:4]}-{born[4:6]}-{born[6:]}"
            book.add("insured_people_1", row)
    _add_small(book, world, units, people)


def _add_small(book: Book, world: World, units: pa.StringArray, people: pa.StringArray) -> None:
    leavers = sample_leavers.make_leavers(world)
    tables = {
        "separations_core": sample_leavers.separations(world, leavers, units, people, False),
        "separations_shaanxi": sample_leavers.separations(world, leavers, units, people, True),
        "benefit_grants": sample_leavers.benefit_grants(world, leavers, units, people),
        "unemployment_registrations": sample_leavers.unemployment_registrations(
            world, leavers, people
        ),
        "person_registers": sample_people.person_registers(world, people),
        "unit_registers": sample_units.unit_registers(world),
        "refund_payments": sample_units.refund_payments(world, units),
    }
    for sheet, table in tables.items():
        for row in _rows(table):
            book.add(sheet, row)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "sample"
    for file_name, rows in make_story_sample(target).items():
        print(file_name, dict(rows))

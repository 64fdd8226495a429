"""Folders of damaged files: every line of each ends where the rules say, and nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.ingest import extract_of
from tests.dirty.books import BOOKS
from tests.dirty.case import Damaged, filled
from tests.dirty.cells import CELLS
from tests.dirty.encodings import ENCODINGS
from tests.dirty.grammar import GRAMMAR
from tests.dirty.layouts import LAYOUTS
from tests.dirty.places import PLACES
from tests.folders import Folder, payroll_row

PARTS = {
    "grammar": GRAMMAR,
    "encodings and places": [*ENCODINGS, *PLACES],
    "layouts": LAYOUTS,
    "cells": CELLS,
    "books": BOOKS,
}
MONEY = {"wage_base", "unit_paid", "person_paid"}


def test_there_are_enough_of_them_and_each_has_its_name(record_property):
    corpus = [item for part in PARTS.values() for item in part]
    assert len(corpus) >= 80
    record_property("figure: damaged_files", len(corpus))
    assert len({item.name for item in corpus}) == len(corpus)
    assert not [item.name for item in corpus if bool(item.refused) == bool(item.fates)]


@pytest.mark.parametrize("part", PARTS)
def test_every_line_of_every_damaged_file_ends_where_the_rules_say(tmp_path, part):
    folder = Folder(tmp_path)
    places = places_of(PARTS[part])
    for item in PARTS[part]:
        item.put(folder.path, places[item.key or item.name])
    folder.payroll(payroll_row(39_000), name="payroll_zz.csv")
    folder.take_in()
    found = [
        f"{item.name} ({item.what}): {text}"
        for item in PARTS[part]
        for text in differences(folder, item, places[item.key or item.name])
    ]
    assert not found, "\n".join(found)


def places_of(items: list[Damaged]) -> dict[str, int]:
    """A number for every file, the same for files of one key."""
    return {
        key: at for at, key in enumerate(dict.fromkeys(item.key or item.name for item in items))
    }


def differences(folder: Folder, item: Damaged, place: int) -> Iterator[str]:
    """What came of a file otherwise than it should."""
    name = item.name.replace("'", "''")
    status, refusal, told = folder.log(name, "status", "refusal", "first_reasons")
    if item.refused:
        if status != "refused":
            yield f"should be refused ({item.refused}), is {status}: {told}"
        elif item.refused not in refusal or not refusal.startswith(item.name) or "\n" in refusal:
            yield f"refused with: {refusal}"
        if accepted(folder, item, "count(*)") != [(0,)]:
            yield "refused, and yet it has rows"
        return
    if status != "accepted":
        yield f"should be used, is {status}: {refusal}"
        return
    assert item.fates is not None
    fates = folder.fates(name)
    if fates != item.fates:
        yield f"fates should be {item.fates}, are {fates}"
    physical = lines_of(folder.path / item.name)
    if physical not in (None, sum(fates)):
        yield f"{physical} lines, {sum(fates)} accounted for"
    aside = folder.rows(
        "select line_number, column_name, reason from set_aside"
        f" where file_name = '{name}' order by line_number"
    )
    wanted = [(line, *why) for line, why in sorted(item.aside.items())]
    if aside != wanted:
        yield f"set aside should be {set(wanted) - set(aside)}, is {set(aside) - set(wanted)}"
    if item.remark not in (told or ""):
        yield f"the log should say {item.remark}, says {told}"
    for column, value in item.values.items():
        line, _, column = column.rpartition(" ")
        where = f"and line_number = {line.removeprefix('line ')}" if line else ""
        values = set(accepted(folder, item, f"cast({column} as varchar)", where))
        if values != {(text_of(column, value, place),)}:
            yield f"{line} {column} should be {value}, is {values}"


def text_of(column: str, value: object, place: int) -> str | None:
    """A value as it is staged, in words."""
    if value is None:
        return None
    text = filled(str(value), place)
    return f"{text.partition('.')[0]}.{text.partition('.')[2]:0<4}" if column in MONEY else text


def accepted(folder: Folder, item: Damaged, what: str, where: str = "") -> list:
    """The accepted rows of a file."""
    extract = extract_of(item.name, load_contracts())
    name = item.name.replace("'", "''")
    return folder.rows(f"select {what} from stg_{extract} where file_name = '{name}' {where}")


def lines_of(path: Path) -> int | None:
    """The physical lines of a text file, counted without the program; None for other files."""
    content = path.read_bytes()
    if path.suffix.lower() not in {".csv", ".txt"}:
        return None
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            content = content.decode(encoding, errors="replace").encode()
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return content.count(b"\n") + (not content.endswith(b"\n"))


def test_a_name_in_an_old_encoding_stops_nothing(tmp_path):
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1))
    name = os.fsencode(folder.path) + b"/payroll_" + "明细".encode("gbk") + b".csv"
    Path(os.fsdecode(name)).write_text("x", encoding="utf-8")
    folder.take_in()
    (other,) = folder.rows("select file_name, status from import_log where extract is null")
    assert other[0].startswith("payroll_\\") and other[1] == "not_recognised"


def test_rows_of_another_table_and_cut_rows_still_name_their_units(tmp_path):
    folder = Folder(tmp_path)
    for at, item in enumerate([*GRAMMAR, *LAYOUTS]):
        if item.name in NAMING:
            item.put(folder.path, at)
    folder.payroll(payroll_row(39_000), name="payroll_zz.csv")
    folder.take_in()
    found = set(folder.rows("select file_name, unit_id from set_aside_mentions"))
    for at, item in enumerate([*GRAMMAR, *LAYOUTS]):
        if item.name in NAMING:
            assert (item.name, f"U{at:03d}") in found


NAMING = {
    "payroll_second_table.csv",
    "payroll_cut_in_the_last_cell.csv",
    "payroll_row_above.csv",
    "payroll_quote_in_a_cell.csv",
}

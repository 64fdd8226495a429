"""A published run of a few people to be told, and lists as a bureau would send them back."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from stdnum.cn import ric

from tests import fake_run

LIST, UNSURE = "失业保险金_告知名单", "失业保险金_待核"
HEADER = ["序号", "姓名", "社会保障号码", "联系电话", "告知方式", "告知日期", "告知结果", "备注"]
LISTED, TODAY = date(2022, 3, 22), date(2022, 4, 10)
Cells = Sequence[object]


def person(number: int) -> str:
    """An invented id with its check digit."""
    digits = f"159901{19700101 + number // 500}{number % 500 + 1:03}"
    return digits + ric.calc_check_digit(digits + "0")


def name(number: int) -> str:
    return "那仁" + "甲乙丙丁戊己庚辛"[number % 8]


PEOPLE = 40
# The last two stand on the list of those who can't be told, of another bureau.
OF_OTHER = (PEOPLE - 2, PEOPLE - 1)


def published(
    folder: Path,
    day: date = LISTED,
    people: Sequence[int] = range(PEOPLE),
    bureau: str = "150100",
) -> Path:
    """`folder`/out with a published run in which these people are listed since its day."""
    rows = ", ".join(
        f"('{UNSURE if at in OF_OTHER else LIST}', '{person(at)}',"
        f" '{'152900' if at in OF_OTHER else bureau}', '{name(at)}', date '{day}')"
        for at in people
    )
    known = ", ".join(f"('{person(at)}', '1380000{at:04}')" for at in people)
    spells = ", ".join(f"('{person(at)}', '甲厂')" for at in people)
    fake_run.published_build(
        folder,
        f"insert into listed_subjects values {rows}",
        f"create or replace table people as from (values {known}) as given (person_id, phone)",
        f"create or replace table person_spells as from (values {spells})"
        " as given (person_id, last_unit_id)",
        "create or replace table units as select '甲厂' as unit_id, '甲厂有限公司' as unit_name,"
        " '新城区' as division_name, '乙' as contact_name, '04710000000' as contact_phone",
        "insert into built_models values ('people', null), ('person_spells', null),"
        " ('units', null)",
        day=day,
    )
    return folder / "out"


def blank(number: int) -> list[object]:
    """A row as it was handed over."""
    return [number + 1, name(number), person(number), f"1380000{number:04}", None, None, None, None]


def told(
    number: int, result: object = "已告知", on: object = "2022-03-25", how: object = "电话"
) -> list[object]:
    """A row that a bureau filled in."""
    return [*blank(number)[:4], how, on, result, None]


def as_xlsx(path: Path, rows: Sequence[Cells], header: Sequence[str] = HEADER, above=()) -> Path:
    """A workbook of one sheet, with rows above the header."""
    book = Workbook()
    for row in (*above, list(header), *rows):
        book.active.append(row)
    book.save(path)
    return path


def as_csv(path: Path, rows: Sequence[Cells], encoding: str = "utf-8-sig", above=()) -> Path:
    """A CSV as spreadsheets write it."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows([*above, HEADER, *rows])
    return path

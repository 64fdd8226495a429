"""What a clerk sees who opens the lists in a spreadsheet; LibreOffice stands in for WPS."""

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from pipelines.deliver import deliver
from tests.fake_run import fill
from tests.programs import CSV, converted

NASTY = [
    "=1+1", "+8613800000000", "-1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1",
    "＝1+1", "＋1", "－1", "＠1", " =1+1", "'=1+1", "15990119900101100X",
    "159901199001011008", "1E5", "2022-03-22", "1/2", "TRUE", "00123",
    "甲，乙", '"引号"', "逗号,分号;", "换\n行", "镕㐂𠮷",
]  # fmt: skip
BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def alike(ours: str, shown: str) -> bool:
    """The same text, or the same number however it is written."""
    if ours == shown:
        return True
    try:
        return Decimal(ours) == Decimal(shown)
    except InvalidOperation:
        return ours.replace("\r", "\n").strip() == shown.replace("\r", "\n").strip()


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bureau's folder whose list holds every kind of cell that spreadsheets like to change."""
    connection = duckdb.connect()
    fill(connection, 0)
    connection.execute(
        'create or replace table "list_难" (bureau_code varchar, unit_id varchar, "序号" integer,'
        ' "名称" varchar, "金额" decimal(18, 2))'
    )
    for number, text in enumerate(NASTY, start=1):
        connection.execute(
            "insert into \"list_难\" values ('150100', ?, ?, ?, -1.5)", [text, number, text]
        )
    folder = tmp_path_factory.mktemp("nasty")
    deliver(connection, folder)
    connection.close()
    return folder / "150100-呼和浩特市"


def test_no_cell_begins_a_formula(nasty: Path) -> None:
    sheet = load_workbook(nasty / "难.xlsx")["名单"]
    assert sheet is not None
    written = [row[1] for row in cells(nasty / "难.csv")[1:]]
    in_book = [cell.value for (cell,) in sheet["B2:B26"]]
    for text, in_csv, in_xlsx in zip(NASTY, written, in_book, strict=True):
        assert not in_csv.startswith(BEGIN_FORMULAS)
        assert in_csv == in_xlsx.replace("_x000D_", "\r")
        # nothing but a mark in front is added, and only where it is needed
        assert in_csv == ("'" + text if text.startswith(BEGIN_FORMULAS) else text)
    assert {cell.data_type for (cell,) in sheet["B2:B26"]} == {"s"}


def test_lists_in_libreoffice(nasty: Path, sample_folder: Path, tmp_path: Path) -> None:
    """Every cell of every xlsx is shown as the csv has it; ids keep all their digits."""
    bureau = sample_folder / "150100-呼和浩特市"
    of_bureau: dict[str, Path] = {}
    for folder in (bureau, nasty):
        made = converted(sorted(folder.glob("*.xlsx")), CSV, tmp_path / folder.parent.name)
        of_bureau = of_bureau or made
        for csv_path in folder.glob("*.csv"):
            name = csv_path.stem
            ours, shown = cells(csv_path), cells(made[f"{name}-名单"])
            assert len(ours) == len(shown), name
            for our_row, row in zip(ours, shown, strict=True):
                assert all(map(alike, our_row, row)), (name, our_row, row)
            total = next(row for row in cells(made[f"{name}-汇总"]) if row[0] == "合计")
            assert str(len(ours) - 1) in [cell.strip() for cell in total[1:3]]
    posted = cells(of_bureau["稳岗返还_公示-公示"])
    listed = cells(bureau / "稳岗返还_公示.csv")
    assert [row[:3] for row in posted[-len(listed) :]] == [row[:3] for row in listed]
    assert len(list(nasty.glob("*.xlsx"))) == 3 and len(list(bureau.glob("*.xlsx"))) == 11


def test_csv_in_libreoffice(nasty: Path, sample_folder: Path, tmp_path: Path) -> None:
    """A csv opens with Chinese intact and without any formula."""
    sources = sorted((sample_folder / "150100-呼和浩特市").glob("*.csv")) + [nasty / "难.csv"]
    made = converted(sources, "xlsx", tmp_path)
    for source in sources:
        sheet = load_workbook(made[source.stem]).active
        assert sheet is not None
        ours = cells(source)
        assert [cell.value for cell in sheet[1]] == ours[0]
        for at, row in enumerate(ours[1:], start=2):
            for text, cell in zip(row, sheet[at], strict=True):
                assert cell.data_type != "f", (source.name, text)
                if any("\u4e00" <= character <= "\u9fff" for character in text):
                    assert alike(text, str(cell.value)), (source.name, text, cell.value)

"""Workbooks: every text comes back as it was, whatever it holds and however many rows there are."""

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from pipelines import sheet_rows, sheets
from pipelines.sheet_rows import LONGEST_TEXT, Column
from pipelines.sheets import write_sheet

COLUMNS = [Column("名称", "VARCHAR", False, None), Column("金额", "DECIMAL(18,2)", True, 2)]


def shown(path: Path) -> list[list[list[object]]]:
    """The values of the cells by sheet and row, the header left out."""
    return [
        [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for sheet in load_workbook(path).worksheets
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_any_text_comes_back(tmp_path, texts) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [(text, "") for text in texts])
    (rows,) = shown(tmp_path / "a.xlsx")
    assert [unescape(str(row[0])) for row in rows] == texts


@pytest.mark.parametrize(
    "text",
    ["a & b", "<r>甲</r>", "a<b>c", " 前", "后 ", "_x000D_", "a_x", "\x00\x1f", "\r\n\t", "\ufffe"],
)
def test_what_has_a_meaning_in_xml_is_text(tmp_path, text) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [("甲", "1"), (text, "2")])
    assert [unescape(str(row[0])) for row in shown(tmp_path / "a.xlsx")[0]] == ["甲", text]
    with ZipFile(tmp_path / "a.xlsx") as book:
        assert b"<r>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-10.50", -10.5),
        ("0", 0),
        ("1e-05", 0.00001),
        ("-1234567890123.45", -1234567890123.45),
        ("1234567890123456", "1234567890123456"),
        ("inf", "inf"),
        ("-nan", "-nan"),
        ("", None),
    ],
)
def test_a_number_is_one_only_where_it_stays_the_same(tmp_path, text, value) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [("甲", text)])
    assert shown(tmp_path / "a.xlsx") == [[["甲", value]]]


def test_rows_in_pieces_and_in_further_sheets(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_rows, "_AT_ONCE", 3)
    monkeypatch.setattr(sheets, "SHEET_ROWS", 7)
    rows = [(f"第{number}户", f"{number}.50") for number in range(1, 16)]
    write_sheet(tmp_path / "a.xlsx", COLUMNS, rows)
    found = shown(tmp_path / "a.xlsx")
    assert [len(part) for part in found] == [7, 7, 1]
    assert [tuple(row) for part in found for row in part] == [
        (name, float(Decimal(money))) for name, money in rows
    ]
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["名单", "名单2", "名单3"]
    assert [sheet.auto_filter.ref for sheet in book.worksheets] == ["A1:B8", "A1:B8", "A1:B2"]
    assert {sheet["A2"].number_format for sheet in book.worksheets} == {"@"}
    assert {sheet["B2"].number_format for sheet in book.worksheets} == {"0.00"}
    # Some readers believe what the sheet says of its size.
    with ZipFile(tmp_path / "a.xlsx") as zipped:
        assert b'<dimension ref="A1:B8"/>' in zipped.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("sign", ["&", "甲"])
def test_a_text_longer_than_a_cell_is_cut(tmp_path, sign) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [(sign * 40_000, "")])
    assert shown(tmp_path / "a.xlsx") == [[[sign * LONGEST_TEXT, None]]]


@pytest.mark.parametrize(("text", "is_kept"), [("甲 ", True), (" 甲", True), ("甲", False)])
def test_spaces_at_the_ends_are_kept(tmp_path, text, is_kept) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [(text, "")])
    with ZipFile(tmp_path / "a.xlsx") as book:
        told = f'<t xml:space="preserve">{text}</t>' if is_kept else f"<t>{text}</t>"
        assert told in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_list_of_no_rows_has_its_header(tmp_path) -> None:
    write_sheet(tmp_path / "a.xlsx", COLUMNS, [])
    assert shown(tmp_path / "a.xlsx") == [[]]
    assert [cell.value for cell in load_workbook(tmp_path / "a.xlsx").active[1]] == ["名称", "金额"]

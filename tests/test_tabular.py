"""Workbooks and Parquet: the same rows as from text, with what only they hold."""

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.folders import Folder, payroll_row, person

UNITS = [
    "单位编号",
    "单位名称",
    "行政区划代码",
    "参保年月",
    "从业人员",
    "营业收入（万元）",
    "银行账号",
]


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1))
    return folder


def workbook(folder, *rows, name="insured_units.xlsx", more=()):
    book = openpyxl.Workbook()
    for number, content in enumerate([rows, *more]):
        sheet = book.active if number == 0 else book.create_sheet(f"第{number}页")
        for row in content:
            sheet.append(row)
        if content and content[0] == ["参保单位名册"]:
            sheet.merge_cells("A1:G1")
    book.save(folder.path / name)


def test_a_workbook_with_title_dates_numbers_and_footer(folder):
    workbook(
        folder,
        ["参保单位名册"],
        UNITS,
        ["U1", "甲\n公司", 150102, datetime(2015, 3, 1), 12, 1234.5, "6222020000000000001"],
        [],
        ["U2", "乙公司", "150103", 42064, 7.0, 0.1 + 0.2, 622202000000001],
        ["合计", None, None, None, 19],
    )
    folder.take_in()
    assert folder.fates("insured_units.xlsx") == (3, 1, 2, 0, 0, 0)
    assert folder.rows(
        "select line_number, unit_id, unit_name, division_code, insured_from, employees,"
        " revenue_10k, bank_account from stg_insured_units order by all"
    ) == [
        (3, "U1", "甲 公司", "150102", 2015 * 12 + 3, 12, Decimal("1234.5"), "6222020000000000001"),
        (5, "U2", "乙公司", "150103", 2015 * 12 + 3, 7, Decimal("0.3"), "622202000000001"),
    ]


def test_serial_numbers_count_in_workbooks_only(folder):
    workbook(
        folder,
        ["社会保障号码", "单位编号", "变更日期"],
        [person(1), "U1", 44561],
        name="separations.xlsx",
    )
    folder.put("减员变更.csv", f"社会保障号码,单位编号,变更日期\n{person(2)},U1,44561\n")
    folder.take_in()
    assert folder.rows("select person_id, separated_on from stg_separations") == [
        (person(1), date(2021, 12, 31))
    ]
    assert folder.fates("减员变更.csv") == (1, 0, 0, 0, 0, 1)


def test_an_identity_number_kept_as_a_number_is_ruined(folder):
    workbook(
        folder,
        ["社会保障号码", "单位编号", "变更日期"],
        [float(person(1)[:17] + "1"), "U1", "2021-12-31"],
        [159901900101001, "U1", "2021-12-31"],
        name="separations.xlsx",
    )
    folder.take_in()
    assert folder.fates("separations.xlsx") == (1, 0, 1, 0, 0, 1)
    assert "电子表格" in folder.rows("select reason from set_aside")[0][0]


def test_the_sheet_with_the_header_is_read_and_two_are_refused(folder):
    rows = [UNITS, ["U1", "甲公司", "150102"]]
    workbook(folder, ["说明"], name="参保单位_1.xlsx", more=[rows])
    workbook(folder, *rows, name="参保单位_2.xlsx", more=[rows])
    folder.take_in()
    assert folder.fates("参保单位_1.xlsx")[2] == 1
    status, refusal = folder.log("参保单位_2.xlsx", "status", "refusal")
    assert status == "refused" and "第 1, 2 张" in refusal


def test_what_is_no_workbook_is_refused(folder):
    folder.put("insured_units.xlsx", b"\xd0\xcf\x11\xe0 encrypted")
    folder.put("insured_people.parquet", b"PAR1 not at all")
    folder.take_in()
    assert folder.log("insured_units.xlsx", "status") == ("refused",)
    assert folder.log("insured_people.parquet", "status") == ("refused",)


def test_parquet_of_any_types(folder):
    table = pa.table(
        {
            "费款所属期": pa.array([202112, 202112, 202112]),
            "单位编号": ["U,1", 'U"2', "U3"],
            "社会保障号码": [person(1), person(2), person(3)],
            "单位实缴金额": pa.array([Decimal("16.92"), None, Decimal("1")], pa.decimal128(12, 2)),
            "个人实缴金额": pa.array([16.92, 0.1 + 0.2, None]),
            "到账日期": pa.array([date(2021, 12, 15), None, None]),
        }
    )
    pq.write_table(table, folder.path / "payroll_2.parquet")
    folder.take_in()
    assert folder.fates("payroll_2.parquet") == (1, 0, 3, 0, 0, 0)
    assert folder.rows(
        "select line_number, unit_id, unit_paid, person_paid, paid_on from stg_payroll"
        " where file_name = 'payroll_2.parquet' order by all"
    ) == [
        (2, "U,1", Decimal("16.92"), Decimal("16.92"), date(2021, 12, 15)),
        (3, "U2", None, Decimal("0.3"), None),
        (4, "U3", Decimal("1"), None, None),
    ]


def test_an_identity_column_of_doubles_in_parquet_is_ruined(folder):
    table = pa.table(
        {
            "社会保障号码": pa.array([float(person(1)[:17] + "1"), 159901900101001.0]),
            "单位编号": pa.array([12, 13]),
            "变更日期": pa.array([datetime(2021, 12, 31), datetime(2021, 12, 31)]),
        }
    )
    pq.write_table(table, folder.path / "separations.parquet")
    folder.take_in()
    assert folder.fates("separations.parquet") == (1, 0, 1, 0, 0, 1)
    assert folder.rows("select unit_id, separated_on from stg_separations") == [
        ("13", date(2021, 12, 31))
    ]

"""A look at a folder before the night: no verdicts, but everything that is missing."""

import pytest

from pipelines.errors import ExtractError
from pipelines.precheck import check_folder
from pipelines.settings import Settings
from tests.folders import HEADER, Folder, payroll_row, person


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def check(folder):
    return check_folder(folder.path, Settings(threads=2))


def test_what_a_folder_holds_and_lacks(folder):
    units = "U1,甲公司,150102,10\nU2,乙公司,150202,77\n"
    folder.put("参保单位.csv", f"单位编号,单位名称,行政区划代码,单位类型\n{units}")
    rows = [payroll_row(number, unit="U1") for number in range(5)]
    rows += [payroll_row(number, unit="U2", period="202111") for number in range(5)]
    folder.payroll(*rows, payroll_row(9, period="某月"), header=HEADER)
    folder.put(
        "separations.csv",
        f"社会保障号码,单位编号,变更日期,变更原因\n{person(1)},U1,20211201,6311\n",
    )
    folder.put("refund_payments.csv", "单位编号\nU1\n")
    folder.put("readme.md", "x")
    folder.put("delivery.yaml", "as_of: 2022-03-22\ncomplete: [死亡]")
    found = check(folder)
    files = {file.file_name: file for file in found.files}
    assert files["refund_payments.csv"] == found.files[0] and found.files[0].status == "refused"
    assert files["readme.md"].status == "not_recognised"
    assert "wage_base" in files["payroll.csv"].columns
    assert "paid_on" in files["payroll.csv"].missing_columns
    assert files["payroll.csv"].rows_set_aside == 1
    separations = files["separations.csv"]
    assert dict(zip(separations.columns, separations.headers, strict=True)) == {
        "person_id": "社会保障号码",
        "unit_id": "单位编号",
        "separated_on": "变更日期",
        "reason_code": "变更原因",
    }
    months = {bureau.bureau_code: bureau for bureau in found.months}
    assert len(months) == 15
    november, december = 2021 * 12 + 11, 2021 * 12 + 12
    assert months["150100"].rows == {december: 5} and months["150100"].missing == (november,)
    assert months["150200"].missing == (december,)
    assert {(code.column, code.code) for code in found.unknown_codes} == {
        ("变更原因", "6311"),
        ("单位类型", "77"),
    }
    assert [(row.column, row.rows) for row in found.set_aside] == [("费款所属期", 1)]
    assert "benefit_grants" in found.not_delivered and "refund_payments" in found.not_delivered
    assert found.complete == ("death",) and str(found.as_of) == "2022-03-22"
    assert found.failure is None


def test_a_folder_without_payroll_is_shown_all_the_same(folder):
    folder.put("参保单位.csv", "单位编号,单位名称,行政区划代码\nU1,甲公司,150102\n")
    found = check(folder)
    assert found.failure and len(found.files) == 1 and found.files[0].rows_accepted == 1


def test_a_missing_folder_is_an_error(folder, tmp_path):
    with pytest.raises(ExtractError):
        check_folder(tmp_path / "nowhere", Settings())

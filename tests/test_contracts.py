"""Contracts: complete, unambiguous, with a staging select that gives what facts read."""

import pytest

from pipelines.contracts import load_contracts, normalise_header
from pipelines.errors import WengangError
from tests.folders import Folder, payroll_row, person

EXTRACTS = {
    "insured_units": "参保单位",
    "payroll": "缴费明细",
    "insured_people": "参保人员",
    "separations": "减员变更",
    "benefit_grants": "失业待遇核定",
    "unemployment_registrations": "失业登记",
    "person_registers": "人员比对库",
    "unit_registers": "单位比对库",
    "refund_payments": "稳岗返还发放",
}


def test_the_nine_extracts_have_contracts():
    contracts = load_contracts()
    assert {name: contract.title_zh for name, contract in contracts.items()} == EXTRACTS


def test_headers_are_compared_without_width_case_and_spaces():
    assert normalise_header(" ＡＡＥ １４０\u200b ") == "aae140"
    assert normalise_header("营业收入（万元）") == normalise_header("营业收入(万元)")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("title: {zh: 甲}\ncolumns: {}", "en"),
        ("title: {zh: 甲, en: A}\ncolumns: {a: {label: 乙, type: colour}}", "colour"),
        ("title: {zh: 甲, en: A}\ncolumns: {a: {label: 乙, type: code, required: often}}", "often"),
        (
            "title: {zh: 甲, en: A}\n"
            "columns: {a: {label: 乙, type: code}, b: {label: 丙, type: code, headers: [乙]}}",
            "乙",
        ),
        ("title: [", "a.yaml"),
    ],
)
def test_a_wrong_contract_is_told_with_its_file_and_key(tmp_path, text, word):
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "stg_a.sql").write_text("select 1", encoding="utf-8")
    with pytest.raises(WengangError) as error:
        load_contracts(tmp_path)
    assert word in str(error.value) and "a.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_new_extract_needs_a_contract_and_a_select_only(tmp_path, monkeypatch):
    import pipelines.contracts as contracts
    import pipelines.import_log as import_log
    import pipelines.ingest as ingest

    (tmp_path / "sql").mkdir()
    for path in contracts.STAGING.iterdir():
        (tmp_path / "sql" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "sql" / "skill_certificates.yaml").write_text(
        "title: {zh: 技能证书, en: Skill certificates}\ncolumns:\n"
        "  person_id: {label: 社会保障号码, type: person_id, required: value}\n"
        "  level: {label: 等级, type: code, values: {五级: '5'}, other_values: set_aside}\n"
        "  issued_on: {label: 发证日期, type: day, required: value}\n",
        encoding="utf-8",
    )
    (tmp_path / "sql" / "stg_skill_certificates.sql").write_text(
        "select file_name, line_number, person_id, level, problem_column, problem_reason,"
        " issued_on\nfrom raw_skill_certificates",
        encoding="utf-8",
    )
    for module in (ingest, import_log):
        monkeypatch.setattr(module, "load_contracts", lambda: load_contracts(tmp_path / "sql"))
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1))
    rows = [f"{person(1)},五级,2022-01-01", f"{person(2)},九级,2022-01-01", f"{person(3)},5,"]
    folder.put("技能证书.csv", "\n".join(["社会保障号码,等级,发证日期", *rows]))
    folder.take_in()
    assert folder.fates("技能证书.csv") == (1, 0, 1, 0, 0, 2)
    assert folder.rows("select level from stg_skill_certificates") == [("5",)]


VALUES = {
    "insured_units": (
        "单位编号,单位名称,行政区划代码,行业代码,企业划型,单位缴费状态,劳务派遣标志,AAB019",
        "U1,甲公司,150102,H6210,大型,终止缴费,是,10",
        "select industry_code, size_class, unit_status, is_labour_dispatch, unit_type_code",
        ("6210", "large", "3", True, "10"),
    ),
    "insured_people": (
        "社会保障号码,姓名,性别,农民工标志,未计发待遇缴费月数,缴费月数截至年月,出生日期",
        f"{person(1)},其木格·巴特尔,女,否,12,202011,1980-02-29",
        "select person_name, sex_code, is_rural_worker, paid_months_before, paid_months_to",
        ("其木格·巴特尔", "2", False, 12, 2020 * 12 + 11),
    ),
    "benefit_grants": (
        "社会保障号码,AAB001,AJC090,待遇类型,应领月数,首次发放年月,一次性领取",
        f"{person(1)},U1,2021-03-01,失业保险金,12,202104,否",
        "select unit_id, benefit_kind, granted_months, first_paid_period, is_lump_sum, ended_on",
        ("U1", "11", 12, 2021 * 12 + 4, False, None),
    ),
    "person_registers": (
        "比对库,社会保障号码,起始日期,终止日期",
        f"机关事业参保,{person(1)},2021-01-01,-",
        "select register, listed_to",
        ("employed_elsewhere", None),
    ),
    "refund_payments": (
        "单位编号,返还所属年度,发放金额,批次,退票日期",
        "U1,2021年,￥1,第1批,",
        "select data_year, amount_yuan::varchar, batch, returned_on",
        (2021, "1.0000", "第1批", None),
    ),
    "unemployment_registrations": (
        "社会保障号码,AAE043,注销原因,求职意愿",
        f"{person(1)},2021-01-01,就业,是",
        "select cancel_reason_code, wants_work, cancelled_on",
        ("就业", True, None),
    ),
}


@pytest.mark.parametrize("extract", VALUES)
def test_each_extract_gives_its_typed_columns(tmp_path, extract):
    header, row, select, expected = VALUES[extract]
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1))
    folder.put(f"{extract}.csv", f"{header}\n{row}\n")
    folder.take_in()
    assert folder.rows(f"{select} from stg_{extract}") == [expected]

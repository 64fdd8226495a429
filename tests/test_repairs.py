"""Rows set aside come back mended: through real workbooks, counted once, never in silence."""

import json
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

import pipelines.kits
from pipelines.contracts import load_contracts, normalise_header
from pipelines.errors import ExtractError
from pipelines.precheck import check_folder
from pipelines.repair_mark import ORDER, SOURCE, TOLD
from pipelines.settings import Settings
from tests.folders import HEADER, payroll_row, person
from tests.kit_folder import UNITS, KitFolder

DECEMBER = 2021 * 12 + 12
PAID = {"单位实缴金额": "1", "个人实缴金额": "1"}
NOTHING = "所更正的行已不在搁置之列"


@pytest.fixture
def folder(tmp_path):
    folder = KitFolder(tmp_path)
    folder.put(
        "参保单位.csv", f"{UNITS}\nU1,甲公司,150102,\nU2,乙公司,150202,\nU3,丙公司,150102,\n"
    )
    return folder


def fates(folder, name):
    """accepted, duplicate, out of scope, set aside, mended and void rows; all are accounted for."""
    folder.fates(name)
    ((accounted,),) = folder.rows(
        "select bool_and(rows_read = rows_accepted + rows_duplicate + rows_out_of_scope"
        " + rows_set_aside) and sum(rows_standing) = sum(rows_accepted) from import_log"
    )
    assert accounted
    return folder.log(
        name,
        "rows_accepted",
        "rows_duplicate",
        "rows_out_of_scope",
        "rows_set_aside",
        "rows_mended",
        "rows_void",
    )


def paid(folder):
    return folder.rows("select unit_id, unit_paid from stg_payroll order by all")


def test_payroll_comes_back_and_the_unit_is_judged(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="十元"), payroll_row(3, unit="U2"))
    assert folder.night(is_judged=True) == {
        f"150100-呼和浩特市/缴费明细_待更正_呼和浩特市_20220322_{folder.kit().stem[-8:]}.xlsx": 1
    }
    assert folder.whole("U1") is None and folder.whole("U2") is True
    (row,) = folder.rows_shown()
    assert (row["文件"], row["行号"], row["出错列"], row["原因"]) == (
        "payroll.csv",
        "3",
        "单位实缴金额",
        "不是金额",
    )
    assert row["应为"] == "金额，如 1234.50，不带文字"
    assert (row["社会保障号码"], row["单位实缴金额"]) == (person(2), "十元")
    kit = folder.send_back(lambda row: {"单位实缴金额": "10", "个人实缴金额": "10"})
    assert folder.night(is_judged=True) == {}
    assert fates(folder, "payroll.csv") == (2, 0, 0, 1, 1, 0)
    assert fates(folder, kit) == (1, 0, 0, 0, 0, 0)
    assert paid(folder) == [("U1", Decimal(10)), ("U1", Decimal("16.92")), ("U2", Decimal("16.92"))]
    assert folder.open_lines() == [] and folder.rows("from set_aside_mentions") == []
    assert folder.whole("U1") is True
    assert folder.log(kit, "unknown_headers", "first_reasons") == (None, None)


def test_the_folder_is_the_truth_also_for_repairs(folder):
    folder.payroll(payroll_row(1), payroll_row(2, period="某月"))
    folder.night()
    before = (folder.open_lines(), paid(folder), folder.rows("from set_aside_mentions"))
    assert folder.mentioned() == {"U1"}
    kit = folder.send_back(lambda row: {"费款所属期": "202112"})
    folder.take_in()
    assert len(paid(folder)) == 2 and not folder.open_lines() and not folder.mentioned()
    (folder.path / kit).unlink()
    folder.take_in()
    assert (folder.open_lines(), paid(folder), folder.rows("from set_aside_mentions")) == before
    assert fates(folder, "payroll.csv") == (1, 0, 0, 1, 0, 0)


def test_a_mended_row_stands_where_it_stood(folder):
    """Of several rows of a unit the later file's stands: mending the older changes nothing."""
    folder.payroll(payroll_row(1))
    folder.put("参保单位.csv", f"{UNITS},银行账号,企业划型\nU1,甲公司,150102,,旧账号1,巨型\n")
    folder.put("参保单位_2月.csv", f"{UNITS},银行账号,企业划型\nU1,甲公司,150102,,新账号2,小型\n")
    folder.night()
    assert folder.kit("参保单位").parent.name == "150100-呼和浩特市"
    assert "大型、中型、小型、微型" in folder.rows_shown("参保单位")[0]["应为"]
    kit = folder.send_back(lambda row: {"企业划型": "小型"}, "参保单位")
    folder.night(is_judged=True)
    assert kit > "参保单位_2月.csv"
    assert folder.rows("select bank_account from units where unit_id = 'U1'") == [("新账号2",)]
    assert fates(folder, kit) == (1, 0, 0, 0, 0, 0)
    assert folder.rows("select file_name from stg_insured_units order by all") == [
        ("参保单位.csv",),
        ("参保单位_2月.csv",),
    ]


def test_a_blank_cell_means_what_it_means_in_its_source(folder):
    """No paid months are 0 where others of the file have some: the kit's own rows don't say it."""
    folder.payroll(payroll_row(1))
    header = "社会保障号码,姓名,出生日期,AJC092"
    folder.put("参保人员.csv", f"{header}\n{person(1)},某甲,1980-01-01,7\n{person(2)},某乙,十月,\n")
    folder.night()
    folder.send_back(lambda row: {"出生日期": "1981-10-01"}, begin="150000")
    folder.night(is_judged=True)
    assert folder.rows("select paid_months_before from people order by person_id") == [(7,), (0,)]


def test_a_unit_without_division_is_the_regions_to_mend(folder):
    folder.payroll(payroll_row(1))
    folder.put("参保单位_2.csv", f"{UNITS}\nU9,丁公司,1501,\n")
    folder.night()
    assert folder.kit("参保单位").parent.name == "150000-自治区本级"
    folder.send_back(lambda row: {"行政区划代码": "150202"}, "参保单位")
    assert folder.night() == {}
    assert folder.rows("select bureau_code from units where unit_id = 'U9'") == [("150200",)]


def test_a_row_is_read_again_in_the_system_of_its_source(folder):
    """Code 02 is unemployment insurance in one system only, and reasons differ between systems."""
    folder.payroll(payroll_row(1))
    folder.payroll(f"{payroll_row(2, paid='x')},02", name="payroll_x.csv", header=HEADER + ",险种")
    folder.put(
        "separations.csv",
        f"社会保障号码,单位编号,变更日期,变更原因\n{person(1)},U1,二月,222\n",
    )
    folder.put("delivery.yaml", "files: {payroll_x*: {system: xian}, sep*: {system: shaanxi}}")
    folder.night()
    payroll = folder.send_back(lambda row: PAID, "缴费明细")
    folder.send_back(lambda row: {"变更日期": "2022-02-01"}, "减员变更")
    assert folder.night() == {}
    assert folder.rows("select code_system, separated_on from stg_separations") == [
        ("shaanxi", date(2022, 2, 1))
    ]
    assert fates(folder, payroll) == (1, 0, 0, 0, 0, 0)


def test_a_broken_row_is_shown_whole_and_filled_in(folder):
    raw = f"202112,U2,{person(2)},3384.00,16.92"
    folder.payroll(payroll_row(1), raw)
    folder.night()
    assert folder.kit().parent.name == "150200-包头市"
    (row,) = folder.rows_shown()
    assert (
        row["原始内容"] == raw and row["单位编号"] is None and row["应为"].startswith("按原始内容")
    )
    cells = dict(zip(HEADER.split(","), payroll_row(2, unit="U2").split(","), strict=True))
    folder.send_back(lambda row: cells)
    assert folder.night() == {} and len(paid(folder)) == 2


def test_a_repair_that_is_cut_off_is_none(folder):
    """A text that ends within its last row: what is left of the row may be half an amount."""
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    mark = folder.marks()["payroll.csv", 3]
    header = f"{SOURCE},{HEADER}"
    ordinary = [f",{payroll_row(number, paid='100.00')}" for number in range(10, 40)]
    text = "\n".join([header, *ordinary, f"{mark},{payroll_row(2, paid='100.00')}"])
    folder.put("缴费明细_a.csv", text.removesuffix("0.00"))
    folder.take_in()
    reason = folder.open_lines()[-1]
    assert reason[:2] == ("缴费明细_a.csv", 32) and "截断" in reason[3]
    assert folder.mentioned() == {"U1"} and len(paid(folder)) == 31


def test_a_void_row_is_left_out_and_counted(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="合计"), payroll_row(3, paid="x"))
    folder.night()
    kit = folder.send_back(lambda row: {ORDER: "作废"} if row["行号"] == "3" else PAID)
    assert folder.night() == {}
    assert fates(folder, "payroll.csv") == (1, 0, 0, 2, 1, 1)
    assert fates(folder, kit) == (1, 1, 0, 0, 0, 0)
    assert folder.mentioned() == set() and folder.open_lines() == []
    found = {file.file_name: file for file in check_folder(folder.path, Settings(threads=2)).files}
    source = found["payroll.csv"]
    assert (source.rows_set_aside, source.rows_mended, source.rows_void) == (2, 1, 1)


def test_a_repair_that_is_wrong_leaves_the_row_open_and_says_why(folder):
    folder.payroll(payroll_row(1), payroll_row(2, unit="", period="某月"))
    folder.night()
    assert folder.mentioned() == set()
    kit = folder.send_back(lambda row: {"单位编号": "U3"})
    (shown,) = folder.night().values()
    assert shown == 1 and len(paid(folder)) == 1
    assert [line[:3] for line in folder.open_lines()] == [
        ("payroll.csv", 3, "费款所属期"),
        (kit, 2, "费款所属期"),
    ]
    (row,) = folder.rows_shown()
    assert row["单位编号"] is None and "上次更正仍不可用（费款所属期：不是年月）" in row["原因"]
    assert folder.mentioned() == {"U3"}, "what the clerk knows of the row counts"


def test_a_note_beside_the_table_spoils_the_row_but_not_its_mark(folder):
    folder.payroll(payroll_row(1), *(payroll_row(number, paid="x") for number in range(2, 9)))
    folder.night()
    kit = folder.send_back(lambda row: PAID)
    book = openpyxl.load_workbook(folder.path / kit)
    sheet = book.worksheets[0]
    sheet.cell(8, sheet.max_column + 1).value = "已核实"
    book.save(folder.path / kit)
    folder.night()
    assert fates(folder, kit) == (6, 0, 0, 1, 0, 0)
    (row,) = folder.rows_shown()
    assert row["行号"] == "9" and "上次更正仍不可用（列数与表头不符）" in row["原因"]


def test_an_order_that_nobody_knows_is_not_followed(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    kit = folder.send_back(lambda row: PAID | {ORDER: "已改"})
    folder.take_in()
    assert fates(folder, kit) == (0, 0, 0, 1, 0, 0)
    assert folder.open_lines()[-1] == (kit, 2, ORDER, "不在可取值之内")


def test_the_last_repair_speaks_whatever_became_of_it(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    mark = folder.marks()["payroll.csv", 3]
    good, two, wrong = (
        folder.repair(f"缴费明细_{name}.csv", (payroll_row(2, paid=amount), mark))
        for name, amount in (("a", "1"), ("b", "2"), ("c", "y"))
    )
    folder.take_in()
    assert paid(folder) == [("U1", Decimal("16.92"))]
    assert [line[:2] for line in folder.open_lines()] == [("payroll.csv", 3), (wrong, 2)]
    assert fates(folder, good) == (0, 1, 0, 0, 0, 0) == fates(folder, two)
    (folder.path / wrong).unlink()
    folder.take_in()
    assert paid(folder) == [("U1", Decimal(2)), ("U1", Decimal("16.92"))]
    assert fates(folder, two) == (1, 0, 0, 0, 0, 0) and folder.open_lines() == []
    folder.repair(two, (payroll_row(2, paid="3"), mark), (payroll_row(2, paid="4"), mark))
    folder.take_in()
    assert paid(folder) == [("U1", Decimal(4)), ("U1", Decimal("16.92"))]
    assert fates(folder, two) == (1, 1, 0, 0, 0, 0) and fates(folder, good)[1] == 1
    (folder.path / two).unlink()
    folder.take_in()
    assert paid(folder) == [("U1", Decimal(1)), ("U1", Decimal("16.92"))]


def test_a_repair_equal_to_a_row_that_is_there_counts_once(folder):
    twin = folder.payroll(payroll_row(1), name="payroll_2.csv")
    folder.payroll(payroll_row(5), payroll_row(1, paid="x"), name="payroll_1.csv")
    folder.night()
    kit = folder.send_back(lambda row: {"单位实缴金额": "16.92", "个人实缴金额": "16.92"})
    folder.take_in()
    assert len(paid(folder)) == 2
    assert fates(folder, kit) == (1, 0, 0, 0, 0, 0)
    assert fates(folder, twin.name) == (0, 1, 0, 0, 0, 0)
    (folder.path / kit).unlink()
    folder.take_in()
    assert len(paid(folder)) == 2 and fates(folder, twin.name) == (1, 0, 0, 0, 0, 0)


def test_a_repair_into_another_insurance_is_out_of_scope(folder):
    folder.payroll(f"{payroll_row(1)},210", f"{payroll_row(2)},999", header=HEADER + ",险种")
    folder.night()
    kit = folder.send_back(lambda row: {"险种": "110"})
    assert folder.night() == {}
    assert fates(folder, kit) == (0, 0, 1, 0, 0, 0)
    assert fates(folder, "payroll.csv") == (1, 0, 0, 1, 1, 0)


def test_a_source_delivered_anew_takes_the_meaning_of_its_repairs(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    kit = folder.send_back(lambda row: PAID)
    folder.take_in()
    folder.payroll(payroll_row(1), payroll_row(2, paid="12"), payroll_row(3))
    assert folder.night() == {}
    assert paid(folder) == [("U1", 12), ("U1", Decimal("16.92")), ("U1", Decimal("16.92"))]
    assert fates(folder, kit) == (0, 0, 0, 1, 0, 0)
    ((name, line, column, reason),) = folder.open_lines()
    assert (name, line, column) == (kit, 2, None) and reason.startswith(NOTHING)
    assert folder.mentioned() == set()
    (folder.path / "payroll.csv").rename(folder.path / "payroll_0.csv")
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"), name="payroll_1.csv")
    folder.take_in()
    assert fates(folder, kit) == (1, 0, 0, 0, 0, 0), "the same file under another name"


def test_a_kit_without_its_hidden_column_is_an_ordinary_file(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    kit = folder.send_back(lambda row: PAID, without=SOURCE)
    folder.take_in()
    assert fates(folder, kit) == (1, 0, 0, 0, 0, 0)
    assert fates(folder, "payroll.csv") == (1, 0, 0, 1, 0, 0)
    assert folder.mentioned() == {"U1"} and len(folder.rows_shown()) == 1
    headers, told = folder.log(kit, "unknown_headers", "first_reasons")
    assert "出错列" in headers and "各行按普通行读入" in told


def test_a_mark_that_was_changed_is_no_mark_and_an_order_needs_one(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"), payroll_row(3, paid="x"))
    folder.night()
    new = dict(zip(HEADER.split(","), payroll_row(9).split(","), strict=True))
    kit = folder.send_back(
        lambda row: (
            PAID | ({SOURCE: "WG-1"} if row["行号"] == "3" else {SOURCE: None, ORDER: "作废"})
        ),
        more=[new],
    )
    folder.night()
    assert fates(folder, kit) == (1, 0, 0, 2, 0, 0)
    assert {line[2] for line in folder.open_lines() if line[0] == kit} == {SOURCE}
    assert folder.mentioned() == {"U1"} and len(folder.rows_shown()) == 4


def test_repairs_are_no_rows_more_for_control_totals(folder):
    folder.payroll(payroll_row(1), payroll_row(2, period="x", paid="10"), name="缴费明细_1.csv")
    folder.put("delivery.yaml", 'files: {"缴费明细*": {control: {rows: 2, unit_paid: 26.92}}}')
    folder.night()
    kit = folder.send_back(lambda row: {"费款所属期": "202112"})
    folder.night()
    assert len(paid(folder)) == 2 and fates(folder, kit) == (1, 0, 0, 0, 0, 0)


def test_cells_come_back_as_they_were(folder):
    """What a spreadsheet would take for a formula or count in days is shown as what it means."""
    book = openpyxl.Workbook()
    rows = [("U1", 44561, "-辞职"), ('="00012"', "2021/12/31", "@辞职"), ("+U1", 44562, "=辞职")]
    for row in [("单位编号", "变更日期", "变更原因名称", "社会保障号码"), *rows]:
        book.active.append(row)
    for cell in [cell for row in book.active for cell in row if isinstance(cell.value, str)]:
        cell.data_type = "s"
    book.save(folder.path / "separations.xlsx")
    folder.payroll(payroll_row(1))
    folder.night()
    shown = {}
    for path in folder.kits():
        sheet = openpyxl.load_workbook(path).worksheets[0]
        filled = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
        assert {cell.number_format for cell in filled} == {"@"}
        assert {item.number_format for item in sheet.column_dimensions.values()} == {"@"}
    for begin in ("150100", "150000"):
        for row in folder.rows_shown(begin):
            texts = [str(cell) for cell in row.values() if cell is not None]
            assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in texts)
            cells = ("单位编号", "变更日期", "变更原因名称")
            shown[int(row["行号"])] = tuple(row[name] for name in cells)
        folder.send_back(lambda row: {"社会保障号码": person(int(row["行号"]))}, begin)
    assert shown == {
        2: ("U1", "2021-12-31", "'-辞职"),
        3: ("00012", "2021/12/31", "'@辞职"),
        4: ("'+U1", "2022-01-01", "辞职"),
    }
    folder.take_in()
    assert folder.rows("select unit_id, reason_text from stg_separations order by line_number") == [
        ("U1", "-辞职"),
        ("00012", "@辞职"),
        ("+U1", "辞职"),
    ]


def test_a_bureau_mends_its_own_rows_only(folder):
    rows = [payroll_row(number, unit=f"U{number % 3 + 1}", paid="x") for number in range(30)]
    folder.payroll(payroll_row(99), *rows, HEADER, "坏行")
    folder.put(
        "person_registers.csv",
        f"比对库,社会保障号码,起始日期\n死亡,{person(40)},x\n死亡,{person(41)},x\n",
    )
    folder.put("参保人员.csv", f"社会保障号码,姓名,AAB301\n{person(40)},某甲,150202\n")
    folder.night()
    first = {path.name: path.read_bytes() for path in folder.kits()}
    folder.night()
    assert {path.name: path.read_bytes() for path in folder.kits()} == first
    assert {path.stat().st_mode & 0o777 for path in folder.kits()} == {0o600}
    bureau_of = {"U1": "150100", "U2": "150200", "U3": "150100", None: "150000"}
    seen = []
    for path in folder.kits_of_the_night.glob("*/缴费明细*.xlsx"):
        rows = openpyxl.load_workbook(path).worksheets[0].values
        at = next(rows).index("单位编号")
        units = [row[at] for row in rows]
        seen += units
        assert {bureau_of[unit] for unit in units} == {path.parent.name[:6]}
    assert len(seen) == 31
    people = {
        path.parent.name[:6]: openpyxl.load_workbook(path).worksheets[0].max_row - 1
        for path in folder.kits_of_the_night.glob("*/人员比对库*.xlsx")
    }
    assert people == {"150200": 1, "150000": 1}


def test_what_does_not_fit_a_kit_is_said_and_comes_next(folder, monkeypatch):
    monkeypatch.setattr(pipelines.kits, "KIT_ROWS", 2)
    folder.payroll(payroll_row(1), *(payroll_row(number, paid="x") for number in (2, 3, 4)))
    assert list(folder.night().values()) == [2]
    notes = [row[0] for row in openpyxl.load_workbook(folder.kit()).worksheets[1].values]
    assert any("另有 1 行未列出（共 3 行" in note for note in notes)
    folder.send_back(lambda row: PAID)
    assert list(folder.night().values()) == [1] and set(folder.marks()) == {("payroll.csv", 5)}


def test_an_empty_kit_and_one_without_sheets_content(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    kit = folder.send_back(lambda row: None)
    openpyxl.Workbook().save(folder.path / "缴费明细_空.xlsx")
    folder.take_in()
    assert fates(folder, kit) == (0, 0, 0, 0, 0, 0)
    assert folder.log("缴费明细_空.xlsx", "status") == ("refused",)
    assert fates(folder, "payroll.csv") == (1, 0, 0, 1, 0, 0)


def test_columns_that_a_file_lacks_are_not_in_its_kit(folder):
    """Where 险种 is a column, a row without it is set aside; where it isn't, none is missed."""
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"), name="payroll_1.csv")
    folder.payroll(f"{payroll_row(3, paid='x')},210", name="payroll_2.csv", header=HEADER + ",险种")
    assert sorted(folder.night().values()) == [1, 1]
    assert {("险种" in row, row["文件"]) for row in folder.rows_shown()} == {
        (False, "payroll_1.csv"),
        (True, "payroll_2.csv"),
    }


def test_repairs_alone_are_no_payroll(folder):
    path = folder.payroll(payroll_row(1), payroll_row(2, paid="x"))
    folder.night()
    folder.send_back(lambda row: PAID)
    path.unlink()
    with pytest.raises(ExtractError):
        folder.take_in()


def test_no_column_of_a_contract_is_called_like_a_kits_own():
    own = {normalise_header(text) for text in (SOURCE, ORDER, *TOLD)}
    for contract in load_contracts().values():
        for column in contract.columns:
            assert not own & set(column.aliases), (contract.extract, column.name)


def test_nobody_is_named_where_repairs_are_told(folder):
    folder.payroll(payroll_row(1), payroll_row(2, paid="x"), payroll_row(3, paid="x"))
    folder.night()
    folder.send_back(lambda row: {"单位实缴金额": "y" if row["行号"] == "3" else "1"})
    kits = folder.night()
    told = folder.rows("select refusal, first_reasons, unknown_headers from import_log")
    assert "159901" not in json.dumps([told, kits, folder.said], ensure_ascii=False)

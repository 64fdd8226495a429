"""The folder is the truth: duplicates and their return, changed and vanished files, controls."""

from decimal import Decimal

import pytest

import pipelines.ingest
import pipelines.reading
from pipelines.errors import ExtractError, WengangError
from tests.folders import HEADER, Folder, payroll_row, person


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def lines(folder):
    return folder.rows("select file_name, line_number from stg_payroll order by all")


def test_the_first_of_equal_rows_counts_and_its_twin_comes_back(folder):
    first = folder.payroll(payroll_row(1), payroll_row(2), payroll_row(1), name="payroll_a.csv")
    folder.payroll(payroll_row(3), payroll_row(2), name="payroll_b.csv")
    folder.take_in()
    assert lines(folder) == [("payroll_a.csv", 2), ("payroll_a.csv", 3), ("payroll_b.csv", 2)]
    assert folder.fates("payroll_a.csv") == (1, 0, 2, 1, 0, 0)
    assert folder.fates("payroll_b.csv") == (1, 0, 1, 1, 0, 0)
    first.unlink()
    folder.take_in()
    assert lines(folder) == [("payroll_b.csv", 2), ("payroll_b.csv", 3)]
    folder.payroll(payroll_row(3), name="payroll_0.csv")
    folder.take_in()
    assert lines(folder) == [("payroll_0.csv", 2), ("payroll_b.csv", 3)]


def test_of_three_equal_rows_one_counts_whatever_comes_and_goes(folder):
    first = folder.payroll(payroll_row(1), name="payroll_a.csv")
    folder.payroll(payroll_row(1), name="payroll_b.csv")
    folder.payroll(payroll_row(1), name="payroll_c.csv")
    assert lines(folder.take_in()) == [("payroll_a.csv", 2)]
    assert lines(folder.take_in()) == [("payroll_a.csv", 2)]
    first.unlink()
    assert lines(folder.take_in()) == [("payroll_b.csv", 2)]


def test_a_run_that_died_before_comparing_is_made_good(folder, monkeypatch):
    first = folder.payroll(payroll_row(1), payroll_row(2), name="payroll_a.csv")
    folder.payroll(payroll_row(1), name="payroll_b.csv")

    def die(*_):
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(pipelines.ingest, "mark_duplicates", die)
            with pytest.raises(KeyboardInterrupt):
                folder.take_in()
        folder.take_in()
        assert len(lines(folder)) == len({row[0] for row in folder.rows(PEOPLE)})
        first.unlink(missing_ok=True)


PEOPLE = "select person_id from stg_payroll"


def test_equal_is_what_means_the_same_not_what_is_written_the_same(folder):
    folder.payroll(payroll_row(1), name="payroll_a.csv")
    same = payroll_row(1).replace("202112", "2021年12月").replace("3384.00", '"3,384"')
    folder.put("payroll_b.csv", f"{HEADER},滞纳金\n{same},\n", "gb18030")
    folder.take_in()
    assert lines(folder) == [("payroll_a.csv", 2)]


def test_rows_that_differ_in_any_column_are_both_kept(folder):
    folder.payroll(payroll_row(1), payroll_row(1, paid="16.93"), payroll_row(1, unit="U2"))
    folder.take_in()
    assert len(lines(folder)) == 3


def test_the_same_file_twice_counts_once(folder):
    rows = [payroll_row(number) for number in range(20)]
    folder.payroll(*rows, name="payroll_a.csv")
    folder.payroll(*rows, name="payroll_b.csv")
    folder.take_in()
    assert {name for name, _ in lines(folder)} == {"payroll_a.csv"} and len(lines(folder)) == 20


def test_only_new_and_changed_files_are_read(folder):
    folder.payroll(payroll_row(1), name="payroll_a.csv")
    folder.payroll(payroll_row(2), name="payroll_b.csv")
    assert len(folder.take_in().said) == 2
    assert folder.take_in().said == []
    folder.payroll(payroll_row(2), payroll_row(3), name="payroll_b.csv")
    folder.take_in()
    assert len(folder.said) == 1 and folder.said[0].startswith("payroll_b.csv")
    assert lines(folder) == [("payroll_a.csv", 2), ("payroll_b.csv", 2), ("payroll_b.csv", 3)]


def test_what_a_file_no_longer_says_is_forgotten(folder):
    folder.payroll(payroll_row(1), name="payroll_a.csv")
    bad = folder.payroll(payroll_row(2), "202112,U9,缺列", name="payroll_b.csv")
    folder.take_in()
    assert folder.rows("select count(*) from set_aside_mentions") != [(0,)]
    bad.unlink()
    folder.take_in()
    for table in ("set_aside", "set_aside_mentions"):
        assert folder.rows(f"select count(*) from {table}") == [(0,)]
    for table in ("import_log", "delivered_columns", "stg_payroll"):
        assert folder.rows(f"select distinct file_name from {table}") == [("payroll_a.csv",)]


def test_a_good_file_that_turns_bad_leaves_nothing_behind(folder):
    folder.payroll(payroll_row(1), name="payroll_a.csv")
    folder.payroll(payroll_row(2), name="payroll_b.csv")
    folder.take_in()
    folder.put("payroll_b.csv", "什么也不是")
    folder.take_in()
    assert lines(folder) == [("payroll_a.csv", 2)]
    folder.payroll(payroll_row(2), name="payroll_b.csv")
    assert len(lines(folder.take_in())) == 2


def test_a_file_is_read_again_when_its_system_changes(folder):
    header = HEADER + ",险种"
    folder.payroll(f"{payroll_row(1)},02", f"{payroll_row(2)},210", header=header)
    folder.take_in()
    assert len(lines(folder)) == 2
    folder.put("delivery.yaml", 'files: {"payroll*": {system: core}}')
    folder.take_in()
    assert lines(folder) == [("payroll.csv", 3)]


def control(folder, text):
    folder.put("delivery.yaml", 'files: {"payroll_b*": {control: {' + text + "}}}")


def test_control_totals_that_match_accept_and_others_refuse(folder):
    folder.payroll(payroll_row(1), name="payroll_a.csv")
    folder.payroll(payroll_row(2), payroll_row(3), payroll_row(2), name="payroll_b.csv")
    control(folder, "rows: 3, unit_paid: 50.76")
    folder.take_in()
    assert folder.log("payroll_b.csv", "status") == ("accepted",)
    control(folder, "rows: 3, unit_paid: 50.77")
    folder.take_in()
    status, refusal = folder.log("payroll_b.csv", "status", "refusal")
    assert status == "refused" and "50.77" in refusal and "50.76" in refusal
    assert lines(folder) == [("payroll_a.csv", 2)]
    control(folder, "rows: 4")
    folder.take_in()
    assert folder.log("payroll_b.csv", "status") == ("refused",)
    control(folder, "rows: 3")
    assert len(lines(folder.take_in())) == 3


def test_a_control_of_several_files_is_of_all_of_them_together(folder):
    folder.payroll(payroll_row(1), name="payroll_b1.csv")
    folder.payroll(payroll_row(2), name="payroll_b2.csv")
    control(folder, "rows: 2, person_paid: 33.84")
    folder.take_in()
    assert len(lines(folder)) == 2
    (folder.path / "payroll_b2.csv").unlink()
    with pytest.raises(ExtractError, match="payroll_b1"):
        folder.take_in()


def test_files_belong_to_the_extract_that_their_name_begins_with(folder):
    folder.payroll(payroll_row(1), name="缴费明细-2021.CSV")
    folder.put("人员比对库.csv", f"比对库,社会保障号码,起始日期\n养老待遇,{person(1)},2021-01-01\n")
    folder.put("Unit_Registers 2.csv", "register,uscc,listed_from\nzombie,91,2021/1/1\n")
    folder.take_in()
    assert folder.rows("select register from stg_person_registers") == [("pension",)]
    assert folder.rows("select register, uscc from stg_unit_registers") == [("zombie", "91")]


def test_every_staged_table_is_there_without_its_extract(folder):
    folder.payroll(payroll_row(1)), folder.take_in()
    for extract in ("insured_units", "benefit_grants", "refund_payments", "unit_registers"):
        assert folder.rows(f"select * from stg_{extract}") == []


def test_a_register_row_without_code_and_name_is_set_aside(folder):
    folder.payroll(payroll_row(1))
    folder.put(
        "unit_registers.csv",
        "比对库,单位名称,统一社会信用代码,起始日期\n注销,,,2021-01-01\n注销,甲公司,,2021-01-01\n"
        "不明,甲公司,,2021-01-01\n",
    )
    folder.take_in()
    assert folder.fates("unit_registers.csv") == (1, 0, 1, 0, 0, 2)


def test_rows_that_do_not_add_up_stop_the_run(folder, monkeypatch):
    folder.payroll(payroll_row(1), "", payroll_row(2))
    monkeypatch.setattr(pipelines.reading.FileReader, "is_blank", lambda reader: "true")
    with pytest.raises(WengangError, match=r"payroll\.csv"):
        folder.take_in()
    monkeypatch.undo()
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 1, 2, 0, 0, 0)


def test_staged_types_are_those_that_facts_read(folder):
    folder.payroll(payroll_row(1)), folder.take_in()
    types = dict(row[:2] for row in folder.rows("describe stg_payroll"))
    assert types["period"] == "INTEGER" and types["unit_paid"] == "DECIMAL(18,4)"
    assert types["paid_on"] == "DATE" and types["payment_kind"] == "VARCHAR"
    assert folder.rows("select unit_paid from stg_payroll") == [(Decimal("16.92"),)]
    units = dict(row[:2] for row in folder.rows("describe stg_insured_units"))
    assert units["employees"] == "BIGINT" and units["is_labour_dispatch"] == "BOOLEAN"

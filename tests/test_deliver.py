"""Lists as files: what a bureau opens in WPS, byte for byte the same every time."""

import csv
import hashlib
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.deliver import deliver, neutral, summarise, write_summary
from pipelines.errors import WengangError
from pipelines.sheet_rows import Column
from pipelines.sheets import write_sheet
from tests.fake_run import BUREAUS, fill


@pytest.fixture
def built():
    connection = duckdb.connect()
    fill(connection)
    yield connection
    connection.close()


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_bureau_gets_every_list_also_an_empty_one(built, tmp_path):
    rows = deliver(built, tmp_path)
    for code, name in BUREAUS:
        for list_name in ("返还", "告知"):
            for ending in ("csv", "xlsx"):
                assert (tmp_path / f"{code}-{name}" / f"{list_name}.{ending}").is_file()
    assert rows["150100-呼和浩特市/返还.csv"] == 3
    assert rows["150000-自治区本级/返还.xlsx"] == 0


def test_csv_has_bom_crlf_and_only_what_is_delivered(built, tmp_path):
    deliver(built, tmp_path)
    raw = (tmp_path / "150100-呼和浩特市" / "返还.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 4 == raw.count(b"\n")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0] == [
        "序号",
        "单位编号",
        "单位名称",
        "返还金额",
        "是否本次新增",
        "首次列入日期",
        "备注",
    ]
    assert rows[1] == ["1", "150100000001", "'=HYPERLINK(1)", "-10.50", "是", "2022-03-02", ""]
    assert rows[2][2:5] == ["'+8613800000000", "0.00", "否"]
    assert rows[3][2] == '甲，"乙"'


def test_xlsx_keeps_texts_as_texts_and_freezes_its_header(built, tmp_path):
    deliver(built, tmp_path)
    sheet = load_workbook(tmp_path / "152900-阿拉善盟" / "告知.xlsx")["名单"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    cell = sheet["B2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("15990119900101100X", "s", "@")
    money = load_workbook(tmp_path / "150100-呼和浩特市" / "返还.xlsx")["名单"]["D2"]
    assert (money.value, money.number_format) == (-10.5, "0.00")
    assert (
        load_workbook(tmp_path / "150100-呼和浩特市" / "返还.xlsx")["名单"]["C2"].value
        == "'=HYPERLINK(1)"
    )


def test_same_tables_give_the_same_bytes(built, tmp_path):
    for name in ("one", "two"):
        deliver(built, tmp_path / name)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_files_are_for_one_user_only(built, tmp_path):
    deliver(built, tmp_path)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_row_without_addressee_stops_the_run(built, tmp_path):
    built.execute("update \"list_返还\" set bureau_code = '999999' where unit_id like '%1'")
    with pytest.raises(WengangError, match="1"):
        deliver(built, tmp_path)


def test_summary_counts_units_people_and_amounts(built, tmp_path):
    rows = summarise(built)
    found = {(row.bureau_code, row.list_name): row for row in rows}
    assert len(rows) == len(BUREAUS) * 2 + 2
    assert found["150100", "返还"].units == 3
    assert found["150100", "返还"].amount_yuan == Decimal("63.0")
    assert found["150100", "返还"].people is None
    assert found["152900", "告知"].people == 1
    assert found["152900", "返还"].units == 0
    assert found["", "返还"].units == 3
    write_summary(tmp_path / "summary.csv", rows)
    lines = (tmp_path / "summary.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "盟市代码,盟市,名单,户数,人数,金额"
    assert "150100,呼和浩特市,返还,3,,63.00" in lines
    assert lines[-1].startswith(",全区合计,")


@given(st.text(max_size=20))
def test_no_text_begins_a_formula(text):
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12), max_size=4)
)
def test_any_text_survives_the_csv(tmp_path, texts):
    connection = duckdb.connect()
    fill(connection, 0)
    connection.execute(
        'create or replace table "list_文"'
        ' (bureau_code varchar, unit_id varchar, "序号" integer, "文" varchar)'
    )
    for number, text in enumerate(texts, start=1):
        connection.execute(
            "insert into \"list_文\" values ('150100', ?, ?, ?)", [str(number), number, text]
        )
    deliver(connection, tmp_path)
    with (tmp_path / "150100-呼和浩特市" / "文.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[1] for row in rows] == [neutral(text) for text in texts]


def test_a_number_that_excel_would_round_stays_text(tmp_path):
    columns = [Column("数", "DECIMAL(18,2)", True, 2)]
    write_sheet(tmp_path / "a.xlsx", columns, [["1234567890123456.78"], ["123.45"]])
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A2"].value == "1234567890123456.78"
    assert sheet["A3"].value == 123.45


def test_each_bureau_gets_its_own_rows_in_their_order(built, tmp_path):
    built.execute(
        "create or replace table \"list_众\" as select case n % 3 when 0 then '152900' else"
        ' \'150100\' end as bureau_code, n::varchar as unit_id, 31 - n as "序号", n as "数"'
        " from range(1, 31) as numbers(n)"
    )
    rows = deliver(built, tmp_path)
    for code, numbers in (("150100", {1, 2}), ("152900", {0}), ("150000", set())):
        (path,) = tmp_path.glob(f"{code}-*/众.csv")
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = [int(row[1]) for row in list(csv.reader(file))[1:]]
        assert found == [n for n in range(30, 0, -1) if n % 3 in numbers]
        assert rows[path.relative_to(tmp_path).as_posix()] == len(found)


def test_rows_without_any_order_stay_as_they_are(built, tmp_path):
    built.execute(
        "create or replace table \"list_无序\" as select case n % 3 when 0 then '152900' else"
        " '150100' end as bureau_code, (n * 7919) % 5003 as \"数\" from range(5000) as numbers(n)"
    )
    deliver(built, tmp_path)
    lines = (tmp_path / "152900-阿拉善盟" / "无序.csv").read_text("utf-8-sig").split()[1:]
    assert lines == [str(n * 7919 % 5003) for n in range(0, 5000, 3)]

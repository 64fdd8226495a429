"""What is told and what is published holds no full id, account or phone number."""

import csv
import json

import duckdb
import pytest

from pipelines import ROOT, progress
from pipelines.cli import run_command
from pipelines.deliver import deliver
from pipelines.errors import CheckFailed, WengangError
from pipelines.failures import explain
from pipelines.masking import mask_name, masked
from pipelines.reference import code_table
from tests.fake_run import fill

ID, OLD_ID, PHONE, ACCOUNT = "15990119900101001X", "159901900101001", "13900000001", "6217000012345"
HIDDEN_ID, HIDDEN_PHONE = "159901********001X", "139****0001"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"张三{ID}便民店", f"张三{HIDDEN_ID}便民店"),
        (ID.lower(), HIDDEN_ID),
        (OLD_ID, "159901*****1001"),
        ("1599 01 19900101 001X", "1599 01 19900101 001X"),  # not as people group ids
        ("159901-19900101-001X", HIDDEN_ID),
        (f"id{ID}", f"id{HIDDEN_ID}"),
        ("１５９９０１１９９００１０１００１X", HIDDEN_ID),
        ("账号6217000012345678901", "账号621700*********8901"),
        (f"电话{PHONE}。", f"电话{HIDDEN_PHONE}。"),
        ("+8613900000001", f"+{HIDDEN_PHONE}"),
        ("139-0000-0001", HIDDEN_PHONE),
        # what must stay as it is
        ("150100000001 单位", "150100000001 单位"),
        ("2022-03-22-1：out/runs", "2022-03-22-1：out/runs"),
        ("13900000001.55 元", "13900000001.55 元"),
        ("9" * 14, "9" * 14),
        ("0" * 40 + "1" * 24, "0" * 40 + "1" * 24),
    ],
)
def test_what_is_told_hides_numbers(text, told):
    assert masked(text) == told


def test_wrong_use_hides_them_too(capsys):
    assert run_command(["run", f"--{ID}"]) == 2
    assert HIDDEN_ID in capsys.readouterr().err


def test_errors_and_progress_hide_them_wherever_they_come_from():
    error = WengangError(f"{ID}.csv：{PHONE}")
    assert str(error) == f"{HIDDEN_ID}.csv：{HIDDEN_PHONE}"
    line, code = explain(FileNotFoundError(2, "gone", f"/x/{ID}.csv"))
    assert HIDDEN_ID in line and code == 8

    class Listener:
        def __init__(self):
            self.said = []

        def tell(self, line):
            self.said.append(line)

        glimpse = tell

        def warn_first(self, lines):
            self.said += lines

    listener = Listener()
    progress.listen(listener)
    try:
        progress.tell(ID)
        progress.glimpse(ID)
        progress.warn_first([ID])
    finally:
        progress.listen(None)
    assert listener.said == [HIDDEN_ID] * 3


@pytest.fixture
def build():
    connection = duckdb.connect()
    fill(connection, 0)
    yield connection
    connection.close()


def published(
    connection, folder, *names, columns='"单位名称" varchar, "拟返还金额" decimal(18, 2)'
):
    """The names in 稳岗返还_公示 as it is delivered, as CSV."""
    connection.execute(
        'create or replace table "list_稳岗返还_公示" (bureau_code varchar, unit_id varchar,'
        f' "序号" integer, {columns})'
    )
    for number, name in enumerate(names, start=1):
        connection.execute(
            "insert into \"list_稳岗返还_公示\" values ('150100', ?, ?, ?, 12345678901.23)",
            [str(number), number, name],
        )
    deliver(connection, folder)
    path = folder / "150100-呼和浩特市" / "稳岗返还_公示.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["单位名称"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"张三{ID}便民店", f"张三{HIDDEN_ID}便民店"),
        ("1 5 9 9 0 1 1 9 9 0 0 1 0 1 0 0 1 X", HIDDEN_ID),
        ("1599.0119.9001.01.001x店", f"{HIDDEN_ID}店"),
        ("139·0000·0001", HIDDEN_PHONE),
        ("１３９００００００01", HIDDEN_PHONE),
        ("便民店0471-6200001", "便民店047****0001"),
        (f"建行{ACCOUNT}", "建行*********2345"),
        ("建行6217 0000 12345", "建行*********2345"),
        ("钱百", "钱*"),
        # what is no person's
        ("内蒙古第2022号合作社", "内蒙古第2022号合作社"),
        ("内蒙古某某有限公司", "内蒙古某某有限公司"),
        ("91159902000000000R", "911599*******0000R"),
        ("123456789012厂", "123456789012厂"),
    ],
)
def test_a_public_list_hides_them_in_names(build, tmp_path, name, shown):
    build.execute(
        f"create view stg_insured_units as select '{ACCOUNT}' as bank_account,"
        " unnest(['钱百', '内蒙古某某有限公司']) as contact_name"
    )
    found = published(build, tmp_path, name)
    assert [cell.removeprefix("'") for cell in found] == [shown]


def test_other_lists_keep_them(build, tmp_path):
    build.execute('create or replace table "list_甲" as from "list_告知"')
    deliver(build, tmp_path)
    assert ID[:6] in (tmp_path / "152900-阿拉善盟" / "甲.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("title", ["联系电话", "银行账号", "身份证号", "AAC003", "开户银行"])
def test_a_public_list_has_no_column_of_a_person(build, tmp_path, title):
    with pytest.raises(CheckFailed, match=title):
        published(build, tmp_path, "甲", columns=f'"{title}" varchar, "拟返还金额" decimal(18, 2)')


@pytest.mark.parametrize("number", [int(PHONE), int(OLD_ID)])
def test_a_number_that_is_somebodys_stops_the_run(build, tmp_path, number):
    build.execute(
        "create or replace table \"list_稳岗返还_公示\" as select '150100' as bureau_code,"
        f' \'1\' as unit_id, 1 as "序号", {number}::bigint as "单位名称"'
    )
    with pytest.raises(CheckFailed, match="单位名称"):
        deliver(build, tmp_path)


def test_every_public_list_says_which_columns_it_has():
    """So that a column that somebody adds is thought about."""
    for row in code_table("public_lists"):
        name = f"list_{row['list_name']}"
        assert list((ROOT / "sql" / "screenings").glob(f"*/{name}.sql")), name
        suite = json.loads((ROOT / "expectations" / f"{name}.json").read_text(encoding="utf-8"))
        kinds = {item["type"] for item in suite["expectations"] if item["severity"] == "critical"}
        assert "expect_table_columns_to_match_set" in kinds, name


def test_the_sample_publishes_what_is_no_secret(sample_folder):
    """Names without any number are published as they are: nothing is hidden needlessly."""
    for path in sample_folder.glob("*/稳岗返还_公示.csv"):
        paid = path.with_name("稳岗返还_可直接发放.csv")
        rows = [
            [row["单位名称"] for row in csv.DictReader(text.open(encoding="utf-8-sig", newline=""))]
            for text in (path, paid)
        ]
        assert rows[0] == rows[1]
    assert mask_name("欧阳百灵") == "欧***"

"""交接函.html: what a bureau is handed, told to do and not told, on one page to be signed."""

import csv
import re
from html import unescape
from pathlib import Path

import duckdb

from pipelines.messages import use_language
from pipelines.open_points import open_points, open_points_of_bureau
from pipelines.policy import load_policies
from tests import fake_run
from tests.fake_run import BUREAUS, DAY, fill

PERSON = re.compile(r"[0-9]{17}[0-9X]|1[3-9][0-9]{9}")


def text_of(page: Path) -> str:
    """What stands on a page, cells apart."""
    body = page.read_text(encoding="utf-8").split("<body>")[1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " | ", body)))


def test_every_bureau_gets_a_letter_with_the_numbers_of_the_summary(sample_folder: Path) -> None:
    with (sample_folder / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        summary = [row for row in csv.DictReader(file) if row["盟市代码"]]
    letters = sorted(sample_folder.glob("*/交接函.html"))
    assert len(letters) == 15
    for letter in letters:
        assert letter.stat().st_mode & 0o777 == 0o600
        page = letter.read_text(encoding="utf-8")
        rows = [
            [
                re.sub(r"<[^>]+>", "", cell).strip()
                for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)
            ]
            for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
        ]
        told = {row[0]: row[1:4] for row in rows if len(row) == 6}
        wanted = {
            row["名单"].replace("_", " · "): [
                f"{int(row['户数']):,}" if row["户数"] else "—",
                f"{int(row['人数']):,}" if row["人数"] else "—",
                f"{float(row['金额']):,.2f}" if row["金额"] else "—",
            ]
            for row in summary
            if row["盟市代码"] == letter.parent.name[:6]
        }
        assert told == wanted and len(told) == 11
        # Every list says what to do with it, and its link leads to its workbook.
        assert all(row[4] for row in rows if len(row) == 6)
        files = re.findall(r'<a href="([^"]+)"', page)
        assert len(files) == 11 and all((letter.parent / file).is_file() for file in files)


def test_a_letter_names_who_when_why_and_where_to_ask(sample_folder: Path) -> None:
    letter = sample_folder / "150600-鄂尔多斯市" / "交接函.html"
    signs = re.findall(r"<div>(\S+?)<span>", letter.read_text(encoding="utf-8"))
    assert signs == ["经办", "复核", "审批", "盖章"]
    text = text_of(letter)
    for told in (
        "内蒙古自治区人力资源和社会保障厅", "致：鄂尔多斯市", sample_folder.name, "2022年3月22日",
        "回执", "12333", "告知方式、告知日期、告知结果",
        "wengang feedback",
        # documents: the notice by its title, others by their number and day
        "关于进一步做好疫情防控期间就业服务工作的通知", "内人社办发〔2021〕209号 2021-11-19",
        "晚于本批次日期",
        # not filed, not settled, soon to change
        "5 户最近已交付月份未申报", "尚无取值", "中小微企业返还比例", "2022-04-25",
    ):  # fmt: skip
        assert told in text, told
    assert text.count("失业保险金 · 告知名单") == 2 and text.count("失业保险金 · 移出名单") == 1


def test_no_person_stands_in_a_letter(
    sample_folder: Path, sample_results: duckdb.DuckDBPyConnection
) -> None:
    known = sample_results.execute(
        'select person_id from people union select "联系电话" from "list_失业保险金_告知名单"'
        ' union select "姓名" from "list_失业保险金_告知名单"'
    ).fetchall()
    private = {str(value) for (value,) in known if value}
    for letter in sample_folder.glob("*/交接函.html"):
        text = text_of(letter)
        assert not PERSON.search(text)
        assert not private & set(re.split(r"[\s|，。；：（）、]+", text))


def test_a_letter_loads_nothing(sample_folder: Path) -> None:
    page = (sample_folder / "150100-呼和浩特市" / "交接函.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page and "<script" not in page
    assert not re.search(r"https?://|src=", page)


def test_a_letter_is_of_its_run_and_listed_in_its_manifest(tmp_path: Path) -> None:
    folder = fake_run.published(tmp_path).run.folder
    for code, name in BUREAUS:
        assert f'"path": "{code}-{name}/交接函.html"' in (folder / "manifest.json").read_text(
            "utf-8"
        )
    # No sender is set there: he is filled in by hand.
    assert "发件：________" in text_of(folder / "150100-呼和浩特市" / "交接函.html")


def test_open_points_are_what_was_not_delivered() -> None:
    connection = duckdb.connect()
    fill(connection)
    connection.execute("insert into registers_delivered values ('death')")
    connection.execute("update delivered_months set is_delivered = false where period = 24255")
    connection.execute("delete from delivered_months where period = 24260")
    lines = open_points(connection)
    # The months of 2021 are 24253 to 24264: the third is in part, the eighth is missing.
    assert "未交付或不全的缴费月份：2021-03、2021-08" in lines
    (registers,) = (line for line in lines if line.startswith("未提供的比对库"))
    assert "养老待遇库" in registers and "死亡库" not in registers
    assert any(line.startswith("未提供失业待遇核定：") for line in lines)
    assert not any("缴费明细" in line for line in lines if line.startswith("未提供"))
    connection.close()


def test_open_points_of_a_bureau_are_its_own(tmp_path: Path) -> None:
    connection = duckdb.connect()
    fill(connection)
    connection.execute(
        "insert into reported_late_filers values ('150100', 2), ('150100', 3), ('152900', 2)"
    )
    (tmp_path / "缴费明细_待更正_呼和浩特市_20220322_0a.xlsx").touch()
    refund = [item for item in load_policies() if item.screening == "job_retention_refund"]
    mine = open_points_of_bureau(connection, "150100", tmp_path, refund, DAY)
    other = open_points_of_bureau(connection, "150000", tmp_path / "none", refund, DAY)
    connection.close()
    assert mine[0].startswith("2 户") and mine[1].startswith("1 份“待更正”")
    # Hohhot alone has a day from which penalties count; the shares are open for all.
    assert len(mine) == 3 and "环保处罚起算日" not in mine[2] and "中小微企业返还比例" in mine[2]
    assert len(other) == 1 and "环保处罚起算日" in other[0]


def test_a_letter_in_english(tmp_path: Path) -> None:
    use_language("en")
    try:
        folder = fake_run.published(tmp_path).run.folder
    finally:
        use_language("zh")
    text = text_of(folder / "150100-呼和浩特市" / "交接函.html")
    for told in ("Letter of handing over", "Approved", "Receipt", "was not delivered"):
        assert told in text

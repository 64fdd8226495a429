"""运行报告.md and 说明.txt of the sample's run: what readers are told, and nobody's data."""

import re
from pathlib import Path

import duckdb

PERSON = re.compile(r"[0-9]{17}[0-9X]")


def test_the_report_tells_what_came_in_and_what_contradicts_itself(sample_folder: Path) -> None:
    report = (sample_folder / "运行报告.md").read_text(encoding="utf-8")
    assert "| payroll_202107b.csv | 缴费明细 | 已采用 | 25 | 0 | 25 | 0 | 0 |" in report
    assert "| change_reason_codes | core | 9999 |" in report
    for told in ("单位编号冲突", "迟报单位", "政策变动提醒", "裁员率标准不高于2021年全国"):
        assert told in report
    units = (sample_folder / "数据矛盾.csv").read_text(encoding="utf-8-sig")
    assert "152526900178,单位编号冲突,1" in units


def test_reports_name_no_person(
    sample_folder: Path, sample_results: duckdb.DuckDBPyConnection
) -> None:
    ids = {row[0] for row in sample_results.execute("select person_id from people").fetchall()}
    assert len(ids) > 5000
    paths = ["运行报告.md", "数据矛盾.csv", "summary.csv", "manifest.json", "checks/results.json"]
    for path in [*paths, "checks/检查结果.md"]:
        found = set(PERSON.findall((sample_folder / path).read_text(encoding="utf-8")))
        assert not found & ids, path


def test_every_bureau_is_told_what_its_lists_rest_on(sample_folder: Path) -> None:
    notes = sorted(sample_folder.glob("*/说明.txt"))
    assert len(notes) == 15
    for note in notes:
        content = note.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") > 30
        text = content.decode("utf-8-sig")
        assert "失业保险金_告知名单：" in text and "所见：全文" in text and "所见：转载" in text

"""Lists go out, are edited in whatever way, and come back: counts agree and no row is lost."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines import ROOT
from pipelines.cli import run_command
from pipelines.feedback import take_back
from pipelines.feedback_rows import JudgedRow, judge
from pipelines.results import open_run
from pipelines.returned_list import read_returned
from tests.programs import CSV, converted
from tests.returned import LISTED, OF_OTHER, PEOPLE, TODAY, as_csv, as_xlsx, name, person, published

CALLED = [
    ("电话", datetime(2022, 3, 23), "已告知", "reached"),
    ("电话", "2022.3.24", "空号", "wrong_number"),
    ("上门", "2022年3月25日", "无人接听", "no_answer"),
    ("短信", 44645, "已告知，不申领", "declined"),
    ("电话", "2022-03-26", "转告邻居", "other"),
    (None, None, None, "not_told"),
]


def fates(rows: list[JudgedRow]) -> Counter[str]:
    return Counter(str(row.result if row.fate == "told" else row.fate) for row in rows)


def filled(sample_folder: Path, target: Path) -> tuple[Path, Counter[str]]:
    """The delivered list of a bureau, filled in; and how often each result was written."""
    (source,) = sample_folder.glob("150400-*/失业保险金_告知名单.xlsx")
    book = load_workbook(source)
    sheet = next(one for one in book.worksheets if "告知结果" in [cell.value for cell in one[1]])
    place = {cell.value: cell.column for cell in sheet[1]}
    written: Counter[str] = Counter()
    for row in range(2, sheet.max_row + 1):
        *cells, result = CALLED[row % len(CALLED)]
        for column, cell in zip(("告知方式", "告知日期", "告知结果"), cells, strict=True):
            sheet.cell(row, place[column]).value = cell
        if isinstance(cells[1], int):  # a clerk who never saw that it is a day
            sheet.cell(row, place["告知日期"]).number_format = "0"
        written[result] += 1
    book.save(target)
    return target, written


@pytest.mark.parametrize(
    "by",
    [("ods", "xlsx"), pytest.param(("xls", "xlsx"), marks=pytest.mark.full),
     pytest.param((CSV,), marks=pytest.mark.full)],
    ids=["ods", "xls", "csv"],
)  # fmt: skip
def test_a_delivered_list_comes_back_through_libreoffice(sample_run, sample_folder, tmp_path, by):
    path, written = filled(sample_folder, tmp_path / "回传.xlsx")
    assert sum(written.values()) > 50
    out = sample_folder.parent.parent
    assert fates(judge(out, read_returned(path, tmp_path), TODAY)) == written
    for step, kind in enumerate(by):
        path = converted([path], kind, tmp_path / str(step))["回传"]
    # in a CSV a day shown as a plain number is no day
    if path.suffix == ".csv":
        written["refused"] = written.pop("declined")
    assert fates(judge(out, read_returned(path, tmp_path), TODAY)) == written


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Path:
    """A publication folder that is only read."""
    return published(tmp_path_factory.mktemp("known"))


CELLS = st.tuples(
    st.integers(0, PEOPLE + 2),
    st.sampled_from(["own", "own", "own", "own", "ruined", "blank", "text"]),
    st.sampled_from([None, None, "电话"]),
    st.sampled_from([None, "2022-03-25", "2022-03-25", "2022/3/26", "2022-03-01", "2099-1-1", "?"]),
    st.sampled_from([None, "已告知", "空号", "不知道"]),
    st.booleans(),
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(CELLS, min_size=1, max_size=40), is_csv=st.booleans())
def test_no_row_is_lost_whatever_was_edited(known, tmp_path_factory, rows, is_csv):
    folder = tmp_path_factory.mktemp("edited")
    given_ids = {"ruined": 1.59901197001010e17, "blank": None, "text": "见附件"}
    cells = [
        [at, name(at + is_other), given_ids.get(id_kind, person(at)), None, how, on, result, None]
        for at, id_kind, how, on, result, is_other in rows
    ]
    path = as_csv(folder / "a.csv", cells) if is_csv else as_xlsx(folder / "a.xlsx", cells)
    found = judge(known, read_returned(path, folder), TODAY)
    assert [row.line for row in found] == list(range(2, len(rows) + 2))
    counts = Counter(row.fate for row in found)
    assert sum(counts[fate] for fate in ("told", "not_told", "refused", "duplicate")) == len(rows)
    for row, (at, id_kind, how, on, result, is_other) in zip(found, rows, strict=True):
        is_good = id_kind == "own" and at < PEOPLE and not is_other
        is_full = bool(on and result) and LISTED <= _day(on) <= TODAY
        if row.fate == "told":
            assert is_good and is_full
            assert row.bureau_code == ("152900" if at in OF_OTHER else "150100")
        elif row.fate == "not_told":
            assert is_good and not (how or on or result)
        elif row.fate == "refused" and is_good:
            assert not is_full or row.problem == "contradiction"
        elif row.fate == "duplicate":
            assert [other[0] for other in rows].count(at) > 1


def _day(text: str) -> date:
    days = {"2022-03-25": (2022, 3, 25), "2022/3/26": (2022, 3, 26), "2022-03-01": (2022, 3, 1)}
    return date(*days[text]) if text in days else date.max


@pytest.mark.full
def test_the_next_night_tells_what_was_fed_back_and_changes_nothing_else(sample_folder, tmp_path):
    """The night after, with and without feedback: remarks of those told, the report's rates."""
    path, written = filled(sample_folder, tmp_path / "回传.xlsx")
    nights = {}
    for kind in ("without", "with"):
        out = copytree(sample_folder.parent.parent, tmp_path / kind)
        if kind == "with":
            take_back(out, [path])
        extracts = str(ROOT / "data" / "sample")
        asked = ["run", "--plain", "--extracts", extracts, "--out", str(out)]
        assert run_command([*asked, "--as-of", "2022-03-29"]) == 0
        nights[kind] = out / "runs" / "2022-03-29-1"
    differing = {
        file.relative_to(nights["with"]).as_posix()
        for file in nights["with"].rglob("*.csv")
        if file.read_bytes() != (nights["without"] / file.relative_to(nights["with"])).read_bytes()
    }
    assert differing == {"150400-赤峰市/失业保险金_告知名单.csv"}
    listed = (nights["with"] / differing.pop()).read_text(encoding="utf-8-sig")
    assert listed.count("已告知（2022-03-23，告知到本人）") == written["reached"]
    assert listed.count("未告知到（2022-03-24，号码有误）") == written["wrong_number"]
    manifest = (nights["with"] / "manifest.json").read_text(encoding="utf-8")
    assert '"extract": "feedback"' in manifest
    report = (nights["with"] / "运行报告.md").read_text(encoding="utf-8")
    told = sum(written.values()) - written["not_told"]
    assert f"| 赤峰市 | {sum(written.values())} | {told} |" in report
    assert "告知反馈" not in (nights["without"] / "运行报告.md").read_text(encoding="utf-8")
    with open_run(out=tmp_path / "with") as results:
        rates = results.rows("select told from feedback_rates where bureau_code = '150400'")
    assert rates == [(told,)]

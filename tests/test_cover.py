"""The first sheet of each workbook tells what its list holds; the sheets behind it lose nobody."""

import csv
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pipelines.deliver import deliver
from pipelines.list_sums import ListSums, Sums, list_sums
from pipelines.steps import HandedOver
from tests import fake_run
from tests.fake_run import DAY, fill

# The column of a list whose cells are its amount, as the person who signs adds it up.
AMOUNTS = {
    "稳岗返还_可直接发放": "返还金额", "稳岗返还_信息缺失": "返还金额", "稳岗返还_待核": "返还金额",
    "稳岗返还_公示": "拟返还金额", "失业保险金_告知名单": "可领合计参考",
    "失业保险金_待核": "可领合计参考",
}  # fmt: skip


def cells_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or []), list(reader)


def table_of(book: Workbook) -> dict[str, list[object]]:
    """The lines of the first sheet's table by their name: units, people, yuan."""
    lines = list(book["汇总"].iter_rows(values_only=True))
    begin = next(at for at, line in enumerate(lines) if line[0] == "旗县")
    found = {}
    for line in lines[begin + 1 :]:
        if line[0] is None:
            break
        found[str(line[0])] = list(line[1:4])
    return found


def added_up(list_name: str, rows: list[dict[str, str]]) -> list[object]:
    """What a list's rows come to by its CSV alone."""
    amounts = [Decimal(row[AMOUNTS[list_name]] or 0) for row in rows if list_name in AMOUNTS]
    units: object = len(rows) if list_name.startswith("稳岗") else "—"
    people: object = len(rows) if list_name.startswith("失业") else "—"
    return [units, people, float(sum(amounts, Decimal(0))) if list_name in AMOUNTS else "—"]


def test_every_first_sheet_adds_up_what_its_list_holds(sample_folder: Path) -> None:
    _, summary = cells_of(sample_folder / "summary.csv")
    folders = sorted(sample_folder.glob("15*"))[1::4]
    books = [path.with_suffix(".xlsx") for folder in folders for path in folder.glob("*.csv")]
    assert len(books) == 4 * 11
    for path in books:
        header, rows = cells_of(path.with_suffix(".csv"))
        book = load_workbook(path)
        assert book.sheetnames[:2] == ["汇总", "名单"] and book.active.title == "汇总"
        table = table_of(book)
        assert table.pop("合计") == added_up(path.stem, rows), path
        banners = sorted({row["旗县"] for row in rows}) if "旗县" in header else []
        assert list(table) == banners
        for banner in banners:
            mine = [row for row in rows if row["旗县"] == banner]
            assert table[banner] == added_up(path.stem, mine), (path, banner)
        (line,) = (
            row for row in summary
            if row["盟市代码"] == path.parent.name[:6] and row["名单"] == path.stem
        )  # fmt: skip
        wanted = [line["户数"], line["人数"], line["金额"]]
        told = [cell if cell != "—" else "" for cell in added_up(path.stem, rows)]
        assert [Decimal(cell or 0) for cell in wanted] == [
            Decimal(str(cell)) if cell != "" else 0 for cell in told
        ]
        texts = [cell.value for row in book["汇总"].iter_rows() for cell in row]
        assert {"经办", "复核", "审批", "签名", "日期"} <= set(texts)
        assert path.parent.name[7:] in texts


def test_people_without_a_phone_stand_on_their_own_sheet_too(sample_folder: Path) -> None:
    silent = 0
    for path in sorted(sample_folder.glob("*/失业保险金_*.csv")):
        header, rows = cells_of(path)
        if "联系电话" not in header:
            continue
        if all(row["联系电话"] for row in rows) and path.parent.name[:6] != "150100":
            continue
        book = load_workbook(path.with_suffix(".xlsx"))
        for name, wanted in (
            ("名单", rows),
            ("无电话", [row for row in rows if not row["联系电话"]]),
        ):
            sheet = book[name]
            assert [cell.value for cell in sheet[1]] == header
            at = header.index("社会保障号码")
            shown = [row[at] for row in sheet.iter_rows(min_row=2, values_only=True)]
            assert shown == [row["社会保障号码"] for row in wanted], path
            assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
        silent += len(wanted)
        notes = [str(row[0].value) for row in book["汇总"].iter_rows()]
        if wanted:
            assert any(f"其中无联系电话 {len(wanted)} 人" in note for note in notes)
        else:
            assert any("人人有联系电话" in note for note in notes)
    assert silent, "nobody in the sample lacks a phone"
    for path in sample_folder.glob("150100*/稳岗返还_*.xlsx"):
        assert "无电话" not in load_workbook(path, read_only=True).sheetnames


def test_what_is_posted_holds_what_the_public_list_does_and_nothing_else(
    sample_folder: Path,
) -> None:
    for path in sorted(sample_folder.glob("15*0-*/稳岗返还_公示.xlsx"))[::3]:
        header, rows = cells_of(path.with_suffix(".csv"))
        assert header == ["序号", "单位名称", "裁员率", "拟返还金额"]
        book = load_workbook(path)
        assert book.sheetnames == ["汇总", "名单", "公示", "审批表"]
        sheet = book["公示"]
        assert sheet["A1"].value == "关于2021年度失业保险稳岗返还拟发放单位的公示"
        head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "序号")
        assert [cell.value for cell in sheet[head]] == [*header, "异议"]
        posted = [list(row) for row in sheet.iter_rows(min_row=head + 1, values_only=True)]
        assert posted == [
            [int(row["序号"]), row["单位名称"], row["裁员率"], float(row["拟返还金额"]), None]
            for row in rows
        ]
        above = "".join(str(row[0].value) for row in sheet.iter_rows(max_row=head - 1))
        total = sum(Decimal(row["拟返还金额"]) for row in rows)
        for told in ("批次", "公示期", "电话", f"{len(rows)} 户，{total:,.2f} 元"):
            assert told in above
        if rows:
            ruled = sheet.cell(head + len(rows), 5)
            assert ruled.value is None and ruled.border.left.style == "thin"
        form = [cell.value for row in book["审批表"].iter_rows() for cell in row]
        assert {"初审", "复审", "终审", "意见", "签名", "日期", "批次", "公示期"} <= set(form)
        # Numbers, accounts, contacts: the list to be paid has them of the same units.
        _, paid = cells_of(path.with_name("稳岗返还_可直接发放.csv"))
        shown = {str(cell.value) for page in book for row in page.iter_rows() for cell in row}
        for row in paid:
            for title in ("单位编号", "统一社会信用代码", "银行账号", "联系电话", "联系人"):
                assert not row[title] or not any(row[title] in text for text in shown), title


def list_of(
    rows: list[tuple[str, str, Decimal | None]], is_built: bool = True
) -> duckdb.DuckDBPyConnection:
    """A list 甲 of rows of a bureau, a 旗县 and an amount, in a build that can be delivered."""
    connection = duckdb.connect()
    if is_built:
        fill(connection)
    connection.execute(
        'create or replace table "list_甲" (bureau_code varchar, unit_id varchar,'
        ' amount_yuan decimal(18, 2), "序号" integer, "旗县" varchar)'
    )
    for number, (bureau, banner, amount) in enumerate(rows, start=1):
        connection.execute(
            'insert into "list_甲" values (?, ?, ?, ?, ?)',
            [bureau, str(number), amount, number, banner],
        )
    return connection


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["150100", "152900"]),
            st.sampled_from(["甲旗", "乙县", None]),
            st.none() | st.decimals("-99999999999999.99", "99999999999999.99", places=2),
        ),
        max_size=12,
    )
)
def test_the_banners_add_up_to_the_whole(rows) -> None:
    connection = list_of(rows, is_built=False)
    columns = {"unit_id": "VARCHAR", "amount_yuan": "DECIMAL(18,2)", "旗县": "VARCHAR"}
    sums = list_sums(connection, "甲", columns)
    connection.close()
    assert sums.keys() == {bureau for bureau, _, _ in rows}
    for bureau, found in sums.items():
        amounts = [amount for code, _, amount in rows if code == bureau]
        known = [amount for amount in amounts if amount is not None]
        assert found.whole == Sums(
            len(amounts), None, sum(known, Decimal(0)), len(amounts) - len(known)
        )
        parts = [part for _, part in found.banners]
        assert sum(part.units or 0 for part in parts) == found.whole.units
        assert sum(part.amount_yuan or Decimal(0) for part in parts) == found.whole.amount_yuan
        assert sum(part.open_amounts for part in parts) == found.whole.open_amounts
        names = {banner or "旗县不明" for code, banner, _ in rows if code == bureau}
        assert {name for name, _ in found.banners} == names


def covers_of(folder: Path, connection: duckdb.DuckDBPyConnection) -> Callable[[str], Workbook]:
    deliver(connection, folder)
    connection.close()
    return lambda place: load_workbook(folder / place / "甲.xlsx")


def test_an_empty_list_has_a_first_sheet_of_zeros(tmp_path: Path) -> None:
    book = covers_of(tmp_path, list_of([]))("152900-阿拉善盟")
    assert table_of(book) == {"合计": [0, "—", 0]}
    assert book["名单"].max_row == 1


def test_amounts_that_are_open_or_too_long_are_told_as_they_are(tmp_path: Path) -> None:
    long = Decimal("12345678901234.56")
    book = covers_of(tmp_path, list_of([("152900", "甲旗", long), ("152900", "乙县", None)]))(
        "152900-阿拉善盟"
    )
    # Sixteen digits: a spreadsheet would round them, so they are a text.
    assert table_of(book) == {
        "合计": [2, "—", "12345678901234.56"],
        "乙县": [1, "—", 0],
        "甲旗": [1, "—", "12345678901234.56"],
    }
    assert any("金额待定 1 户" in str(row[0].value) for row in book["汇总"].iter_rows())


def test_what_stands_in_two_banners_is_said_to_be_counted_twice(tmp_path: Path) -> None:
    connection = list_of([("152900", "甲旗", None), ("152900", "乙县", None)])
    connection.execute("alter table \"list_甲\" add column person_id varchar default '1'")
    connection.execute("update \"list_甲\" set unit_id = '1'")
    book = covers_of(tmp_path, connection)("152900-阿拉善盟")
    assert table_of(book)["合计"] == [1, 1, 0]
    assert any("跨旗县" in str(row[0].value) for row in book["汇总"].iter_rows())


def books_of(handed_over: HandedOver) -> dict[str, str]:
    folder = handed_over.run.folder
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("*/*.xlsx")
    }


@pytest.mark.parametrize("later", [0, 1, 400])
def test_neither_day_nor_run_stand_in_a_workbook(tmp_path: Path, later: int) -> None:
    first = fake_run.published_build(tmp_path / "one", day=DAY)
    day: date = DAY + timedelta(days=later)
    again = fake_run.published_build(tmp_path / "two", day=day)
    assert books_of(first) == books_of(again) and len(books_of(first)) == 6


def test_a_list_without_banners_has_its_total_alone() -> None:
    connection = list_of([("152900", "甲旗", Decimal("1.50"))])
    found = list_sums(connection, "甲", {"unit_id": "VARCHAR", "amount_yuan": "DECIMAL(18,2)"})
    connection.close()
    assert found == {"152900": ListSums(Sums(1, None, Decimal("1.50"), 0))}

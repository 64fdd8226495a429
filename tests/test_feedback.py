"""Lists that bureaus send back: a row is told, not told yet, refused with its reason, or double."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from pipelines import feedback_store
from pipelines.cli import run_command
from pipelines.errors import ExtractError, StaleError
from pipelines.feedback import take_back
from pipelines.feedback_rates import write_rates
from pipelines.feedback_rows import JudgedRow, judge
from pipelines.feedback_store import feedback_folder, kept_files, load_feedback
from pipelines.feedback_told import lines_of, ranges
from pipelines.feedback_words import percent, result_of
from pipelines.purge import purge
from pipelines.reference import load_reference
from pipelines.returned_list import read_returned
from pipelines.settings import Settings
from tests.canaries import leaks, numbers_in
from tests.fake_run import audited
from tests.returned import (
    HEADER,
    LIST,
    PEOPLE,
    TODAY,
    UNSURE,
    Cells,
    as_csv,
    as_xlsx,
    blank,
    name,
    person,
    published,
    told,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Path:
    """A publication folder in which nothing was fed back yet; tests leave it so."""
    return published(tmp_path_factory.mktemp("known"))


@pytest.fixture
def out(known, tmp_path) -> Path:
    """A publication folder of a test's own."""
    copytree(known, tmp_path / "out")
    return tmp_path / "out"


def judged(out: Path, path: Path) -> list[JudgedRow]:
    """The rows of a returned list as they are judged; nothing is kept."""
    return judge(out, read_returned(path, path.parent), TODAY)


def fates(out: Path, path: Path) -> list[str | None]:
    """What becomes of each row: its fate, of a refused one the reason, of one told the result."""
    rows = judged(out, path)
    return [row.problem or (row.result if row.fate == "told" else row.fate) for row in rows]


def seen(out: Path, as_of: date = TODAY) -> dict[str, tuple[str, str]]:
    """The last feedback by person: result and day."""
    with duckdb.connect() as connection:
        load_feedback(connection, out, as_of)
        rows = connection.execute("select person_id, result, told_on from feedback_seen").fetchall()
    return {who: (result, str(on)) for who, result, on in rows}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("已告知", "reached"),
        (" 已告知 本人 ", "reached"),
        ("已电话告知本人。", "reached"),
        ("空号", "wrong_number"),
        ("电话是空号", "wrong_number"),
        ("不是本人", "wrong_number"),
        ("无人接听", "no_answer"),
        ("未联系上", "no_answer"),
        ("未告知到", "no_answer"),
        ("两次均无人接听", "no_answer"),
        ("已告知，本人不申领", "declined"),
        ("已告知（已申领）", "claimed"),
        # two results, a negation beside the words, or words that nobody knows: not guessed
        ("不是空号", "other"),
        ("没有已告知", "other"),
        ("第一次无人接听，第二次已告知", "other"),
        ("不申领，已申领", "other"),
        ("停机，无人接听", "other"),
        ("他去外地了", "other"),
    ],
)
def test_words_tell_a_result_or_none(text, result):
    assert result_of(text) == result


def test_days_are_read_in_the_usual_ways_of_writing(known, tmp_path):
    days = [
        "2022-03-25", "2022/3/25", "2022.3.25", "20220325", "2022年3月25日", "２０２２－０３－２５",
        "2022-03-25 16:30", datetime(2022, 3, 25, 9, 30), date(2022, 3, 25),
        44645,  # days after 1899-12-30
    ]  # fmt: skip
    rows = judged(known, as_xlsx(tmp_path / "a.xlsx", [told(*item) for item in _with(days)]))
    assert [(row.fate, str(row.told_on)) for row in rows] == [("told", "2022-03-25")] * len(days)


def test_a_day_that_can_be_read_in_two_ways_or_none_is_refused(known, tmp_path):
    days = ["3月25日", "25/3/2022", "上周五", "2022-02-30", "22.3.25", "44645"]
    path = as_csv(tmp_path / "a.csv", [told(*item) for item in _with(days)])
    assert fates(known, path) == ["not_a_day"] * len(days)


def _with(days: Sequence[object]) -> list[tuple[int, str, object]]:
    return [(at, "已告知", on) for at, on in enumerate(days)]


ROWS: list[tuple[Callable[[int], list[object]], str]] = [
    (lambda at: blank(at), "not_told"),
    (lambda at: [*blank(at)[:4], "/", "无", " ", None], "not_told"),
    (lambda at: told(at, how=None), "reached"),
    (lambda at: told(at, on=None), "no_day"),
    (lambda at: told(at, result=None), "no_result"),
    (lambda at: [*blank(at)[:4], "电话", None, None, None], "no_result"),
    (lambda at: told(at, on="2022-04-10"), "reached"),  # today
    (lambda at: told(at, on="2022-04-11"), "future_day"),
    (lambda at: told(at, on="2022-03-22"), "reached"),  # the day on which he was listed
    (lambda at: told(at, on="2022-03-21"), "before_listed"),
    (lambda at: [1, name(at), 1.59901197001010e17, *told(at)[3:]], "ruined_id"),
    (lambda at: [1, name(at), 159901197001010017, *told(at)[3:]], "ruined_id"),
    (lambda at: [1, name(at), "1.59901E+17", *told(at)[3:]], "ruined_id"),
    (lambda at: [1, name(at), "159901197001010000", *told(at)[3:]], "ruined_id"),
    (lambda at: [1, name(at), "无号码", *told(at)[3:]], "not_an_id"),
    (lambda at: [1, name(at), "甲厂", *told(at)[3:]], "not_an_id"),
    (lambda at: [1, name(at), None, *told(at)[3:]], "no_id"),
    (lambda at: [1, name(at), None, *blank(at)[3:]], "no_id"),
    (lambda at: [1, name(at), person(PEOPLE), *told(at)[3:]], "not_listed"),
    (lambda at: [1, name(at + 1), *told(at)[2:]], "other_name"),
    (lambda at: [1, name(at + 1), *blank(at)[2:]], "other_name"),
    (lambda at: [1, f" {name(at)[:2]} {name(at)[2:]}", *told(at)[2:]], "reached"),
    (lambda at: [1, None, *told(at)[2:]], "reached"),
    (lambda at: [1, name(at), f"'{person(at).lower()} ", *told(at)[3:]], "reached"),
]


def test_a_row_is_taken_or_refused_with_its_reason(known, tmp_path):
    path = as_xlsx(tmp_path / "a.xlsx", [row(at) for at, (row, _) in enumerate(ROWS)])
    assert fates(known, path) == [fate for _, fate in ROWS]


def test_a_number_in_a_cell_is_no_id_whatever_its_digits(known, tmp_path):
    """A spreadsheet keeps 15 digits of a number: what a program wrote behind them is chance."""
    at = next(at for at in range(PEOPLE) if person(at).isdecimal())
    path = as_xlsx(tmp_path / "a.xlsx", [[1, name(at), 4711, *told(at)[3:]], blank(at + 1)])
    digits = tmp_path / "b.xlsx"
    with ZipFile(path) as book, ZipFile(digits, "w") as other:
        for part in book.namelist():
            content = book.read(part)
            other.writestr(part, content.replace(b"<v>4711<", f"<v>{person(at)}<".encode()))
    assert fates(known, path) == ["not_an_id", "not_told"]
    assert fates(known, digits) == ["ruined_id", "not_told"]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([told(0), told(0)], ["reached", "duplicate"]),
        ([blank(0), blank(0)], ["not_told", "duplicate"]),
        ([blank(0), told(0)], ["duplicate", "reached"]),
        ([told(0, "无人接听", "2022-03-24"), told(0)], ["no_answer", "reached"]),
        ([told(0, "无人接听"), told(0)], ["contradiction"] * 2),
        # which of the day counts can't be told, so neither can what came before it
        (
            [told(0, "无人接听", "2022-03-24"), told(0, "空号"), told(0), told(1)],
            [*["contradiction"] * 3, "reached"],
        ),
        ([told(0, on=None), told(0)], ["no_day", "reached"]),
    ],
)
def test_a_person_may_stand_in_several_rows(known, tmp_path, rows, wanted):
    assert fates(known, as_xlsx(tmp_path / "a.xlsx", rows)) == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_encoding_and_under_a_title(known, tmp_path, encoding):
    rows: list[Cells] = [
        told(0),
        [*told(1)[:-1], "两行\n备注，含“逗号”"],
        blank(2),
        [None] * 8,
        ["合计：3人"],
    ]
    path = as_csv(tmp_path / "a.csv", rows, encoding, above=[["告知情况表"], []])
    found = judged(known, path)
    # a line break within a cell: the row begins where its first line stands
    assert [(row.fate, row.line) for row in found] == [
        ("told", 4),
        ("told", 5),
        ("not_told", 7),
    ]


def test_columns_may_be_moved_added_and_called_otherwise(known, tmp_path):
    header = ["经办人", "告知结果", "身份证号码", "告知日期", "姓名"]
    rows: list[Cells] = [
        ["某", "已告知", person(0), "2022-03-25", name(0)],
        ["某", None, person(1), None, None],
    ]
    path = as_xlsx(tmp_path / "a.xlsx", rows, header)
    assert fates(known, path) == ["reached", "not_told"]


def test_every_sheet_with_the_header_is_read_and_no_other(known, tmp_path):
    book = Workbook()
    book.active.append(["汇总", "社会保障号码", "人数", "告知结果", "告知结果"])
    for place, at in enumerate((0, 1)):
        sheet = book.create_sheet()
        for row in ([], ["标题"], HEADER, told(at)) if place else (HEADER, told(at), HEADER):
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = judged(known, tmp_path / "a.xlsx")
    assert [(row.sheet, row.line, row.fate) for row in rows] == [
        (2, 2, "told"),
        (3, 4, "told"),
    ]


@pytest.mark.parametrize(
    ("file_name", "content", "told_of"),
    [
        ("a.xlsx", b"damaged", "xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "只读"),
        ("a.csv", "序号,姓名\n1,甲\n".encode(), "社会保障号码"),
        ("a.csv", "社会保障号码,告知日期\n1,2\n".encode(), "缺少列：告知结果"),
        ("a.csv", ",".join([*HEADER, "告知结果"]).encode(), "两列"),
        ("a.csv", (",".join(HEADER) + '\n1,甲,"1,1\n2,乙,"2,2\n').encode(), "引号"),
        ("a.csv", b"", "没有名单的表头"),
        ("b.csv", None, "不存在"),
    ],
    ids=range(8),
)
def test_a_file_that_is_no_list_is_refused_whole(out, tmp_path, file_name, content, told_of):
    if content is not None:
        (tmp_path / file_name).write_bytes(content)

    (failure,) = take_back(out, [tmp_path / file_name], TODAY).failures
    assert told_of in str(failure) and file_name in str(failure)
    assert kept_files(out) == []


def test_people_of_no_published_list_make_no_list(out, tmp_path):
    path = as_xlsx(tmp_path / "a.xlsx", [told(PEOPLE), told(PEOPLE + 1)])
    (failure,) = take_back(out, [path], TODAY).failures
    assert isinstance(failure, ExtractError) and failure.exit_code == 3


def test_rows_that_share_a_merged_cell_are_not_guessed(out, tmp_path):
    path = as_xlsx(tmp_path / "a.xlsx", [told(0), blank(1), blank(2)])
    book = load_workbook(path)
    book.active.merge_cells("F2:F4")
    book.save(path)
    (failure,) = take_back(out, [path], TODAY).failures
    assert "合并" in str(failure)


def test_a_csv_row_with_too_many_or_too_few_fields_is_refused(known, tmp_path):
    path = as_csv(tmp_path / "a.csv", [[*told(0), "多"], told(1)[:6], [*told(2), ""], told(3)])
    assert fates(known, path) == ["width", "width", "reached", "reached"]


def test_the_same_file_twice_changes_nothing_and_a_later_one_corrects(out, tmp_path):
    first = as_xlsx(tmp_path / "a.xlsx", [told(0, "空号"), told(1), told(2, on="2022-03-24")])
    take_back(out, [first], TODAY)
    kept = {path: path.read_bytes() for path in kept_files(out)}
    state = seen(out)
    assert state[person(0)] == ("wrong_number", "2022-03-25")
    again = take_back(out, [first], TODAY)
    assert again.files[0].is_known
    assert {path: path.read_bytes() for path in kept_files(out)} == kept and seen(out) == state
    # corrected: another result, an earlier day; blank rows take nothing back
    second = as_xlsx(tmp_path / "b.xlsx", [told(0, on="2022-03-23"), blank(1)])
    take_back(out, [second, first], TODAY)
    assert seen(out) == {**state, person(0): ("reached", "2022-03-23")}
    assert len(kept_files(out)) == 2


def test_a_night_knows_what_was_told_until_its_day(out, tmp_path):
    rows = [told(0, "无人接听", "2022-03-24"), told(0, on="2022-03-26"), told(1, on="2022-03-26")]
    take_back(out, [as_xlsx(tmp_path / "a.xlsx", rows)], TODAY)
    assert seen(out, date(2022, 3, 23)) == {}
    assert seen(out, date(2022, 3, 25)) == {person(0): ("no_answer", "2022-03-24")}
    assert seen(out)[person(0)] == ("reached", "2022-03-26") and len(seen(out)) == 2


def test_a_person_is_found_on_the_list_on_which_he_stood_when_he_was_told(out, tmp_path):
    published(tmp_path, date(2022, 4, 1), people=range(2, PEOPLE + 1))
    rows = [told(0), told(5), told(5, on="2022-04-02"), told(PEOPLE), told(PEOPLE, on="2022-04-01")]
    wanted = ["reached", "reached", "reached", "before_listed", "reached"]
    assert fates(out, as_xlsx(tmp_path / "a.xlsx", rows)) == wanted


def test_who_moved_is_of_the_bureau_that_had_him_last(out, tmp_path):
    published(tmp_path, date(2022, 3, 20), people=[0, 1], bureau="152900")
    published(tmp_path, date(2022, 4, 5), people=[1], bureau="152900")
    # the second was told before the newest of his three listings
    rows = [told(0), told(1), told(2, on="2022-03-21")]
    found = judged(out, as_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.bureau_code for row in found] == ["150100"] * 3
    assert found[2].problem == "before_listed"


def test_counts_are_by_bureau_and_rates_by_person(out, tmp_path):
    rows = [
        told(0, "无人接听", "2022-03-24"),
        told(0),
        told(1, "空号"),
        blank(2),
        told(PEOPLE - 1),
        told(3),
    ]
    rows[-1][2] = None
    (file,) = take_back(out, [as_xlsx(tmp_path / "a.xlsx", rows)], TODAY).files
    main, other, unknown = (file.bureaus[code] for code in ("150100", "152900", ""))
    assert (main.rows, main.fates["told"], main.fates["not_told"], len(main.told)) == (4, 3, 1, 2)
    assert (other.rows, unknown.rows, unknown.fates["refused"]) == (1, 1, 1)
    with duckdb.connect() as connection:
        load_reference(connection)
        load_feedback(connection, out, TODAY)
        # of ten who were on the list two were fed back; who can't be told needs no telling
        connection.execute(
            "create table previous_listed as select '150100' as bureau_code, ? as list_name,"
            " unnest(?::varchar[]) as subject_id union all select '152900', ?, ?",
            [LIST, [person(at) for at in range(10)], UNSURE, person(PEOPLE - 1)],
        )
        write_rates(connection)
        rates = connection.execute("from feedback_rates").fetchall()
    assert rates == [("150100", 10, 2, 1, 1, 0, 0, 0)]


def test_without_feedback_there_are_no_rates(tmp_path):
    with duckdb.connect() as connection:
        load_feedback(connection, tmp_path, TODAY)
        write_rates(connection)
        assert connection.execute("select count(*) from feedback_seen").fetchall() == [(0,)]
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert ("feedback_rates",) not in tables


def test_wrong_numbers_lie_in_a_file_per_bureau_until_they_are_right(out, tmp_path):
    first = as_xlsx(tmp_path / "a.xlsx", [told(0, "空号"), told(1), told(PEOPLE - 1, "停机")])
    found = take_back(out, [first], TODAY)
    assert [path.name for path in found.wrong_numbers] == [
        f"{bureau}-号码有误.{kind}"
        for bureau in ("150100-呼和浩特市", "152900-阿拉善盟")
        for kind in ("csv", "xlsx")
    ]
    text = found.wrong_numbers[0].read_text(encoding="utf-8-sig")
    assert (
        f"{name(0)},{person(0)},13800000000,2022-03-25,甲厂有限公司,新城区,乙,04710000000" in text
    )
    assert person(1) not in text and person(PEOPLE - 1) not in text
    cells = list(load_workbook(found.wrong_numbers[1]).active.iter_rows(values_only=True))
    assert cells[1][2] == person(0)
    for path in (out / "feedback", *found.wrong_numbers, feedback_folder(out), *kept_files(out)):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    take_back(out, [as_xlsx(tmp_path / "b.xlsx", [told(0, on="2022-03-27")])], TODAY)
    assert [path.name[:6] for path in (out / "feedback").iterdir()] == ["152900"] * 2


def test_nothing_that_is_said_or_logged_names_anybody(out, tmp_path, capsys):
    rows = [told(0), told(1, f"转告{name(2)} {person(2)}"), told(2, on="昨天"), told(3, "空号")]
    path = as_xlsx(tmp_path / f"{person(0)}.xlsx", rows)
    assert run_command(["feedback", str(path), str(tmp_path / "无.csv"), "--out", str(out)]) == 3
    told_lines, failed = capsys.readouterr()
    assert "呼和浩特市：读入 4 行，已反馈 3（告知到本人 1、号码有误 1、其他 1）" in told_lines
    assert (
        "拒收第 1 张表第 4 行：告知日期无法识别" in told_lines and "第 3 行的告知结果" in told_lines
    )
    assert "无.csv：文件不存在" in failed
    assert not numbers_in((told_lines + failed).encode())
    assert not [at for at in range(PEOPLE) if name(at) in told_lines + failed]
    (entry, refused) = audited(out, "feedback")
    assert entry["details"]["fates"] == {"told": 3, "refused": 1}
    assert (entry["result"], refused["result"]) == ("read", "refused")
    everyone = [person(at) for at in range(4)]
    found = leaks(
        out, everyone, [r".*\.(duckdb|parquet|xlsx)", r"feedback/.*", r"runs/.*/告知\.csv"]
    )
    assert found == {}
    assert run_command(["feedback", str(path), "--out", str(out)]) == 0


def test_what_fails_on_the_way_to_disk_is_not_kept_and_can_be_read_again(
    out, tmp_path, monkeypatch
):
    path = as_xlsx(tmp_path / "a.xlsx", [told(0)])

    def fail(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(feedback_store, "force_to_disk", fail)
    with pytest.raises(KeyboardInterrupt):
        take_back(out, [path], TODAY)
    monkeypatch.undo()
    assert kept_files(out) == [] and seen(out) == {}
    take_back(out, [path], TODAY)
    assert len(kept_files(out)) == len(seen(out)) == 1


def test_what_was_kept_and_damaged_since_is_said(out, tmp_path):
    take_back(out, [as_xlsx(tmp_path / "a.xlsx", [told(0)])], TODAY)
    (kept,) = kept_files(out)
    kept.write_bytes(b"PAR1")
    with pytest.raises(StaleError, match=kept.name[:17]):
        seen(out)


def test_feedback_goes_when_it_is_older_than_may_be_kept(out, tmp_path):
    take_back(out, [as_xlsx(tmp_path / "a.xlsx", [told(0, "空号")])], TODAY)
    (kept,) = kept_files(out)
    old = kept.with_name("2021-01-01" + kept.name[10:])
    kept.rename(old)
    take_back(out, [as_xlsx(tmp_path / "b.xlsx", [told(1, "空号")])], TODAY)
    assert len(kept_files(out)) == 2 and len(list((out / "feedback").iterdir())) == 2
    first = date(2021, 1, 1)
    settings = Settings(threads=2)
    on_the_last_day = date.fromordinal(first.toordinal() + 180)
    assert not [
        x for x in purge(out, settings, 180, True, on_the_last_day).aged if x.kind == "feedback"
    ]
    (found,) = [
        item
        for item in purge(out, settings, 180, today=date.fromordinal(first.toordinal() + 181)).aged
        if item.kind == "feedback"
    ]
    assert len(found.paths) == 3 and not old.exists()
    assert list(seen(out)) == [person(1)]
    assert not leaks(out, [person(0)], [r".*\.duckdb", r"runs/.*"])
    assert audited(out, "purge")[-1]["details"]["counts"]["feedback"] == 1


def test_shares_and_ranges_as_people_write_them():
    assert [percent(*pair) for pair in ((1, 3), (2, 3), (1, 1), (1, 2000), (0, 0))] == [
        "33.3%", "66.7%", "100.0%", "0.1%", "—",
    ]  # fmt: skip
    assert ranges([3, 9, 4, 5]) == "3–5、9"


def test_lines_tell_of_every_row(out, tmp_path):
    rows = [told(0), blank(1), told(2, on=None), told(3, on=None), told(0)]
    found = take_back(out, [as_csv(tmp_path / "a.csv", rows)], TODAY)
    lines = list(lines_of(found))
    assert (
        "读入 5 行，已反馈 1（告知到本人 1），尚未告知 1，重复 1，拒收 2，反馈率 50.0%" in lines[1]
    )
    assert "拒收第 4–5 行：有告知结果而缺告知日期" in lines[2]
    assert Counter(row.fate for row in found.files[0].rows) == {
        "told": 1, "not_told": 1, "refused": 2, "duplicate": 1,
    }  # fmt: skip

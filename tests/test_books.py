"""A workbook is taken over from the last run only where it must be the same."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines import books, deliver, last_run
from pipelines.books import MOST_ROWS, Books
from pipelines.covers import Cover
from pipelines.deliver import write_csv
from pipelines.digest import sha256
from pipelines.last_run import LastRun
from pipelines.list_sums import ListSums, Sums
from pipelines.publish import Run
from pipelines.reader_note import csv_alone
from pipelines.sheet_rows import Column
from pipelines.verify import verify
from tests import fake_run

COLUMNS = [Column("单位名称", "VARCHAR", False, None)]
ROWS = [["某某公司"], ["另一公司"]]
BUREAU, LIST = "150100-呼和浩特市", "返还"
# That of the fake build: three units of 10.50, 21.00 and 31.50 yuan, and no 旗县.
COVER = Cover("呼和浩特市", LIST, ListSums(Sums(3, None, Decimal("63.00"), 0)))


@pytest.fixture
def last(tmp_path: Path) -> Run:
    """A published run."""
    return fake_run.published(tmp_path).run


@pytest.fixture
def written(last: Run, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The workbooks that were really written since then."""
    paths: list[Path] = []
    real = books.write_sheet

    def write(path: Path, *rest) -> None:
        paths.append(path)
        real(path, *rest)

    monkeypatch.setattr(books, "write_sheet", write)
    return paths


def put_again(
    folder: Path, last: Run, more: bytes = b"", cover: Cover | None = None
) -> Path | None:
    """The workbook beside the last run's CSV, with `more` at its end, in a new folder."""
    csv = folder / "new" / BUREAU / f"{LIST}.csv"
    csv.parent.mkdir(parents=True)
    csv.write_bytes((last.folder / BUREAU / csv.name).read_bytes() + more)
    return Books(True, LastRun(folder / "out", last)).put(csv, COLUMNS, ROWS, cover or COVER)


def put(folder: Path, by: Books, rows: list[list[str]], name: str) -> Path | None:
    write_csv(folder / f"{name}.csv", ["单位名称"], rows)
    return by.put(folder / f"{name}.csv", COLUMNS, rows, COVER)


def test_the_same_list_takes_over_its_workbook(tmp_path, last, written) -> None:
    book = put_again(tmp_path, last)
    assert book and not written
    assert sha256(book) == sha256(last.folder / BUREAU / f"{LIST}.xlsx")
    assert book.stat().st_mode & 0o777 == 0o600


def test_another_list_is_written(tmp_path, last, written) -> None:
    book = put_again(tmp_path, last, "第三家\r\n".encode())
    assert written == [book]


def test_the_same_list_with_other_sums_is_written(tmp_path, last, written) -> None:
    """Amounts that a list adds up need not stand in its columns."""
    other = replace(COVER, sums=ListSums(Sums(3, None, Decimal("63.01"), 0)))
    assert written == [put_again(tmp_path, last, cover=other)]


@pytest.mark.parametrize("change", ["book", "gone", "code", "language", "manifest", "forged"])
def test_a_workbook_that_may_differ_is_written_anew(
    tmp_path, last, written, monkeypatch: pytest.MonkeyPatch, change
) -> None:
    book, manifest = last.folder / BUREAU / f"{LIST}.xlsx", last.folder / "manifest.json"
    if change in ("book", "forged"):
        book.write_bytes(book.read_bytes()[:-1] + b"!")
    if change == "gone":
        book.unlink()
    elif change == "code":
        monkeypatch.setattr(last_run, "code_fingerprint", lambda: "other")
    elif change == "language":
        monkeypatch.setattr(last_run, "language", lambda: "en")
    elif change == "manifest":
        manifest.write_text("{", encoding="utf-8")
    elif change == "forged":
        content = json.loads(manifest.read_text(encoding="utf-8"))
        for item in content["files"]:
            item["sha256"] = sha256(last.folder / item["path"])
        manifest.write_text(json.dumps(content), encoding="utf-8")
    new = put_again(tmp_path, last)
    assert len(written) == 1
    assert new and new.read_bytes()[:2] == b"PK" and new.read_bytes()[-1:] != b"!"


def test_long_refusals_and_unwanted_books_are_csv_alone(tmp_path, written) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    rows = [["某某公司"]] * (MOST_ROWS + 1)
    assert put(folder, Books(), rows, "稳岗返还_不符合") is None
    assert put(folder, Books(is_wanted=False), ROWS, "稳岗返还_待核") is None
    assert not written
    assert csv_alone(folder) == ["只有 CSV、没有 xlsx 的：稳岗返还_不符合、稳岗返还_待核"]
    assert put(folder, Books(), rows[1:], "稳岗返还_不符合")
    assert put(folder, Books(), ROWS, "稳岗返还_待核")
    assert csv_alone(folder) == []


def handed_over_again(folder: Path, *changes: str) -> Path:
    """The fake build handed over once more after some SQL changed it; the folder of the run."""
    return fake_run.published_build(folder, *MARKED, *changes).run.folder


# What names the run itself, and what stands against the run before.
TELL_THE_RUN = ("manifest.json", "运行报告.md", "report.html", "交接函.html")
# The fake build with marks, as a real one leaves them.
MARKED = (
    "insert into built_models values ('list_返还', 'a'), ('list_告知', 'b')",
    'create or replace table "list_告知" as from "list_告知"',
)


def test_lists_with_the_mark_of_the_last_run_are_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = handed_over_again(tmp_path)
    queried: list[str] = []
    by_bureau = deliver._by_bureau

    def asked(connection, list_name, *rest):
        queried.append(list_name)
        return by_bureau(connection, list_name, *rest)

    monkeypatch.setattr(deliver, "_by_bureau", asked)
    second = handed_over_again(tmp_path)
    assert queried == []
    for path in first.rglob("*"):
        if path.is_file() and path.name not in TELL_THE_RUN:
            assert sha256(second / path.relative_to(first)) == sha256(path), path.name
            assert (second / path.relative_to(first)).stat().st_mode & 0o777 == 0o600
    assert verify(tmp_path / "out", Run(second.name, second)).rows > 0
    handed_over_again(tmp_path, "update built_models set mark = 'c' where model_name = 'list_告知'")
    assert queried == ["告知"]
    queried.clear()
    handed_over_again(tmp_path, "insert into ref_bureaus values ('159999', '新盟')")
    assert queried == ["告知", "返还"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_somebody_changed_is_written_again(tmp_path: Path, kind: str) -> None:
    file = f"{BUREAU}/{LIST}.{kind}"
    first = handed_over_again(tmp_path)
    wanted, content = sha256(first / file), (first / file).read_bytes()
    (first / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert sha256(handed_over_again(tmp_path) / file) == wanted

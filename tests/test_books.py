"""A workbook is taken over from the last run only where it must be the same."""

import json
from pathlib import Path

import pytest

from pipelines import books
from pipelines.books import MOST_ROWS_REFUSED, Books
from pipelines.deliver import write_csv
from pipelines.digest import sha256
from pipelines.manifest import code_fingerprint
from pipelines.publish import Run
from pipelines.sheets import Column

COLUMNS = [Column("单位名称", "VARCHAR", False, None)]
ROWS = [["某某公司"], ["另一公司"]]


def put(run: Path, by: Books, rows: list[list[str]], name: str = "某名单") -> Path | None:
    csv = run / "150100-呼和浩特市" / f"{name}.csv"
    csv.parent.mkdir(parents=True, exist_ok=True)
    write_csv(csv, ["单位名称"], rows)
    return by.put(csv, COLUMNS, rows)


@pytest.fixture
def last(tmp_path: Path) -> Run:
    """A run with one list, and a manifest of it."""
    run = Run("2022-03-21-1", tmp_path / "2022-03-21-1")
    put(run.folder, Books(), ROWS)
    files = [
        {"path": path.relative_to(run.folder).as_posix(), "sha256": sha256(path)}
        for path in sorted(run.folder.rglob("*.*"))
    ]
    write_manifest(run, {"code": {"sha256": code_fingerprint()}, "language": "zh", "files": files})
    return run


def write_manifest(run: Run, content: dict) -> None:
    (run.folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The workbooks that were really written."""
    paths: list[Path] = []
    real = books.write_sheet

    def write(path: Path, *rest) -> None:
        paths.append(path)
        real(path, *rest)

    monkeypatch.setattr(books, "write_sheet", write)
    return paths


def test_the_same_list_takes_over_its_workbook(tmp_path, last, written) -> None:
    book = put(tmp_path / "new", Books(last=last), ROWS)
    assert book and not written
    assert sha256(book) == sha256(last.folder / "150100-呼和浩特市" / "某名单.xlsx")
    assert book.stat().st_mode & 0o777 == 0o600


def test_another_list_is_written(tmp_path, last, written) -> None:
    book = put(tmp_path / "new", Books(last=last), [*ROWS, ["第三家"]])
    assert written == [book]


@pytest.mark.parametrize("change", ["book", "gone", "code", "language", "manifest"])
def test_a_workbook_that_may_differ_is_written_anew(tmp_path, last, written, change) -> None:
    book = last.folder / "150100-呼和浩特市" / "某名单.xlsx"
    manifest = json.loads((last.folder / "manifest.json").read_text(encoding="utf-8"))
    if change == "book":
        book.write_bytes(book.read_bytes()[:-1] + b"!")
    elif change == "gone":
        book.unlink()
    elif change == "code":
        write_manifest(last, manifest | {"code": {"sha256": "other"}})
    elif change == "language":
        write_manifest(last, manifest | {"language": "en"})
    else:
        (last.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert put(tmp_path / "new", Books(last=last), ROWS)
    assert len(written) == 1


def test_long_refusals_and_unwanted_books_are_csv_alone(tmp_path, written) -> None:
    rows = [["某某公司"]] * (MOST_ROWS_REFUSED + 1)
    assert put(tmp_path, Books(), rows, "稳岗返还_不符合") is None
    assert put(tmp_path, Books(is_wanted=False), ROWS) is None
    assert not written
    assert put(tmp_path, Books(), rows[1:], "稳岗返还_不符合")

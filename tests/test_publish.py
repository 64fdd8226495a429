"""A run is published at once or not at all, and remembers the one before."""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines import publish
from pipelines.digest import sha256
from pipelines.errors import StaleError, StorageError
from pipelines.ledger import ledger_entries
from pipelines.memory import load_memory
from pipelines.publish import Run, begin, current, predecessor, published, tidy
from pipelines.settings import Settings
from pipelines.steps import hand_over
from pipelines.verify import verify
from pipelines.warehouse import open_warehouse
from tests import fake_run
from tests.fake_run import DAY, fill, order


def published_run(out, as_of) -> Run:
    run = begin(out, as_of)
    (run.folder / "a.csv").write_text("a", encoding="utf-8")
    return publish.publish(out, run)


def name_of(run: Run | None) -> str | None:
    return run.run_id if run else None


def test_numbers_go_on_within_a_day(tmp_path):
    assert published_run(tmp_path, DAY).run_id == "2022-03-22-1"
    second = published_run(tmp_path, DAY)
    assert second.run_id == "2022-03-22-2"
    assert current(tmp_path) == second
    shutil.rmtree(second.folder)
    assert begin(tmp_path, DAY).run_id == "2022-03-22-3"
    assert begin(tmp_path, date(2022, 3, 23)).run_id == "2022-03-23-1"


def test_the_run_before_is_of_an_earlier_day(tmp_path):
    assert predecessor(tmp_path, DAY) is None
    for day in (20, 22, 22, 25):
        published_run(tmp_path, date(2022, 3, day))
    assert predecessor(tmp_path, date(2022, 3, 20)) is None
    assert name_of(predecessor(tmp_path, DAY)) == "2022-03-20-1"
    assert name_of(predecessor(tmp_path, date(2022, 3, 23))) == "2022-03-22-2"
    shutil.rmtree(tmp_path / "runs" / "2022-03-22-2")
    assert name_of(predecessor(tmp_path, date(2022, 3, 23))) == "2022-03-22-1"


def test_a_killed_build_is_cleared_away(tmp_path):
    first = published_run(tmp_path, DAY)
    left = begin(tmp_path, DAY)
    tidy(tmp_path)
    assert not left.folder.exists()
    assert current(tmp_path) == first and first.folder.is_dir()


@pytest.mark.parametrize("step", ["rename", "replace", "after"])
def test_a_crash_while_publishing_leaves_the_old_run_or_the_new_one(tmp_path, monkeypatch, step):
    first = published_run(tmp_path, DAY)
    run = begin(tmp_path, DAY)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if step == "after":
            written = publish.write_ledger
            patched.setattr(
                publish,
                "write_ledger",
                lambda out, event, name, **more: (
                    crash() if event == "published" else written(out, event, name, **more)
                ),
            )
        else:
            patched.setattr(f"pathlib.Path.{step}", crash)
        with pytest.raises(KeyboardInterrupt):
            publish.publish(tmp_path, run)
    expected = run.run_id if step == "after" else first.run_id
    assert name_of(current(tmp_path)) == expected
    tidy(tmp_path)
    assert name_of(current(tmp_path)) == expected
    assert [item.run_id for item in published(tmp_path)][-1] == expected
    names = {path.name for path in (tmp_path / "runs").iterdir()}
    assert names == {first.run_id, expected}


def test_a_ledger_line_that_was_cut_off_is_left_out(tmp_path):
    published_run(tmp_path, DAY)
    with (tmp_path / ".state" / "published.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"event": "publ')
    published_run(tmp_path, DAY)
    assert [run.run_id for run in published(tmp_path)] == ["2022-03-22-1", "2022-03-22-2"]


def test_a_lost_ledger_keeps_the_current_run(tmp_path):
    run = published_run(tmp_path, DAY)
    (tmp_path / ".state" / "published.jsonl").unlink()
    tidy(tmp_path)
    assert published(tmp_path) == [run]


def handed_over(folder, only=(), publish_partial=False):
    asked = order(folder, only, publish_partial)
    with open_warehouse(asked.warehouse, asked.settings, (asked.out / "runs",)) as connection:
        fill(connection)
        if only:
            connection.execute('drop table "list_告知"')
            connection.execute("delete from listed_subjects where list_name = '告知'")
            connection.execute(
                "insert into previous_listed values"
                " ('告知', 'x', '152900', '丙', date '2022-01-01'),"
                " ('返还', 'y', '152900', '丁', date '2022-01-01')"
            )
    run = begin(asked.out, asked.as_of)
    return hand_over(asked, run.folder)


def test_manifest_describes_every_file(tmp_path):
    done = handed_over(tmp_path)
    assert done.is_published and current(tmp_path / "out") == done.run
    manifest = json.loads((done.run.folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {item["path"]: item for item in manifest["files"]}
    on_disk = {
        path.relative_to(done.run.folder).as_posix()
        for path in done.run.folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert set(listed) == on_disk
    for name, item in listed.items():
        path = done.run.folder / name
        assert (item["sha256"], item["bytes"]) == (sha256(path), path.stat().st_size)
    assert listed["150100-呼和浩特市/返还.csv"]["rows"] == 3
    hashes = {item["file"]: item["sha256"] for item in manifest["inputs"]}
    assert hashes == {"payroll.csv": "ab", "delivery.yaml": "cd"}
    assert manifest["policy"][0]["valid_from"] == "2022-01-01"
    assert len(manifest["code"]["sha256"]) == 64


def test_a_partial_run_is_shown_and_not_published(tmp_path):
    done = handed_over(tmp_path, only=("job_retention_refund",))
    assert not done.is_published and done.run.folder.is_dir()
    assert current(tmp_path / "out") is None
    assert list((tmp_path / "out" / "runs").iterdir()) == []


def test_a_partial_run_that_is_published_remembers_the_other_lists(tmp_path):
    done = handed_over(tmp_path, only=("job_retention_refund",), publish_partial=True)
    with open_warehouse(tmp_path / "w" / "w.duckdb", Settings(), (tmp_path / "out",)) as connection:
        assert load_memory(connection, tmp_path / "out", date(2022, 3, 23)) == done.run
        found = connection.execute(
            "select subject_id from previous_listed where list_name = '告知'"
        )
        assert found.fetchall() == [("x",)]
        found = connection.execute("select count(*) from previous_listed where list_name = '返还'")
        assert found.fetchall() == [(3,)]


def test_memory_is_empty_on_the_same_day_and_before(tmp_path):
    handed_over(tmp_path)
    with open_warehouse(tmp_path / "w" / "w.duckdb", Settings(), (tmp_path / "out",)) as connection:
        assert load_memory(connection, tmp_path / "out", DAY) is None
        assert connection.execute("select count(*) from previous_listed").fetchall() == [(0,)]
        assert connection.execute("select count(*) from previous_run").fetchall() == [(0,)]


def test_results_that_are_damaged_are_told(tmp_path):
    done = handed_over(tmp_path)
    (done.run.folder / "results.duckdb").write_bytes(b"no database at all")
    with (
        open_warehouse(tmp_path / "w" / "w.duckdb", Settings(), (tmp_path / "out",)) as connection,
        pytest.raises(StaleError, match=r"results\.duckdb"),
    ):
        load_memory(connection, tmp_path / "out", date(2022, 3, 23))


READER = """
import sys, duckdb
results = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    found = results.execute("select list_name, subject_id from listed_subjects order by all")
    print(found.fetchall(), flush=True)
"""


def test_readers_keep_what_they_read_while_the_next_run_is_published(tmp_path):
    """Three processes hold a run's results open over two whole further runs."""
    first = fake_run.published(tmp_path)
    command = [sys.executable, "-c", READER, str(first.run.folder / "results.duckdb")]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    def read() -> list[str]:
        answers = []
        for reader in readers:
            assert reader.stdin is not None and reader.stdout is not None
            print("subjects", file=reader.stdin, flush=True)
            answers.append(reader.stdout.readline())
        return answers

    before = read()
    assert len(set(before)) == 1 and before[0].count("返还") == 3
    for number, listed_units in ((2, 9), (3, 20)):
        done = fake_run.published(tmp_path, listed_units)
        assert done.run.run_id == f"2022-03-22-{number}"
        assert read() == before
    for reader in readers:
        reader.communicate()
        assert reader.returncode == 0
    for run in published(tmp_path / "out"):
        verify(tmp_path / "out", run)


def test_nothing_is_published_before_all_of_it_is_on_disk(tmp_path, monkeypatch):
    """Every file and folder of a run is forced to disk before it moves, and then CURRENT moves."""
    done: list[tuple[str, Path]] = []
    real = publish.force_to_disk

    def forced(path):
        done.append(("forced", path))
        real(path)

    def noting(name):
        before = getattr(Path, name)

        def moved(path, target):
            done.append((name, Path(target)))
            return before(path, target)

        return moved

    monkeypatch.setattr(publish, "force_to_disk", forced)
    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, noting(name))
    fake_run.published(tmp_path)
    out = tmp_path / "out"
    run = out / "runs" / "2022-03-22-1"
    moved = done.index(("rename", run))
    pointed = done.index(("replace", out / "CURRENT"))
    building = out / ".state" / "building" / run.name
    settled = {path for what, path in done[:moved] if what == "forced"}
    whole = {building / path.relative_to(run) for path in run.rglob("*")} | {building}
    assert whole <= settled
    assert ("forced", run.parent) in done[moved:pointed]
    assert any(path.name.startswith(".CURRENT.") for path in settled)
    assert ("forced", out) in done[pointed:]


def test_what_fails_after_the_pointer_moved_is_made_up_for(tmp_path, monkeypatch):
    """Readers see the new run by then, so the run has succeeded."""
    said: list[str] = []
    real = publish.write_ledger

    def full(out, event, *rest, **details):
        if event == "published":
            raise OSError(28, "No space left on device")
        real(out, event, *rest, **details)

    monkeypatch.setattr(publish, "tell", said.append)
    with monkeypatch.context() as patched:
        patched.setattr(publish, "write_ledger", full)
        done = fake_run.published(tmp_path)
    out = tmp_path / "out"
    assert done.is_published and current(out) == done.run
    assert len(said) == 1 and "No space left" in said[0]
    verify(out, done.run)
    tidy(out)
    events = [entry["event"] for entry in ledger_entries(out)]
    assert events == ["publishing", "published"]
    verify(out, done.run)


def test_a_pointer_that_can_not_be_moved_leaves_nothing_in_runs(tmp_path, monkeypatch):
    first = fake_run.published(tmp_path)
    real = Path.replace

    def full(path, target):
        if Path(target).name == "CURRENT":
            raise OSError(28, "No space left on device")
        return real(path, target)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(StorageError):
            fake_run.published(tmp_path)
    assert current(out) == first.run
    assert [path.name for path in (out / "runs").iterdir()] == [first.run.run_id]
    assert not list(out.glob(".CURRENT.*"))
    assert fake_run.published(tmp_path).run.run_id == "2022-03-22-3"


def test_a_ledger_line_that_is_lost_removes_no_published_run(tmp_path):
    """A damaged line "published" must not make an older run look as if it never was."""
    first, second = fake_run.published(tmp_path), fake_run.published(tmp_path)
    out = tmp_path / "out"
    ledger = out / ".state" / "published.jsonl"
    lines = ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = "x" + lines[1]
    ledger.write_text("".join(lines), encoding="utf-8")
    tidy(out)
    assert first.run.folder.is_dir() and current(out) == second.run


def test_a_damaged_pointer_is_told(tmp_path):
    done = fake_run.published(tmp_path)
    out = tmp_path / "out"
    for content in ("", "2022-03-22", "../elsewhere", "\udcff"):
        (out / "CURRENT").write_bytes(content.encode("utf-8", "surrogateescape"))
        with pytest.raises(StaleError, match=done.run.run_id):
            current(out)


def test_what_crashes_leave_is_tidied(tmp_path):
    out = tmp_path / "out"
    fake_run.published(tmp_path)
    left = [out / ".CURRENT.123", out / ".state" / ".audit.head.123"]
    left.append(out / ".state" / "tmp" / "ingest" / "lines.csv")
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    tidy(out)
    assert not any(path.exists() for path in left)

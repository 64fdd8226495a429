"""What `wengang runs` tells of each run, whatever became of it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.cli import run_command
from pipelines.ledger import write_ledger
from pipelines.publish import begin, current, hold
from pipelines.release import release
from pipelines.run_table import KnownRun, known_runs
from tests.fake_run import DAY, published, published_build
from tests.test_hold import held_run


@pytest.fixture
def out(tmp_path) -> Path:
    """Runs of every fate."""
    out = tmp_path / "out"
    published(tmp_path)
    published_build(tmp_path, day=DAY + timedelta(days=1))
    hold(out, begin(out, DAY))
    for name, event in (("2022-01-01-1", "published"), ("2022-01-02-1", "published")):
        write_ledger(out, event, name)
    write_ledger(out, "purged", "2022-01-01-1")
    write_ledger(out, "dropped", "2022-01-03-1")
    write_ledger(out, "purged_files", "2022-03-22-1", files=["x"])
    return out


def found(out: Path, last: int | None = None) -> dict[str, KnownRun]:
    now = current(out)
    assert now
    return {one.run: one for one in known_runs(out, now.run_id, last)}


def test_each_run_has_its_state(out):
    assert {name: one.state for name, one in found(out).items()} == {
        "2022-03-22-1": "published",
        "2022-03-23-1": "current",
        "2022-03-22-2": "held",
        "2022-01-02-1": "missing",
        "2022-01-01-1": "purged",
        "2022-01-03-1": "dropped",
    }


def test_totals_are_the_regions_and_the_size_is_what_lies_there(out):
    one = found(out)["2022-03-22-1"]
    # Three units of 10.5, 21 and 31.5 yuan, and one person without an amount.
    assert set(one.totals) == {("返还", "3", "", "63.00"), ("告知", "", "1", "")}
    assert one.rows == 4
    files = [path for path in (out / "runs" / one.run).rglob("*") if path.is_file()]
    assert one.bytes == sum(path.stat().st_size for path in files)
    gone = found(out)["2022-01-01-1"]
    assert (gone.totals, gone.rows, gone.bytes, gone.folder) == ((), None, None, None)


def test_the_last_ones_are_the_last_that_something_became_of(out):
    assert list(found(out, 2)) == ["2022-01-01-1", "2022-01-03-1"]


def test_a_run_that_nobody_noted_is_told(out):
    (out / "runs" / "2022-02-02-1").mkdir()
    assert found(out)["2022-02-02-1"].state == "unknown"


def test_why_a_run_was_released_is_told(tmp_path, capsys):
    run_id, out = held_run(tmp_path), tmp_path / "out"
    release(out, run_id, "新增整个开发区，已核对")
    assert run_command(["runs", run_id, "--json", "--out", str(out)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["state"], told["reason"]) == ("current", "新增整个开发区，已核对")
    assert {row["list"] for row in told["totals"]} == {"返还", "告知"}
    assert run_command(["runs", "--out", str(out)]) == 0
    assert "新增整个开发区" in capsys.readouterr().out


def test_wrong_use_is_one_line(out, tmp_path, capsys):
    assert run_command(["runs", "2022-09-09-9", "--out", str(out)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert run_command(["runs", "--out", str(tmp_path / "nowhere")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

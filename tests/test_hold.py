"""A run whose totals move too far is held: built, kept, not published, until it is released."""

import json
import shutil
from decimal import Decimal

import duckdb
import pytest

from pipelines import ROOT, publish
from pipelines.audit import read_log
from pipelines.cli import run_command
from pipelines.errors import RunHeld, StaleError, UsageError
from pipelines.hold import Total, compare
from pipelines.publish import begin, current, held, tidy
from pipelines.release import release
from pipelines.settings import Hold
from pipelines.steps import hand_over
from pipelines.totals import TYPED
from pipelines.warehouse import open_warehouse
from tests.fake_run import BUREAUS, fill, order

HOLD = Hold(0.20, 0.05, 20, 50_000, 0.02)


def total(name="units", before="0", now="0", bureau="150100", bases=(None, None)) -> Total:
    base_before, base = (None if base is None else Decimal(base) for base in bases)
    return Total(bureau, "", name, "", Decimal(before), Decimal(now), base_before, base)


@pytest.mark.parametrize(
    ("name", "bureau", "before", "now", "is_held"),
    [
        ("units", "150100", "1000", "1200", False),  # exactly 20%
        ("units", "150100", "1000", "1201", True),
        ("units", "150100", "1000", "799", True),
        ("units", "150100", "1000", "800", False),
        ("units", "150100", "10", "30", False),  # moves of 20 never hold
        ("units", "150100", "10", "31", True),
        ("units", "150100", "0", "21", True),
        ("units", "150100", "21", "0", True),
        ("people", "", "1000", "1050", False),
        ("people", "", "1000", "1051", True),
        ("eligible", "", "400", "379", True),
        ("money", "150100", "250000", "300000", False),
        ("money", "150100", "250000", "300000.01", True),
        ("money", "150100", "100", "50100", False),  # 50,000 yuan never hold
        ("money", "150100", "100", "50100.01", True),
        ("month_rows", "", "1000", "1200", False),
        ("month_rows", "", "1000", "1201", True),
        ("extract_rows", "", "1000", "799", True),
    ],
)
def test_moves_beyond_share_and_floor(name, bureau, before, now, is_held):
    assert total(name, before, now, bureau).is_beyond(HOLD) is is_held


@pytest.mark.parametrize(
    ("before", "now", "bases", "is_held"),
    [
        ("0", "200", ("10000", "10000"), False),  # 2 of 100, exactly
        ("0", "201", ("10000", "10000"), True),
        ("300", "501", ("10000", "10000"), True),
        ("300", "500", ("10000", "10000"), False),
        ("500", "0", ("10000", "10000"), False),  # better than before
        ("0", "20", ("100", "100"), False),  # no more than the floor
        ("0", "21", ("100", "100"), True),
        ("0", "21", ("0", "100"), True),  # an extract that was not there before
        ("30", "60", ("1000", "2000"), False),  # twice the rows, the same share
    ],
)
def test_a_larger_share_set_aside(before, now, bases, is_held):
    assert total("set_aside", before, now, "", bases).is_beyond(HOLD) is is_held


def test_totals_are_compared_where_both_runs_have_them():
    connection = duckdb.connect()
    fill(connection)
    connection.execute("delete from run_totals")
    connection.execute("attach ':memory:' as earlier")
    connection.execute(f"create table earlier.run_totals ({TYPED})")
    connection.execute(
        "insert into run_totals values ('150100', 'units', '', 3, null),"
        " ('152900', 'units', '', 4, null), ('', 'set_aside', 'payroll', 5, 100),"
        " ('150100', 'eligible', 'new_screening_units', 9, null),"
        " ('', 'month_rows', '202203', 7, null)"
    )
    connection.execute(
        "insert into earlier.run_totals values ('150100', 'units', '', 1, null),"
        " ('150000', 'units', '', 2, null), ('', 'month_rows', '202012', 7, null),"
        " ('', 'extract_rows', 'separations', 30, null)"
    )
    found = {
        (item.bureau_code, item.name, item.subject): (item.before, item.now, item.base)
        for item in compare(connection, "earlier")
    }
    connection.close()
    assert found == {
        ("150100", "units", ""): (1, 3, None),
        ("152900", "units", ""): (0, 4, None),
        ("150000", "units", ""): (2, 0, None),
        ("", "units", ""): (3, 7, None),
        ("", "set_aside", "payroll"): (0, 5, 100),
        ("", "extract_rows", "separations"): (30, 0, None),
    }


def test_totals_of_the_sample(sample_results: duckdb.DuckDBPyConnection):
    """Against counts that are made in other ways: from decisions, lists and the files."""

    def one(select: str) -> Decimal:
        row = sample_results.execute(select).fetchone()
        assert row is not None
        return row[0]

    for decision, lists in (
        ("job_retention_refund_units", ("稳岗返还_可直接发放", "稳岗返还_信息缺失")),
        ("unemployment_benefit_notice_people", ("失业保险金_告知名单",)),
    ):
        listed = " union all ".join(f'select amount_yuan from "list_{name}"' for name in lists)
        sums = f"select sum(amount) from run_totals where subject = '{decision}' and total ="
        assert one(f"{sums} 'eligible'") == one(f"select count(*) from ({listed})")
        assert one(f"{sums} 'money'") == one(f"select sum(amount_yuan) from ({listed})")
    rows = "select sum(amount) from run_totals where total = '{}'"
    assert one(rows.format("payroll_rows")) == one(rows.format("month_rows"))
    assert one(rows.format("units")) == one("select count(*) from units where is_in_insured_units")
    assert one(rows.format("set_aside")) == one("select sum(rows_set_aside) from import_log")
    bureaus = "select count(distinct bureau_code) from run_totals where total = 'people'"
    assert one(bureaus) == 15


def handed_over(folder, units: int, only=(), publish_partial=False):
    asked = order(folder, only, publish_partial)
    readable = (asked.out / "runs", asked.out / "held")
    with open_warehouse(asked.warehouse, asked.settings, readable) as connection:
        fill(connection, units)
    return hand_over(asked, begin(asked.out, asked.as_of).folder)


def held_run(folder) -> str:
    """A folder in which 2022-03-22-1 is published and the next run, far larger, is held."""
    handed_over(folder, 3)
    with pytest.raises(RunHeld) as told:
        handed_over(folder, 60)
    assert "2022-03-22-2" in str(told.value) and "3 → 60" in str(told.value)
    return "2022-03-22-2"


def test_a_held_run_is_whole_but_not_published(tmp_path):
    run_id = held_run(tmp_path)
    out = tmp_path / "out"
    assert (out / "CURRENT").read_text(encoding="utf-8") == "2022-03-22-1\n"
    assert [path.name for path in (out / "runs").iterdir()] == ["2022-03-22-1"]
    (waiting,) = held(out)
    assert waiting.run_id == run_id
    assert json.loads((waiting.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    report = (waiting.folder / "运行报告.md").read_text(encoding="utf-8")
    assert "| 过大 | 呼和浩特市 | 失业保险稳岗返还符合条件数 | 3.00 | 60.00 |" in report
    tidy(out)
    assert held(out) == [waiting]
    # the next number is free, and a run like the published one goes out
    assert handed_over(tmp_path, 4).run.run_id == "2022-03-22-3"


def test_the_first_run_and_a_partial_one_are_never_held(tmp_path):
    handed_over(tmp_path, 500)
    assert not handed_over(tmp_path, 3, only=("job_retention_refund",)).is_published


def test_release_publishes_and_is_audited(tmp_path):
    run_id = held_run(tmp_path)
    out = tmp_path / "out"
    assert release(out, run_id, "新增整个开发区，已核对").run_id == run_id
    assert current(out) == publish.Run(run_id, out / "runs" / run_id)
    assert held(out) == []
    (entry,) = [entry for entry in read_log(out) if entry["action"] == "release"]
    assert entry["details"]["run"] == run_id
    assert entry["details"]["reason"] == "新增整个开发区，已核对"


def test_what_can_not_be_released(tmp_path):
    run_id = held_run(tmp_path)
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="2022-03-22-2"):
        release(out, "2022-03-22-9", "x")
    with pytest.raises(UsageError, match="reason"):
        release(out, run_id, " ")
    changed = out / "held" / run_id / f"{BUREAUS[1][0]}-{BUREAUS[1][1]}" / "返还.csv"
    before = changed.read_bytes()
    changed.write_bytes(before.replace(b"10.50", b"99.50", 1))
    with pytest.raises(StaleError, match="返还.csv"):
        release(out, run_id, "x")
    changed.write_bytes(before)
    handed_over(tmp_path, 3)
    with pytest.raises(StaleError, match="2022-03-22-3"):
        release(out, run_id, "x")
    assert not [entry for entry in read_log(out) if entry["action"] == "release"]
    assert current(out) == publish.Run("2022-03-22-3", out / "runs" / "2022-03-22-3")


@pytest.mark.parametrize("step", ["rename", "replace"])
def test_a_release_that_is_cut_off_leaves_the_run_held(tmp_path, monkeypatch, step):
    run_id = held_run(tmp_path)
    out = tmp_path / "out"

    def crash(*_):
        raise KeyboardInterrupt

    real = publish.write_ledger

    def then_crash(out, event, name, **details):
        real(out, event, name, **details)
        monkeypatch.setattr(f"pathlib.Path.{step}", crash)

    with monkeypatch.context():
        monkeypatch.setattr(publish, "write_ledger", then_crash)
        with pytest.raises(KeyboardInterrupt):
            release(out, run_id, "x")
        monkeypatch.undo()
    assert current(out) == publish.Run("2022-03-22-1", out / "runs" / "2022-03-22-1")
    tidy(out)
    assert [run.run_id for run in held(out)] == [run_id]
    assert release(out, run_id, "x").run_id == run_id
    tidy(out)
    assert current(out) == publish.Run(run_id, out / "runs" / run_id)


def test_a_night_with_half_a_month_is_held(capsys, tmp_path):
    """A real run, exit code and message included: the newest month holds half its usual rows."""
    sample, out = tmp_path / "extracts", tmp_path / "out"
    shutil.copytree(ROOT / "data" / "sample", sample)
    arguments = ["run", "--plain", "--extracts", str(sample), "--out", str(out)]
    assert run_command(arguments) == 0
    month = sample / "payroll_202202.csv"
    lines = month.read_bytes().splitlines(keepends=True)
    month.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert run_command(arguments) == 7
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "202202缴费明细行数" in said and "wengang release 2022-03-22-2" in said
    assert (out / "CURRENT").read_text(encoding="utf-8") == "2022-03-22-1\n"
    assert (
        run_command(["release", "2022-03-22-2", "--out", str(out), "--reason", "二月减半属实"]) == 0
    )
    assert (out / "CURRENT").read_text(encoding="utf-8") == "2022-03-22-2\n"
    assert run_command(["release", "2022-03-22-2", "--out", str(out), "--reason", "x"]) == 2

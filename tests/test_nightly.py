"""The whole night on data/sample: golden totals, a second night, and once through Prefect."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines import ROOT
from pipelines import run as whole_run
from pipelines.errors import ExtractError
from pipelines.order import make_order
from pipelines.repair_mark import KIT
from pipelines.steps import HandedOver
from tests.canaries import found_in, leaks
from tests.network_guard import guarded, noted

NUMBERS = "15990119900101001X 19900077001 159902199002020029.csv"
CANARIES = f"钱百灵燕 {NUMBERS}"
SAMPLE = ROOT / "data" / "sample"


def lists_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of every csv and xlsx of a run by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".xlsx"}
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def paid_units(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of 稳岗返还_可直接发放 of all bureaus by 单位编号."""
    return {
        row["单位编号"]: row
        for path in folder.glob("*/稳岗返还_可直接发放.csv")
        for row in rows_of(path)
    }


def test_a_run_has_its_lists_summary_checks_and_results(sample_run: HandedOver):
    folder = sample_run.run.folder
    assert sample_run.is_published
    assert (folder.parent.parent / "CURRENT").read_text(encoding="utf-8").strip() == folder.name
    bureaus = [path for path in folder.iterdir() if path.is_dir() and path.name != "checks"]
    assert len(bureaus) == 15
    # Rows to mend are written only for whom there are any; of all else everybody gets the same.
    names = [{path.name for path in bureau.iterdir() if KIT not in path.name} for bureau in bureaus]
    assert all(found == names[0] for found in names)
    assert any(path for bureau in bureaus for path in bureau.iterdir() if KIT in path.name)
    for name in ("summary.csv", "manifest.json", "results.duckdb", "checks/检查结果.md"):
        assert (folder / name).is_file()


def test_lists_decisions_and_summary_say_the_same(sample_run: HandedOver):
    folder = sample_run.run.folder
    with duckdb.connect(str(folder / "results.duckdb"), read_only=True) as results:
        outcomes = dict(
            results.execute(
                "select outcome, count(*) from job_retention_refund_units group by outcome"
            ).fetchall()
        )
        people = dict(
            results.execute(
                "select outcome, count(*) from unemployment_benefit_notice_people group by outcome"
            ).fetchall()
        )
        tables = {
            name for (name,) in results.execute("select table_name from duckdb_tables()").fetchall()
        }
    assert not {"stg_payroll", "stg_insured_people", "set_aside"} & tables
    region = {row["名单"]: row for row in rows_of(folder / "summary.csv") if not row["盟市代码"]}
    listed = {name: int(row["户数"] or row["人数"]) for name, row in region.items()}
    assert listed["稳岗返还_可直接发放"] + listed["稳岗返还_信息缺失"] == outcomes["eligible"]
    assert listed["稳岗返还_待核"] == outcomes["cannot_tell"]
    assert listed["稳岗返还_不符合"] + listed["稳岗返还_补缴后可享受"] == outcomes["not_eligible"]
    assert listed["失业保险金_告知名单"] == people["eligible"]
    assert listed["失业保险金_待核"] == people["cannot_tell"]
    for name, count in listed.items():
        assert sum(len(rows_of(path)) for path in folder.glob(f"*/{name}.csv")) == count


def test_every_row_is_in_its_own_bureau(sample_run: HandedOver):
    with duckdb.connect(str(sample_run.run.folder / "results.duckdb"), read_only=True) as results:
        bureau_of = dict(
            results.execute(
                "select unit_id, bureau_code from job_retention_refund_units"
            ).fetchall()
        )
    for path in sample_run.run.folder.glob("*/稳岗返还_*.csv"):
        for row in rows_of(path):
            if "单位编号" in row:
                assert bureau_of[row["单位编号"]] == path.parent.name[:6]


def test_no_state_names_a_machine_path(sample_run: HandedOver):
    text = (sample_run.run.folder / "manifest.json").read_text(encoding="utf-8")
    assert str(sample_run.run.folder.parent) not in text
    assert json.loads(text)["as_of"] == "2022-03-22"


def test_the_same_night_again_and_the_next_one(sample_run: HandedOver, tmp_path: Path):
    """The same input and predecessor give the same bytes; the next day nobody is new."""
    out = shutil.copytree(sample_run.run.folder.parent.parent, tmp_path / "out")
    before = lists_of(sample_run.run.folder)
    again = whole_run.run(make_order(SAMPLE, out), plain=True)
    assert again.run.run_id == "2022-03-22-2"
    assert lists_of(again.run.folder) == before
    tomorrow = whole_run.run(make_order(SAMPLE, out, as_of=date(2022, 3, 23)), plain=True)
    found = json.loads((tomorrow.run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert found["run_before"] == "2022-03-22-2"
    paid = paid_units(tomorrow.run.folder)
    listed_before = paid_units(again.run.folder).keys()
    assert len(paid.keys() & listed_before) > len(paid) / 2
    for unit_id, row in paid.items():
        since, is_new = ("2022-03-22", "否") if unit_id in listed_before else ("2022-03-23", "是")
        assert (row["首次列入日期"], row["是否本次新增"]) == (since, is_new), unit_id
    assert sample_run.run.folder.is_dir()


def test_once_through_prefect(tmp_path, sample_run: HandedOver):
    """The flow on a temporary server: same lists, artifacts without persons, failures as raised."""
    script = f"""
import os, shutil
os.environ["PREFECT_HOME"] = {str(tmp_path / "prefect")!r}
from pathlib import Path
from pipelines import nightly, steps
from pipelines.errors import ExtractError
from pipelines.nightly import NotStarted
from prefect.settings import get_current_settings
from prefect.testing.utilities import prefect_test_harness
from prefect.client.orchestration import get_client

tries = []
real = steps.take_in

def shaky(order):
    tries.append(1)
    if len(tries) < 3:
        raise FileNotFoundError(2, "gone", str(order.extracts / "payroll.csv"))
    real(order)

def refused(order):
    raise ExtractError("no payroll")

asked = {{"extracts": Path({str(SAMPLE)!r}), "out": Path({str(tmp_path / "out")!r})}}
nightly.take_in.retry_delay_seconds = 0
with prefect_test_harness(server_startup_timeout=120):
    steps.take_in = shaky
    done = nightly.run_flow(60, **asked)
    assert done.is_published and len(tries) == 3, tries
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
        runs = client.read_flow_runs()
    assert {{item.key for item in artifacts}} == {{"wengang-summary", "wengang-lists"}}
    assert not any("1599" in str(item.data) for item in artifacts)
    assert {{"wengang", "nightly"}} <= set(runs[0].tags), runs[0].tags
    steps.take_in = refused
    try:
        nightly.run_flow(60, **asked)
    except ExtractError as error:
        print("refused", error)
    # Whatever fails, and however: no word of the data gets to Prefect.
    for failure in (
        ExtractError({NUMBERS!r}), PermissionError(13, "no", {NUMBERS!r}),
        OSError({CANARIES!r}), KeyError({CANARIES!r}), NotStarted({CANARIES!r}),
    ):
        def fail(order):
            raise failure
        steps.take_in = fail
        try:
            nightly.run_flow(60, **asked)
        except Exception as error:
            print("failed", type(error).__name__)
    address = get_current_settings().server.database.connection_url.get_secret_value()
    database = Path(address.split("///")[1])
    with get_client(sync_client=True) as client:
        logs = client.read_logs()
        states = {{run.state_name for run in client.read_flow_runs()}}
    assert states == {{"Completed", "Failed"}} and logs, (states, logs)
    shutil.copytree(database.parent, {str(tmp_path / "database")!r})
"""
    command = [sys.executable, "-c", script]
    notes = tmp_path / "notes"
    ended = subprocess.run(
        command, cwd=ROOT, env=guarded(notes), capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert noted(notes) == [], "something left this machine"
    assert "refused no payroll" in ended.stdout
    assert ended.stdout.count("failed ") == 5
    for folder in ("database", "prefect", "out/.state"):
        found = leaks(tmp_path / folder, CANARIES.split(), [r"warehouse\.duckdb"], any_number=True)
        assert found == {}
    assert list((tmp_path / "database").glob("*.db*"))
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert found_in((ended.stdout + ended.stderr).encode(), CANARIES.split()) == set()
    (run,) = (tmp_path / "out" / "runs").iterdir()
    assert lists_of(run) == lists_of(sample_run.run.folder)


def test_without_a_healthy_prefect_the_run_goes_on(tmp_path, monkeypatch, sample_run: HandedOver):
    nightly = pytest.importorskip("pipelines.nightly")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))

    def never(seconds, **parameters):
        raise nightly.NotStarted("2 s")

    said: list[str] = []
    monkeypatch.setattr(nightly, "run_flow", never)
    monkeypatch.setattr(whole_run, "tell", said.append)
    monkeypatch.setattr(whole_run.steps, "run_plainly", lambda order: sample_run)
    assert whole_run.run(make_order(SAMPLE, tmp_path / "out")) is sample_run
    assert any("Prefect" in line and "2 s" in line for line in said)


def test_a_flow_that_has_begun_does_not_begin_again(tmp_path, monkeypatch):
    nightly = pytest.importorskip("pipelines.nightly")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))

    def begun(seconds, **parameters):
        raise ExtractError("x")

    monkeypatch.setattr(nightly, "run_flow", begun)
    monkeypatch.setattr(whole_run.steps, "run_plainly", lambda order: pytest.fail("ran twice"))
    with pytest.raises(ExtractError):
        whole_run.run(make_order(SAMPLE, tmp_path / "out"))


def test_unexpected_failures_reach_prefect_without_a_word_of_the_data():
    nightly = pytest.importorskip("pipelines.nightly")
    import pickle

    def fail():
        raise KeyError("15990119900101001X")

    with pytest.raises(nightly.StepFailed) as failure:
        nightly._do("take_in", fail)
    assert "1599" not in str(failure.value)
    assert b"1599" not in pickle.dumps(failure.value)
    assert isinstance(failure.value.hidden, KeyError)


def test_failures_of_the_folder_can_be_tried_again_and_name_nobody():
    nightly = pytest.importorskip("pipelines.nightly")

    def gone():
        raise FileNotFoundError(2, "gone", "payroll_15990119900101001X.csv")

    with pytest.raises(FileNotFoundError) as failure:
        nightly._do("take_in", gone)
    assert "payroll_159901********001X.csv" in str(failure.value)

    def unclear():
        raise OSError("15990119900101001X")

    with pytest.raises(nightly.StepFailed) as hidden:
        nightly._do("take_in", unclear)
    assert "1599" not in str(hidden.value)

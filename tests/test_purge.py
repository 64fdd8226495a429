"""What is older than it may be kept goes, all of it, and nothing that is still needed."""

import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import audit
from pipelines import purge as purging
from pipelines.bureau_files import bureau_files
from pipelines.cli import run_command
from pipelines.digest import sha256
from pipelines.errors import RunLocked, StaleError, StorageError, UsageError
from pipelines.ingest import take_in
from pipelines.order import CHINA
from pipelines.pack import pack
from pipelines.publish import begin, current, hold, predecessor, publish, published, published_on
from pipelines.purge import purge
from pipelines.release import release
from pipelines.settings import Settings
from pipelines.staged import transaction
from pipelines.verify import verify
from pipelines.warehouse import open_warehouse, state_folder
from pipelines.which_run import all_runs
from tests.canaries import leaks
from tests.fake_run import BUREAUS, audited, published_build
from tests.folders import HEADER, payroll_row

TODAY = datetime.now(CHINA).date()
CANARY = "金丝雀15990119900101001X"
SETTINGS = Settings(threads=2)
KIT = "150100-呼和浩特市/缴费明细_待更正_1.csv"


def made(out: Path, as_of: str, days_ago: int, place=publish) -> str:
    """A run of a day that was published, or held, so many days ago; its id."""
    run = begin(out, date.fromisoformat(as_of))
    (run.folder / "名单.csv").write_text(f"{CANARY} {run.run_id}", encoding="utf-8")
    place(out, run)
    at = datetime.now().astimezone() - timedelta(days=days_ago)
    ledger = out / ".state" / "published.jsonl"
    entries = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    lines = [
        json.dumps(entry | ({"at": at.isoformat()} if entry["run"] == run.run_id else {}))
        for entry in entries
    ]
    ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run.run_id


def age(path: Path, days: int) -> None:
    """Let a file, or all files of a folder, seem so many days old."""
    then = (datetime.now() - timedelta(days=days)).timestamp()
    for item in (path, *path.rglob("*")) if path.is_dir() else (path,):
        os.utime(item, (then, then))


def names(out: Path) -> list[str]:
    return sorted(path.name for path in (out / "runs").iterdir())


def test_runs_that_are_old_go_and_their_rows_with_them(tmp_path):
    old = [made(tmp_path, f"2022-03-{day}", 200 - day) for day in (1 + 9, 11, 12)]
    kept = [made(tmp_path, "2022-03-13", 180), made(tmp_path, "2022-03-14", 5)]
    found = purge(tmp_path, SETTINGS, 180)
    assert names(tmp_path) == kept
    assert [item.name for item in found.aged] == old
    assert sum(found.bytes) == sum(len(f"{CANARY} {name}".encode()) for name in old)
    left = leaks(tmp_path, [CANARY])
    assert set(left) == {f"runs/{name}/名单.csv" for name in kept}
    entries = audited(tmp_path, "purge")
    assert [entry["result"] for entry in entries] == ["begun", "done"]
    assert entries[1]["details"]["runs"] == old
    assert entries[1]["details"]["counts"] == {"run": 3}
    assert [run.run_id for run in all_runs(tmp_path)] == kept  # nobody misses the others
    assert begin(tmp_path, date(2022, 3, 10)).run_id == "2022-03-10-2"  # no number is given twice


def test_the_published_run_and_those_that_are_remembered_from_stay(tmp_path):
    days = ("2022-03-20", "2022-03-21", "2022-03-21", "2022-03-22", "2022-03-22")
    runs = [made(tmp_path, day, 400) for day in days]
    before = predecessor(tmp_path, date(2022, 3, 22))
    after = predecessor(tmp_path, date(2022, 3, 23))
    purge(tmp_path, SETTINGS, 1)
    assert names(tmp_path) == [runs[2], runs[4]]
    assert predecessor(tmp_path, date(2022, 3, 22)) == before
    assert predecessor(tmp_path, date(2022, 3, 23)) == after == current(tmp_path)


def test_a_run_of_an_old_day_that_was_published_lately_stays_and_so_does_one_of_a_later_day(
    tmp_path,
):
    late = made(tmp_path, "2010-01-01", 3)
    ahead = made(tmp_path, (TODAY - timedelta(days=20)).isoformat(), 300)
    for day in (TODAY - timedelta(days=10), TODAY - timedelta(days=1)):
        made(tmp_path, day.isoformat(), 0)
    purge(tmp_path, SETTINGS, 20)
    assert {late, ahead} <= set(names(tmp_path))
    purge(tmp_path, SETTINGS, 19)
    assert late in names(tmp_path) and ahead not in names(tmp_path)


def test_held_runs_packages_stacks_and_what_killed_runs_left_go_too(tmp_path):
    made(tmp_path, "2022-03-20", 0)
    held = [made(tmp_path, "2022-03-21", 31, hold), made(tmp_path, "2022-03-22", 2, hold)]
    state = tmp_path / ".state"
    for name, days in (
        (f"packages/{held[0]}/a.7z", 0),  # of a run that goes
        ("packages/2022-03-20-1/a.7z", 40),
        ("packages/2022-03-19-1/a.7z", 3),
        (".state/errors/old.txt", 31),
        (".state/errors/new.txt", 1),
        (".state/" + "tmp/lines.csv", 0),
        (".state/prefect/prefect.db", 0),
        (".state/prefect/memo_store.toml", 31),
        (".state/building/2022-03-23-1/a.csv", 0),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CANARY, encoding="utf-8")
        age(path, days)
    purge(tmp_path, SETTINGS, 30)
    assert set(leaks(tmp_path, [CANARY])) == {
        "runs/2022-03-20-1/名单.csv",
        f"held/{held[1]}/名单.csv",
        "packages/2022-03-19-1/a.7z",
        ".state/errors/new.txt",
    }
    assert not (state / "prefect").exists()


@pytest.fixture
def with_rows_set_aside(tmp_path):
    """A publication folder whose warehouse held a row set aside, of a file that is gone."""
    extracts, out = tmp_path / "extracts", tmp_path / "out"
    extracts.mkdir()
    good = f"{HEADER}\n{payroll_row(1)}\n"
    (extracts / "payroll.csv").write_text(good, encoding="utf-8")
    bad = extracts / "payroll_2.csv"
    bad.write_text(f"{HEADER}\n某月,U1,{CANARY},1,1,1\n", encoding="utf-8")
    warehouse = state_folder(out) / "warehouse.duckdb"
    take_in(extracts, warehouse, SETTINGS)
    with open_warehouse(warehouse, SETTINGS) as connection:
        found = connection.execute("select raw_row from rows_set_aside").fetchall()
    assert CANARY in found[0][0]
    bad.unlink()
    take_in(extracts, warehouse, SETTINGS)
    return extracts, out


def test_the_warehouse_goes_as_a_whole_since_deleted_rows_stay_in_its_blocks(with_rows_set_aside):
    extracts, out = with_rows_set_aside
    warehouse = out / ".state" / "warehouse.duckdb"
    assert leaks(out, [CANARY]), "the row is still in the file, or this test shows nothing"
    purge(out, SETTINGS, today=TODAY + timedelta(days=30))
    assert warehouse.exists()
    found = purge(out, SETTINGS, today=TODAY + timedelta(days=31))
    assert [item.kind for item in found.aged] == ["warehouse"]
    assert leaks(out, [CANARY]) == {}
    take_in(extracts, warehouse, SETTINGS)  # the next night makes it anew
    assert warehouse.exists() and leaks(out, [CANARY]) == {}


def test_a_warehouse_in_use_every_night_ages_all_the_same(with_rows_set_aside):
    _, out = with_rows_set_aside
    warehouse = out / ".state" / "warehouse.duckdb"
    with open_warehouse(warehouse, SETTINGS) as connection, transaction(connection):
        connection.execute("update warehouse_made set made_on = made_on - 31")
    take_in(out.parent / "extracts", warehouse, SETTINGS)
    purge(out, SETTINGS)
    assert not warehouse.exists()


def test_kits_go_from_runs_that_stay_and_only_they_may_be_missing(tmp_path):
    out = tmp_path / "out"
    done = published_build(tmp_path, files={KIT: CANARY, "150100-呼和浩特市/别的.csv": "x"})
    keys = tmp_path / "keys"
    keys.write_text("".join(f"{code}: key-of-{code}\n" for code, _ in BUREAUS), encoding="utf-8")
    keys.chmod(0o600)
    purge(out, SETTINGS, today=TODAY + timedelta(days=30))
    assert (done.run.folder / KIT).exists()
    before = sha256(done.run.folder / "manifest.json")
    found = purge(out, SETTINGS, today=TODAY + timedelta(days=31))
    assert "kits" in [item.kind for item in found.aged]
    assert not (done.run.folder / KIT).exists() and leaks(out, [CANARY]) == {}
    assert sha256(done.run.folder / "manifest.json") == before
    assert verify(out, done.run).notes == ["1 个文件已按规定清除"]
    bureau = bureau_files(out, done.run)[1]
    assert KIT not in {item.path for item in bureau.files} and len(bureau.files) == 7
    assert len(pack(out, keys_file=keys)) == 3
    (done.run.folder / "150100-呼和浩特市/别的.csv").unlink()
    with pytest.raises(StaleError, match="别的"):
        verify(out, done.run)


def test_a_held_run_without_its_kits_can_still_be_released(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.steps.publish", hold)
    done = published_build(tmp_path, files={KIT: CANARY})
    out = tmp_path / "out"
    purge(out, SETTINGS, today=TODAY + timedelta(days=31))
    assert not (out / "held" / done.run.run_id / KIT).exists()
    assert release(out, done.run.run_id, "核对无误").run_id == done.run.run_id
    assert current(out) is not None


def test_the_log_and_the_ledger_stay_whatever_their_age(tmp_path):
    run = made(tmp_path, "2022-03-20", 900)
    made(tmp_path, "2022-03-21", 900)
    audit.record(tmp_path, "x", "y")
    for path in (tmp_path / ".state").iterdir():
        age(path, 900)
    purge(tmp_path, SETTINGS, 1)
    assert len(audited(tmp_path, "x")) == 1
    assert run in (tmp_path / ".state" / "published.jsonl").read_text(encoding="utf-8")


def test_what_can_not_be_entered_into_the_log_does_not_happen(tmp_path, monkeypatch):
    runs = [made(tmp_path, day, 400) for day in ("2022-03-18", "2022-03-19", "2022-03-20")]

    def fail(*_, **__):
        raise OSError(28, "No space left on device", "audit.jsonl")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(StorageError):
        purge(tmp_path, SETTINGS, 1)
    assert names(tmp_path) == runs


def test_the_day_of_a_publication_is_the_one_in_china(tmp_path):
    run = made(tmp_path, "2022-03-18", 400)
    ledger = tmp_path / ".state" / "published.jsonl"
    entry = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])
    ledger.write_text(json.dumps(entry | {"at": "2026-01-01T23:00:00+00:00"}) + "\n", "utf-8")
    assert published_on(tmp_path, run) == date(2026, 1, 2)


def test_what_would_not_go_is_told(tmp_path, monkeypatch):
    for day in ("2022-03-18", "2022-03-19", "2022-03-20"):
        made(tmp_path, day, 400)
    monkeypatch.setattr(purging, "_remove", lambda out, item: None)
    with pytest.raises(StorageError, match="2022-03-18-1"):
        purge(tmp_path, SETTINGS, 1)
    assert [entry["result"] for entry in audited(tmp_path, "purge")] == ["begun", "incomplete"]


def test_a_purge_that_is_killed_leaves_no_half_run(tmp_path, monkeypatch):
    for day in ("2022-03-18", "2022-03-19", "2022-03-20"):
        made(tmp_path, day, 400)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging.shutil, "rmtree", die)
        patched.setattr("pipelines.purge.tidy", lambda out: None)
        with pytest.raises(KeyboardInterrupt):
            purge(tmp_path, SETTINGS, 1)
    assert [run.run_id for run in published(tmp_path)] == ["2022-03-19-1", "2022-03-20-1"]
    purge(tmp_path, SETTINGS, 1)
    assert "2022-03-18-1" not in "".join(leaks(tmp_path, [CANARY]))
    assert len(leaks(tmp_path, [CANARY])) == 2


@pytest.mark.parametrize(
    ("asked", "given"),
    [(0, SETTINGS), (-1, SETTINGS), (None, Settings(keep_days=0)),
     (9, Settings(keep_days_set_aside=0)), (9, Settings(keep_days_warehouse=-3))],
)  # fmt: skip
def test_less_than_a_day_is_refused(tmp_path, asked, given):
    runs = [made(tmp_path, day, 400) for day in ("2022-03-18", "2022-03-19", "2022-03-20")]
    with pytest.raises(UsageError):
        purge(tmp_path, given, asked)
    assert names(tmp_path) == runs and audited(tmp_path, "purge") == []


def test_the_command_says_what_goes_and_asks_the_settings(tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    runs = [made(out, day, 200) for day in ("2022-03-18", "2022-03-19", "2022-03-20")]
    assert run_command(["purge", "--dry-run", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert runs[0] in shown and runs[1] not in shown and "将清除 1 项" in shown
    assert names(out) == runs and audited(out, "purge") == []
    assert run_command(["purge", "--older-than", "200", "--out", str(out)]) == 0
    assert names(out) == runs
    assert run_command(["purge", "--out", str(out)]) == 0
    assert names(out) == runs[1:] and "已清除 1 项" in capsys.readouterr().out
    assert run_command(["purge", "--older-than", "0", "--out", str(out)]) == 2
    assert run_command(["purge", "--out", str(tmp_path / "nowhere")]) == 2

    def locked(folder):
        raise RunLocked("x")

    monkeypatch.setattr(purging, "run_lock", locked)
    assert run_command(["purge", "--out", str(out)]) == 6

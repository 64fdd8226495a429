"""A published run can be checked: whatever changed since, to the last bit, is found and named."""

import json
import random
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines import ROOT
from pipelines.audit import audit_path
from pipelines.cli import run_command
from pipelines.digest import sha256
from pipelines.errors import StaleError
from pipelines.ledger import write_ledger
from pipelines.messages import use_language
from pipelines.publish import Run
from pipelines.steps import HandedOver
from pipelines.verify import verify
from tests import fake_run

RETURN = "150100-呼和浩特市/返还.csv"


@pytest.fixture(autouse=True)
def chinese_again():
    yield
    use_language("zh")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    fake_run.published(folder)
    return folder


@pytest.fixture
def done(built, tmp_path) -> Run:
    """A published run of its own for each test."""
    shutil.copytree(built / "out", tmp_path / "out")
    return Run("2022-03-22-1", tmp_path / "out" / "runs" / "2022-03-22-1")


def told(capsys, out, *arguments) -> tuple[int, str, str]:
    """Exit code, what was printed and the line on stderr, in English."""
    code = run_command(["--lang", "en", "verify", "--out", str(out), *arguments])
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == (1 if code else 0)
    return code, printed.out, printed.err


def flips(folder: Path, count: int, seed: int) -> list[tuple[Path, int, int]]:
    """Random bits of random files: each file is hit as likely as any other, each at least once."""
    chance = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    chosen = [*chance.sample(files, min(len(files), count)), *chance.choices(files, k=count)]
    return [
        (path, chance.randrange(path.stat().st_size), chance.randrange(8))
        for path in chosen[:count]
    ]


def every_flip_is_found(out: Path, run: Run, count: int, seed: int) -> None:
    verify(out, run)
    missed = []
    for path, at, bit in flips(run.folder, count, seed):
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        path.write_bytes(damaged)
        try:
            verify(out, run)
            missed.append(f"{path.name} byte {at} bit {bit}")
        except StaleError as failure:
            assert str(path) in str(failure)
        finally:
            path.write_bytes(whole)
    verify(out, run)
    assert not missed


def test_flipped_bits_are_found(tmp_path, done):
    every_flip_is_found(tmp_path / "out", done, 60, seed=1)


@pytest.mark.full
def test_flipped_bits_of_the_sample_are_found(sample_run: HandedOver, record_property):
    out = sample_run.run.folder.parent.parent
    every_flip_is_found(out, sample_run.run, 500, seed=2)
    record_property("figure: bit_flips", 500)


def test_a_whole_run_is_told_in_one_line(capsys, tmp_path, done):
    out = tmp_path / "out"
    files = [path for path in done.folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    code, printed, _ = told(capsys, out)
    assert code == 0 and len(printed.splitlines()) == 1
    # three rows of 返还, one of 告知, and in summary.csv two lists by three bureaus and the region
    assert f"2022-03-22-1: whole; {len(files)} files, {size:,} bytes, 12 CSV rows" in printed
    assert told(capsys, out, "2022-03-22-1")[0] == told(capsys, out, "--all")[0] == 0


def change(folder: Path, how: str) -> None:
    path = folder / RETURN
    text = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "longer":
        path.write_bytes(text + b"\r\n")
    elif how == "same size":
        path.write_bytes(text.replace(b"10.50", b"99.50", 1))
    elif how == "link":
        shutil.move(path, folder.parent / "elsewhere.csv")
        path.symlink_to(folder.parent / "elsewhere.csv")
    elif how == "more":
        (folder / "150100-呼和浩特市" / "更多.csv").write_bytes(text)


@pytest.mark.parametrize("how", ["missing", "longer", "same size", "link", "more"])
def test_the_file_that_differs_is_named(capsys, tmp_path, done, how):
    change(done.folder, how)
    code, _, failure = told(capsys, tmp_path / "out")
    assert code == 9
    assert ("更多.csv" if how == "more" else "返还.csv") in failure


def test_a_manifest_that_was_made_to_fit_is_found(capsys, tmp_path, done):
    """Who changes a list and its hash in the manifest would have to change two more places."""
    out, folder = tmp_path / "out", done.folder
    change(folder, "longer")
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    before = sha256(path)
    for item in content["files"]:
        if item["path"] == RETURN:
            item["sha256"], item["bytes"] = sha256(folder / RETURN), item["bytes"] + 2
    path.write_text(json.dumps(content), encoding="utf-8")
    code, _, failure = told(capsys, out)
    assert code == 9 and "manifest.json" in failure and "ledger" in failure
    ledger = out / ".state" / "published.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace(before, sha256(path)), encoding="utf-8")
    code, _, failure = told(capsys, out)
    assert code == 9 and "manifest.json" in failure and "audit log" in failure
    log = audit_path(out)
    log.write_text(log.read_text("utf-8").replace(before, sha256(path)), encoding="utf-8")
    code, _, failure = told(capsys, out)
    assert code == 9 and "audit.jsonl" in failure


def test_rows_that_the_manifest_does_not_say(tmp_path, done, monkeypatch):
    monkeypatch.setattr("pipelines.verify._rows", lambda path: 2 if path.name == "返还.csv" else 0)
    with pytest.raises(StaleError, match=r"\.csv：行数与清单不符"):
        verify(tmp_path / "out", done)


def test_a_run_that_nobody_noted(capsys, tmp_path, done):
    out = tmp_path / "out"
    shutil.copytree(done.folder, out / "runs" / "2022-03-22-7")
    code, printed, failure = told(capsys, out, "--all")
    assert code == 9 and "2022-03-22-7" in failure
    assert "2022-03-22-1: whole" in printed


def test_a_published_run_whose_folder_is_gone(capsys, tmp_path, done):
    out = tmp_path / "out"
    fake_run.published(tmp_path)
    shutil.rmtree(done.folder)
    assert told(capsys, out)[0] == 0
    code, printed, failure = told(capsys, out, "--all")
    assert code == 9 and "2022-03-22-1" in failure and "2022-03-22-2: whole" in printed


@pytest.mark.parametrize(
    ("pointer", "code"), [("2022-03-22-1\n", 9), ("2022-03-22-8\n", 9), ("2022-03+22-2\n", 9)]
)
def test_current_must_name_the_last_one_published(capsys, tmp_path, done, pointer, code):
    out = tmp_path / "out"
    fake_run.published(tmp_path)
    assert told(capsys, out)[0] == 0
    (out / "CURRENT").write_text(pointer, encoding="utf-8")
    found, _, failure = told(capsys, out)
    assert found == code and "CURRENT" in failure and "2022-03-22-2" in failure


def test_what_can_not_be_asked(capsys, tmp_path):
    assert told(capsys, tmp_path / "out")[0] == 2
    fake_run.published(tmp_path)
    code, _, failure = told(capsys, tmp_path / "out", "2022-03-22-5")
    assert code == 2 and "2022-03-22-1" in failure
    assert told(capsys, tmp_path / "out", "2022-03-22-1", "--all")[0] == 2


def test_files_that_were_purged_are_not_missed(capsys, tmp_path, done):
    out = tmp_path / "out"
    (done.folder / RETURN).unlink()
    write_ledger(out, "purged_files", done.run_id, files=[RETURN])
    code, printed, _ = told(capsys, out)
    assert code == 0 and "1 files were purged" in printed
    (done.folder / "summary.csv").unlink()
    assert told(capsys, out)[0] == 9


def test_reading_changes_nothing_and_traces_of_readers_are_no_damage(capsys, tmp_path, done):
    out, folder = tmp_path / "out", done.folder
    with duckdb.connect(str(folder / "results.duckdb"), read_only=True) as results:
        results.execute("set memory_limit = '60MB'")
        results.execute(
            "create temp table many as select range as n, repeat('x', 90) from range(1500000)"
        )
        assert results.execute("select count(*) from listed_subjects").fetchall() == [(4,)]
        assert verify(out, done)
    assert not list(folder.glob("*.wal"))
    assert told(capsys, out)[1].count("\n") == 1
    for trace in ("150100-呼和浩特市/.~lock.返还.xlsx#", "150100-呼和浩特市/~$返还.xlsx"):
        (folder / trace).touch(mode=0o600)
    (folder / "results.duckdb.tmp").mkdir(mode=0o700)
    (folder / "results.duckdb.tmp" / "spilled").touch(mode=0o600)
    code, printed, _ = told(capsys, out)
    assert code == 0 and printed.count("left by a reader") == 3
    (folder / "results.duckdb.wal").touch(mode=0o600)  # its content would change what is read
    assert told(capsys, out)[0] == 9


def test_what_others_may_read_is_noted(capsys, tmp_path, done):
    (done.folder / RETURN).chmod(0o644)
    (done.folder / "150100-呼和浩特市").chmod(0o755)
    code, printed, _ = told(capsys, tmp_path / "out")
    assert code == 0
    assert "返还.csv: its mode is 0644" in printed and "呼和浩特市: its mode is 0755" in printed


def test_the_manifest_of_a_real_run_names_what_it_was_made_from(sample_run: HandedOver):
    """Against the files themselves and the policy files, read in other ways."""
    manifest = json.loads((sample_run.run.folder / "manifest.json").read_text(encoding="utf-8"))
    delivered = {path.name: sha256(path) for path in (ROOT / "data" / "sample").iterdir()}
    assert {item["file"]: item["sha256"] for item in manifest["inputs"]} == delivered
    assert manifest["code"]["version"] and len(manifest["code"]["sha256"]) == 64
    named = {(item["screening"], item["parameter"]) for item in manifest["policy"]}
    for path in (ROOT / "sql" / "screenings").glob("*/policy.yaml"):
        keys = yaml.safe_load(path.read_text(encoding="utf-8")).keys() - {"title", "checked_on"}
        assert {(path.parent.name, key) for key in keys} <= named
    for item in manifest["policy"]:
        assert item["valid_from"] <= manifest["as_of"]
        assert item["next_change"] is None or item["next_change"] > manifest["as_of"]

"""A bureau's package: its own rows alone, under its own key, as the real 7-Zip opens it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines import audit
from pipelines import pack as packing
from pipelines.cli import run_command
from pipelines.errors import StaleError, StorageError, UsageError
from pipelines.keys import load_keys
from pipelines.lock import run_lock
from pipelines.pack import pack
from tests.canaries import leaks
from tests.fake_run import BUREAUS, audited, published_build
from tests.programs import program

KEYS = {code: f"口令-{code}-四五六七" for code, _ in BUREAUS}
KIT = "150100-呼和浩特市/缴费明细_待更正_1.csv"


def key_file(folder: Path, content: str | None = None, mode: int = 0o600) -> Path:
    path = folder / "keys.yaml"
    lines = [f"{code}: {key}" for code, key in KEYS.items()]
    path.write_text("\n".join(lines) if content is None else content, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture
def out(tmp_path):
    done = published_build(tmp_path, files={KIT: "行"})
    assert done.run.run_id == "2022-03-22-1"
    return tmp_path / "out"


def unpacked(path: Path, key: str, target: Path) -> Path:
    with py7zr.SevenZipFile(path, password=key) as archive:
        archive.extractall(target)
    (folder,) = target.iterdir()
    return folder


def test_the_real_program_opens_it_with_the_right_key_alone(out, tmp_path):
    seven_zip = program("7z", "7zz", "7za")
    packages = pack(out, keys_file=key_file(tmp_path), bureaus=("150100",), sender="某厅")
    (package,) = packages
    assert package.path == out / "packages/2022-03-22-1/2022-03-22-1-150100-呼和浩特市.7z"

    def run(*arguments):
        return subprocess.run([seven_zip, *map(str, arguments)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)  # fmt: skip

    listing = run("l", package.path)
    assert listing.returncode != 0 and "返还" not in listing.stdout + listing.stderr
    assert run("t", f"-p{KEYS['152900']}", package.path).returncode != 0
    assert run("x", f"-p{KEYS['150100']}", f"-o{tmp_path / 'x'}", package.path).returncode == 0
    methods = run("l", "-slt", f"-p{KEYS['150100']}", package.path).stdout
    assert "7zAES" in methods
    (folder,) = (tmp_path / "x").iterdir()
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "返还.csv", "返还.xlsx", "告知.csv", "告知.xlsx", "说明.txt", "汇总.csv", "回执.xlsx",
        "交接函.html", "校验清单.sha256", Path(KIT).name,
    }  # fmt: skip
    checked = subprocess.run(
        [shutil.which("sha256sum") or "sha256sum", "--strict", "-c", "校验清单.sha256"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0 and checked.stdout.count(": OK") == len(names) - 1
    (folder / "返还.csv").write_text("x", encoding="utf-8")
    assert subprocess.run(
        ["sha256sum", "-c", "校验清单.sha256"], cwd=folder, capture_output=True
    ).returncode


def test_the_receipt_lists_what_was_sent(out, tmp_path):
    (package,) = pack(out, bureaus=("150100",), keys_file=key_file(tmp_path), sender="某厅")
    folder = unpacked(package.path, KEYS["150100"], tmp_path / "x")
    rows = list(load_workbook(folder / "回执.xlsx").active.iter_rows(values_only=True))
    cells = {row[0]: row for row in rows}
    assert cells["发件单位"][1] == "某厅" and cells["收件单位"][1] == "呼和浩特市"
    listed = {row[1]: row[2:4] for row in rows if isinstance(row[0], int)}
    lines = (folder / "校验清单.sha256").read_text(encoding="utf-8").splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    assert listed["返还.csv"] == (3, sums["返还.csv"]) and listed["汇总.csv"][0] == 2
    assert set(listed) == set(sums) - {"回执.xlsx"}
    for name in ("核对结果", "接收人", "接收日期"):
        assert name in cells


def test_packages_are_entered_into_the_audit_log_and_nobody_else_reads_them(out, tmp_path):
    umask = os.umask(0)
    try:
        packages = pack(out, keys_file=key_file(tmp_path))
    finally:
        os.umask(umask)
    entries = [entry["details"] for entry in audited(out, "pack")]
    assert [entry["bureau"] for entry in entries] == [code for code, _ in BUREAUS]
    assert [entry["sha256"] for entry in entries] == [item.sha256 for item in packages]
    for path in (out / "packages").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert leaks(out, KEYS.values()) == {}


def test_the_command_packs_and_shows_no_key(out, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WENGANG_KEY_152900", "另一个够长的口令口令口令")
    keys = key_file(tmp_path, f"'150100': {KEYS['150100']}\n")
    to = tmp_path / "stick"
    asked = ["pack", "2022-03-22-1", "--bureau", "150100", "152900", "--to", str(to)]
    assert run_command([*asked, "--keys", str(keys), "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert len(list(to.iterdir())) == 2 and not (out / "packages").exists()
    for key in (KEYS["150100"], "另一个够长"):
        assert key not in shown.out + shown.err
    assert (unpacked(to / "2022-03-22-1-152900-阿拉善盟.7z", "另一个够长的口令口令口令",
                     tmp_path / "x") / "告知.csv").is_file()  # fmt: skip


@pytest.mark.parametrize("content", [
    "150100: [a, b]", "150100", "- 150100: x", "150100: a\n150100: b", "150100: 'secret-open", "",
    "150100: {a: b}",
])  # fmt: skip
def test_a_key_file_that_can_not_be_understood_is_told_without_its_content(tmp_path, content):
    path = key_file(tmp_path, content)
    for raw in (content.encode(), content.encode() + b"\xff"):
        path.write_bytes(raw)
        with pytest.raises(UsageError) as failure:
            load_keys(["150100"], path)
        assert "secret" not in str(failure.value) and str(path) in str(failure.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o660])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path, mode):
    with pytest.raises(UsageError, match="chmod 600"):
        load_keys(["150100"], key_file(tmp_path, mode=mode))


def test_a_key_file_that_is_a_link_a_folder_a_pipe_or_somebody_elses_is_refused(
    tmp_path, monkeypatch
):
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(key_file(tmp_path))
    os.mkfifo(pipe, 0o600)
    for path in (link, pipe, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match=path.name):
            load_keys(["150100"], path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UsageError, match="不属于当前用户"):
        load_keys(["150100"], key_file(tmp_path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("150000: 口令口令口令口令口令一二", "没有口令：150100、152900"),
        ("150000: 12345678901\n150100: 'x'\n152900: 口令口令口令口令口令一二", "150000、150100"),
        ("150000: samesamesame\n150100: samesamesame\n152900: 口令口令口令口令口令一二", "相同"),
    ],
    ids=["missing", "weak", "shared"],
)
def test_missing_weak_and_shared_keys_are_refused_and_nothing_is_packed(
    out, tmp_path, content, told
):
    with pytest.raises(UsageError, match=told):
        pack(out, keys_file=key_file(tmp_path, content))
    assert not (out / "packages").exists() and audited(out, "pack") == []


def test_a_passphrase_of_digits_stays_as_it_is_written(tmp_path):
    assert load_keys(["150100"], key_file(tmp_path, "150100: 012345678901"))["150100"] == (
        "012345678901"
    )


def test_only_what_the_manifest_says_is_packed(out, tmp_path):
    keys = key_file(tmp_path)
    run = out / "runs" / "2022-03-22-1"
    for name in ("150100-呼和浩特市/返还.csv", "summary.csv", "manifest.json", KIT):
        whole = (run / name).read_bytes()
        for change in (whole + b" ", None):
            (run / name).unlink() if change is None else (run / name).write_bytes(change)
            with pytest.raises(StaleError, match=re.escape(name)):
                pack(out, keys_file=keys)
        (run / name).write_bytes(whole)
    stranger = run / "150100-呼和浩特市" / "152900.csv"
    stranger.write_text("x", encoding="utf-8")
    with pytest.raises(StaleError, match=r"152900\.csv"):
        pack(out, keys_file=keys)
    assert run_command(["pack", "--keys", str(keys), "--out", str(out)]) == 9
    stranger.unlink()
    assert not (out / "packages").exists() and len(pack(out, keys_file=keys)) == 3


def test_without_an_entry_in_the_log_there_is_no_package(out, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device", "audit.jsonl")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(StorageError):
        pack(out, keys_file=key_file(tmp_path))
    assert list((out / "packages").rglob("*.7z")) == []
    assert [path for path in (out / "packages").rglob("*") if path.is_file()] == []


def test_what_fails_half_way_leaves_nothing(out, tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(packing.py7zr.SevenZipFile, "writestr", fail)
    with pytest.raises(KeyboardInterrupt):
        pack(out, keys_file=key_file(tmp_path))
    assert [path for path in (out / "packages").rglob("*") if path.is_file()] == []
    assert audited(out, "pack") == []


def test_unknown_runs_and_bureaus_are_told(out, tmp_path):
    for arguments, told in (
        ({"run_id": "2022-03-22-9"}, "2022-03-22-1"),
        ({"bureaus": ("150999",)}, "152900"),
        ({"run_id": "../runs/2022-03-22-1"}, "2022-03-22-1"),
    ):
        with pytest.raises(UsageError, match=told):
            pack(out, keys_file=key_file(tmp_path), **arguments)


ROWS = st.lists(st.tuples(st.sampled_from(BUREAUS), st.integers(1, 99)), max_size=12, unique=True)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_folder_and_package_hold_the_own_rows_alone(tmp_path_factory, listed):
    hold_own_rows_alone(tmp_path_factory.mktemp("build"), listed)


@pytest.mark.full
@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_folder_and_package_hold_the_own_rows_alone_in_many_builds(tmp_path_factory, listed):
    hold_own_rows_alone(tmp_path_factory.mktemp("build"), listed)


def hold_own_rows_alone(tmp_path: Path, listed: list[tuple[tuple[str, str], int]]) -> None:
    # A unit's number begins with its bureau's code.
    rows = ", ".join(
        f"('{code}', '{code}7{number:05d}', {number}, '{code}7{number:05d}')"
        for (code, _), number in listed
    )
    published_build(
        tmp_path,
        'create or replace table "list_返还" (bureau_code varchar, unit_id varchar, "序号" integer,'
        ' "单位编号" varchar)',
        f'insert into "list_返还" values {rows}' if rows else "select 1",
        'drop table "list_告知"',
    )
    packages = pack(tmp_path / "out", keys_file=key_file(tmp_path))
    for package in packages:
        code = package.bureau_code
        mine = {f"{code}7{number:05d}" for (owner, _), number in listed if owner == code}
        folder = unpacked(package.path, KEYS[code], tmp_path / code)
        lies = next((tmp_path / "out/runs/2022-03-22-1").glob(f"{code}-*"))
        for place in (folder, lies):
            rows_found = (place / "返还.csv").read_text(encoding="utf-8-sig")
            sheet = load_workbook(place / "返还.xlsx")["名单"]
            cells = {str(row[1]) for row in sheet.iter_rows(min_row=2, values_only=True)}
            assert set(re.findall(r"\d{12}", rows_found)) == mine == cells
        for path in folder.iterdir():
            others = re.findall(r"(?<!\d)15[0-9]{4}7[0-9]{5}", path.read_text("latin-1"))
            assert all(unit.startswith(code) for unit in others)
        totals = (folder / "汇总.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
        assert {line.split(",")[0] for line in totals} == {code}


def test_it_waits_for_no_other_run(out, tmp_path):
    script = (
        "from pathlib import Path; from pipelines.lock import run_lock\n"
        f"with run_lock(Path({str(out)!r})): print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    try:
        assert run_command(["pack", "--keys", str(key_file(tmp_path)), "--out", str(out)]) == 6
    finally:
        holder.communicate(b"\n")
    with run_lock(out):
        pass

"""The command line: every way to fail is one line and its exit code, and publishes nothing."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import ROOT, failures, steps
from pipelines.arguments import arranged
from pipelines.cli import run_command
from pipelines.errors import CheckFailed
from pipelines.lock import run_lock
from pipelines.messages import use_language

HEADER = "费款所属期,单位编号,社会保障号码,单位实缴金额,个人实缴金额\n"
ROW = "202112,159901000001,15990119900101001X,20.00,20.00\n"


@pytest.fixture(autouse=True)
def chinese():
    umask = os.umask(0o022)
    yield
    os.umask(umask)
    use_language("zh")
    failures._stacks.clear()


@pytest.fixture
def extracts(tmp_path):
    folder = tmp_path / "extracts"
    folder.mkdir()
    (folder / "payroll_202112.csv").write_text(HEADER + ROW, encoding="utf-8")
    return folder


def told(capsys, *arguments) -> tuple[int, str]:
    """The exit code and the one line on stderr."""
    code = run_command([str(item) for item in arguments])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert "Traceback" not in lines[0]
    return code, lines[0]


def run_on(capsys, extracts, *more) -> tuple[int, str]:
    out = extracts.parent / "out"
    found = told(capsys, "run", "--plain", "--extracts", extracts, "--out", out, *more)
    assert not (out / "CURRENT").exists()
    assert not list((out / "runs").iterdir()) if (out / "runs").exists() else True
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--no-such-option"],
        ["no-such-command"],
        ["run", "--as-of", "2022-3-1x"],
        ["run", "--as-of"],
        ["sample", "x"],
        ["sample", "x", "--units", "many", "--people", "1", "--seed", "1", "--as-of", "2022-01-01"],
        ["--lang", "fr", "run"],
        ["run", "--settings", "no-such-file.yaml"],
        ["check"],
    ],
)
def test_wrong_use_is_told_in_chinese_and_in_english(capsys, arguments):
    code, line = told(capsys, *arguments)
    assert code == 2
    assert any("\u4e00" <= character <= "\u9fff" for character in line)
    if "fr" not in arguments:
        code, line = told(capsys, *arguments, "--lang=en")
        assert code == 2
        assert not any("\u4e00" <= character <= "\u9fff" for character in line)


def test_help_documents_the_exit_codes(capsys):
    assert run_command(["run", "--help"]) == 0
    text = capsys.readouterr().out.replace("\n", "").replace(" ", "")
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130):
        assert f"{code}=" in text


def test_options_stand_before_or_behind():
    assert arranged(["--lang", "en", "run", "--plain"]) == ["run", "--lang", "en", "--plain"]
    assert arranged(["--lang=en", "check", "x"]) == ["check", "--lang=en", "x"]
    assert arranged(["run", "--only", "a", "b", "--plain"]) == [
        "run", "--only", "a", "--only", "b", "--plain",
    ]  # fmt: skip
    assert arranged([]) == []


def test_a_missing_folder(capsys, tmp_path):
    code, line = run_on(capsys, tmp_path / "nowhere")
    assert code == 3 and "nowhere" in line


def test_no_payroll(capsys, extracts):
    (extracts / "payroll_202112.csv").unlink()
    code, line = run_on(capsys, extracts)
    assert code == 3 and "缴费明细" in line


def test_a_required_column_is_missing(capsys, extracts):
    (extracts / "payroll_202112.csv").write_text(
        "费款所属期,单位编号\n202112,1\n", encoding="utf-8"
    )
    code, line = run_on(capsys, extracts)
    assert code == 3 and "payroll_202112.csv" in line and "社会保障号码" in line


def test_an_unreadable_file(capsys, extracts):
    (extracts / "payroll_202112.csv").write_bytes(b"\x00\xff\xfe\x81" * 100)
    code, line = run_on(capsys, extracts)
    assert code == 3 and "payroll_202112.csv" in line


def test_a_delivery_file_that_is_wrong(capsys, extracts):
    (extracts / "delivery.yaml").write_text("as_of: [", encoding="utf-8")
    code, line = run_on(capsys, extracts)
    assert code == 3 and "delivery.yaml" in line


def test_a_day_before_the_first_policy_value(capsys, extracts):
    code, line = run_on(capsys, extracts, "--as-of", "2018-01-01")
    assert code == 4 and "2018-01-01" in line


def test_an_unknown_screening(capsys, extracts):
    code, line = run_on(capsys, extracts, "--as-of", "2022-03-22", "--only", "no_such")
    assert code in (2, 4) and "no_such" in line


def test_checks_that_fail(capsys, extracts, monkeypatch):
    def fail(order):
        raise CheckFailed("x：y")

    monkeypatch.setattr(steps, "build_and_check", fail)
    code, _ = run_on(capsys, extracts, "--as-of", "2022-03-22")
    assert code == 5


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_storage_that_fails_names_step_and_path(capsys, extracts, monkeypatch, number):
    def fail(*_):
        raise OSError(number, os.strerror(number), "/full/disk")

    monkeypatch.setattr(steps, "write_totals_report", fail)
    monkeypatch.setattr(steps, "build_and_check", lambda order: order.out / ".state" / "x")
    code, line = run_on(capsys, extracts, "--as-of", "2022-03-22")
    assert code == 8 and "交付" in line and "/full/disk" in line


def test_a_publication_folder_that_is_a_file(capsys, extracts):
    (extracts.parent / "out").write_text("", encoding="utf-8")
    code, _ = told(
        capsys, "run", "--plain", "--extracts", extracts, "--out", extracts.parent / "out"
    )
    assert code == 8


def test_an_interruption(capsys, extracts, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "apply_policy", interrupt)
    assert run_on(capsys, extracts, "--as-of", "2022-03-22")[0] == 130


def test_the_stack_of_an_unexpected_failure_holds_no_value(capsys, extracts, monkeypatch):
    def fail(order):
        raise KeyError("15990119900101001X")

    monkeypatch.setattr(steps, "apply_policy", fail)
    code, line = run_on(capsys, extracts, "--as-of", "2022-03-22")
    assert code == 1 and "KeyError" in line and "15990119900101001X" not in line
    (kept,) = (extracts.parent / "out" / ".state" / "errors").iterdir()
    text = kept.read_text(encoding="utf-8")
    assert "test_cli.py" in text and "15990119900101001X" not in text
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_second_run_is_refused_at_once(extracts):
    """Naming process, host and since when; it waits for nothing and loads nothing slow."""
    out = extracts.parent / "out"
    script = (
        "import sys, time; from pipelines.cli import run_command\n"
        "time.sleep = lambda seconds: sys.exit('waits')\n"
        f"code = run_command(['run', '--extracts', {str(extracts)!r}, '--out', {str(out)!r}])\n"
        "slow = {'prefect', 'great_expectations', 'pandas'} & set(sys.modules)\n"
        "assert not slow, slow\n"
        "sys.exit(code)"
    )
    with run_lock(out):
        command = [sys.executable, "-c", script]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        holder = json.loads((out / ".state" / "lock").read_text(encoding="utf-8"))
    assert ended.returncode == 6, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert f"进程 {os.getpid()}，" in line and f"主机 {socket.gethostname()}，" in line
    assert f"自 {holder['since']} 起" in line
    assert datetime.fromisoformat(holder["since"]) <= datetime.now().astimezone()
    assert not (out / "runs").exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from pipelines.lock import run_lock\n"
        f"with run_lock(Path({str(tmp_path)!r})): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with run_lock(tmp_path):
        pass


def test_what_is_quick_imports_nothing_slow():
    script = (
        "import sys; from pipelines.cli import run_command\n"
        "assert run_command(['policy', '--as-of', '2022-03-22']) == 0\n"
        "slow = {'prefect', 'great_expectations'} & set(sys.modules)\n"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_policy_prints_values_with_their_source(capsys):
    assert run_command(["policy", "--as-of", "2022-03-22"]) == 0
    text = capsys.readouterr().out
    assert "max_layoff_rate" in text and "0.055" in text and "nmg-2022-03-21" in text
    assert "裁员率标准不高于2021年全国城镇调查失业率控制目标5.5%" in text


def test_check_says_what_would_be_read_and_leaves_no_trace(capsys, extracts):
    (extracts / "无关.txt").write_text("x", encoding="utf-8")
    before = set(extracts.parent.rglob("*"))
    assert run_command(["check", str(extracts)]) == 0
    text = capsys.readouterr().out
    assert "payroll_202112.csv" in text and "无关.txt" in text and "insured_units" in text
    assert set(extracts.parent.rglob("*")) == before


def test_check_of_a_folder_that_a_run_would_refuse(capsys, tmp_path):
    (tmp_path / "refund_payments.csv").write_text(
        "单位编号,返还所属年度,发放金额\n1,2021,5\n", encoding="utf-8"
    )
    assert run_command(["check", str(tmp_path)]) == 3
    assert "refund_payments.csv" in capsys.readouterr().out


def test_files_that_were_left_out_are_said_first(capsys, tmp_path):
    folder = tmp_path / "extracts"
    shutil.copytree(ROOT / "data" / "sample", folder)
    (folder / "无关.txt").write_text("x", encoding="utf-8")
    (folder / "separations_x.csv").write_text("单位编号\n1\n", encoding="utf-8")
    arguments = ["run", "--plain", "--extracts", str(folder), "--out", str(tmp_path / "out")]
    assert run_command([*arguments, "--only", "job_retention_refund"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "separations_x.csv" in lines[0] and "无关.txt" in lines[1]
    assert "未发布" in "".join(lines)
    assert not (tmp_path / "out" / "CURRENT").exists()
    (built,) = (tmp_path / "out" / ".state" / "building").iterdir()
    assert json.loads((built / "manifest.json").read_text(encoding="utf-8"))["only"]
    lists = {path.stem for path in Path(built).rglob("*.csv") if path.parent.parent == built}
    assert lists and all(name.startswith("稳岗返还") for name in lists)

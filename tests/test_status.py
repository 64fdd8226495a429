"""Is the published run young enough (by a fake clock), and how did the last attempt end."""

import json
import resource
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines import ROOT, failures
from pipelines import run as whole_run
from pipelines.attempt import attempted
from pipelines.cli import run_command
from pipelines.errors import ExtractError, RunHeld, RunLocked
from pipelines.failures import explain, keep_stacks_in
from pipelines.lock import run_lock
from pipelines.messages import use_language
from pipelines.notify import notify
from pipelines.publish import begin, hold
from pipelines.standing import Standing, standing_of
from pipelines.standing_print import standing_json, standing_lines, why_stale
from pipelines.status_file import Status, read_status
from pipelines.steps import HandedOver
from pipelines.timetable import Timetable, note_timetable
from tests.fake_run import DAY, order, published

ID, PHONE = "15990119900101001X", "19900077001"
HOURS = 26


@pytest.fixture
def out(tmp_path) -> Path:
    """A publication folder with one published run."""
    published(tmp_path)
    return tmp_path / "out"


@pytest.fixture
def settings(tmp_path) -> Path:
    """A settings file whose notice command writes down what it is told."""
    told, script = tmp_path / "told", tmp_path / "tell me.sh"
    script.write_text(
        f'#!/bin/sh\necho "$WENGANG_STATUS $WENGANG_EXIT_CODE" >> "{told}"\ncat >> "{told}.json"\n',
        encoding="utf-8",
    )
    script.chmod(0o700)
    path = tmp_path / "settings.yaml"
    path.write_text(f"notify_command: \"'{script}' 'a b'\"\nout: out\n", encoding="utf-8")
    return path


def made_at(out: Path) -> datetime:
    """When the published run was made, as its manifest says."""
    (manifest,) = out.glob("runs/*/manifest.json")
    return datetime.fromisoformat(json.loads(manifest.read_text(encoding="utf-8"))["made_at"])


def after(out: Path, **age: int) -> Standing:
    return standing_of(out, HOURS, made_at(out) + timedelta(**age))


def test_a_run_is_stale_when_it_is_older_than_the_limit(out):
    assert not after(out, hours=0).is_stale
    assert not after(out, hours=HOURS).is_stale, "older than, not as old as"
    late = after(out, hours=HOURS, seconds=1)
    assert late.is_stale and "2022-03-22-1" in why_stale(late) and "26 小时" in why_stale(late)
    assert standing_json(late)["last_good"]["age_seconds"] == HOURS * 3600 + 1
    future = after(out, minutes=-10)
    assert future.is_stale and "时钟" in why_stale(future)


def test_a_released_run_is_as_old_as_its_lists(out):
    ledger = out / ".state" / "published.jsonl"
    lines = ledger.read_text(encoding="utf-8").splitlines()
    released = made_at(out) + timedelta(hours=30)
    last = json.loads(lines[-1]) | {"at": released.isoformat()}
    ledger.write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n", encoding="utf-8")
    standing = standing_of(out, HOURS, released + timedelta(hours=1))
    assert standing.is_stale and standing.age == timedelta(hours=31)
    assert standing.published_at == released


def test_where_nothing_was_published_is_stale_and_looking_makes_nothing(tmp_path, capsys):
    missing = tmp_path / "nowhere"
    assert run_command(["status", "--out", str(missing)]) == 9
    (line,) = capsys.readouterr().err.splitlines()
    assert "还没有发布过" in line and str(missing) in line
    assert not missing.exists()


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json", "folder"])
def test_a_published_run_that_is_damaged_is_stale(out, name):
    (run,) = (out / "runs").iterdir()
    if name == "CURRENT":
        (out / "CURRENT").write_text("x\n", encoding="utf-8")
    elif name == "folder":
        run.rename(out / "gone")
    else:
        (run / name).write_text("{", encoding="utf-8")
    standing = standing_of(out, HOURS, datetime.now().astimezone())
    assert standing.is_stale and why_stale(standing) == standing.damage != ""
    assert standing_lines(standing)


def test_held_runs_and_the_next_one_are_told(out):
    waiting = hold(out, begin(out, DAY))
    note_timetable(out, Timetable("systemd", "0 2 * * *"))
    standing = after(out, hours=1)
    text = "\n".join(standing_lines(standing))
    assert f"wengang release {waiting.run_id}" in text and "02:00" in text
    found = standing_json(standing)
    assert [item["run"] for item in found["held"]] == [waiting.run_id]
    due = datetime.fromisoformat(found["next_run_at"])
    assert timedelta(0) < due - standing.now <= timedelta(days=1)
    assert not standing.is_stale


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (ExtractError(f"{ID} {PHONE}"), "failed", 3),
        (KeyError(ID), "failed", 1),
        (OSError(28, "No space left on device", f"/x/{ID}"), "failed", 8),
        (KeyboardInterrupt(), "interrupted", 130),
    ],
)
def test_how_an_attempt_fails_is_in_the_file_and_told(tmp_path, settings, error, state, code):
    with pytest.raises(type(error)), attempted(None, settings):
        raise error
    path = tmp_path / "out" / "status.json"
    status = read_status(tmp_path / "out")
    assert status and (status.state, status.exit_code, status.run) == (state, code, None)
    assert status.ended_at and status.begun_at <= status.ended_at
    assert len(status.message.splitlines()) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "told").read_text(encoding="utf-8") == f"{state} {code}\n"
    told = (tmp_path / "told.json").read_text(encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
    kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("errors/*"))
    assert ID not in told + kept and PHONE not in told
    assert len(list(tmp_path.rglob("errors/*"))) == (1 if code == 1 else 0)


def test_the_stack_of_a_failure_that_is_told_twice_is_kept_once(tmp_path):
    keep_stacks_in(tmp_path)
    error = KeyError(ID)
    told = explain(error)
    (stack,) = tmp_path.iterdir()
    stack.unlink()
    assert explain(error) == told and str(stack) in told[0]
    assert not list(tmp_path.iterdir())
    assert explain(KeyError(ID)) and list(tmp_path.iterdir()), "another failure is kept"
    failures._stacks.clear()


def test_a_held_run_is_told_by_its_id(tmp_path, settings):
    published(tmp_path)
    with pytest.raises(RunHeld), attempted(None, settings):
        waiting = hold(tmp_path / "out", begin(tmp_path / "out", DAY))
        raise RunHeld("x")
    status = read_status(tmp_path / "out")
    assert status and (status.state, status.exit_code) == ("held", 7)
    assert status.run == waiting.run_id
    assert (tmp_path / "told").read_text(encoding="utf-8") == "held 7\n"


def test_a_published_run_is_noted_and_nobody_is_told(tmp_path, settings):
    with attempted(None, settings) as attempt, attempted(None, settings) as inner:
        assert inner is attempt, "a run within a run is the same one"
        with run_lock(tmp_path / "out"):
            attempt.running(order(tmp_path))
            status = read_status(tmp_path / "out")
            assert status and status.state == "running" and status.as_of == DAY.isoformat()
        attempt.handed_over = published(tmp_path)
    status = read_status(tmp_path / "out")
    assert status and (status.state, status.exit_code) == ("published", 0)
    assert status.run == (tmp_path / "out" / "CURRENT").read_text(encoding="utf-8").strip()
    assert not (tmp_path / "told").exists()


@pytest.mark.parametrize("is_wrong_delivery", [False, True])
def test_a_run_that_fails_early_is_noted(tmp_path, settings, capsys, is_wrong_delivery):
    extracts = tmp_path / "extracts"
    if is_wrong_delivery:
        extracts.mkdir()
        (extracts / "delivery.yaml").write_text("as_of: [", encoding="utf-8")
    asked = ["run", "--plain", "--extracts", str(extracts), "--settings", str(settings)]
    assert run_command(asked) == 3
    (line,) = capsys.readouterr().err.splitlines()
    status = read_status(tmp_path / "out")
    assert status and (status.state, status.exit_code, status.message) == ("failed", 3, line)
    # A wrong delivery.yaml fails before the day is known.
    assert (status.as_of is None) == is_wrong_delivery


def test_a_run_says_that_it_goes_on_and_what_it_published(tmp_path, settings, monkeypatch, capsys):
    states: list[str] = []

    def night(order_of_run):
        status = read_status(order_of_run.out)
        states.append(status.state if status else "")
        return published(tmp_path)

    monkeypatch.setattr(whole_run.steps, "run_plainly", night)
    (tmp_path / "extracts").mkdir()
    asked = ["run", "--plain", "--extracts", str(tmp_path / "extracts"), "--settings"]
    assert run_command([*asked, str(settings), "--as-of", DAY.isoformat()]) == 0
    status = read_status(tmp_path / "out")
    assert states == ["running"] and status and status.state == "published"
    assert status.run in capsys.readouterr().out


def test_a_run_in_part_is_built_and_not_published(tmp_path, settings):
    with attempted(None, settings) as attempt:
        whole = published(tmp_path)
        attempt.handed_over = HandedOver(whole.run, False, [])
    status = read_status(tmp_path / "out")
    assert status and (status.state, status.exit_code) == ("built", 0)


def test_one_that_is_refused_leaves_the_file_to_the_run_that_goes_on(tmp_path, settings):
    with attempted(None, settings) as attempt:
        attempt.handed_over = published(tmp_path)
    before = (tmp_path / "out" / "status.json").read_bytes()
    with pytest.raises(RunLocked), attempted(None, settings):
        raise RunLocked("x")
    assert (tmp_path / "out" / "status.json").read_bytes() == before
    assert not (tmp_path / "told").exists()


def test_one_that_fails_while_another_goes_on_leaves_it_too(tmp_path, settings):
    holder = (
        "import sys, time; from pathlib import Path; from pipelines.lock import run_lock\n"
        "with run_lock(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "out")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stdin
        process.stdout.readline()
        with pytest.raises(ExtractError), attempted(None, settings):
            raise ExtractError("x")
        assert not (tmp_path / "out" / "status.json").exists()
        # Who is to be told is told all the same.
        assert (tmp_path / "told").read_text(encoding="utf-8") == "failed 3\n"
        process.stdin.close()


def test_one_that_vanished_is_told_as_killed(out):
    child = (
        "import os, signal, sys; from pathlib import Path\n"
        "from pipelines.attempt import attempted; from pipelines.order import make_order\n"
        "with attempted(Path(sys.argv[1]), None) as attempt:\n"
        "    attempt.running(make_order(out=Path(sys.argv[1])))\n"
        "    print(flush=True); sys.stdin.read(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", child, str(out)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stdin
        process.stdout.readline()
        attempt = after(out).last_attempt
        assert attempt and (attempt.state, attempt.pid) == ("running", process.pid)
        assert str(process.pid) in "\n".join(standing_lines(after(out)))
        process.stdin.close()
        process.wait()
    attempt = after(out).last_attempt
    assert attempt and attempt.state == "killed"
    assert "被杀" in "\n".join(standing_lines(after(out)))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": 1}', '{"state": "x", "begun_at": "y"}'])
def test_a_status_that_cannot_be_read_is_none(out, text):
    (out / "status.json").write_text(text, encoding="utf-8")
    assert after(out).last_attempt is None and standing_lines(after(out))


LATE = Status("stale", "2026-11-27T02:00:00+08:00", exit_code=9)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("false TOKEN", "false：退出码 1"),
        ("no-such-program TOKEN", "no-such-program"),
        ("sleep 61.25", "超过 0.2 秒"),
        ("sh -c 'sleep 61.25 & sleep 61.25' TOKEN", "超过 0.2 秒"),
        ("'unpaired TOKEN", "引号"),
    ],
)
def test_a_notice_command_that_fails_is_one_line_without_its_arguments(capsys, command, told):
    notify(command, LATE, seconds=0.2)
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line and "TOKEN" not in line
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "sleep 61.25" not in left.splitlines(), "what it started is ended with it"


def test_a_notice_command_has_no_shell_and_need_not_read(tmp_path, capsys):
    notify("", LATE)
    notify(f"echo x > {tmp_path}/b", LATE)
    assert not list(tmp_path.iterdir())
    notify("true", Status("failed", "x", message="x" * 1_000_000))
    assert capsys.readouterr().err == ""


def test_the_command_tells_people_machines_and_the_notice_command(out, settings, capsys):
    asked = ["--out", str(out), "--settings", str(settings)]
    assert run_command(["status", *asked]) == 0
    assert "2022-03-22-1" in capsys.readouterr().out
    (manifest,) = out.glob("runs/*/manifest.json")
    old = made_at(out) - timedelta(hours=HOURS, minutes=1)
    content = json.loads(manifest.read_text(encoding="utf-8")) | {"made_at": old.isoformat()}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert run_command(["status", "--json", *asked]) == 9
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["is_stale"] and found["message"] in shown.err
    assert len(shown.err.splitlines()) == 1
    assert not (settings.parent / "told").exists(), "only when it is asked for"
    assert run_command(["status", "--notify", "--lang", "en", *asked]) == 9
    use_language("zh")
    assert (settings.parent / "told").read_text(encoding="utf-8") == "stale 9\n"
    told = json.loads((settings.parent / "told.json").read_text(encoding="utf-8"))
    assert told["state"] == "stale" and "26 h" in told["message"]


@pytest.mark.parametrize("command", ["status", "runs"])
def test_a_question_starts_fast(out, command):
    script = (
        "import sys; from pipelines.cli import run_command\n"
        f"code = run_command([{command!r}, '--out', sys.argv[1]])\n"
        "slow = {'prefect', 'great_expectations', 'pandas', 'altair', 'jinja2', 'sqlglot'}\n"
        "sys.exit(code or (2 if slow & set(sys.modules) else 0))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run([sys.executable, "-c", script, str(out)], cwd=ROOT, capture_output=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 0, ended.stderr
    seconds = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    assert seconds <= 0.7, seconds

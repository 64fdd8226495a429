"""What is written for the clock of a machine: crontab lines, units, tasks; any path, no doubles."""

import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from pipelines import ROOT, schedule_cron
from pipelines.cli import run_command
from pipelines.errors import UsageError
from pipelines.schedule import Request, apply_to_crontab, files_of, install, remove
from pipelines.scheduled import job_of
from pipelines.settings import Settings, load_settings
from pipelines.timetable import Timetable, checked_cron, daily, noted_timetable
from tests.programs import program

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=CHINA)  # a Friday
ODD = "发布 100% 'a' \"b\" $HOME ;"


@pytest.fixture
def odd(tmp_path) -> Path:
    folder = tmp_path / ODD / "out"
    folder.mkdir(parents=True)
    return folder


def words_of(out: Path, *first: str) -> list[str]:
    settings = ["--settings", str(ROOT / "settings.yaml")]
    return [sys.executable, "-m", "pipelines", *first, "--out", str(out), *settings]


def night(out: Path) -> list[str]:
    return words_of(out, "run", "--extracts", str(ROOT / "data" / "sample"))


def test_one_default_says_when_the_night_begins():
    asked = load_settings().schedule_cron
    deployment = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    (schedule,) = deployment["deployments"][0]["schedules"]
    assert asked == Settings().schedule_cron == schedule["cron"]
    assert schedule["timezone"] == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("cron", "moment"),
    [
        ("0 2 * * *", datetime(2026, 11, 28, 2, 0, tzinfo=CHINA)),
        ("0 12 * * *", datetime(2026, 11, 28, 12, 0, tzinfo=CHINA)),
        ("1 12 * * *", datetime(2026, 11, 27, 12, 1, tzinfo=CHINA)),
        ("30 6 * * 1-5", datetime(2026, 11, 30, 6, 30, tzinfo=CHINA)),
        ("*/20 * * * *", datetime(2026, 11, 27, 12, 20, tzinfo=CHINA)),
    ],
)
def test_when_it_fires_next_on_chinas_clock(cron, moment):
    # Asked in another zone it is the same moment.
    for now in (NOW, NOW.astimezone(UTC), NOW.astimezone(timezone(timedelta(hours=-5)))):
        assert Timetable("serve", cron).next_after(now) == moment


@pytest.mark.parametrize(
    "cron", ["", "x", "0 2 * *", "60 2 * * *", "0 0 2 * * *", "0 2 30 2 *", "@daily", "0 2 * * 8"]
)
def test_a_wrong_cron_expression_is_wrong_use(cron):
    with pytest.raises(UsageError, match="cron"):
        checked_cron(cron)


@pytest.mark.parametrize(
    "cron", ["*/5 * * * *", "0 2,14 * * *", "0 2 1 * *", "0 2 * 3 *", "0 2 * * 5#1"]
)
def test_a_machines_clock_takes_a_time_of_day_alone(cron):
    with pytest.raises(UsageError, match="wengang serve"):
        daily(cron)


def test_the_check_comes_after_the_night_also_over_midnight():
    assert daily("5 22 * * 5,7").later(4).cron == "5 2 * * 1,6"
    assert daily("0 2 * * *").later(4).cron == "0 6 * * *"
    assert daily("0 2 * * SUN").days == (6,)


@pytest.mark.parametrize("at", ["25:00", "2", "02:60", "x:00", "2:5", "-1:00"])
def test_a_wrong_time_is_wrong_use(at):
    with pytest.raises(UsageError):
        job_of(at, None)
    assert job_of("02:05", None) == "5 2 * * *"


def as_cron_reads(line: str) -> str:
    """What sh is given of a crontab line: all after five fields, in which \\% is a plain sign."""
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command), "cron ends the command there"
    return command.replace("\\%", "%")


def test_sh_gets_every_path_of_a_crontab_line_whole(odd):
    (odd / ".state").mkdir()
    lines = files_of(Request("cron", out=odd), NOW)[0].content.decode().splitlines()
    assert [line.split(" ", 5)[:2] for line in lines] == [["0", "2"], ["0", "6"]]
    log = odd / ".state" / "nightly.log"
    asked = (night(odd), words_of(odd, "status", "--notify"))
    for line, words in zip(lines, asked, strict=True):
        # The real sh reads the line, with a program in it that prints its arguments.
        name = f"&& {shlex.quote(sys.executable)} "
        command = as_cron_reads(line).replace(name, "&& printf '%s\\n' ")
        assert name not in command
        subprocess.run(["/bin/sh", "-c", command], check=True)
        assert log.read_text(encoding="utf-8").splitlines() == words[1:]
        assert log.stat().st_mode & 0o777 == 0o600
        log.unlink()


@pytest.fixture
def crontab(tmp_path, monkeypatch) -> Path:
    """A crontab program that keeps its table in a file."""
    table, folder = tmp_path / "table", tmp_path / "bin"
    folder.mkdir()
    script = folder / "crontab"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table} 2>/dev/null'
        ' || { echo "no crontab for user" >&2; exit 1; }; '
        f"else cat > {table}; fi\n",
        encoding="utf-8",
    )
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return table


def test_installing_again_replaces_the_own_lines_and_no_others(odd, tmp_path, crontab):
    apply_to_crontab(Request("cron", out=odd), NOW)
    assert len(crontab.read_text(encoding="utf-8").splitlines()) == 2
    others = "MAILTO=x\n5 4 * * * backup # wengang:nightly\n"
    crontab.write_text(others + crontab.read_text(encoding="utf-8"), encoding="utf-8")
    apply_to_crontab(Request("cron", out=tmp_path / "second"), NOW)
    apply_to_crontab(Request("cron", "30 3 * * *", out=odd), NOW)
    lines = crontab.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == others.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [
        ["0", "2"], ["0", "6"], ["30", "3"], ["30", "7"],
    ]  # fmt: skip
    assert noted_timetable(odd) == Timetable("cron", "30 3 * * *", in_china=False)
    apply_to_crontab(Request("cron", out=odd), NOW, remove=True)
    assert len(crontab.read_text(encoding="utf-8").splitlines()) == 4
    assert noted_timetable(odd) is None


def test_a_crontab_that_cannot_be_read_is_not_written_over(odd, crontab):
    (crontab.parent / "bin" / "crontab").write_text(
        f"#!/bin/sh\n[ $1 = -l ] && {{ echo broken >&2; exit 1; }}\ncat > {crontab}\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="broken"):
        apply_to_crontab(Request("cron", out=odd), NOW)
    assert not crontab.exists()


def test_without_a_crontab_program_it_is_said(odd, monkeypatch, capsys):
    monkeypatch.setattr(schedule_cron.shutil, "which", lambda name: None)
    arguments = ["schedule", "install", "--kind", "cron", "--apply", "--out", str(odd)]
    assert run_command(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "crontab" in line


@pytest.mark.parametrize("with_server", [False, True])
@pytest.mark.parametrize("cron", [None, "30 1 * * 1,2,3,4,5"])
def test_systemd_finds_nothing_wrong_with_the_units(odd, tmp_path, cron, with_server):
    to = tmp_path / "units"
    paths = install(Request("systemd", cron, out=odd, to=to, with_server=with_server), NOW)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in paths)
    names = {path.name for path in paths}
    assert {"wengang-status.service", "wengang-status.timer"} < names
    assert ("wengang-nightly.timer" in names) != with_server, "the night would begin twice"
    assert noted_timetable(odd) == Timetable("systemd", cron or "0 2 * * *")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    found = subprocess.run(
        [program("systemd-analyze"), "verify", "--user", *map(str, paths)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_a_unit_gives_the_program_every_path_whole(odd):
    files = {
        file.name: file.content.decode() for file in files_of(Request("systemd", out=odd), NOW)
    }
    (line,) = (
        line
        for line in files["wengang-nightly.service"].splitlines()
        if line.startswith("ExecStart=")
    )
    # As systemd.syntax and systemd.service say: quotes with backslashes, %% and $$ are one sign,
    # and one of them alone would stand for something else.
    assert not re.search(r"(?<!%)%(?:%%)*(?!%)|(?<!\$)\$(?:\$\$)*(?!\$)", line)
    words = shlex.split(line.removeprefix("ExecStart="))
    assert [word.replace("%%", "%").replace("$$", "$") for word in words] == night(odd)
    assert "OnCalendar=*-*-* 02:00:00 Asia/Shanghai\n" in files["wengang-nightly.timer"]
    assert "Persistent=true\n" in files["wengang-nightly.timer"]
    weekly = files_of(Request("systemd", "30 1 * * 1,7", out=odd), NOW)
    timer = next(file for file in weekly if file.name == "wengang-nightly.timer")
    assert "OnCalendar=Mon,Sun *-*-* 01:30:00 Asia/Shanghai\n" in timer.content.decode()


# The sequence of a trigger in Microsoft's schema; what else a task has may stand in any order.
TRIGGER = [
    "Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "RandomDelay",
    "ScheduleByDay", "ScheduleByWeek",
]  # fmt: skip


@pytest.mark.parametrize(("cron", "by"), [(None, "ScheduleByDay"), ("0 2 * * 6", "ScheduleByWeek")])
def test_a_windows_task_follows_the_schema(tmp_path, monkeypatch, cron, by):
    monkeypatch.setenv("WSL_DISTRO_NAME", "Kylin V10")
    out = tmp_path / "发布 'a'" / "out"
    for path in install(Request("windows", cron, out=out), NOW):
        content = path.read_bytes()
        assert content[:2] in {b"\xff\xfe", b"\xfe\xff"}
        assert content.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>')
        task = ElementTree.fromstring(content)
        name = task.tag.removesuffix("Task")
        assert name == "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
        (trigger,) = task.findall(f"{name}Triggers/{name}CalendarTrigger")
        order = [TRIGGER.index(child.tag.removeprefix(name)) for child in trigger]
        assert order == sorted(order) and trigger.find(name + by) is not None
        begins = datetime.fromisoformat(trigger.findtext(f"{name}StartBoundary") or "")
        assert NOW < begins <= NOW + timedelta(days=1) and begins.utcoffset() == timedelta(hours=8)
        assert task.findtext(f"{name}Settings/{name}StartWhenAvailable") == "true"
        assert task.findtext(f"{name}Settings/{name}ExecutionTimeLimit") == "PT6H"
        execute = task.find(f"{name}Actions/{name}Exec")
        assert execute is not None and execute.findtext(f"{name}Command") == "wsl.exe"
        arguments = execute.findtext(f"{name}Arguments") or ""
        head = '--distribution "Kylin V10" --exec /bin/sh -c "umask 077; cd '
        assert arguments.startswith(head) and str(out) in arguments.replace("'\\\"'\\\"'", "'")


def test_a_percent_sign_cannot_stand_in_a_windows_task(odd):
    with pytest.raises(UsageError, match="%"):
        files_of(Request("windows", out=odd), NOW)


def test_what_was_written_can_be_removed(odd, tmp_path):
    to = tmp_path / "units"
    to.mkdir()
    (to / "other.timer").write_text("x", encoding="utf-8")
    written = install(Request("systemd", out=odd, to=to), NOW)
    assert sorted(remove(Request("systemd", out=odd, to=to), NOW)) == sorted(written)
    assert [path.name for path in to.iterdir()] == ["other.timer"]
    assert noted_timetable(odd) is None


@pytest.mark.parametrize(
    "more",
    [
        ["install"],
        ["install", "--kind", "at"],
        ["show", "--kind", "cron"],
        ["install", "--kind", "systemd", "--apply"],
        ["install", "--kind", "cron", "--server"],
        ["install", "--kind", "cron", "--at", "26:00"],
        ["install", "--kind", "cron", "--cron", "*/5 * * * *"],
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(more, tmp_path, capsys):
    assert run_command(["schedule", *more, "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_printing_writes_nothing(tmp_path, capsys):
    for kind in ("cron", "systemd", "windows"):
        arguments = ["schedule", "install", "--kind", kind, "--print"]
        assert run_command([*arguments, "--out", str(tmp_path / "out")]) == 0
    assert "wengang:nightly" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()

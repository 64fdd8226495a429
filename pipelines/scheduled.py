"""What a machine without a Prefect server is to begin by its own clock: the night and its check."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines import ROOT
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import out_folder
from pipelines.settings import load_settings
from pipelines.timetable import Daily, daily

KINDS = ("cron", "systemd", "windows")
# What is written for the machine's own clock lies here unless it is asked for elsewhere.
FOLDER = "schedule"
# How long a night may take at most before it counts as hung.
NIGHT_HOURS = 6
# The night is looked after once it should be over: so many hours after the limit of its age.
MARGIN_HOURS = 2


@dataclass(frozen=True)
class Job:
    """A command line of wengang at a time of day; `log` is where its output is added."""

    name: str
    title: str
    words: tuple[str, ...]
    at: Daily
    log: Path

    @property
    def in_shell(self) -> str:
        """As a line for a shell; the log is this user's alone."""
        work = f"cd {shlex.quote(str(ROOT))} && {shlex.join(self.words)}"
        return f"umask 077; {work} >> {shlex.quote(str(self.log))} 2>&1"


@dataclass(frozen=True)
class File:
    """A file to write: its name, its content."""

    name: str
    content: bytes


def jobs(
    cron: str | None, extracts: Path | None, out: Path | None, settings_file: Path | None
) -> tuple[Job, Job]:
    """The nightly run and, in the morning, the look whether it is late; all paths absolute.

    Raises UsageError for a cron expression that is more than a time of day.
    """
    settings = load_settings(settings_file)
    folder = out_folder(out, settings_file)
    chosen = settings_file or ROOT / "settings.yaml"
    common = ["--out", str(folder), "--settings", str(chosen.resolve())]
    reading = chosen.resolve().parent / settings.extracts
    asked = ["--extracts", str((extracts or reading).resolve())]
    at = daily(cron or settings.schedule_cron)
    check = at.later(max(settings.max_age_hours - 24, 0) + MARGIN_HOURS)
    log = folder / ".state" / "nightly.log"
    night = say("稳岗每晚运行", "Wengang, the nightly run")
    look = say("稳岗过期检查", "Wengang, is the last run too old")
    return (
        Job("nightly", night, program("run", *asked, *common), at, log),
        Job("status", look, program("status", "--notify", *common), check, log),
    )


def program(*arguments: str) -> tuple[str, ...]:
    """A command line of this program; it works from the top level alone. Raises UsageError."""
    words = (sys.executable, "-m", "pipelines", *arguments)
    if any(ord(sign) < ord(" ") for word in words for sign in word):
        raise UsageError(
            say(
                "路径中不能有换行等控制字符", "paths must not have line ends or other control signs"
            )
        )
    return words


def job_of(at: str | None, cron: str | None) -> str | None:
    """`--at HH:MM` as a cron expression, else `--cron`. Raises UsageError for a wrong time."""
    if at is None:
        return cron
    hour, _, minute = at.partition(":")
    digits = hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit()
    if cron or not digits or int(hour) > 23 or len(minute) != 2 or int(minute) > 59:
        raise UsageError(
            say(
                f"--at {at}：应为 HH:MM，且不与 --cron 同用",
                f"--at {at}: should be HH:MM, and not together with --cron",
            )
        )
    return f"{int(minute)} {int(hour)} * * *"

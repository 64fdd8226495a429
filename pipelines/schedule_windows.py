"""Tasks of the Windows Task Scheduler, which begin the pipeline in its Linux (WSL)."""

import os
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.scheduled import NIGHT_HOURS, File, Job
from pipelines.timetable import Daily

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def task_files(jobs: Sequence[Job], now: datetime) -> list[File]:
    """A task as XML for each job, UTF-16 as schtasks wants it; it begins after `now`.

    What was missed while the machine was off is made up for; a task that hangs is ended; of one
    that goes on no second is begun. Raises UsageError.
    """
    if any("%" in job.in_shell for job in jobs):
        # Windows puts variables in their place there, and knows no other way to write the sign.
        raise UsageError(
            say("--kind windows：路径中不能有 %", "--kind windows: paths must not have a %")
        )
    return [File(f"wengang-{job.name}.xml", _task(job, now)) for job in jobs]


def _task(job: Job, now: datetime) -> bytes:
    ElementTree.register_namespace("", NAMESPACE)
    task = ElementTree.Element(_named("Task"), version="1.2")
    about = _in(task, "RegistrationInfo")
    _in(about, "Description", job.title)
    trigger = _in(_in(task, "Triggers"), "CalendarTrigger")
    _in(trigger, "Enabled", "true")
    # With its offset: the time stays China's, whatever the machine's is.
    _in(trigger, "StartBoundary", _first(job.at, now).isoformat())
    _schedule(trigger, job.at)
    settings = _in(task, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("ExecutionTimeLimit", f"PT{NIGHT_HOURS}H"),
        ("Enabled", "true"),
    ):
        _in(settings, name, value)
    execute = _in(_in(task, "Actions"), "Exec")
    _in(execute, "Command", "wsl.exe")
    _in(execute, "Arguments", _arguments(job))
    ElementTree.indent(task)
    text = ElementTree.tostring(task, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{text}\n'.encode("utf-16")


def _schedule(trigger: ElementTree.Element, at: Daily) -> None:
    if at.is_every_day:
        _in(_in(trigger, "ScheduleByDay"), "DaysInterval", "1")
        return
    week = _in(trigger, "ScheduleByWeek")
    _in(week, "WeeksInterval", "1")
    days = _in(week, "DaysOfWeek")
    for day in at.days:
        _in(days, WEEKDAYS[day])


def _arguments(job: Job) -> str:
    """For wsl.exe: the distribution that this runs in, and the command with its log."""
    distribution = os.environ.get("WSL_DISTRO_NAME")
    where = ["--distribution", distribution] if distribution else []
    return subprocess.list2cmdline([*where, "--exec", "/bin/sh", "-c", job.in_shell])


def _first(at: Daily, now: datetime) -> datetime:
    today = now.astimezone(CHINA).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _in(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, _named(name))
    child.text = text
    return child


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"

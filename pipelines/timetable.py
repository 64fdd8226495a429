"""When the nightly run begins: cron expressions, and what was scheduled for a folder."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cronsim import CronSim, CronSimError

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.warehouse import state_folder

ZONE = "Asia/Shanghai"
FIELDS = 5
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Timetable:
    """What begins the nightly run of a folder, and when; `in_china` is false in local time."""

    kind: str
    cron: str
    in_china: bool = True

    def next_after(self, now: datetime) -> datetime:
        """When it fires next after a moment. China has no summer time, so its clock never jumps."""
        here = now.astimezone(CHINA if self.in_china else None)
        found: datetime = next(CronSim(self.cron, here.replace(tzinfo=None)))
        return found.replace(tzinfo=CHINA) if self.in_china else found.astimezone()


@dataclass(frozen=True)
class Daily:
    """A time of day, on every day or on some days of the week (0 is Monday)."""

    hour: int
    minute: int
    days: tuple[int, ...] = tuple(range(7))

    @property
    def is_every_day(self) -> bool:
        """Whether no day of the week is left out."""
        return len(self.days) == len(DAYS)

    def later(self, hours: int) -> "Daily":
        """So many hours later, on the next days if that is after midnight."""
        days, hour = divmod(self.hour + hours, 24)
        moved = sorted((day + days) % len(DAYS) for day in self.days)
        return Daily(hour, self.minute, tuple(moved))

    @property
    def cron(self) -> str:
        """As a cron expression, in which Sunday is 0."""
        days = ",".join(str(day) for day in sorted((day + 1) % len(DAYS) for day in self.days))
        return f"{self.minute} {self.hour} * * {'*' if self.is_every_day else days}"


def checked_cron(expression: str) -> str:
    """A cron expression of five fields that fires, with one blank between them.

    Raises UsageError.
    """
    fields = expression.split()
    try:
        if len(fields) != FIELDS:
            raise CronSimError(f"{len(fields)} fields")
        next(CronSim(" ".join(fields), datetime(2020, 1, 1)))
    except (CronSimError, StopIteration) as error:
        reason = str(error) or say("永不触发", "it never fires")
        raise UsageError(
            say(
                f"cron 表达式 {expression!r} 不对（{reason}）：应为五个字段“分 时 日 月 周”，"
                "例如 0 2 * * *",
                f"cron expression {expression!r} is wrong ({reason}): five fields are expected,"
                " minute hour day month weekday, such as 0 2 * * *",
            )
        ) from None
    return " ".join(fields)


def daily(expression: str) -> Daily:
    """A cron expression as a time of day. Raises UsageError when it is more than that."""
    expression = checked_cron(expression)
    found = CronSim(expression, datetime(2020, 1, 1))
    weekdays = [day for day in found.weekdays if isinstance(day, int)]
    is_daily = expression.split()[2:4] == ["*", "*"] and len(weekdays) == len(found.weekdays)
    if not is_daily or len(found.hours) != 1 or len(found.minutes) != 1:
        raise UsageError(
            say(
                f"cron 表达式 {expression!r}：此处只能是每天或每周某几天的一个时刻，"
                "例如 0 2 * * * 或 0 2 * * 1-5；其他时刻请用 wengang serve",
                f"cron expression {expression!r}: here it can only be one time on every day or on"
                " days of the week, such as 0 2 * * * or 0 2 * * 1-5; wengang serve takes others",
            )
        )
    days = tuple(sorted({(day - 1) % len(DAYS) for day in weekdays}))
    return Daily(min(found.hours), min(found.minutes), days)


def shown_time(moment: datetime | str | None) -> str:
    """A moment, or one as ISO 8601, on China's clock."""
    if not moment:
        return "?"
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{when.astimezone(CHINA):%Y-%m-%d %H:%M}"


def note_timetable(out: Path, timetable: Timetable) -> None:
    """Keep what was scheduled, so that `wengang status` can tell when the next run is due."""
    path = _path(state_folder(out))
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(timetable)) + "\n", encoding="utf-8")


def forget_timetable(out: Path) -> None:
    """Nothing is scheduled any more."""
    _path(out / ".state").unlink(missing_ok=True)


def noted_timetable(out: Path) -> Timetable | None:
    """What was scheduled last; None when nothing was, or when the note can't be read."""
    try:
        given: dict[str, Any] = json.loads(_path(out / ".state").read_text(encoding="utf-8"))
        checked_cron(given["cron"])
        return Timetable(**given)
    except (OSError, ValueError, TypeError, KeyError, UsageError):
        return None


def _path(state: Path) -> Path:
    return state / "schedule.json"

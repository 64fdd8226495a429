"""How a publication folder stands, in lines for people and as JSON for machines."""

from datetime import datetime, timedelta
from typing import Any

from pipelines.messages import say
from pipelines.standing import Standing
from pipelines.status_file import Status
from pipelines.timetable import shown_time


def standing_lines(standing: Standing) -> list[str]:
    """One line each: last good run, held runs, last attempt, next run."""
    lines = [_good(standing)]
    for run, held_at in standing.held:
        report, since = run.folder / "运行报告.md", shown_time(held_at)
        lines.append(
            say(
                f"扣留待定：{run.run_id}（自 {since} 起），见 {report}；"
                f"确认无误则 wengang release {run.run_id} --reason 理由",
                f"held: {run.run_id} (since {since}), see {report}; if it is right,"
                f" wengang release {run.run_id} --reason WHY",
            )
        )
    lines.append(_attempt(standing.last_attempt))
    timetable, due = standing.timetable, standing.next_run_at
    if timetable and due:
        lines.append(
            say(
                f"下次定时运行：{shown_time(due)}（{timetable.cron}，{timetable.kind}）",
                f"next scheduled run: {shown_time(due)} ({timetable.cron}, {timetable.kind})",
            )
        )
    else:
        lines.append(
            say(
                "下次定时运行：未登记（见 wengang schedule install、wengang serve）",
                "next scheduled run: none is known (wengang schedule install, wengang serve)",
            )
        )
    return lines


def why_stale(standing: Standing) -> str:
    """Why there is no good run that is young enough, and what to do, in one line."""
    limit = standing.max_age_hours
    if standing.damage:
        return standing.damage
    if standing.age is None or standing.last_good is None:
        return say(
            "过期：还没有发布过的运行。请看最近一次尝试，然后 wengang run",
            "stale: nothing was ever published. See the last attempt, then wengang run",
        )
    if standing.age < timedelta(0):
        return say(
            f"过期：{standing.last_good.run_id} 的生成时间在将来。请检查本机时钟",
            f"stale: {standing.last_good.run_id} was made in the future. Check the machine's clock",
        )
    return say(
        f"过期：最近一次成功运行 {standing.last_good.run_id} 距今 {_age(standing.age)}，"
        f"超过 {limit} 小时。请看最近一次尝试，然后 wengang run",
        f"stale: the last good run {standing.last_good.run_id} is {_age(standing.age)} old, more"
        f" than {limit} h. See the last attempt, then wengang run",
    )


def standing_json(standing: Standing) -> dict[str, Any]:
    """The same for machines; times are ISO 8601 with their zone, the age is in whole seconds."""
    good = standing.last_good
    attempt = standing.last_attempt
    return {
        "now": standing.now.isoformat(timespec="seconds"),
        "is_stale": standing.is_stale,
        "message": why_stale(standing) if standing.is_stale else "",
        "max_age_hours": standing.max_age_hours,
        "last_good": good
        and {
            "run": good.run_id,
            "as_of": good.as_of.isoformat(),
            "made_at": _iso(standing.made_at),
            "published_at": _iso(standing.published_at),
            "age_seconds": standing.age and int(standing.age.total_seconds()),
        },
        "held": [{"run": run.run_id, "since": since} for run, since in standing.held],
        "last_attempt": attempt and vars(attempt),
        "next_run_at": _iso(standing.next_run_at),
        "schedule": standing.timetable and vars(standing.timetable),
    }


def _good(standing: Standing) -> str:
    good, age = standing.last_good, standing.age
    if good is None or age is None:
        return say("最近一次成功运行：无", "last good run: none")
    made, published = shown_time(standing.made_at), shown_time(standing.published_at)
    limit = standing.max_age_hours
    return say(
        f"最近一次成功运行：{good.run_id}，生成于 {made}，发布于 {published}，"
        f"距今 {_age(age)}（限 {limit} 小时）",
        f"last good run: {good.run_id}, made {made}, published {published}, {_age(age)} ago"
        f" (limit {limit} h)",
    )


def _attempt(status: Status | None) -> str:
    if status is None:
        return say("最近一次尝试：无记录", "last attempt: nothing is noted")
    begun, ended = shown_time(status.begun_at), shown_time(status.ended_at)
    state = {
        "running": say(f"进程 {status.pid} 正在运行", f"process {status.pid} is at work"),
        "killed": say("没有结束就消失了（被杀或断电）", "it vanished before its end (killed)"),
    }.get(status.state)
    if state:
        return say(f"最近一次尝试：{begun} 开始，{state}", f"last attempt: begun {begun}, {state}")
    return say(
        f"最近一次尝试：{begun} 开始，{ended} 结束，退出码 {status.exit_code}：{status.message}",
        f"last attempt: begun {begun}, ended {ended}, exit code {status.exit_code}:"
        f" {status.message}",
    )


def _age(age: timedelta) -> str:
    """Whole hours and minutes, cut off: what is not over the limit never looks as if it were."""
    hours, minutes = divmod(abs(int(age.total_seconds())) // 60, 60)
    sign = "-" if age < timedelta(0) else ""
    return say(f"{sign}{hours} 小时 {minutes} 分", f"{sign}{hours} h {minutes} min")


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")

"""`wengang schedule install|remove`: the nightly run by the clock of a machine without a server."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.terminal import print_line

if TYPE_CHECKING:
    from pipelines.schedule import Request

ACTIONS = ("install", "remove")


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "没有 Prefect 服务器时，用 crontab、systemd 或 Windows 任务计划定时运行",
            "Without a Prefect server: by crontab, systemd or the Windows Task Scheduler",
        )
    )
    def schedule(
        action: str = typer.Argument(
            metavar="install|remove", help=say("登记或取消", "set up or take away")
        ),
        kind: str = typer.Option("", metavar="cron|systemd|windows", help=say("方式", "by what")),
        cron: str | None = typer.Option(
            None, metavar="CRON", help=say("如 0 2 * * *", "such as 0 2 * * *")
        ),
        at: str | None = typer.Option(
            None, metavar="HH:MM", help=say("每天的时刻", "the time, every day")
        ),
        extracts: Path | None = typer.Option(
            None, metavar="DIR", help=say("提取文件夹", "folder of extracts")
        ),
        to: Path | None = typer.Option(
            None, metavar="DIR", help=say("文件写到这里", "where the files go")
        ),
        only_print: bool = typer.Option(
            False, "--print", help=say("只显示，不写", "show them alone")
        ),
        apply: bool = typer.Option(
            False, "--apply", help=say("写入本用户的 crontab", "into this user's crontab")
        ),
        server: bool = typer.Option(
            False,
            "--server",
            help=say("Prefect 服务器与 serve 的单元", "units of a Prefect server"),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.schedule import Request
        from pipelines.scheduled import job_of

        if action not in ACTIONS:
            raise UsageError(
                say(
                    f"schedule {action}：应为 install 或 remove",
                    f"schedule {action}: should be install or remove",
                )
            )
        if (apply and kind != "cron") or (server and kind != "systemd"):
            raise UsageError(
                say(
                    "--apply 只用于 --kind cron，--server 只用于 --kind systemd",
                    "--apply is for --kind cron alone, --server for --kind systemd alone",
                )
            )
        request = Request(kind, job_of(at, cron), extracts, out, settings, to, server)
        _schedule(request, action == "remove", only_print, apply)


def _schedule(request: "Request", is_removal: bool, only_print: bool, apply: bool) -> None:
    from pipelines import schedule

    now = datetime.now().astimezone()
    if only_print:
        files = schedule.files_of(request, now)
        for file in files:
            text = file.content.decode("utf-16" if request.kind == "windows" else "utf-8")
            typer.echo((f"# {file.name}\n" if len(files) > 1 else "") + text)
        return
    shown = console()
    if apply:
        schedule.apply_to_crontab(request, now, is_removal)
        done = say("已更新本用户的 crontab", "this user's crontab is up to date")
        print_line(shown, done)
        return
    paths = (schedule.remove if is_removal else schedule.install)(request, now)
    for path in paths:
        print_line(shown, say("已删除 ", "removed ") * is_removal + str(path))
    for line in _next_step(request.kind, paths, is_removal):
        print_line(shown, line)


def _next_step(kind: str, paths: list[Path], is_removal: bool) -> list[str]:
    """What a person does with the files."""
    if kind == "cron":
        if is_removal:
            return [
                say("crontab 中的行请用 --apply 取消", "--apply takes the lines out of crontab")
            ]
        return [
            say(
                "请把这些行放进 crontab（crontab -e），或加 --apply 由本命令写入",
                "put these lines into the crontab (crontab -e), or let --apply do it",
            )
        ]
    if kind == "windows":
        verb = "/Delete /F" if is_removal else "/Create"
        return [
            f"schtasks.exe {verb} /TN {path.stem}"
            + ("" if is_removal else f" /XML \"$(wslpath -w '{path}')\"")
            for path in paths
        ]
    timed = {path.stem for path in paths if path.suffix == ".timer"}
    # A service that has a timer is begun by it.
    names = " ".join(
        path.name for path in paths if path.suffix == ".timer" or path.stem not in timed
    )
    action = "disable --now" if is_removal else "enable --now"
    steps = ["systemctl --user daemon-reload", f"systemctl --user {action} {names}"]
    if is_removal:
        return steps[::-1]
    return [
        *steps,
        "loginctl enable-linger   # " + say("无人登录时也运行", "also when nobody is logged in"),
    ]

"""`wengang status`: is the published run young enough, and what happened last."""

import json
from datetime import datetime
from pathlib import Path

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import StaleError
from pipelines.messages import say
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "最近一次成功运行及其时长、扣留、最近一次尝试、下次定时；过期则退出码 9",
            "Last good run and its age, held runs, last attempt, next run; 9 when it is stale",
        )
    )
    def status(
        as_json: bool = typer.Option(False, "--json", help=say("供程序读取", "for machines")),
        tell: bool = typer.Option(
            False, "--notify", help=say("过期时运行通知命令", "run the notice command when stale")
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _status(as_json, tell, out, settings)


def _status(as_json: bool, tell: bool, out: Path | None, settings_file: Path | None) -> None:
    from pipelines.notify import notify
    from pipelines.order import out_folder
    from pipelines.settings import load_settings
    from pipelines.standing import standing_of
    from pipelines.standing_print import standing_json, standing_lines, why_stale
    from pipelines.status_file import stale

    settings = load_settings(settings_file)
    folder = out_folder(out, settings_file)
    standing = standing_of(folder, settings.max_age_hours, datetime.now().astimezone())
    if as_json:
        typer.echo(json.dumps(standing_json(standing), ensure_ascii=False, indent=1))
    else:
        for line in standing_lines(standing):
            print_line(console(), line)
    if not standing.is_stale:
        return
    error = StaleError(f"{folder}{say('：', ': ')}{why_stale(standing)}")
    if tell:
        notify(settings.notify_command, stale(standing.last_attempt, str(error), standing.now))
    raise error

"""`wengang runs`: what was published, held and purged, with the totals of each."""

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say

if TYPE_CHECKING:
    from pipelines.run_table import KnownRun


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("历次运行：状态、总量、大小", "The runs: state, totals, size"))
    def runs(
        run: str | None = typer.Argument(
            None, metavar="[RUN]", help=say("只看这一次，列出各名单", "this one alone, by list")
        ),
        last: int = typer.Option(30, metavar="N", help=say("最近几次，0 为全部", "0 for all")),
        as_json: bool = typer.Option(False, "--json", help=say("供程序读取", "for machines")),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _runs(run, last, as_json, out, settings)


def _runs(
    run: str | None, last: int, as_json: bool, out: Path | None, settings_file: Path | None
) -> None:
    from pipelines.order import known_folder
    from pipelines.publish import current
    from pipelines.run_table import known_runs

    folder = known_folder(out, settings_file)
    now = current(folder)
    current_id = None if now is None else now.run_id
    found = known_runs(folder, current_id, None if run or last < 1 else last)
    if run:
        found = [one for one in found if one.run == run]
        if not found:
            raise UsageError(say(f"没有 {run} 这次运行", f"there is no run {run}"))
    if as_json:
        told = [_told(one) for one in found]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    console().print(_table(found))
    for one in found if run else ():
        console().print(_lists(one))


def _table(found: list["KnownRun"]) -> Table:
    from pipelines.timetable import shown_time

    table = Table()
    table.add_column(say("运行", "Run"), no_wrap=True)
    table.add_column(say("状态", "State"), no_wrap=True)
    table.add_column(say("时间", "At"), no_wrap=True)
    table.add_column(say("名单", "Lists"), justify="right")
    table.add_column(say("行", "Rows"), justify="right")
    table.add_column(say("大小", "Size"), justify="right", no_wrap=True)
    table.add_column(say("放行理由", "Released because"), overflow="fold")
    states = {
        "current": say("现行", "current"),
        "published": say("已发布", "published"),
        "held": say("扣留", "held"),
        "purged": say("已清除", "purged"),
        "dropped": say("未完成", "dropped"),
        "missing": say("缺失", "missing"),
        "unknown": say("无记录", "not noted"),
    }
    for one in found:
        size = "" if one.bytes is None else f"{one.bytes / 1e6:,.1f} MB"
        rows = "" if one.rows is None else f"{one.rows:,}"
        lists = str(len(one.totals) or "")
        at = shown_time(one.at)
        table.add_row(one.run, states[one.state], at, lists, rows, size, one.reason)
    return table


def _lists(one: "KnownRun") -> Table:
    table = Table(title=say(f"全区合计 · {one.run}", f"Whole region · {one.run}"))
    table.add_column(say("名单", "List"), overflow="fold")
    for title in (say("户数", "Units"), say("人数", "People"), say("金额（元）", "Amount (yuan)")):
        table.add_column(title, justify="right", no_wrap=True)
    for row in one.totals:
        table.add_row(row[0], *(f"{Decimal(cell):,}" if cell else "" for cell in row[1:]))
    return table


def _told(one: "KnownRun") -> dict[str, Any]:
    names = ("list", "units", "people", "amount_yuan")
    return {
        **vars(one),
        "folder": one.folder and str(one.folder),
        "as_of": one.as_of,
        "totals": [dict(zip(names, row, strict=True)) for row in one.totals],
    }

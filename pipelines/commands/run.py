"""`wengang run`: screen, check and publish."""

from datetime import date
from pathlib import Path

import typer

from pipelines import progress
from pipelines.commands.options import (
    DAY,
    console,
    day,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.messages import say
from pipelines.order import make_order
from pipelines.terminal import Piped, Watched
from pipelines.timings import print_timings


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("筛查、检查并发布名单", "Screen, check and publish the lists"))
    def run(
        extracts: Path | None = typer.Option(
            None, metavar="DIR", help=say("提取文件夹", "folder of extracts")
        ),
        out: Path | None = out_option(),
        as_of: date | None = typer.Option(
            None, parser=day, metavar=DAY, help=say("按这一天判断", "the day to judge")
        ),
        only: list[str] = typer.Option(
            [], metavar="SCREENING …", help=say("只做这些筛查，不发布", "only these, unpublished")
        ),
        publish_partial: bool = typer.Option(
            False, "--publish-partial", help=say("只做部分筛查也发布", "publish also a part")
        ),
        plain: bool = typer.Option(False, "--plain", help=say("不经 Prefect", "without Prefect")),
        timings: bool = typer.Option(
            False, "--timings", help=say("列出每一步的用时", "tell what each step took")
        ),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _run(extracts, out, as_of, tuple(only), publish_partial, plain, timings, settings)


def _run(
    extracts: Path | None,
    out: Path | None,
    as_of: date | None,
    only: tuple[str, ...],
    publish_partial: bool,
    plain: bool,
    timings: bool,
    settings_file: Path | None,
) -> None:
    """Screen, check, publish; then say what was left out, where the lists are, and the totals."""
    from pipelines import run as whole_run
    from pipelines.attempt import attempted
    from pipelines.summary import print_summary

    with attempted(out, settings_file):
        order = make_order(extracts, out, as_of, only, publish_partial, settings_file)
        shown = console()
        listener = Watched(shown) if shown.is_terminal else Piped(shown)
        progress.listen(listener)
        try:
            handed_over = whole_run.run(order, plain, settings_file)
        finally:
            progress.listen(None)
            listener.close()
            if timings:
                print_timings(shown)
    print_summary(shown, order, handed_over)

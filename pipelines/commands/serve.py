"""`wengang serve`: the nightly run by the clock of a Prefect server."""

from pathlib import Path

import typer

from pipelines import progress
from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.messages import say
from pipelines.terminal import Piped


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "在 Prefect 服务器（PREFECT_API_URL）上登记每晚运行，并到时运行",
            "Register the nightly run on a Prefect server (PREFECT_API_URL) and carry it out",
        )
    )
    def serve(
        cron: str | None = typer.Option(
            None, metavar="CRON", help=say("分 时 日 月 周", "minute hour day month weekday")
        ),
        extracts: Path | None = typer.Option(
            None, metavar="DIR", help=say("提取文件夹", "folder of extracts")
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.serve import serve as serve_nightly

        listener = Piped(console())
        listener.warn_first([])
        progress.listen(listener)
        serve_nightly(cron, extracts, out, settings, lang)

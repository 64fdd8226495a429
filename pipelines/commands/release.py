"""`wengang release`: publish a run that was held."""

from pathlib import Path

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.messages import say
from pipelines.order import out_folder
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("发布一次被扣留的运行", "Publish a run that was held"))
    def release(
        run: str = typer.Argument(metavar="RUN", help=say("运行编号", "the run's id")),
        reason: str = typer.Option(
            ..., metavar=say("理由", "WHY"), help=say("写入审计日志", "goes into the audit log")
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.release import release as publish_held

        released = publish_held(out_folder(out, settings), run, reason)
        print_line(
            console(),
            say(
                f"已发布 {released.run_id}：{released.folder}",
                f"Published {released.run_id}: {released.folder}",
            ),
        )

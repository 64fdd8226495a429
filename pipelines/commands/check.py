"""`wengang check`: look at a folder of extracts before the night, without any verdict."""

from pathlib import Path

import typer

from pipelines.commands.options import console, described, lang_option, settings_option
from pipelines.messages import say
from pipelines.settings import load_settings
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("夜间运行之前看提取文件", "Look at extracts before the night"))
    def check(
        folder: Path = typer.Argument(metavar="DIR", help=say("提取文件夹", "folder of extracts")),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.arrival import look_at

        shown = console()
        for line in look_at(folder.resolve(), load_settings(settings)):
            print_line(shown, line)

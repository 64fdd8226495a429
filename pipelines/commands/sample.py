"""`wengang sample`: invented extracts in an empty folder."""

from datetime import date
from pathlib import Path

import typer

from pipelines.commands.options import DAY, console, day, described, lang_option, settings_option
from pipelines.messages import say
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("生成虚构的提取文件", "Make invented extracts"))
    def sample(
        folder: Path = typer.Argument(metavar="DIR", help=say("空文件夹", "an empty folder")),
        units: int = typer.Option(..., help=say("单位数", "units")),
        people: int = typer.Option(..., help=say("人数", "people")),
        seed: int = typer.Option(..., help=say("随机种子", "seed")),
        as_of: date = typer.Option(..., parser=day, metavar=DAY, help=say("判断日", "the day")),
        dirty: float = typer.Option(
            0.0, metavar="SHARE", help=say("坏行比例", "share of damaged rows")
        ),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.sample import make_sample

        make_sample(folder, units, people, seed, as_of, dirty)
        print_line(console(), say(f"样例已写入 {folder}", f"The sample is in {folder}"))

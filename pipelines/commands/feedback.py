"""`wengang feedback`: read back the lists that bureaus filled in."""

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
from pipelines.order import known_folder
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described("读回各盟市填好的告知名单", "Read back the notice lists that bureaus filled in")
    )
    def feedback(
        files: list[Path] = typer.Argument(
            metavar="FILE…", help=say("回传的 .xlsx 或 .csv", "returned .xlsx or .csv")
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _feedback(files, known_folder(out, settings))


def _feedback(files: list[Path], out: Path) -> None:
    """The files that can be used are read; of the others the first is the failure, after all."""
    from pipelines.feedback import take_back
    from pipelines.feedback_told import lines_of

    found = take_back(out, files)
    shown = console()
    for line in lines_of(found):
        print_line(shown, line)
    for failure in found.failures[1:]:
        print_line(shown, str(failure))
    if found.failures:
        raise found.failures[0]

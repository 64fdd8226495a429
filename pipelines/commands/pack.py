"""`wengang pack`: one encrypted package per bureau of a published run."""

from pathlib import Path

import typer

from pipelines.commands.options import (
    bureaus_option,
    console,
    described,
    lang_option,
    out_option,
    run_argument,
    settings_option,
)
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.settings import load_settings
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("为每个盟市制作加密包", "Make an encrypted package per bureau"))
    def pack(
        run: str | None = run_argument(),
        bureau: list[str] = bureaus_option(),
        to: Path | None = typer.Option(
            None,
            metavar="DIR",
            help=say("放在哪里，默认 <out>/packages/<run>", "where; <out>/packages/<run>"),
        ),
        keys: Path | None = typer.Option(
            None,
            metavar="FILE",
            help=say(
                "口令文件，每行“代码: 口令”；否则取环境变量 WENGANG_KEY_<代码>",
                "file of `code: passphrase`; else from WENGANG_KEY_<code>",
            ),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.pack import pack as make_packages

        sender = load_settings(settings).sender
        made = make_packages(known_folder(out, settings), run, tuple(bureau), to, keys, sender)
        shown = console()
        for item in made:
            print_line(shown, f"{item.path.name} · {item.sha256}")
        folder = made[0].path.parent if made else ""
        print_line(
            shown,
            say(f"已打包 {len(made)} 个：{folder}", f"{len(made)} packages: {folder}"),
        )

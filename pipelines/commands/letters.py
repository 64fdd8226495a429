"""`wengang letters`: messages and notices for those on the lists of a published run."""

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
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "为名单上的人员和单位制作短信、告知书（一律中文）",
            "Write messages and notices (always in Chinese) for those on the lists",
        )
    )
    def letters(
        run: str | None = run_argument(),
        bureau: list[str] = bureaus_option(),
        lists: list[str] = typer.Option(
            [], "--list", metavar="NAME …", help=say("只做这些名单", "only these lists")
        ),
        split: str | None = typer.Option(
            None,
            metavar="banner",
            help=say("banner：按旗县分开，并附各旗县的名单", "banner: per banner, with its lists"),
        ),
        to: Path | None = typer.Option(
            None,
            metavar="DIR",
            help=say("放在哪里，默认 <out>/letters/<run>", "where; <out>/letters/<run>"),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.letters import write_letters

        if split not in {None, "banner"}:
            raise UsageError(
                say(f"--split {split}：只能是 banner", f"--split {split}: can only be banner")
            )
        written = write_letters(
            known_folder(out, settings), run, tuple(bureau), tuple(lists), split == "banner", to
        )
        shown = console()
        for item in written:
            parts = [
                item.bureau_name,
                say(f"短信 {item.messages}", f"messages {item.messages}"),
                say(f"无手机号 {item.without_phone}", f"without a mobile {item.without_phone}"),
                say(f"告知书 {item.notices}", f"notices {item.notices}"),
            ]
            if split:
                parts.append(say(f"名单 {item.listed} 行", f"rows of lists {item.listed}"))
            print_line(shown, " · ".join(parts))
        total = sum(item.notices for item in written)
        folder = written[0].folder.parent if written else ""
        print_line(
            shown,
            say(
                f"已为 {len(written)} 个盟市制作 {total} 份告知材料：{folder}",
                f"{total} notices for {len(written)} bureaus: {folder}",
            ),
        )

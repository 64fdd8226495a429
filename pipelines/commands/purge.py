"""`wengang purge`: remove what is older than it may be kept, and show that it is gone."""

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
from pipelines.settings import load_settings
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("清除过期的数据", "Remove what is older than it may be kept"))
    def purge(
        older_than: int | None = typer.Option(
            None,
            metavar="DAYS",
            help=say("早于几天，默认取设置中的 keep_days", "days; default: keep_days"),
        ),
        dry_run: bool = typer.Option(False, "--dry-run", help=say("只列出", "only say what")),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _purge(older_than, dry_run, out, settings)


def _purge(
    older_than: int | None, dry_run: bool, out: Path | None, settings_file: Path | None
) -> None:
    from pipelines.purge import purge as remove_aged

    found = remove_aged(
        known_folder(out, settings_file), load_settings(settings_file), older_than, dry_run
    )
    kinds = {
        "run": say("运行", "run"),
        "held": say("扣留的运行", "held run"),
        "package": say("加密包", "packages"),
        "letters": say("告知材料", "letters"),
        "payment": say("支付文件", "payment files"),
        "kits": say("待更正数据", "repair kits"),
        "feedback": say("告知反馈", "what was fed back"),
        "warehouse": say(
            "工作数据库（下次运行重建）", "working database (the next run remakes it)"
        ),
        "prefect": say("Prefect 状态", "Prefect's state"),
        "errors": say("错误记录", "stacks of failures"),
        "leftovers": say("中断留下的临时文件", "what killed runs left"),
    }
    shown = console()
    for item, size in zip(found.aged, found.bytes, strict=True):
        parts = [kinds[item.kind], item.name, say(f"{size} 字节", f"{size} bytes")]
        print_line(shown, " · ".join(part for part in parts if part))
    count, total = len(found.aged), sum(found.bytes)
    if dry_run:
        text = say(f"将清除 {count} 项，{total} 字节", f"{count} items, {total} bytes would go")
    else:
        text = say(
            f"已清除 {count} 项，{total} 字节，并已核实不再存在",
            f"{count} items, {total} bytes removed, and verified to be gone",
        )
    print_line(shown, text)

"""`wengang audit verify|show`: is the audit log whole, and what does it say."""

from pathlib import Path
from typing import Any

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.terminal import print_line

QUESTIONS = ("verify", "show")


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("核对或查看审计日志", "Verify the audit log, or show it"))
    def audit(
        question: str = typer.Argument(metavar="verify|show", help=say("做什么", "what to do")),
        last: int = typer.Option(20, metavar="N", help=say("最后几条", "how many of the last")),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        if question not in QUESTIONS:
            raise UsageError(
                say(
                    f"audit {question}：应为 verify 或 show",
                    f"audit {question}: should be verify or show",
                )
            )
        _audit(question, last, out, settings)


def _audit(question: str, last: int, out: Path | None, settings_file: Path | None) -> None:
    from pipelines.audit import read_log
    from pipelines.order import known_folder

    entries = read_log(known_folder(out, settings_file))
    shown = console()
    if question == "show":
        for entry in entries[-last:] if last > 0 else ():
            print_line(shown, _line(entry))
        return
    if not entries:
        print_line(shown, say("审计日志尚无记录", "the audit log has no entry yet"))
        return
    first, end = entries[0]["at"], entries[-1]["at"]
    print_line(
        shown,
        say(
            f"审计日志完整：{len(entries)} 条，{first} 至 {end}",
            f"the audit log is whole: {len(entries)} entries, {first} to {end}",
        ),
    )


def _line(entry: dict[str, Any]) -> str:
    """One entry; a person or unit is shown by the beginning of its keyed hash."""
    subject = f"{say('对象', 'subject')}={entry['subject'][:12]}" if entry["subject"] else ""
    details = [f"{key}={_text(value)}" for key, value in entry["details"].items()]
    parts = [
        str(entry["number"]), entry["at"], entry["user"], entry["action"], entry["result"],
        subject, *details,
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)

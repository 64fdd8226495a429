"""Options that several commands share, and how they are read."""

import sys
from datetime import date
from typing import Any

import typer
from rich.console import Console

from pipelines.errors import UsageError
from pipelines.exit_codes import exit_codes
from pipelines.messages import say

DAY = "YYYY-MM-DD"


def settings_option() -> Any:
    """`--settings FILE`."""
    return typer.Option(None, "--settings", metavar="FILE", help=say("设置文件", "settings file"))


def lang_option() -> Any:
    """`--lang zh|en`; what it says was read before the command line was parsed."""
    return typer.Option(None, "--lang", metavar="zh|en", help=say("语言", "language"))


def out_option() -> Any:
    """`--out DIR`."""
    return typer.Option(None, metavar="DIR", help=say("发布文件夹", "publication folder"))


def described(zh: str, en: str) -> dict[str, Any]:
    """A command's help in the language in use, with the exit codes below it."""
    return {"help": say(zh, en), "epilog": exit_codes()}


def day(text: str) -> date:
    """A day as YYYY-MM-DD. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say(f"--as-of {text}：应为 YYYY-MM-DD", f"--as-of {text}: should be YYYY-MM-DD")
        ) from None


def console() -> Console:
    """The standard output; what is piped has no width that could cut a line."""
    is_watched = sys.stdout.isatty()
    return Console(file=sys.stdout, width=None if is_watched else 120)

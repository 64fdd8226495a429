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


def run_argument() -> Any:
    """`RUN`, by default the published one."""
    return typer.Argument(
        None, metavar="RUN", help=say("默认为已发布的运行", "default: the published run")
    )


def bureaus_option() -> Any:
    """`--bureau CODE …`, by default all."""
    return typer.Option(
        [], "--bureau", metavar="CODE …", help=say("只做这些盟市", "only these bureaus")
    )


def described(zh: str, en: str) -> dict[str, Any]:
    """A command's help in the language in use, with the exit codes below it."""
    return {"help": say(zh, en), "epilog": exit_codes()}


def day(text: str, option: str = "--as-of") -> date:
    """A day that was given to an option as YYYY-MM-DD. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say(f"{option} {text}：应为 YYYY-MM-DD", f"{option} {text}: should be YYYY-MM-DD")
        ) from None


def console() -> Console:
    """The standard output; what is piped has no width that could cut a line."""
    is_watched = sys.stdout.isatty()
    return Console(file=sys.stdout, width=None if is_watched else 120)

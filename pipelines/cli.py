"""`wengang …`: parses, calls, prints. Expected failures are one line on stderr and an exit code."""

import os
import signal
import sys
import warnings
from types import FrameType

import typer

from pipelines.arguments import arranged, language_asked_for
from pipelines.commands import (
    audit,
    check,
    pack,
    policy,
    purge,
    release,
    run,
    sample,
    verify,
    what_if,
)
from pipelines.exit_codes import exit_codes
from pipelines.failures import INTERRUPTED, explain
from pipelines.messages import say, use_language

COMMANDS = (
    run,
    check,
    policy,
    sample,
    release,
    verify,
    pack,
    purge,
    audit,
    what_if,
)


def main() -> None:
    """The console command."""
    signal.signal(signal.SIGTERM, _interrupt)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # they are for who develops
    code = run_command(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # What libraries still say while the interpreter ends is of no use to anybody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(code)


def run_command(arguments: list[str]) -> int:
    """Carry out a command line; the exit code. Prints, never raises."""
    try:
        use_language(language_asked_for(arguments))
        command = typer.main.get_command(build_app())
        result = command.main(args=arranged(arguments), prog_name="wengang", standalone_mode=False)
        if result == INTERRUPTED:
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0
    except SystemExit as end:  # whoever read the output went away
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        line, code = explain(error)
        print(line, file=sys.stderr)
        return code


def build_app() -> typer.Typer:
    """The commands, with their help in the language in use."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        help=say("稳岗：从提取文件到各盟市名单", "Wengang: from extracts to each bureau's lists"),
        epilog=exit_codes(),
    )
    for command in COMMANDS:
        command.add_to(app)
    return app


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

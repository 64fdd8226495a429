"""`wengang …`: parses, calls, prints. Expected failures are one line on stderr and an exit code."""

import os
import signal
import sys
from datetime import date
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console

from pipelines.arguments import arranged, language_asked_for
from pipelines.errors import UsageError
from pipelines.failures import explain
from pipelines.messages import say, use_language

CODES = {
    0: ("已发布", "published"),
    1: ("意外错误", "unexpected"),
    2: ("用法不对", "wrong use"),
    3: ("提取文件不能用", "extracts refused"),
    4: ("政策文件有误或当日无取值", "policy error"),
    5: ("检查未通过", "checks failed"),
    6: ("另一次运行正在进行", "another run is going on"),
    7: ("已扣留，未发布", "held"),
    8: ("存储已满、只读或不可用", "storage full, read-only or vanished"),
    9: ("过期、损坏或被改动", "stale, damaged or tampered"),
    130: ("被中断", "interrupted"),
}
_out: list[Path] = []


def main() -> None:
    """The console command."""
    signal.signal(signal.SIGTERM, _interrupt)
    code = run_command(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # What libraries still say while the interpreter ends is of no use to anybody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(code)


def run_command(arguments: list[str]) -> int:
    """Carry out a command line; the exit code. Prints, never raises."""
    _out.clear()
    try:
        use_language(language_asked_for(arguments))
        result = build_app()(args=arranged(arguments), standalone_mode=False, prog_name="wengang")
        return result if isinstance(result, int) else 0
    except BaseException as error:
        if isinstance(error, SystemExit):
            return error.code if isinstance(error.code, int) else 1
        line, code = explain(error, _out[0] if _out else None)
        print(line, file=sys.stderr)
        return code


def build_app() -> typer.Typer:
    """The commands, with their help in the language in use."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode="rich",
        help=say("稳岗：从提取文件到各盟市名单", "Wengang: from extracts to each bureau's lists"),
        epilog=say("退出码：", "Exit codes: ")
        + " · ".join(f"{code} {say(*words)}" for code, words in CODES.items()),
    )
    day = say("按这一天判断（YYYY-MM-DD）", "the day to judge (YYYY-MM-DD)")
    settings_option = typer.Option(None, "--settings", help=say("设置文件", "settings file"))
    lang_option = typer.Option(None, "--lang", help=say("语言：zh 或 en", "language: zh or en"))
    as_of_option = typer.Option(None, "--as-of", parser=_day, metavar="YYYY-MM-DD", help=day)

    @app.command(help=say("筛查并发布名单", "Screen, check and publish the lists"), epilog=app.info.epilog)
    def run(
        extracts: Path | None = typer.Option(None, help=say("提取文件夹", "folder of extracts")),
        out: Path | None = typer.Option(None, help=say("发布文件夹", "publication folder")),
        as_of: date | None = as_of_option,
        only: list[str] = typer.Option(
            [], metavar="SCREENING …", help=say("只做这些筛查，不发布", "only these; not published")
        ),
        publish_partial: bool = typer.Option(
            False, "--publish-partial", help=say("只做部分筛查也发布", "publish a part all the same")
        ),
        plain: bool = typer.Option(False, "--plain", help=say("不用 Prefect", "without Prefect")),
        settings: Path | None = settings_option,
        lang: str | None = lang_option,
    ) -> None:
        from pipelines.commands import run_and_print

        _out.append(run_and_print.out_of(out, settings))
        run_and_print(extracts, out, as_of, tuple(only), publish_partial, plain, settings)

    return app


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say(f"--as-of {text}：应为 YYYY-MM-DD", f"--as-of {text}: should be YYYY-MM-DD")
        ) from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

"""`wengang …`: parses, calls, prints. Expected failures are one line on stderr and an exit code."""

import os
import signal
import sys
import warnings
from datetime import date
from pathlib import Path
from types import FrameType

import typer

from pipelines import commands
from pipelines.arguments import arranged, language_asked_for
from pipelines.errors import UsageError
from pipelines.failures import INTERRUPTED, explain
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
    codes = " · ".join(f"{code}={say(*words)}" for code, words in CODES.items())
    codes = say("退出码：", "Exit codes: ") + codes
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        help=say("稳岗：从提取文件到各盟市名单", "Wengang: from extracts to each bureau's lists"),
        epilog=codes,
    )
    settings_option = typer.Option(
        None, "--settings", metavar="FILE", help=say("设置文件", "settings file")
    )
    lang_option = typer.Option(None, "--lang", metavar="zh|en", help=say("语言", "language"))
    day_metavar = "YYYY-MM-DD"

    @app.command(
        help=say("筛查、检查并发布名单", "Screen, check and publish the lists"), epilog=codes
    )
    def run(
        extracts: Path | None = typer.Option(
            None, metavar="DIR", help=say("提取文件夹", "folder of extracts")
        ),
        out: Path | None = typer.Option(
            None, metavar="DIR", help=say("发布文件夹", "publication folder")
        ),
        as_of: date | None = typer.Option(
            None, parser=_day, metavar=day_metavar, help=say("按这一天判断", "the day to judge")
        ),
        only: list[str] = typer.Option(
            [], metavar="SCREENING …", help=say("只做这些筛查，不发布", "only these, unpublished")
        ),
        publish_partial: bool = typer.Option(
            False, "--publish-partial", help=say("只做部分筛查也发布", "publish also a part")
        ),
        plain: bool = typer.Option(False, "--plain", help=say("不经 Prefect", "without Prefect")),
        settings: Path | None = settings_option,
        lang: str | None = lang_option,
    ) -> None:
        commands.run(extracts, out, as_of, tuple(only), publish_partial, plain, settings)

    @app.command(
        help=say("夜间运行之前看提取文件", "Look at extracts before the night"), epilog=codes
    )
    def check(
        folder: Path = typer.Argument(metavar="DIR", help=say("提取文件夹", "folder of extracts")),
        settings: Path | None = settings_option,
        lang: str | None = lang_option,
    ) -> None:
        commands.check(folder, settings)

    @app.command(
        help=say("显示当日有效的政策取值", "Show the policy values in force"), epilog=codes
    )
    def policy(
        as_of: date | None = typer.Option(
            None,
            parser=_day,
            metavar=day_metavar,
            help=say("哪一天，默认今天", "the day, default today"),
        ),
        settings: Path | None = settings_option,
        lang: str | None = lang_option,
    ) -> None:
        commands.policy(as_of, settings)

    @app.command(help=say("生成虚构的提取文件", "Make invented extracts"), epilog=codes)
    def sample(
        folder: Path = typer.Argument(metavar="DIR", help=say("空文件夹", "an empty folder")),
        units: int = typer.Option(..., help=say("单位数", "units")),
        people: int = typer.Option(..., help=say("人数", "people")),
        seed: int = typer.Option(..., help=say("随机种子", "seed")),
        as_of: date = typer.Option(
            ..., parser=_day, metavar=day_metavar, help=say("判断日", "the day")
        ),
        dirty: float = typer.Option(
            0.0, metavar="SHARE", help=say("坏行比例", "share of damaged rows")
        ),
        settings: Path | None = settings_option,
        lang: str | None = lang_option,
    ) -> None:
        commands.sample(folder, units, people, seed, as_of, dirty)

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

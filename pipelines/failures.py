"""How a command ends when it fails: one line for the person, an exit code for the scheduler."""

import re
import traceback
from datetime import datetime
from pathlib import Path

import duckdb
from typer.exceptions import Abort, TyperException

from pipelines.errors import WengangError
from pipelines.masking import masked
from pipelines.messages import say
from pipelines.storage import is_storage_failure, private_folder, storage_error

INTERRUPTED = 130
WRONG_USE = 2


_stacks: list[Path] = []


def keep_stacks_in(folder: Path) -> None:
    """From now on the stack of an unexpected failure is kept as a file in `folder`."""
    _stacks[:] = [folder]


def explain(error: BaseException) -> tuple[str, int]:
    """The line to print, in which ids, accounts and phones are hidden, and the exit code."""
    line, code = _told(error)
    return masked(line), code


def _told(error: BaseException) -> tuple[str, int]:
    if isinstance(error, WengangError):
        return " ".join(str(error).split()), error.exit_code
    if is_interruption(error):
        return say(
            "已中断；已发布的名单未受影响", "interrupted; what is published is untouched"
        ), INTERRUPTED
    if isinstance(error, TyperException):
        return _wrong_use(error), WRONG_USE
    is_of_disk = isinstance(error, duckdb.Error) and is_storage_failure(error)
    if isinstance(error, OSError) or is_of_disk:
        told = storage_error(say("存储", "storage"), error, Path())  # type: ignore[arg-type]
        return str(told), told.exit_code
    kind = type(error).__name__
    kept = _keep_stack(error)
    where = say(f"，调用栈见 {kept}", f", its stack is in {kept}") if kept else ""
    return (
        say(
            f"意外错误 {kind}{where}。已发布的名单未受影响",
            f"unexpected failure {kind}{where}. What is published is untouched",
        ),
        WengangError.exit_code,
    )


def behind(error: BaseException) -> BaseException:
    """The failure itself, also where Prefect must not see it whole."""
    return getattr(error, "hidden", None) or error


def is_interruption(error: BaseException) -> bool:
    """Whether a person or a signal ended the run; DuckDB tells it in several ways."""
    if isinstance(error, Abort | duckdb.InterruptException):
        return True
    # What is no Exception was sent: Ctrl-C, Prefect's TerminationSignal.
    if not isinstance(error, Exception | SystemExit):
        return True
    return isinstance(error, RuntimeError) and "interrupted" in str(error).lower()


def _wrong_use(error: TyperException) -> str:
    """Typer's message in the language in use."""
    found = error.format_message()
    named = re.search(r"'([^']+)'", found)
    missing = named.group(1) if named else ""
    chinese = {
        "NoSuchOption": f"没有这个选项：{getattr(error, 'option_name', '')}",
        "MissingParameter": f"缺少参数：{missing}",
        "BadOptionUsage": f"选项用法不对：{getattr(error, 'option_name', '')}",
        "BadParameter": f"参数值不对：{found}",
    }
    zh = chinese.get(type(error).__name__, f"用法不对：{found}")
    return say(f"{zh}。用法见 wengang --help", f"{found.rstrip('.')}. See wengang --help")


def _keep_stack(error: BaseException) -> Path | None:
    """Write where it failed: no values, and not the message, which could name people.

    A failure that is told twice, to the person and in status.json, is kept once.
    """
    if not _stacks:
        return None
    if known := vars(error).get("stack_kept_in"):
        return Path(known)
    lines = [f"{type(error).__module__}.{type(error).__qualname__}\n"]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"{frame.filename}:{frame.lineno} in {frame.name}\n")
    path = _stacks[0] / f"{datetime.now():%Y%m%d-%H%M%S}.txt"
    try:
        private_folder(path.parent)
        path.touch(mode=0o600)
        path.write_text("".join(lines), encoding="utf-8")
    except OSError:
        return None
    vars(error)["stack_kept_in"] = path
    return path

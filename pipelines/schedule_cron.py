"""Lines of a crontab, each marked with what it is for, so that writing them again replaces them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.scheduled import Job


def cron_line(job: Job, out: Path) -> str:
    """The line for a job of the publication folder `out`."""
    return f"{job.at.cron} {_escaped(job.in_shell)} {_mark(job.name, out)}"


def merged(crontab: str, lines: Sequence[str], out: Path) -> str:
    """A crontab with these lines instead of those that were written for `out` before."""
    marks = tuple(f" {_mark(name, out)}" for name in ("nightly", "status"))
    kept = [line for line in crontab.splitlines() if not line.endswith(marks)]
    return "".join(f"{line}\n" for line in [*kept, *lines])


def own_crontab() -> str:
    """The crontab of this user; "" without one. Raises UsageError where it can't be read."""
    program = shutil.which("crontab")
    if program is None:
        raise UsageError(
            say(
                "本机没有 crontab 命令。请去掉 --apply 得到文件，或用 --kind systemd",
                "this machine has no crontab. Leave --apply out for a file, or use --kind systemd",
            )
        )
    english = os.environ | {"LC_ALL": "C"}
    found = subprocess.run([program, "-l"], capture_output=True, text=True, env=english)
    if found.returncode and "no crontab" not in found.stderr.lower():
        # One that can't be read must not be written over.
        raise _failed(found.stderr)
    return "" if found.returncode else found.stdout


def write_crontab(text: str) -> None:
    """Make this text the crontab of this user. Raises UsageError when cron refuses it."""
    done = subprocess.run(["crontab", "-"], input=text, capture_output=True, text=True)
    if done.returncode:
        raise _failed(done.stderr)


def _mark(name: str, out: Path) -> str:
    return _escaped(f"# wengang:{name} {out}")


def _escaped(text: str) -> str:
    """cron makes a line end of each % that has no backslash."""
    return text.replace("%", "\\%")


def _failed(reason: str) -> UsageError:
    told = " ".join(reason.split())
    return UsageError(say(f"crontab 命令失败：{told}", f"crontab failed: {told}"))

"""The notice command of settings.yaml: told of runs that failed, were held, or are overdue."""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress

from pipelines.messages import say
from pipelines.status_file import Status

SECONDS = 30


def notify(command: str, status: Status, seconds: float = SECONDS) -> None:
    """Run the command, without a shell, with the status as JSON on its input; "" is none.

    Its environment has WENGANG_STATUS and WENGANG_EXIT_CODE. Whatever becomes of it changes
    nothing: that it failed is one line on stderr, in which its arguments don't stand.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        _failed(say("引号不成对", "quotes don't pair") if "quot" in str(error) else str(error))
        return
    if not words:
        return
    told = {"WENGANG_STATUS": status.state, "WENGANG_EXIT_CODE": str(status.exit_code)}
    try:
        process = subprocess.Popen(
            words,
            env=os.environ | told,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # So that also what it starts can be ended in time.
            start_new_session=True,
        )
    except OSError as error:
        _failed(f"{words[0]}: {error.strerror}")
        return
    try:
        # A command that doesn't read its input is none the worse for it.
        process.communicate(status.as_json().encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        _failed(say(f"{words[0]}：超过 {seconds:g} 秒", f"{words[0]}: more than {seconds:g} s"))
        return
    except BaseException:
        _end(process)
        raise
    if code := process.returncode:
        _failed(say(f"{words[0]}：退出码 {code}", f"{words[0]}: exit code {code}"))


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failed(reason: str) -> None:
    print(say(f"通知命令未成：{reason}", f"the notice command failed: {reason}"), file=sys.stderr)

"""A process that has imported everything and forks one process per run: each begins at once.

Orders come as JSON lines, see Order in processes.py; what became of a run goes out as one.
"""

import importlib
import itertools
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# What a run imports only when it needs it.
MODULES = (
    "duckdb",
    "pandas",
    "pyarrow",
    "xlsxwriter",
    "pipelines.cli",
    "pipelines.run",
    "pipelines.ingest",
    "pipelines.checks",
    "pipelines.letter",
    "pipelines.report",
    "pipelines.summary",
)

# Forking is safe only from a process of one thread.
os.environ["OPENBLAS_NUM_THREADS"] = "1"


def at_call(target: str, nth: int, when: str, action: Callable[[], object]) -> None:
    """Do something before or after the nth call of a function, by its dotted name."""
    module, _, name = target.rpartition(".")
    try:
        owner: Any = importlib.import_module(module)
    except ModuleNotFoundError:
        package, _, kind = module.rpartition(".")
        owner = getattr(importlib.import_module(package), kind)
    real: Callable[..., Any] = getattr(owner, name)
    calls = itertools.count(1)

    def disturbed(*arguments: Any, **named: Any) -> Any:
        mine = next(calls)  # in one step: it may be called in several threads
        if mine == nth and when == "before":
            action()
        result = real(*arguments, **named)
        if mine == nth and when == "after":
            action()
        return result

    setattr(owner, name, disturbed)


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, carry out the command line in the child, and say how it ended."""
    # Pipes, since a process that may write no file must still be able to say so; they hold 64 kB.
    out, err = os.pipe(), os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(out[1], 1)
            os.dup2(err[1], 2)
            code = _carry_out(order)
        finally:
            os._exit(code)
    if order["signal_after"] is not None:
        time.sleep(order["signal_after"])
        with suppress(ProcessLookupError):
            os.kill(child, order["signal"])
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - started
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "out": _said(out),
        "err": _said(err),
    }


def _said(pipe: tuple[int, int]) -> str:
    os.close(pipe[1])
    with os.fdopen(pipe[0], "rb") as reader:
        return reader.read().decode()


def _carry_out(order: dict[str, Any]) -> int:
    from pipelines import cli

    if order["file_size"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
    if order["at"] is not None:
        target, nth, when = order["at"]
        at_call(target, nth, when, lambda: os.kill(os.getpid(), order["signal"]))
    if order["before"]:
        exec(order["before"], {})
    sys.argv = ["wengang", *order["arguments"]]
    try:
        cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _other_threads() -> list[str]:
    """Threads that a fork would lose; the memory allocator of pyarrow cares for its own."""
    tasks = Path("/proc/self/task").iterdir()
    names = [(task / "comm").read_text().strip() for task in tasks if int(task.name) != os.getpid()]
    return [name for name in names if name != "jemalloc_bg_thd"]


def main() -> None:
    """Import what a run imports, say so, then carry out orders until the input ends."""
    if "--with-expectations" in sys.argv:
        import great_expectations as gx

        gx.get_context(mode="ephemeral")
    for name in MODULES:
        importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(json.dumps(_other_threads()), flush=True)
    for line in sys.stdin:
        print(json.dumps(globals()["run"](json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

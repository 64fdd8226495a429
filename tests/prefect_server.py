"""A real Prefect server on loopback and `wengang serve` on it; both end with the test."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from pipelines import ROOT
from tests.network_guard import guarded

Found = TypeVar("Found")


@dataclass(frozen=True)
class Server:
    """Where it answers, and the environment of what works with it."""

    url: str
    environment: dict[str, str]
    home: Path
    notes: Path


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A server that is healthy, with its files in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home, notes = folder / "prefect", folder / "notes"
    url = f"http://127.0.0.1:{port}/api"
    environment = guarded(notes) | {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with running([*command], environment, folder / "server.log"):
        wait_for(lambda: _is_healthy(url), 300, folder / "server.log")
        yield Server(url, environment | {"PREFECT_API_URL": url}, home, notes)


@contextmanager
def running(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m` with this command line, in a session of its own that is ended as a whole."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(20)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
            process.wait()


def wait_for(found: Callable[[], Found], seconds: float, log: Path) -> Found:
    """Wait until there is something to find; else fail with the end of the log."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            pytest.fail(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        time.sleep(0.3)
    return result


def _is_healthy(url: str) -> bool:
    try:
        # Without the proxy of the house.
        with build_opener(ProxyHandler({})).open(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False

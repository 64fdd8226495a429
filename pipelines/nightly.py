"""The nightly flow: take_in → apply_policy → build_and_check → hand_over, as Prefect tasks."""

import atexit
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "GX_ANALYTICS_ENABLED": "false",
    "PYTHONUTF8": "1",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)
# A proxy of the house must not stand between this process and its own server.
_own = "127.0.0.1,localhost"
for _name in ("NO_PROXY", "no_proxy"):
    os.environ[_name] = ",".join(filter(None, [os.environ.get(_name), _own]))

from prefect import flow, tags, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.server.api.server import SubprocessASGIServer

from pipelines import steps
from pipelines.attempt import attempted
from pipelines.damage import begun_again
from pipelines.errors import WengangError
from pipelines.lifeline import children_end_with_this
from pipelines.lock import run_lock
from pipelines.masking import masked
from pipelines.messages import say, use_language
from pipelines.order import Order, make_order
from pipelines.progress import tell
from pipelines.run_record import recorded
from pipelines.settings import load_settings
from pipelines.steps import HandedOver
from pipelines.summary import markdown_summary, table_summary
from pipelines.terminal import silence

_STEP: dict[str, Any] = {"persist_result": False, "cache_policy": NO_CACHE, "tags": ["wengang"]}
# Whether the flow has begun. No threading.Event: a served flow is pickled with what it names.
_begun: list[bool] = []


class NotStarted(Exception):
    """Prefect was not there in time; nothing of the run had begun."""


class StepFailed(Exception):
    """An unexpected failure, told to Prefect by its kind alone; the failure itself is `hidden`."""

    def __init__(self, told: str, hidden: BaseException | None = None) -> None:
        super().__init__(told)
        self.hidden = hidden

    def __reduce__(self) -> tuple[type["StepFailed"], tuple[str]]:
        # Prefect pickles the failure of a flow to disk: what is hidden stays out of it.
        return StepFailed, (str(self),)


def may_pass(task: Any, task_run: Any, state: Any) -> bool:
    """Whether taking in is worth another try: only an OSError of the extracts' folder is."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and not isinstance(error, WengangError)


@task(name="take_in", retries=3, retry_delay_seconds=60, retry_condition_fn=may_pass, **_STEP)
def take_in(order: Order) -> None:
    """Extracts → staged tables."""
    _do("take_in", lambda: steps.take_in(order))


@task(name="apply_policy", **_STEP)
def apply_policy(order: Order) -> None:
    """Policy values in force on the day → policy tables."""
    _do("apply_policy", lambda: steps.apply_policy(order))


@task(name="build_and_check", **_STEP)
def build_and_check(order: Order) -> Path:
    """Models in derived order, then every expectation."""
    return _do("build_and_check", lambda: steps.build_and_check(order))


@task(name="hand_over", **_STEP)
def hand_over(order: Order, folder: Path) -> HandedOver:
    """One folder per bureau, published at once or not at all."""
    return _do("hand_over", lambda: steps.hand_over(order, folder))


@flow(name="wengang-nightly", persist_result=False)
def nightly(
    extracts: Path | None = None,
    out: Path | None = None,
    as_of: date | None = None,
    only: tuple[str, ...] = (),
    publish_partial: bool = False,
    settings_file: Path | None = None,
    lang: str | None = None,
) -> HandedOver:
    """One night, from extracts to lists. Without parameters: what settings.yaml says."""
    if multiprocessing.parent_process():  # begun by a server, in a process of its own
        atexit.register(silence)
    use_language(lang or load_settings(settings_file).language)
    with attempted(out, settings_file) as attempt:
        order = make_order(extracts, out, as_of, only, publish_partial, settings_file)
        _begun.append(True)
        with recorded(order.out, order.as_of), run_lock(order.out):
            attempt.running(order)
            steps.prepare(order)
            handed_over = attempt.handed_over = begun_again(lambda: _night(order))
    _show_in_prefect(handed_over)
    return handed_over


def _night(order: Order) -> HandedOver:
    take_in(order)
    apply_policy(order)
    folder = build_and_check(order)
    return hand_over(order, folder)


def _show_in_prefect(handed_over: HandedOver) -> None:
    """The totals as artifacts; the lists are out, so a server that is gone stops nothing."""
    try:
        create_markdown_artifact(markdown_summary(handed_over), key="wengang-summary")
        create_table_artifact(table_summary(handed_over), key="wengang-lists")
    except Exception as error:
        kind = type(error).__name__
        tell(say(f"摘要未能写入 Prefect：{kind}", f"no summary in Prefect: {kind}"))


def run_flow(seconds: float, **parameters: Any) -> HandedOver:
    """Run `nightly` on the Prefect server of PREFECT_API_URL, else on a temporary one.

    Raises NotStarted when no server is healthy within `seconds`, or when the flow could not
    begin. Once it has begun, its failure is the run's, and comes out as it was raised.
    """
    wait_until_healthy(seconds)
    _begun.clear()
    try:
        with tags("wengang", "nightly"):
            return nightly(**parameters)
    except StepFailed as failure:
        raise (failure.hidden or failure) from None
    except Exception as error:
        if _begun or isinstance(error, WengangError):
            raise
        raise NotStarted(type(error).__name__) from None


def wait_until_healthy(seconds: float) -> None:
    """Start a temporary server if none is set, and wait for a healthy API; else NotStarted."""
    troubles: list[str] = []
    ready = threading.Event()

    def start() -> None:
        while not ready.is_set() and time.monotonic() < deadline:
            try:
                with get_client(sync_client=True) as client:
                    trouble = client.api_healthcheck()
            except Exception as error:
                trouble = error
            if trouble is None:
                ready.set()
            else:
                troubles.append(type(trouble).__name__)
                time.sleep(0.5)

    # Also when this process is killed, the temporary server ends.
    children_end_with_this()
    deadline = time.monotonic() + seconds
    threading.Thread(target=start, daemon=True).start()
    if not ready.wait(seconds):
        SubprocessASGIServer().stop()
        raise NotStarted(troubles[-1] if troubles else f"{seconds:g} s")


def _do(step: str, call: Callable[[], Any]) -> Any:
    """Run a step so that nothing of the data reaches Prefect's database with a failure."""
    try:
        return call()
    except WengangError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            # The same failure, so that it can be tried again; a file's name may hold an id.
            name = error.filename and masked(str(error.filename))
            raise OSError(error.errno, error.strerror, name) from None
        raise StepFailed(f"{step}: {type(error).__name__}", error) from None

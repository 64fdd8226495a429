"""One run: under the lock, on Prefect when it is there, else step by step."""

import os
from pathlib import Path

from pipelines import steps
from pipelines.attempt import attempted
from pipelines.lock import run_lock
from pipelines.messages import language, say
from pipelines.order import Order
from pipelines.progress import tell
from pipelines.run_record import recorded
from pipelines.steps import HandedOver
from pipelines.storage import storage_of
from pipelines.warehouse import state_folder


def run(order: Order, plain: bool = False, settings_file: Path | None = None) -> HandedOver:
    """Carry out an order. Raises the WengangErrors of its steps, and RunLocked.

    Prefect is guarded while it starts only: if it is not healthy in time, the run goes on
    without it and says so; once the flow has begun, its failure is the run's.
    """
    with storage_of(say("准备", "preparing"), order.out):
        state = state_folder(order.out)
    # What fails of the extracts may pass, so it comes this far as it was raised.
    reading = storage_of(say("读入", "taking in"), order.extracts)
    with (
        attempted(order.out, settings_file) as attempt,
        recorded(order.out, order.as_of),
        run_lock(order.out),
        reading,
    ):
        attempt.running(order)
        steps.prepare(order)
        if plain:
            attempt.handed_over = steps.run_plainly(order)
        else:
            os.environ.setdefault("PREFECT_HOME", str(state / "prefect"))
            attempt.handed_over = _on_prefect(order, settings_file)
        return attempt.handed_over


def _on_prefect(order: Order, settings_file: Path | None) -> HandedOver:
    tell(say("正在启动 Prefect", "starting Prefect"))
    try:
        from pipelines.nightly import NotStarted, run_flow
    except Exception as error:
        return _without_prefect(order, type(error).__name__)
    try:
        return run_flow(
            order.settings.prefect_start_seconds,
            extracts=order.extracts,
            out=order.out,
            as_of=order.as_of,
            only=order.only,
            publish_partial=order.publish_partial,
            settings_file=settings_file,
            lang=language(),
        )
    except NotStarted as reason:
        return _without_prefect(order, str(reason))


def _without_prefect(order: Order, reason: str) -> HandedOver:
    tell(
        say(
            f"Prefect 未能启动（{reason}），本次不经 Prefect 直接运行",
            f"Prefect did not start ({reason}); the run goes on without it",
        )
    )
    return steps.run_plainly(order)

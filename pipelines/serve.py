"""The flow, served: a Prefect server begins it by its clock, this process carries it out."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

# First: it sets the environment that Prefect reads when it is imported.
from pipelines.nightly import NotStarted, nightly, wait_until_healthy  # isort: skip
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.schedules import Cron
from prefect.settings import get_current_settings
from prefect.states import Cancelled

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import out_folder
from pipelines.progress import tell
from pipelines.settings import load_settings
from pipelines.timetable import ZONE, Timetable, checked_cron, note_timetable, shown_time

NAME = "nightly"


def serve(
    cron: str | None,
    extracts: Path | None,
    out: Path | None,
    settings_file: Path | None,
    lang: str | None,
) -> None:
    """Register the nightly flow with its schedule and carry out what falls due, until a signal.

    One run at a time; of those that fell due while nobody served, the last alone. Raises UsageError
    without PREFECT_API_URL, for a server that is not healthy within prefect_start_seconds, and for
    a wrong cron expression.
    """
    settings, folder = load_settings(settings_file), out_folder(out, settings_file)
    timetable = Timetable("serve", checked_cron(cron or settings.schedule_cron))
    address = _server(settings.prefect_start_seconds)
    _leave_one_overdue()
    note_timetable(folder, timetable)
    due = shown_time(timetable.next_after(datetime.now().astimezone()))
    tell(
        say(
            f"已排定 {timetable.cron}（{ZONE}），下次 {due}；Prefect：{address}；按 Ctrl-C 停止",
            f"scheduled {timetable.cron} ({ZONE}), next {due}; Prefect: {address}; Ctrl-C ends it",
        )
    )
    nightly.serve(
        name=NAME,
        schedule=Cron(timetable.cron, timezone=ZONE),
        # What is not named here is what settings.yaml says on the night.
        parameters={
            "extracts": extracts and str(extracts.resolve()),
            "out": str(folder),
            "settings_file": settings_file and str(settings_file.resolve()),
            "lang": lang,
        },
        description=say("提取文件 → 各盟市名单", "from extracts to each bureau's lists"),
        tags=["wengang", "nightly"],
        limit=1,
        print_starting_message=False,
    )


def _leave_one_overdue() -> None:
    """Nights that were missed would be made up for one by one, each from the same extracts."""
    scheduled = FlowRunFilterStateType(any_=[StateType.SCHEDULED])
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        waiting = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[nightly.name])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=scheduled)),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        )
        overdue = [run for run in waiting if (run.expected_start_time or now) < now]
        for run in overdue[:-1]:
            told = say("错过的一晚，由后一次代替", "a night that was missed: a later one is run")
            client.set_flow_run_state(run.id, Cancelled(message=told), force=True)


def _server(seconds: float) -> str:
    """The address of the Prefect server, which is healthy; without name and password in it."""
    url = get_current_settings().api.url
    if not url:
        raise UsageError(
            say(
                "定时服务需要 Prefect 服务器：先 prefect server start，再设"
                " PREFECT_API_URL=http://127.0.0.1:4200/api；没有服务器请用"
                " wengang schedule install",
                "serving needs a Prefect server: prefect server start, then set"
                " PREFECT_API_URL=http://127.0.0.1:4200/api; without one, wengang schedule install",
            )
        )
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    try:
        wait_until_healthy(seconds)
    except NotStarted as reason:
        raise UsageError(
            say(
                f"PREFECT_API_URL={address}：{seconds:g} 秒内没有正常应答（{reason}）。"
                "请检查 prefect server start 是否在运行",
                f"PREFECT_API_URL={address}: no healthy answer within {seconds:g} s ({reason}). Is"
                " prefect server start running?",
            )
        ) from None
    return address

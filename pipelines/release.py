"""Publishing a run that was held, on somebody's word."""

import json
from pathlib import Path

from pipelines import audit
from pipelines.errors import StaleError, UsageError
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.publish import Run, current, held, publish, tidy
from pipelines.storage import storage_of
from pipelines.verify import verify


def release(out: Path, run_id: str, reason: str) -> Run:
    """Publish the held run `run_id`; the reason goes into the audit log before it is published.

    Raises UsageError for a run that is not held and for an empty reason; StaleError when a run
    was published since, or a file of the held run was changed; RunLocked, StorageError.
    """
    if not reason.strip():
        raise UsageError(say("--reason 不能为空", "--reason must say why"))
    with storage_of(say("发布", "publishing"), out), run_lock(out):
        tidy(out)
        waiting = {run.run_id: run for run in held(out)}
        if run_id not in waiting:
            raise UsageError(_not_held(run_id, list(waiting)))
        run = waiting[run_id]
        verify(out, run)
        manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
        last = current(out)
        if (last and last.run_id) != manifest["compared_with"]:
            raise StaleError(_published_since(run_id, last))
        audit.record(out, "release", "released", run=run_id, reason=reason.strip())
        return publish(out, run)


def _not_held(run_id: str, waiting: list[str]) -> str:
    names = say("、", ", ").join(waiting) or say("无", "none")
    return say(
        f"{run_id} 不在扣留中。扣留中的运行：{names}",
        f"{run_id} is not held. Held runs: {names}",
    )


def _published_since(run_id: str, last: Run | None) -> str:
    name = last.run_id if last else say("无", "none")
    return say(
        f"{run_id} 已过时：扣留之后已有新的发布（{name}），发布它会退回旧数据。请重新运行",
        f"{run_id} is stale: another run ({name}) was published since; releasing it would go back"
        " to older data. Run again",
    )

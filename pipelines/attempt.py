"""An attempt at a run: whatever becomes of it is in status.json, and the notice command is told."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.errors import RunHeld, RunLocked
from pipelines.failures import behind, explain, is_interruption, keep_stacks_in
from pipelines.ledger import ledger_entries
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.notify import notify
from pipelines.order import Order, out_folder
from pipelines.settings import Settings, load_settings
from pipelines.status_file import Status, write_status
from pipelines.steps import HandedOver
from pipelines.timetable import noted_timetable

_going_on: dict[Path, "Attempt"] = {}


class Attempt:
    """One attempt; `handed_over` is what it made."""

    def __init__(self, out: Path, settings: Settings) -> None:
        self.handed_over: HandedOver | None = None
        self._out = out
        self._settings = settings
        self._status = Status("running", _now(), host=socket.gethostname(), pid=os.getpid())

    def running(self, order: Order) -> None:
        """It has the lock: until its end the file says that it is going on."""
        if self._status.as_of is None:
            self._status = replace(self._status, as_of=order.as_of.isoformat())
            self._write(self._status)

    def succeeded(self) -> None:
        """Note what was published, or built in part."""
        if self.handed_over is None:
            return
        run_id = self.handed_over.run.run_id
        if self.handed_over.is_published:
            self._end("published", 0, say(f"已发布 {run_id}", f"published {run_id}"), run_id)
        else:
            told = say(f"部分筛查已建成，未发布：{run_id}", f"built in part, unpublished: {run_id}")
            self._end("built", 0, told, run_id)

    def failed(self, error: BaseException) -> None:
        """Note how it failed in one line without personal data, and tell the notice command."""
        message, code = explain(error)
        state, run_id = "interrupted" if is_interruption(error) else "failed", None
        if isinstance(error, RunHeld):
            state, run_id = "held", _last_held(self._out)
        notify(self._settings.notify_command, self._end(state, code, message, run_id))

    def _end(self, state: str, code: int, message: str, run_id: str | None) -> Status:
        timetable = noted_timetable(self._out)
        due = timetable and timetable.next_after(datetime.now().astimezone())
        status = replace(
            self._status,
            state=state,
            ended_at=_now(),
            run=run_id,
            exit_code=code,
            message=message,
            next_run_at=due.isoformat() if due else None,
        )
        self._write(status)
        return status

    def _write(self, status: Status) -> None:
        """Only under the lock: a run that goes on meanwhile has the file for itself."""
        try:
            with run_lock(self._out):
                write_status(self._out, status)
        except (RunLocked, OSError):
            # What has to be told is how the run ended, also where nothing can be written.
            return


@contextmanager
def attempted(out: Path | None, settings_file: Path | None) -> Iterator[Attempt]:
    """Note how what happens inside ends; an attempt inside of it is the same one.

    One that is refused because another run is going on leaves no trace here: the file is that
    run's. Raises UsageError for settings that can't be read; then no folder is known.
    """
    settings, folder = load_settings(settings_file), out_folder(out, settings_file)
    if folder in _going_on:
        yield _going_on[folder]
        return
    keep_stacks_in(folder / ".state" / "errors")
    attempt = _going_on[folder] = Attempt(folder, settings)
    try:
        yield attempt
    except RunLocked:
        raise
    except BaseException as error:
        attempt.failed(behind(error))
        raise
    else:
        attempt.succeeded()
    finally:
        del _going_on[folder]


def _last_held(out: Path) -> str | None:
    held = [entry["run"] for entry in ledger_entries(out) if entry["event"] == "held"]
    return held[-1] if held else None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")

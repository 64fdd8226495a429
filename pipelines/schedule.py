"""Writing, showing and removing what the clock of this machine is to begin."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines import schedule_cron, schedule_systemd, schedule_windows
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import out_folder
from pipelines.scheduled import FOLDER, KINDS, File, jobs, program
from pipelines.storage import private_folder, storage_of
from pipelines.timetable import Timetable, checked_cron, forget_timetable, note_timetable
from pipelines.warehouse import state_folder

CRONTAB = "wengang.cron"


@dataclass(frozen=True)
class Request:
    """What was asked for: `to` is the folder for the files, None for the usual one."""

    kind: str
    cron: str | None = None
    extracts: Path | None = None
    out: Path | None = None
    settings_file: Path | None = None
    to: Path | None = None
    with_server: bool = False

    @property
    def out_folder(self) -> Path:
        """The publication folder."""
        return out_folder(self.out, self.settings_file)

    @property
    def folder(self) -> Path:
        """Where the files go: systemd has a place of its own for them."""
        if self.to is not None:
            return self.to.resolve()
        if self.kind == "systemd":
            return Path.home() / ".config" / "systemd" / "user"
        return self.out_folder / ".state" / FOLDER


def files_of(request: Request, now: datetime) -> list[File]:
    """The files of a request: crontab lines, units, or tasks. Raises UsageError."""
    if request.kind not in KINDS:
        raise UsageError(
            say(
                f"--kind {request.kind or '?'}：应为 {'、'.join(KINDS)}",
                f"--kind {request.kind or '?'}: should be {', '.join(KINDS)}",
            )
        )
    night, look = jobs(request.cron, request.extracts, request.out, request.settings_file)
    if request.kind == "cron":
        lines = [schedule_cron.cron_line(job, request.out_folder) for job in (night, look)]
        return [File(CRONTAB, "".join(f"{line}\n" for line in lines).encode())]
    if request.kind == "windows":
        return schedule_windows.task_files((night, look), now)
    if not request.with_server:
        return schedule_systemd.timer_units((night, look))
    serve = program("serve", "--cron", night.at.cron, *night.words[4:])
    home = request.out_folder / ".state" / "prefect-server"
    return schedule_systemd.server_units(home, serve) + schedule_systemd.timer_units((look,))


def install(request: Request, now: datetime) -> list[Path]:
    """Write the files and note the schedule; what was written. Raises StorageError too."""
    files = files_of(request, now)
    _note(request)
    folder = request.folder
    written = []
    with storage_of(say("定时", "scheduling"), folder):
        private_folder(folder)
        for file in files:
            path = folder / file.name
            path.touch(mode=0o600)
            path.write_bytes(file.content)
            written.append(path)
    return written


def apply_to_crontab(request: Request, now: datetime, remove: bool = False) -> None:
    """Put the lines into the user's crontab instead of older ones, or take them out of it."""
    lines = [] if remove else files_of(request, now)[0].content.decode().splitlines()
    before = schedule_cron.own_crontab()
    schedule_cron.write_crontab(schedule_cron.merged(before, lines, request.out_folder))
    if remove:
        forget_timetable(request.out_folder)
    else:
        _note(request)


def remove(request: Request, now: datetime) -> list[Path]:
    """Delete the files that were written; which there were."""
    request_with = [request, Request(**{**vars(request), "with_server": True})]
    names = {file.name for one in request_with for file in files_of(one, now)}
    found = [path for name in sorted(names) if (path := request.folder / name).is_file()]
    with storage_of(say("定时", "scheduling"), request.folder):
        for path in found:
            path.unlink()
    forget_timetable(request.out_folder)
    return found


def _note(request: Request) -> None:
    night, _ = jobs(request.cron, request.extracts, request.out, request.settings_file)
    with storage_of(say("定时", "scheduling"), request.out_folder):
        state_folder(request.out_folder)
        # A crontab goes by the clock of the machine, the others by China's.
        in_china = request.kind != "cron"
        note_timetable(
            request.out_folder, Timetable(request.kind, checked_cron(night.at.cron), in_china)
        )

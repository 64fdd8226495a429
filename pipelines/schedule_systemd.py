"""Units of systemd: a timer for each job, or a Prefect server and the flow that it begins."""

from collections.abc import Sequence
from pathlib import Path

from pipelines import ROOT
from pipelines.messages import say
from pipelines.scheduled import NIGHT_HOURS, File, Job, program
from pipelines.timetable import DAYS, ZONE, Daily

PORT = 4200
QUIET = ("DO_NOT_TRACK=1", "PREFECT_SERVER_ANALYTICS_ENABLED=false")


def timer_units(jobs: Sequence[Job]) -> list[File]:
    """A service that runs once, and its timer, for each job; what was missed is made up for."""
    found = []
    for job in jobs:
        service = [
            "[Unit]", f"Description={_plain(job.title)}",
            "", "[Service]", "Type=oneshot", *_how(job.words), f"TimeoutStartSec={NIGHT_HOURS}h",
        ]  # fmt: skip
        timer = [
            "[Unit]", f"Description={_plain(job.title)}",
            "", "[Timer]", f"OnCalendar={_calendar(job.at)}", "Persistent=true",
            "", "[Install]", "WantedBy=timers.target",
        ]  # fmt: skip
        found += [_file(f"wengang-{job.name}.service", service)]
        found += [_file(f"wengang-{job.name}.timer", timer)]
    return found


def server_units(home: Path, serve: Sequence[str], port: int = PORT) -> list[File]:
    """A Prefect server for this machine alone, its files in `home`; and `wengang serve` on it."""
    server = program()[:1] + ("-m", "prefect", "server", "start")
    server += ("--host", "127.0.0.1", "--port", str(port))
    settings = [f"PREFECT_HOME={home}", *QUIET]
    api = f"PREFECT_API_URL=http://127.0.0.1:{port}/api"
    return [
        _file(
            "wengang-prefect.service",
            [
                "[Unit]",
                f"Description={say('稳岗的 Prefect 服务器', 'Prefect server of Wengang')}",
                "", "[Service]", *_how(server, settings), "Restart=on-failure", "RestartSec=10",
                "", "[Install]", "WantedBy=default.target",
            ],
        ),
        _file(
            "wengang-serve.service",
            [
                "[Unit]", f"Description={say('稳岗每晚运行', 'Wengang, the nightly run')}",
                "Requires=wengang-prefect.service", "After=wengang-prefect.service",
                "", "[Service]", *_how(serve, [*settings, api]), "Restart=always", "RestartSec=10",
                "", "[Install]", "WantedBy=default.target",
            ],
        ),
    ]  # fmt: skip


def _how(words: Sequence[str], environment: Sequence[str] = ()) -> list[str]:
    return [
        f"WorkingDirectory={_plain(str(ROOT))}",
        "UMask=0077",
        *(f"Environment={_quoted(item, dollar='$')}" for item in environment),
        f"ExecStart={' '.join(_quoted(word) for word in words)}",
    ]


def _calendar(at: Daily) -> str:
    days = "" if at.is_every_day else ",".join(DAYS[day] for day in at.days) + " "
    return f"{days}*-*-* {at.hour:02}:{at.minute:02}:00 {ZONE}"


def _quoted(word: str, dollar: str = "$$") -> str:
    """A word as systemd reads it back: % names a unit's properties, $ the environment."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", dollar)
    return f'"{_plain(escaped)}"'


def _plain(text: str) -> str:
    return text.replace("%", "%%")


def _file(name: str, lines: Sequence[str]) -> File:
    return File(name, ("\n".join(lines) + "\n").encode())

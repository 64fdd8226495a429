"""The schedule on a real Prefect server: what falls due is run, failures show and name nobody."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from pipelines import ROOT
from pipelines.lock import run_lock
from tests.canaries import leaks
from tests.network_guard import noted
from tests.prefect_server import Server, running, running_server, wait_for

SAMPLE = ROOT / "data" / "sample"
DONE = "COMPLETED"
CANARY = "15990119900101001X"
CHINA = timezone(timedelta(hours=8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with running_server(folder) as found:
        yield found


@pytest.fixture(scope="module")
def served(folder: Path, server: Server) -> Iterator[Server]:
    """The server with the flow on it, for a time of day that doesn't come during the test."""
    with running(serve_of(folder, far_off()), server.environment, folder / "serve.log"):
        log = folder / "serve.log"
        wait_for(lambda: asked(server, "deployments/filter"), 300, log)
        yield server


def far_off() -> str:
    """Twelve hours from now."""
    then = datetime.now(CHINA) + timedelta(hours=12)
    return f"{then.minute} {then.hour} * * *"


def serve_of(folder: Path, cron: str) -> list[str]:
    settings = folder / "settings.yaml"
    settings.write_text("xlsx: false\nlanguage: zh\n", encoding="utf-8")
    places = ["--extracts", str(SAMPLE), "--out", str(folder / "out")]
    return ["pipelines", "serve", "--cron", cron, "--settings", str(settings), *places]


def asked(server: Server, path: str, **body: Any) -> Any:
    """What the server's own interface answers to a question."""
    request = Request(
        f"{server.url}/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


def due(server: Server, moment: datetime, **parameters: str) -> str:
    """A run of the deployment that is due at a moment; its id."""
    (deployment,) = asked(server, "deployments/filter")
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": moment.isoformat()}}
    path = f"deployments/{deployment['id']}/create_flow_run"
    return str(asked(server, path, state=state, parameters=parameters)["id"])


def carried_out(server: Server, folder: Path, **parameters: str) -> dict[str, Any]:
    """A run that falls due at once, when it has ended."""
    run_id = due(server, datetime.now(CHINA), **parameters)

    def ended() -> dict[str, Any] | None:
        (run,) = asked(server, "flow_runs/filter", flow_runs={"id": {"any_": [run_id]}})
        return run if run["state_type"] in {DONE, "FAILED", "CRASHED"} else None

    found = wait_for(ended, 300, folder / "serve.log")
    assert found
    return found


def status_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "out" / "status.json").read_text(encoding="utf-8"))


def test_what_falls_due_is_run_and_its_totals_are_on_the_server(served: Server, folder: Path):
    (deployment,) = asked(served, "deployments/filter")
    (schedule,) = deployment["schedules"]
    assert schedule["active"] and not deployment["paused"]
    assert schedule["schedule"]["timezone"] == "Asia/Shanghai"
    run = carried_out(served, folder)
    assert run["state_type"] == DONE, run["state"]
    assert {"wengang", "nightly"} <= set(run["tags"])
    artifacts = asked(served, "artifacts/filter")
    assert {item["key"] for item in artifacts} == {"wengang-summary", "wengang-lists"}
    published = (folder / "out" / "CURRENT").read_text(encoding="utf-8").strip()
    status = status_of(folder)
    assert (status["state"], status["run"], status["exit_code"]) == ("published", published, 0)
    coming = datetime.fromisoformat(status["next_run_at"])
    assert timedelta(hours=11) < coming - datetime.now(CHINA) < timedelta(hours=12)
    assert noted(served.notes) == [], "something left this machine"
    # The line that says what is scheduled, and nothing else of the night.
    (line,) = (folder / "serve.log").read_text(encoding="utf-8").splitlines()
    assert "Asia/Shanghai" in line and served.url in line


@pytest.mark.full
def test_a_run_that_fails_shows_as_failed_and_names_nobody(served: Server, folder: Path):
    bad = folder / "bad"
    bad.mkdir()
    (bad / f"payroll_{CANARY}.csv").write_text(f"单位编号,姓名\n1,{CANARY}\n", encoding="utf-8")
    run = carried_out(served, folder, extracts=str(bad))
    assert run["state_type"] == "FAILED"
    assert "ExtractError" in run["state"]["message"] and "payroll_159901" in run["state"]["message"]
    status = status_of(folder)
    assert (status["state"], status["exit_code"]) == ("failed", 3)
    assert CANARY not in json.dumps([run, status, asked(served, "logs/filter")])
    assert leaks(served.home, [CANARY], [], any_number=True) == {}


@pytest.mark.full
def test_a_run_beside_another_is_refused(served: Server, folder: Path):
    with run_lock(folder / "out"):
        before = status_of(folder) if (folder / "out" / "status.json").exists() else None
        run = carried_out(served, folder)
    assert run["state_type"] == "FAILED"
    assert (
        "RunLocked" in run["state"]["message"] and "另一次运行正在进行" in run["state"]["message"]
    )
    # The file is that of the run which holds the lock.
    if before:
        assert status_of(folder) == before


@pytest.mark.full
def test_the_clock_begins_runs_and_of_those_that_were_missed_one_alone(tmp_path: Path):
    with running_server(tmp_path) as server:
        log = tmp_path / "first.log"
        with running(serve_of(tmp_path, far_off()), server.environment, log) as process:
            wait_for(lambda: asked(server, "deployments/filter"), 300, log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        began = datetime.now(CHINA)
        missed = [due(server, began - timedelta(days=days)) for days in (3, 1, 2)]
        log = tmp_path / "second.log"
        with running(serve_of(tmp_path, "* * * * *"), server.environment, log) as process:

            def fired() -> list[dict[str, Any]]:
                found = asked(server, "flow_runs/filter")
                return [run for run in found if run["auto_scheduled"] and run["state_type"] == DONE]

            (first, *_) = wait_for(fired, 600, log)
            moment = datetime.fromisoformat(first["expected_start_time"])
            assert moment.second == 0 and moment > began - timedelta(minutes=1)
            states = {run["id"]: run["state_type"] for run in asked(server, "flow_runs/filter")}
            assert [states[run] for run in missed] == ["CANCELLED", DONE, "CANCELLED"]
            process.send_signal(signal.SIGINT)
            assert process.wait(60) in {0, 130}
        (line,) = log.read_text(encoding="utf-8").splitlines()
        assert "* * * * *" in line


def test_without_a_server_serving_is_refused_in_one_line(tmp_path, folder: Path):
    environment = {key: value for key, value in os.environ.items() if key != "PREFECT_API_URL"}
    ended = subprocess.run(
        [sys.executable, "-m", *serve_of(tmp_path, "0 2 * * *")],
        cwd=ROOT,
        env=environment | {"PREFECT_HOME": str(tmp_path / "prefect")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 2 and ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert "PREFECT_API_URL" in line and "wengang schedule install" in line
    assert not (tmp_path / "out").exists()

"""Ctrl-C and SIGTERM: exit code 130, one line, the last good run untouched, the next one fine."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.audit import read_log
from tests.crash.processes import run_of
from tests.crash.stage import FIRST, SECOND, Stage

# A function, the number of its call, and whether the signal comes before or after it.
POINTS = [
    ("pipelines.ingest.stage_file", 1, "after"),
    ("pipelines.models.perf_counter", 40, "after"),
    ("pipelines.books.Books.put", 20, "before"),
]
MORE = [
    ("pipelines.steps.prepare", 1, "before"),
    ("pipelines.staging.settle_rows", 1, "after"),
    ("pipelines.policy_tables.write_tables", 1, "after"),
    ("pipelines.steps.close_to_others", 1, "before"),
    ("pipelines.publish.force_to_disk", 30, "after"),
    ("pipelines.publish.write_ledger", 1, "after"),
    ("pathlib.Path.rename", 1, "after"),
]


def interrupted(stage: Stage, out: Path, point: object, number: int) -> None:
    ended = stage.run(out, at=point, signal=number)
    assert ended.code == 130, f"{point} was not reached: {ended}"
    assert ended.line() == "已中断；已发布的名单未受影响"
    now = stage.check_whole(out)
    assert now is not None and now.run_id.startswith(FIRST)


def test_interrupted_again_and_again(tmp_path, light_stage: Stage):
    out = light_stage.set_up(tmp_path / "out")
    for number, point in zip((signal.SIGINT, signal.SIGTERM, signal.SIGINT), POINTS, strict=True):
        interrupted(light_stage, out, point, number)
    light_stage.check_next(out)
    results = [entry["result"] for entry in read_log(out) if entry["action"] == "run"]
    assert results[-9:-3] == ["begun", "interrupted"] * 3


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("point", POINTS + MORE, ids=lambda point: f"{point[0]}-{point[1]}")
def test_interrupted_at_a_step(tmp_path, light_stage: Stage, point, number):
    out = light_stage.set_up(tmp_path / "out")
    interrupted(light_stage, out, point, number)
    light_stage.check_next(out)


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_at_random(tmp_path, light_stage: Stage, number):
    chance = random.Random(number)
    out = light_stage.set_up(tmp_path / "out")
    whole = light_stage.run(out).seconds
    for _ in range(15):
        shutil.rmtree(out)
        light_stage.set_up(out)
        ended = light_stage.run(out, signal_after=chance.uniform(0.1, whole), signal=number)
        assert (ended.code, len(ended.err.splitlines())) in {(0, 0), (130, 1)}, ended
        now = light_stage.check_whole(out)
        assert now is not None and now.run_id.startswith(FIRST if ended.code else SECOND)
    light_stage.check_next(out)


def servers(home: Path) -> list[int]:
    """The processes whose Prefect keeps its state in `home`."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PREFECT_HOME={home}".encode() in environment and b"create_app" in command:
            found.append(int(process.name))
    return found


def wait_for(what, seconds: int = 180) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment", ["starting", "running"])
def test_a_run_through_prefect_leaves_no_server_behind(
    tmp_path, light_stage: Stage, number, moment
):
    out = light_stage.set_up(tmp_path / "out")
    home = out / ".state" / "prefect"
    command = [item for item in run_of(light_stage.second, out) if item != "--plain"]
    environment = {**os.environ}
    environment.pop("PREFECT_HOME", None)
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines", *command, "--as-of", SECOND, *light_stage.asked],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # What a shell starts in the background ignores Ctrl-C, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert wait_for(lambda: servers(home)), "no server was started"
        if moment == "running":
            building = out / ".state" / "building"
            assert wait_for(lambda: building.exists() and any(building.iterdir()))
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
    if number == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130
        assert said.splitlines() == ["已中断；已发布的名单未受影响"]
    assert wait_for(lambda: not servers(home), 30), "the server outlives its run"
    now = light_stage.check_whole(out)
    assert now is not None and now.run_id.startswith(FIRST)
    light_stage.check_next(out)

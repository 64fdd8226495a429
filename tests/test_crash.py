"""Killed at any moment: readers see the whole old run or the whole new one, the next run heals."""

import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.crash.stage import FIRST, SECOND, Stage, lists_of

# A function, the number of its call, and whether the process dies before or after that call.
Point = tuple[str, int, str]

# In the order in which a run meets them.
TAKING_IN: list[Point] = [
    ("pipelines.audit.note_end", 1, "before"),
    ("pipelines.publish.shutil.rmtree", 1, "after"),
    ("pipelines.ingest.load_reference", 1, "after"),
    ("pipelines.ingest.stage_file", 1, "after"),
    ("pipelines.staging.settle_rows", 2, "before"),
    ("pipelines.staging.settle_rows", 2, "after"),
    ("pipelines.ingest.forget", 1, "after"),
    ("pipelines.ingest.mark_duplicates", 3, "after"),
    ("pipelines.ingest.write_import_log", 1, "after"),
]
POLICY: list[Point] = [
    ("pipelines.models.set_day", 1, "before"),
    ("pipelines.policy_tables.write_tables", 1, "after"),
    ("pipelines.steps.load_memory", 1, "after"),
]
# Each model calls it when it begins and when it is built.
BUILDING: list[Point] = [
    ("pipelines.models.perf_counter", nth, "after") for nth in range(1, 137, 5)
]
CHECKING: list[Point] = [
    ("pipelines.steps.begin", 1, "before"),
    ("pipelines.steps.begin", 1, "after"),
    ("pipelines.steps.write_run_report", 1, "after"),
    ("pipelines.checks._check_table", 5, "after"),
    ("pipelines.checks.write_report", 1, "before"),
    ("pipelines.checks.write_report", 1, "after"),
]
HANDING_OVER: list[Point] = [
    ("pipelines.results_copy.identifier", 9, "before"),
    ("pipelines.deliver.write_csv", 1, "before"),
    ("pipelines.deliver.write_csv", 7, "after"),
    ("pipelines.books.Books.put", 40, "before"),
    ("pipelines.books.Books.put", 135, "after"),
    ("pipelines.steps.write_reader_notes", 1, "after"),
    ("pipelines.steps.write_summary", 1, "after"),
    ("pipelines.steps.close_to_others", 1, "before"),
    ("pipelines.manifest.sha256", 300, "before"),
    ("pipelines.steps.write_manifest", 1, "before"),
    ("pipelines.steps.write_manifest", 1, "after"),
]
PUBLISHING: list[Point] = [
    ("pipelines.publish.force_to_disk", 1, "before"),
    ("pipelines.publish.force_to_disk", 90, "after"),
    ("pipelines.publish.write_ledger", 1, "before"),
    ("pipelines.publish.write_ledger", 1, "after"),
    ("pipelines.audit.announce", 2, "after"),
    ("pipelines.audit.note_end", 2, "before"),
    ("pipelines.audit.note_end", 2, "after"),
    ("pathlib.Path.rename", 1, "before"),
    ("pathlib.Path.rename", 1, "after"),
    ("pipelines.publish._point", 1, "before"),
    ("pipelines.publish._point", 1, "after"),
    ("pipelines.audit.note_end", 3, "before"),
    ("pipelines.audit.note_end", 3, "after"),
    ("pipelines.publish.write_ledger", 2, "before"),
    ("pipelines.publish.write_ledger", 2, "after"),
]
POINTS = TAKING_IN + POLICY + BUILDING + CHECKING + HANDING_OVER + PUBLISHING
PUBLISHED_AFTER = POINTS.index(("pipelines.publish._point", 1, "after"))
SMALL_DOSE: list[Point] = [
    ("pipelines.staging.settle_rows", 2, "after"),
    ("pipelines.models.perf_counter", 31, "after"),
    ("pipelines.books.Books.put", 20, "before"),
    ("pipelines.results_copy.identifier", 9, "before"),
    ("pathlib.Path.rename", 1, "after"),
    ("pipelines.publish._point", 1, "after"),
]


def killed(stage: Stage, out: Path, point: Point) -> None:
    """Kill a run at a point; what readers see then must be whole, and the one that it must be."""
    ended = stage.run(out, at=point)
    assert ended.code == -signal.SIGKILL, f"{point} was not reached: {ended}"
    now = stage.check_whole(out)
    day = SECOND if POINTS.index(point) >= PUBLISHED_AFTER else FIRST
    assert now is not None and now.run_id.startswith(day), point


def test_killed_again_and_again(tmp_path, light_stage: Stage):
    """One kill after the other: each run starts from what the one before left."""
    out = light_stage.set_up(tmp_path / "out")
    for point in SMALL_DOSE:
        ended = light_stage.run(out, at=point)
        assert ended.code == -signal.SIGKILL, f"{point} was not reached: {ended}"
        now = light_stage.check_whole(out)
        is_published = point == SMALL_DOSE[-1]
        assert now is not None and now.run_id.startswith(SECOND if is_published else FIRST), point
    light_stage.check_next(out)


@pytest.mark.full
@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point[0]}-{point[1]}-{point[2]}")
def test_killed_at_every_step(tmp_path, whole_stage: Stage, point):
    out = whole_stage.set_up(tmp_path / "out")
    killed(whole_stage, out, point)
    whole_stage.check_next(out)
    shutil.rmtree(out)


@pytest.mark.full
@pytest.mark.parametrize("part", range(10))
def test_killed_at_random(tmp_path, light_stage: Stage, part, record_property):
    """Ten kills; every third one before anything was ever published."""
    chance = random.Random(part)
    out = light_stage.set_up(tmp_path / "out", with_first=False)
    whole = light_stage.run(out).seconds
    now = light_stage.check_whole(out)
    assert now is not None
    expected_first = lists_of(now.folder)
    kills = 0
    while kills < 10:
        shutil.rmtree(out)
        is_first = kills % 3 == 0
        light_stage.set_up(out, with_first=not is_first)
        ended = light_stage.run(out, signal_after=chance.uniform(0, whole))
        if ended.code == -signal.SIGKILL:
            kills += 1
            light_stage.check_whole(out)
            light_stage.check_next(out, expected_first if is_first else None)
    record_property("figure: random_kills", kills)

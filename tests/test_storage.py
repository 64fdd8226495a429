"""Storage that is full, read-only, gone or damaged: one line, the last good run untouched."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.audit import read_log
from tests.crash.processes import Ended
from tests.crash.stage import FIRST, Stage, lists_of

TAKING_IN, POLICY, BUILDING, HANDING_OVER, PUBLISHING = (
    "读入", "政策取值", "建表与检查", "交付", "发布",
)  # fmt: skip


@contextmanager
def mounted(folder: Path, megabytes: int = 500) -> Iterator[Path]:
    """A file system in memory; only root can make one."""
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can mount a small file system")
    folder.mkdir()
    options = f"size={megabytes}m,mode=700"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)])
    if made.returncode:
        pytest.skip("NOT TESTED: mounting a small file system is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def stopped(stage: Stage, out: Path, ended: Ended, *told: str) -> None:
    """Exit code 8, one line with step and path, the old run whole, and nothing else to be seen."""
    assert ended.code == 8, ended
    line = ended.line()
    for text in told:
        assert text in line, line
    assert "已发布的名单未受影响" in line
    now = stage.check_whole(out)
    assert now is not None and now.run_id.startswith(FIRST)
    assert [path.name for path in (out / "runs").iterdir()] == [now.run_id]


def doing(target: str, nth: int, code: str) -> str:
    """What a run does of itself before a call, as code for its process."""
    action = f"lambda: exec({code!r}, {{}})"
    return (
        f"from tests.crash.nursery import at_call\nat_call({target!r}, {nth}, 'before', {action})"
    )


def removing(target: str, nth: int, path: Path) -> str:
    """A file or folder that is gone before a call, as code for the run's process."""
    remove = "shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)"
    return doing(target, nth, f"import os, shutil; path = {str(path)!r}; {remove}")


# How large the largest file may be, and the step in which a run of the light stage meets it.
FILE_SIZES = [(0, "准备"), (8_000, TAKING_IN), (400_000, BUILDING), (1_000_000, HANDING_OVER)]
# What is gone before a call, and the step that says so.
VANISHING = [
    ("pipelines.policy_tables.write_tables", ".state/warehouse.duckdb", BUILDING),
    ("pipelines.deliver.write_csv", ".state/building", HANDING_OVER),
    ("pipelines.publish.write_ledger", ".state/building", PUBLISHING),
]


def test_one_trouble_after_the_other(tmp_path, light_stage: Stage):
    """A full disk (a limit on the size of files fails writes as one does), a file that is gone."""
    out = light_stage.set_up(tmp_path / "out")
    for size, step in FILE_SIZES:
        ended = light_stage.run(out, file_size=size)
        stopped(light_stage, out, ended, step, str(out), "超出文件大小上限")
    target, gone, step = VANISHING[0]
    ended = light_stage.run(out, before=removing(target, 1, out / gone))
    stopped(light_stage, out, ended, step, gone, "不存在")
    light_stage.check_next(out)
    # What could be written of these runs is accounted for.
    ends = [
        (entry["result"], entry["details"].get("kind"))
        for entry in read_log(out)
        if entry["action"] == "run" and entry["result"] != "begun"
    ]
    assert ends[-3:] == [("failed", "StorageError"), ("publishing", None), ("published", None)]


@pytest.mark.full
@pytest.mark.parametrize("spare", range(1, 19))
def test_a_small_file_system_that_fills_up(tmp_path, light_stage: Stage, spare):
    with mounted(tmp_path / "disk") as disk:
        out = light_stage.set_up(disk / "out")
        used = shutil.disk_usage(disk).used // 1_000_000 + 1
        remount(disk, f"size={used + spare}m")
        ended = light_stage.run(out)
        if ended.code == 0:
            pytest.skip(f"{spare} MB are enough")
        stopped(light_stage, out, ended, str(out), "磁盘已满")
        remount(disk, "size=500m")
        light_stage.check_next(out)


@pytest.mark.full
@pytest.mark.parametrize("function", ["pipelines.deliver.write_csv", "pipelines.books.write_sheet"])
def test_a_list_that_is_written_to_a_full_device(tmp_path, light_stage: Stage, function):
    """The file of a list is a link to /dev/full, where every write fails."""
    out = light_stage.set_up(tmp_path / "out")
    link = (
        "import inspect, os\n"
        "frame = next(item.frame for item in inspect.stack() if item.function == 'disturbed')\n"
        "os.symlink('/dev/full', frame.f_locals['arguments'][0])"
    )
    ended = light_stage.run(out, before=doing(function, 3, link))
    stopped(light_stage, out, ended, HANDING_OVER, "磁盘已满")
    light_stage.check_next(out)


def test_a_folder_that_is_read_only(tmp_path, light_stage: Stage):
    with mounted(tmp_path / "disk") as disk:
        out = light_stage.set_up(disk / "out")
        remount(disk, "ro")
        ended = light_stage.run(out)
        # What is published can be checked there too.
        light_stage.check_whole(out)
        remount(disk, "rw")
        stopped(light_stage, out, ended, "准备", str(out), "文件系统只读")


@pytest.mark.full
@pytest.mark.parametrize(("target", "gone", "step"), VANISHING)
def test_what_vanishes_from_the_publication_folder(
    tmp_path, light_stage: Stage, target, gone, step
):
    out = light_stage.set_up(tmp_path / "out")
    ended = light_stage.run(out, before=removing(target, 1, out / gone))
    stopped(light_stage, out, ended, step, str(out), "不存在")
    light_stage.check_next(out)


@pytest.mark.full
def test_the_state_that_vanishes(tmp_path, light_stage: Stage):
    """Ledger and audit log are gone with it; the next run notes that it found a run published."""
    out = light_stage.set_up(tmp_path / "out")
    code = removing("pipelines.policy_tables.write_tables", 1, out / ".state")
    ended = light_stage.run(out, before=code)
    assert ended.code == 8 and BUILDING in ended.line() and "不存在" in ended.line()
    light_stage.check_next(out)
    assert "found published" in {entry["result"] for entry in read_log(out)}


@pytest.mark.parametrize("nth", [1, pytest.param(2, marks=pytest.mark.full)])
@pytest.mark.parametrize(
    "target",
    [
        "pipelines.ingest.refuse_special",
        pytest.param("pipelines.staging.as_text", marks=pytest.mark.full),
        pytest.param("pipelines.staging.find_layout", marks=pytest.mark.full),
        pytest.param("pipelines.staging.read_lines", marks=pytest.mark.full),
    ],
)
def test_an_extract_that_vanishes_while_it_is_read(tmp_path, light_stage: Stage, target, nth):
    out = light_stage.set_up(tmp_path / "out")
    extracts = tmp_path / "extracts"
    shutil.copytree(light_stage.second, extracts)
    # In the order of their names: the first of those that are new or changed since the first day.
    gone = extracts / (["payroll_202112.csv", "payroll_more.csv"][nth - 1])
    if target.endswith("refuse_special"):
        nth = 1 + sum(path.name < gone.name for path in light_stage.second.glob("*.csv"))
    stage = replace(light_stage, second=extracts)
    ended = stage.run(out, before=removing(target, nth, gone))
    stopped(stage, out, ended, TAKING_IN, gone.name, "不存在")


def damaged(path: Path, how: str) -> None:
    """Damage a database as disks and people do."""
    content = bytearray(path.read_bytes())
    if how == "garbage":
        path.write_bytes(random.Random(1).randbytes(20_000))
    elif how == "cut off":
        path.write_bytes(content[: len(content) // 3])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "header":
        content[8:12] = b"\0\0\0\0"
        path.write_bytes(content)
    else:
        chance = random.Random(how)
        for _ in range(400):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)


@pytest.mark.parametrize(
    "how",
    [
        "garbage",
        *(
            pytest.param(how, marks=pytest.mark.full)
            for how in ("cut off", "empty", "header", "flipped", "flipped elsewhere", "flipped too")
        ),
    ],
)
def test_a_damaged_working_database_is_made_again(tmp_path, light_stage: Stage, how):
    """The folder of extracts is the truth: one line says so, and the run is like any other."""
    out = light_stage.set_up(tmp_path / "out")
    damaged(out / ".state" / "warehouse.duckdb", how)
    ended = light_stage.run(out)
    assert (ended.code, ended.err) == (0, ""), ended
    (said,) = [line for line in ended.out.splitlines() if "工作库已损坏" in line]
    assert "由提取文件重建" in said and "warehouse.duckdb" in said
    now = light_stage.check_whole(out)
    assert now is not None and lists_of(now.folder) == light_stage.expected


@pytest.mark.full
@pytest.mark.parametrize("seed", range(20))
def test_single_bits_of_the_working_database(tmp_path, light_stage: Stage, seed):
    """A flipped bit is noticed, or lies where nothing is read: the lists are never other ones."""
    out = light_stage.set_up(tmp_path / "out")
    path, chance = out / ".state" / "warehouse.duckdb", random.Random(seed)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    light_stage.check_next(out)


@pytest.mark.full
@pytest.mark.parametrize("how", ["empty", "garbage", "of a killed run"])
def test_a_journal_that_was_left(tmp_path, light_stage: Stage, how):
    out = light_stage.set_up(tmp_path / "out")
    journal = out / ".state" / "warehouse.duckdb.wal"
    if how == "of a killed run":
        light_stage.run(out, at=("pipelines.models.perf_counter", 41, "after"))
        assert journal.stat().st_size
        text = bytearray(journal.read_bytes())
        text[len(text) // 2] ^= 1
        journal.write_bytes(text)
    else:
        journal.write_bytes(b"" if how == "empty" else random.Random(2).randbytes(5_000))
    light_stage.check_next(out)


@pytest.mark.full
@pytest.mark.parametrize("how", ["garbage", "cut off", "flipped"])
def test_damaged_results_of_a_published_run_are_told_and_left_alone(
    tmp_path, light_stage: Stage, how
):
    out = light_stage.set_up(tmp_path / "out")
    (run,) = (out / "runs").iterdir()
    results = run / "results.duckdb"
    damaged(results, how)
    before = results.read_bytes()
    ended = light_stage.run(out)
    assert ended.code == 9 and "results.duckdb" in ended.line()
    assert results.read_bytes() == before
    assert (out / "CURRENT").read_text(encoding="utf-8") == f"{run.name}\n"

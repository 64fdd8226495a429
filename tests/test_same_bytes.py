"""The same input gives the same bytes of every csv and xlsx, however it comes and wherever."""

import csv
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines import ROOT
from pipelines.sample import make_sample
from tests.test_nightly import SAMPLE, lists_of

DAY = date(2022, 3, 22)
ELSEWHERE = {"TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
Rows = list[list[str]]


def night(extracts: Path, work: Path, **settings: object) -> dict[str, str]:
    """A run as a process of its own; the hashes of its lists. Some `settings` go to the process."""
    work.mkdir()
    environment = os.environ | (ELSEWHERE if settings.pop("elsewhere", False) else {})
    path = work / "settings.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pipelines", "run", "--plain", "--settings", str(path)]
    command += ["--extracts", str(extracts), "--out", str(work / "out"), "--as-of", str(DAY)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    found = lists_of(work / "out" / "runs" / f"{DAY}-1")
    assert len(found) > 200
    return found


def rewritten(
    source: Path,
    target: Path,
    arrange: Callable[[Path, list[str], Rows], dict[str, Rows]],
    encoding: str,
    delimiter: str = ",",
) -> Path:
    """The folder `source` again: `arrange` gives each file's rows by the names they go under."""
    target.mkdir()
    # What delivery.yaml says of a file holds for what becomes of it: patterns instead of names.
    said = (source / "delivery.yaml").read_text(encoding="utf-8")
    (target / "delivery.yaml").write_text(said.replace(".csv", "*"), encoding="utf-8")
    for path in source.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        for name, part in arrange(path, header, rows).items():
            new = not (target / name).exists()
            with (target / name).open("ab") as file:
                written = [header, *part] if new else part
                text = "".join(delimiter.join(row) + "\r\n" for row in written)
                mark = "utf-16-le" if encoding == "utf-16" else encoding
                bom = b"\xff\xfe" if encoding == "utf-16" and new else b""
                file.write(bom + text.encode(mark))
    return target


def shuffled_and_split(path: Path, header: list[str], rows: Rows) -> dict[str, Rows]:
    """The rows in another order, in two files."""
    mixed = random.Random(path.name).sample(rows, len(rows))
    half = len(mixed) // 3
    return {path.name: mixed[:half], f"{path.stem}_续.csv": mixed[half:]}


def joined(path: Path, header: list[str], rows: Rows) -> dict[str, Rows]:
    """All months of payroll in one file."""
    if not path.name.startswith("payroll"):
        return {path.name: rows}
    return {"缴费明细.csv": rows}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small region whose extracts don't contradict themselves."""
    folder = tmp_path_factory.mktemp("region") / "extracts"
    make_sample(folder, units=60, people=700, seed=20211231, as_of=DAY, dirty=0.0)
    return folder


@pytest.fixture(scope="module")
def usual(region: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of the usual night."""
    return night(region, tmp_path_factory.mktemp("usual") / "w", threads=2)


def test_another_machine(region: Path, usual: dict[str, str], tmp_path: Path) -> None:
    other = night(region, tmp_path / "w", threads=1, memory_limit="1GB", elsewhere=True)
    assert other == usual


def test_other_order_files_and_encoding(
    region: Path, usual: dict[str, str], tmp_path: Path
) -> None:
    split = rewritten(region, tmp_path / "split", shuffled_and_split, "gb18030")
    assert night(split, tmp_path / "w", threads=4) == usual


@pytest.mark.full
@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-16", "\t"), ("utf-8-sig", ";"), ("gbk", "|")]
)
def test_one_file_of_all_months(
    region: Path, usual: dict[str, str], tmp_path: Path, encoding: str, delimiter: str
) -> None:
    one = rewritten(region, tmp_path / "one", joined, encoding, delimiter)
    assert night(one, tmp_path / "w") == usual


@pytest.mark.full
@pytest.mark.parametrize(
    "settings",
    [{"threads": 1}, {"threads": 4}, {"memory_limit": "1GB"}, {"elsewhere": True}],
    ids=str,
)
def test_the_whole_sample(sample_folder: Path, tmp_path: Path, settings: dict[str, object]) -> None:
    assert night(SAMPLE, tmp_path / "w", **settings) == lists_of(sample_folder)

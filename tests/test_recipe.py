"""The README's recipe for a new screening, followed to the letter in a copy of the project."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import ROOT

BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
READMES = ("README.md", "README.zh-CN.md")


def recipe(readme: str) -> dict[str, str]:
    """The files that a README's recipe has one write, by path."""
    return dict(BLOCK.findall((ROOT / readme).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the recipe's files, and nothing else changed."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("pipelines", "sql", "expectations", "data/reference", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("settings.yaml", "pyproject.toml", "README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / name, folder / name)
    for path, text in recipe("README.md").items():
        assert not (folder / path).exists(), path
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def in_copy(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # `python -m` puts the working folder first on the path: the copy is what runs.
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=copy, capture_output=True, text=True, check=False
    )


def test_both_readmes_have_the_same_recipe() -> None:
    english, chinese = map(recipe, READMES)
    assert english and english == chinese


def test_the_new_screening_delivers_its_list(copy: Path, tmp_path: Path) -> None:
    extracts = str(ROOT / "data" / "sample")
    ran = in_copy(
        copy, "pipelines", "run", "--plain", "--extracts", extracts, "--out", str(tmp_path)
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lists = sorted((tmp_path / "runs").glob("*/*/欠费提醒.csv"))
    assert len(lists) == 15
    rows = [
        row for path in lists for row in csv.DictReader(path.open(encoding="utf-8-sig", newline=""))
    ]
    # by hand from the stories: units that paid less than they owe for 2021, by at least 40 yuan
    owed = {row["单位编号"]: row["欠费金额"] for row in rows}
    assert owed["150783900075"] == "400.00"  # May unpaid: ten heads at 40 yuan
    assert "150822900079" not in owed  # May paid in September
    assert all(float(row["欠费金额"]) >= 40 for row in rows)


def test_the_cases_of_the_new_screening_are_run(copy: Path) -> None:
    ran = in_copy(copy, "pytest", "tests/test_cases.py", "-k", "arrears_reminder")
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert "3 passed" in ran.stdout, ran.stdout[-2000:]

"""The run of data/sample in a publication folder of one's own, to hand things on from."""

import csv
import shutil
from pathlib import Path


def copied(sample_folder: Path, target: Path) -> Path:
    """A copy of the publication folder of the sample's run, without its working database."""
    out = sample_folder.parent.parent
    shutil.copytree(out, target, ignore=shutil.ignore_patterns("warehouse.duckdb*", "lock", "tmp"))
    return target


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a delivered CSV by its header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))

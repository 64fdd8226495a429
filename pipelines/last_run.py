"""Files of the last published run, taken over where nothing that they come from has changed."""

import json
from pathlib import Path
from shutil import copyfile
from typing import Any

import duckdb

from pipelines.conditions import screenings
from pipelines.digest import sha256, sha256_of_texts
from pipelines.errors import WengangError
from pipelines.manifest import code_fingerprint
from pipelines.marks import Marks
from pipelines.messages import language
from pipelines.models import finished_tables
from pipelines.publish import Run
from pipelines.verify import MANIFEST, check_manifest

RESULTS = "results.duckdb"


class LastRun:
    """What may be taken from the last published run; nothing without one.

    Nothing either of a run that another program made or in another language, nor when its manifest
    is not the one that was noted: what somebody changed stays in that run.
    """

    def __init__(self, out: Path | None = None, run: Run | None = None) -> None:
        self._folder = run.folder if run else Path()
        manifest = _manifest(out, run) if out and run else {}
        self._files = {item["path"]: item for item in manifest.get("files", [])}
        self._marks = manifest.get("marks", {})
        # The SHA-256 of what was taken over, by path from the run folder.
        self.taken: dict[str, str] = {}

    def has(self, name: str, mark: str) -> bool:
        """Whether what has this name was made of the same there."""
        return self.mark(name) == mark

    def mark(self, name: str) -> str | None:
        """The mark of what has this name there."""
        mark: str | None = self._marks.get(name)
        return mark

    def digest(self, path: str) -> str | None:
        """The SHA-256 of a file by its path from the run folder, as its manifest tells it."""
        return self._files[path]["sha256"] if path in self._files else None

    def rows(self, path: str) -> int:
        """How many rows a file has, as its manifest tells it."""
        return int(self._files[path]["rows"])

    def take(self, path: str, target: Path) -> bool:
        """Copy a file of that run to `target`, if it is still the file of its manifest."""
        wanted = self.digest(path)
        if wanted is None:
            return False
        target.touch(mode=0o600)
        try:
            copyfile(self._folder / path, target)
        except OSError:  # what fails of the disk fails again when the file is written
            target.unlink(missing_ok=True)
            return False
        if sha256(target) == wanted:
            self.taken[path] = wanted
            return True
        target.unlink()
        return False


def marks_of_run(connection: duckdb.DuckDBPyConnection, is_partial: bool) -> dict[str, str]:
    """What the lists, decisions and results.duckdb of this run are made of, each as one mark."""
    built = dict(connection.execute("select model_name, mark from built_models").fetchall())
    given = Marks(connection)
    marks = {name: built.get(name) or given.of(name) for name in finished_tables(connection)}
    lists = {
        name.removeprefix("list_"): mark for name, mark in marks.items() if name.startswith("list_")
    }
    parts = [str(is_partial), *(f"{name} {mark}" for name, mark in sorted(marks.items()))]
    # By these the next run knows that a decision holds what it held.
    decided = {
        item.decision: marks[item.decision] for item in screenings() if item.decision in marks
    }
    return lists | decided | {RESULTS: sha256_of_texts(parts)}


def _manifest(out: Path, run: Run) -> dict[str, Any]:
    try:
        check_manifest(out, run)
        manifest = json.loads((run.folder / MANIFEST).read_text(encoding="utf-8"))
        same = manifest["code"]["sha256"] == code_fingerprint()
        return manifest if same and manifest["language"] == language() else {}
    except (WengangError, OSError, ValueError, KeyError, TypeError):
        return {}  # `wengang verify` tells of it

"""manifest.json: what a run consists of and what it was made from."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

from pipelines import ROOT, VERSION
from pipelines.delivery import NAME as DELIVERY
from pipelines.digest import sha256
from pipelines.masking import masked
from pipelines.messages import language
from pipelines.publish import Run

CODE = (
    "pipelines/**/*.py",
    "pipelines/templates/*.html",
    "sql/**/*.sql",
    "sql/**/*.yaml",
    "sql/notices/*.txt",
    "expectations/*.json",
    "data/reference/*.csv",
    "requirements.lock",
)


def write_manifest(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    rows: dict[str, int],
    only: tuple[str, ...],
    last: Run | None,
    marks: dict[str, str],
    taken: Mapping[str, str],
) -> None:
    """Write `manifest.json` into a finished run folder.

    `rows` are data rows by path from the run folder; `only` names the screenings when the run
    is partial; `last` is the last published run, with which its totals were compared; `marks` tell
    what its lists and results.duckdb were made of; `taken` are the files of that run that this one
    took over, with their SHA-256, which was found when they were copied.
    """
    before = connection.execute("select max(run_id) from previous_run").fetchall()
    content = {
        "run": run.run_id,
        "as_of": run.as_of.isoformat(),
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "run_before": before[0][0],
        "compared_with": last and last.run_id,
        "only": list(only),
        "language": language(),
        "code": {"version": VERSION, "sha256": code_fingerprint()},
        "files": [
            {
                "path": name,
                "sha256": taken.get(name) or sha256(path),
                "bytes": path.stat().st_size,
                "rows": rows.get(name),
            }
            for path in sorted(run.folder.rglob("*"))
            if path.is_file()
            for name in [path.relative_to(run.folder).as_posix()]
        ],
        "inputs": _inputs(connection),
        "policy": _policy(connection),
        "marks": marks,
    }
    target = run.folder / "manifest.json"
    target.touch(mode=0o600)
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@cache
def code_fingerprint() -> str:
    """One SHA-256 over everything that decides what a run says: Python, SQL, policy, suites."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
        digest.update(f"{path.relative_to(ROOT).as_posix()} {sha256(path)}\n".encode())
    return digest.hexdigest()


def _inputs(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The delivered files, the note on them, and the returned lists that were read back.

    The note says what is complete and how codes are read. A file that could not be read has no
    hash, since nothing of it is used.
    """
    found = connection.execute(
        f"select '{DELIVERY}', null, sha256, 'accepted', null from delivery_file union all"
        " select file_name, extract, sha256, status, rows_accepted from import_log union all"
        " select file_name, 'feedback', sha256, 'accepted', rows_told from feedback_files"
        " order by 1, 2"
    ).fetchall()
    names = ("file", "extract", "sha256", "status", "rows_accepted")
    # A file is known by its hash; whatever number somebody put into its name is hidden.
    return [dict(zip(names, (masked(file), *rest), strict=True)) for file, *rest in found]


def _policy(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Each value in force with its days and text; `bureaus` says for whom it holds."""
    found = connection.execute(
        "select screening, parameter, value_text, unit, document, article, valid_from, next_change,"
        " list(bureau_code order by bureau_code) from policy_values group by all order by all"
    ).fetchall()
    names = ("screening", "parameter", "value", "unit", "document", "article")
    return [
        dict(zip(names, row[:6], strict=True))
        | {
            "valid_from": row[6].isoformat(),
            "next_change": row[7] and row[7].isoformat(),
            "bureaus": row[8],
        }
        for row in found
    ]

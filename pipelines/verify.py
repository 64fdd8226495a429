"""A run against its manifest, and the manifest against ledger and audit log."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import audit
from pipelines.digest import sha256
from pipelines.errors import StaleError
from pipelines.ledger import ledger_entries
from pipelines.messages import say
from pipelines.publish import Run, purged_files
from pipelines.run_files import files_of, open_to_others, readers_traces

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Verified:
    """What was checked of a run, and what is no damage but should be known."""

    run: Run
    files: int
    size: int
    rows: int
    notes: list[str]


def verify(out: Path, run: Run) -> Verified:
    """Check every file of a published or held run.

    Raises StaleError naming the first file that is missing, changed or not of the run, and for a
    manifest that is not the one that ledger and audit log noted when the run was built.
    """
    if not run.folder.is_dir():
        raise _differs(run, "", say("文件夹不存在", "the folder is gone"))
    check_manifest(out, run)
    manifest = json.loads((run.folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["run"] != run.run_id:
        raise _differs(run, MANIFEST, say("属于另一次运行", "is of another run"))
    listed = {item["path"]: item for item in manifest["files"]}
    on_disk = set(files_of(run.folder))
    purged = purged_files(out, run.run_id) - on_disk
    for path in sorted(listed.keys() | on_disk - {MANIFEST}):
        if path not in purged:
            _check_file(run, path, listed.get(path), on_disk)
    checked = [item for path, item in listed.items() if path not in purged]
    notes = [*readers_traces(run.folder), *open_to_others(run.folder)]
    if purged:
        count = len(purged)
        notes.insert(0, say(f"{count} 个文件已按规定清除", f"{count} files were purged"))
    return Verified(
        run,
        len(checked) + 1,
        sum(item["bytes"] for item in checked) + (run.folder / MANIFEST).stat().st_size,
        sum(item["rows"] or 0 for item in checked if item["path"].endswith(".csv")),
        notes,
    )


def check_manifest(out: Path, run: Run) -> None:
    """Check a manifest's bytes against what was noted twice: in the ledger and the audit log.

    Raises StaleError when it is missing or not the one that was noted.
    """
    path = run.folder / MANIFEST
    entries = [entry for entry in ledger_entries(out) if entry["run"] == run.run_id]
    if not _is_plain(path):
        raise _differs(run, MANIFEST, say("不存在", "is missing"))
    found = sha256(path)
    audited = [
        entry["details"]
        for entry in audit.read_log(out)
        if entry["action"] == "run" and entry["details"].get("run") == run.run_id
    ]
    ledger, log = say("发布台账", "the ledger"), say("审计日志", "the audit log")
    for where, noted in ((ledger, entries), (log, audited)):
        hashes = {item["manifest"] for item in noted if "manifest" in item}
        if not hashes:
            told = say(f"{where}中没有这次运行", f"{where} doesn't know this run")
            raise _differs(run, MANIFEST, told)
        if hashes != {found}:
            raise _differs(run, MANIFEST, say(f"与{where}所记不符", f"is not the one of {where}"))


def _check_file(run: Run, path: str, item: dict[str, Any] | None, on_disk: set[str]) -> None:
    if item is None:
        raise _differs(run, path, say("不属于这次运行", "is not a file of this run"))
    if path not in on_disk:
        raise _differs(run, path, say("不存在", "is missing"))
    file = run.folder / path
    if not _is_plain(file):
        raise _differs(run, path, say("不是普通文件", "is not an ordinary file"))
    if file.stat().st_size != item["bytes"]:
        size = file.stat().st_size
        told = say(f"应有 {item['bytes']} 字节，实有 {size}", f"{item['bytes']} bytes, has {size}")
        raise _differs(run, path, told)
    if sha256(file) != item["sha256"]:
        raise _differs(run, path, say("内容已改变", "its content was changed"))
    if path.endswith(".csv") and item["rows"] is not None and _rows(file) != item["rows"]:
        raise _differs(run, path, say("行数与清单不符", "has not the rows that the manifest says"))


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and path.is_file()


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _differs(run: Run, path: str, what: str) -> StaleError:
    where = run.folder / path if path else run.folder
    return StaleError(
        say(
            f"{where}：{what}。请勿使用这次运行的名单，保留现状并查明原因，再从备份恢复或重新运行",
            f"{where}: {what}. Don't use the lists of this run; leave it as it is, find out why,"
            " then restore it or run again",
        )
    )

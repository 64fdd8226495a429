"""The end of the audit log, noted beside it, so that a log that was cut short is noticed."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import StaleError
from pipelines.messages import say
from pipelines.warehouse import state_folder

START = "0" * 64


@dataclass(frozen=True)
class End:
    """The end of the log as noted apart from it: number and hash of the last entry, 0 before the
    first, and the hash of the one that is being written."""

    number: int
    hash: str
    announced: str = ""


def audit_path(out: Path) -> Path:
    """Where the log of a publication folder lies."""
    return state_folder(out) / "audit.jsonl"


def _end_path(out: Path) -> Path:
    return state_folder(out) / "audit.head"


def read_end(out: Path) -> End:
    """What is noted of the end. Raises StaleError for a note that is damaged."""
    try:
        noted = json.loads(_end_path(out).read_text(encoding="utf-8"))
        return End(int(noted["number"]), str(noted["hash"]), str(noted.get("announced", "")))
    except FileNotFoundError:
        return End(0, START)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise broken(out, say("链头文件已损坏", "the note of its last entry is damaged")) from None


def announce(out: Path, last: dict[str, Any] | None, entry: dict[str, Any]) -> bool:
    """Note which entry comes next; False where the log doesn't end as noted.

    Such a log goes on, but its note stays as it is: nothing makes the log look whole again.
    """
    try:
        noted = read_end(out)
    except StaleError:
        return False
    end = End(last["number"], last["hash"]) if last else End(0, START)
    if end not in (End(noted.number, noted.hash), End(noted.number + 1, noted.announced)):
        return False
    note_end(out, End(end.number, end.hash, entry["hash"]))
    return True


def note_end(out: Path, end: End) -> None:
    """Note the end of the log beside it, so that a log cut short is noticed."""
    path = _end_path(out)
    new = path.with_name(f".audit.head.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_all(descriptor, json.dumps(asdict(end)).encode())
    finally:
        os.close(descriptor)
    new.replace(path)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all the bytes and force them to disk. Raises OSError."""
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def broken(out: Path, where: str) -> StaleError:
    """The error for a log that is not what was written."""
    return StaleError(
        say(
            f"{audit_path(out)}：审计日志被改动或已损坏：{where}。请保留现状，报告信息安全负责人",
            f"{audit_path(out)}: the audit log was tampered with or is damaged: {where}. Leave it"
            " as it is and report it",
        )
    )

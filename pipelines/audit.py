"""The audit log: who did what and when, append-only, each entry chained to the one before."""

import fcntl
import getpass
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import StaleError
from pipelines.messages import say
from pipelines.warehouse import state_folder

START = "0" * 64


def audit_path(out: Path) -> Path:
    """Where the log of a publication folder lies."""
    return state_folder(out) / "audit.jsonl"


def record(
    out: Path, action: str, result: str, subject: str | None = None, **details: Any
) -> dict[str, Any]:
    """Append one entry and force it to disk; the entry.

    `subject` (a person or unit) is kept as a keyed hash alone; `details` must name nobody.
    Raises OSError when the log can't be written: what is not recorded must not happen.
    """
    with _locked(out) as descriptor:
        text = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        lines = text.split(b"\n")
        torn = lines.pop()
        last = next((entry for line in reversed(lines) if (entry := _entry(line))), None)
        entry = {
            "number": last["number"] + 1 if last else 1,
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "user": _user(),
            "action": action,
            "result": result,
            "subject": subject and subject_hash(out, subject),
            "details": details,
            # What a crash left of a line stays, and is accounted for by the next entry.
            "torn": hashlib.sha256(torn).hexdigest() if torn else None,
            "before": last["hash"] if last else START,
        }
        entry["hash"] = _hash(entry)
        line = json.dumps(entry, ensure_ascii=False).encode()
        try:
            _write_all(descriptor, (b"\n" if torn else b"") + line + b"\n")
            _note_head(out, entry)
        except OSError:
            # On a full disk the note of the head must not fall behind the log again and again.
            os.ftruncate(descriptor, len(text))
            raise
    return entry


def subject_hash(out: Path, subject: str) -> str:
    """How a person or unit is named in the log: an HMAC, since ids alone could be tried out."""
    path = state_folder(out) / "audit.key"
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(descriptor, key)
        finally:
            os.close(descriptor)
    return hmac.new(key, subject.encode(), "sha256").hexdigest()


def head(out: Path) -> tuple[int, str]:
    """The number and hash of the last entry as noted apart from the log; 0 before the first."""
    try:
        noted = json.loads(_head_path(out).read_text(encoding="utf-8"))
        return int(noted["number"]), str(noted["hash"])
    except FileNotFoundError:
        return 0, START
    except (OSError, ValueError, KeyError, TypeError):
        raise _broken(out, say("链头文件已损坏", "the note of its last entry is damaged")) from None


def read_log(out: Path) -> list[dict[str, Any]]:
    """The entries, after every link was checked.

    Raises StaleError naming the first line that was changed, removed, added or reordered.
    """
    text, number, noted = _read(out)
    lines = text.split(b"\n")
    rest = lines.pop()  # what an interrupted write left, if anything
    entries: list[dict[str, Any]] = []
    before, torn = START, None
    for at, line in enumerate(lines, start=1):
        entry = _entry(line)
        if entry is None and torn is None:
            torn = hashlib.sha256(line).hexdigest()
            continue
        is_next = (
            entry is not None
            and entry.get("number") == len(entries) + 1
            and entry.get("before") == before
            and entry.get("torn") == torn
            and entry.get("hash") == _hash(entry)
        )
        if not is_next or entry is None:
            raise _broken(out, say(f"第 {at} 行", f"line {at}"))
        entries.append(entry)
        before, torn = entry["hash"], None
    if torn:
        raise _broken(out, say(f"第 {len(lines)} 行", f"line {len(lines)}"))
    if number > len(entries) or (number and entries[number - 1]["hash"] != noted):
        found = len(entries)
        raise _broken(
            out, say(f"应有 {number} 条，实有 {found} 条", f"{number} entries noted, {found} found")
        )
    if len(entries) > number + 1 or (rest and _entry(rest)):
        raise _broken(out, say(f"第 {number + 1} 条以后", f"after entry {number}"))
    return entries


def _read(out: Path) -> tuple[bytes, int, str]:
    """The log and the head noted apart from it, of one moment: nobody writes meanwhile."""
    try:
        with audit_path(out).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return file.read(), *head(out)
    except FileNotFoundError:
        return b"", *head(out)


def _hash(entry: dict[str, Any]) -> str:
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"number", "hash"} <= entry.keys() else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _head_path(out: Path) -> Path:
    return state_folder(out) / "audit.head"


def _note_head(out: Path, entry: dict[str, Any]) -> None:
    """Note the last entry beside the log, so that a log cut short is noticed."""
    path = _head_path(out)
    new = path.with_name(f".audit.head.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        noted = {"number": entry["number"], "hash": entry["hash"]}
        _write_all(descriptor, json.dumps(noted).encode())
    finally:
        os.close(descriptor)
    new.replace(path)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


@contextmanager
def _locked(out: Path) -> Iterator[int]:
    descriptor = os.open(audit_path(out), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _broken(out: Path, where: str) -> StaleError:
    return StaleError(
        say(
            f"{audit_path(out)}：审计日志被改动或已损坏：{where}。请保留现状，报告信息安全负责人",
            f"{audit_path(out)}: the audit log was tampered with or is damaged: {where}. Leave it"
            " as it is and report it",
        )
    )

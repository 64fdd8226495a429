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

from pipelines.audit_end import (
    START,
    End,
    announce,
    audit_path,
    broken,
    note_end,
    read_end,
    write_all,
)
from pipelines.masking import masked_value
from pipelines.messages import say
from pipelines.warehouse import state_folder


def record(
    out: Path, action: str, result: str, subject: str | None = None, **details: Any
) -> dict[str, Any]:
    """Append one entry and force it to disk; the entry.

    `subject` (a person or unit) is kept as a keyed hash alone; `details` must name nobody, and
    ids, accounts and phones in them are hidden. Raises OSError when the log can't be written: what
    is not recorded must not happen.
    """
    with _locked(out) as descriptor:
        text = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        last, torn = _end(text)
        entry = {
            "number": last["number"] + 1 if last else 1,
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "user": _user(),
            "action": action,
            "result": result,
            "subject": subject and subject_hash(out, subject),
            "details": masked_value(details),
            # What a crash left of a line stays, and is accounted for by the next entry.
            "torn": _digest(torn),
            "before": last["hash"] if last else START,
        }
        entry["hash"] = _hash(entry)
        is_sound = announce(out, last, entry)
        write_all(
            descriptor, (b"\n" if text and text[-1:] != b"\n" else b"") + _line(entry) + b"\n"
        )
        if is_sound:
            note_end(out, End(entry["number"], entry["hash"]))
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
            write_all(descriptor, key)
        finally:
            os.close(descriptor)
    return hmac.new(key, subject.encode(), "sha256").hexdigest()


def read_log(out: Path) -> list[dict[str, Any]]:
    """The entries, after every link was checked.

    Raises StaleError naming the first line that was changed, removed, added or reordered.
    """
    text, end = _read(out)
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    entries: list[dict[str, Any]] = []
    before, torn = START, list[bytes]()
    for at, line in enumerate(lines, start=1):
        entry = _entry(line)
        if entry is None:
            torn.append(line)
            continue
        is_next = (
            entry.get("number") == len(entries) + 1
            and entry.get("before") == before
            and entry.get("torn") == _digest(torn)
            and entry.get("hash") == _hash(entry)
            and line == _line(entry)
        )
        if not is_next:
            first = at if entry.get("torn") == _digest(torn) else at - len(torn)
            raise broken(out, say(f"第 {first} 行", f"line {first}"))
        entries.append(entry)
        before, torn = entry["hash"], []
    number, found = end.number, len(entries)
    if number > found and torn:
        first = len(lines) - len(torn) + 1
        raise broken(out, say(f"第 {first} 行", f"line {first}"))
    if number > found or (number and entries[number - 1]["hash"] != end.hash):
        raise broken(
            out, say(f"应有 {number} 条，实有 {found} 条", f"{number} entries noted, {found} found")
        )
    # Beyond the noted end a crash may have left the entry that was announced, or a part of it.
    beyond = [entry["hash"] for entry in entries[number:]]
    if beyond not in ([], [end.announced]) or (torn and (beyond or not end.announced)):
        first = len(lines) - len(torn) - len(beyond) + 1
        raise broken(out, say(f"第 {first} 行", f"line {first}"))
    return entries


def _hash(entry: dict[str, Any]) -> str:
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"number", "hash"} <= entry.keys() else None


def _end(text: bytes) -> tuple[dict[str, Any] | None, list[bytes]]:
    """The last entry, and what interrupted writes left behind it; a whole entry that lacks its
    line end alone is an entry."""
    torn: list[bytes] = []
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for line in reversed(lines):
        if entry := _entry(line):
            return entry, torn
        torn.insert(0, line)
    return None, torn


def _digest(torn: list[bytes]) -> str | None:
    return hashlib.sha256(b"\n".join(torn)).hexdigest() if torn else None


def _read(out: Path) -> tuple[bytes, End]:
    """The log and the note of its end, while nobody writes."""
    try:
        descriptor = os.open(audit_path(out), os.O_RDONLY)
    except FileNotFoundError:
        end = read_end(out)
        # The first entry may have been written in between, and its end noted.
        return _read(out) if audit_path(out).exists() else (b"", end)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0), read_end(out)
    finally:
        os.close(descriptor)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


@contextmanager
def _locked(out: Path) -> Iterator[int]:
    descriptor = os.open(audit_path(out), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)

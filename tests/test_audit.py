"""The audit log: nothing in it changes, comes or goes unnoticed; a crash is no tampering."""

import fcntl
import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipelines import ROOT, audit
from pipelines.audit import read_log, record
from pipelines.audit_end import read_end
from pipelines.cli import run_command
from pipelines.errors import StaleError

PERSON = "15990119900101001X"


def log_of(out: Path) -> Path:
    return out / ".state" / "audit.jsonl"


@pytest.fixture
def out(tmp_path):
    for number in range(5):
        record(tmp_path, "run", "published", run=f"2022-03-22-{number + 1}", note="名单 a")
    record(tmp_path, "explain", "shown", subject=PERSON)
    assert [entry["number"] for entry in read_log(tmp_path)] == [1, 2, 3, 4, 5, 6]
    return tmp_path


def told(out: Path) -> str:
    """What is said of a log that is not whole."""
    with pytest.raises(StaleError) as failure:
        read_log(out)
    return str(failure.value)


@pytest.mark.parametrize("flips", [300, pytest.param(8_000, marks=pytest.mark.full)])
def test_any_flipped_bit_is_noticed(out, flips):
    whole = log_of(out).read_bytes()
    chosen = random.Random(1)
    for bit in chosen.sample(range(len(whole) * 8), flips):
        place = bit // 8
        changed = bytearray(whole)
        changed[place] ^= 1 << bit % 8
        log_of(out).write_bytes(changed)
        line = whole[:place].count(b"\n") + 1
        assert f"第 {line} 行" in told(out), place
    log_of(out).write_bytes(whole)
    assert len(read_log(out)) == 6


def test_lines_that_go_come_or_change_places_are_noticed(out):
    lines = log_of(out).read_bytes().splitlines(keepends=True)
    for at in range(6):
        for changed in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[: at + 1], lines[at], *lines[at + 1 :]],
            [*lines[:at], b"\n", *lines[at:]],
            [*lines[:at], b"{}\n", *lines[at:]],
            lines[:at],
            [*lines[:at], lines[at][:-1].replace(b", ", b",") + b"\n", *lines[at + 1 :]],
        ):
            log_of(out).write_bytes(b"".join(changed))
            assert "audit.jsonl" in told(out)
        if at:
            swapped = [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
            log_of(out).write_bytes(b"".join(swapped))
            assert f"第 {at} 行" in told(out)


def forged(before: dict, **changes) -> bytes:
    """A line that is chained as it should be."""
    entry = before | {"number": before["number"] + 1, "before": before["hash"]} | changes
    entry["hash"] = audit._hash(entry)
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def test_a_forged_end_is_noticed_and_never_becomes_whole_again(out):
    with log_of(out).open("ab") as file:
        file.write(forged(read_log(out)[-1], result="denied"))
    assert "第 7 行" in told(out)
    record(out, "run", "published")
    assert "第 7 行" in told(out)


def test_a_history_written_anew_is_noticed(out):
    entries = read_log(out)
    first = {**entries[0], "user": "nobody"}
    first["hash"] = audit._hash(first)
    lines = [json.dumps(first, ensure_ascii=False).encode() + b"\n"]
    for entry in entries[1:]:
        lines.append(forged(json.loads(lines[-1]), **{
            key: entry[key] for key in ("at", "user", "action", "result", "subject", "details")
        }))  # fmt: skip
    log_of(out).write_bytes(b"".join(lines))
    assert "应有 6 条" in told(out)
    record(out, "run", "published")
    told(out)


def test_a_log_cut_short_is_noticed_however_long_it_grows_again(out):
    whole = log_of(out).read_bytes()
    log_of(out).write_bytes(b"".join(whole.splitlines(keepends=True)[:4]))
    for _ in range(4):
        told(out)
        record(out, "run", "published")
    told(out)


@pytest.mark.parametrize("content", [None, "", "{", '{"number": 6}', "[]"])
def test_a_note_of_the_end_that_is_gone_or_damaged_is_noticed(out, content):
    noted = out / ".state" / "audit.head"
    noted.unlink() if content is None else noted.write_text(content, encoding="utf-8")
    told(out)
    record(out, "run", "published")
    told(out)


def crash_in(monkeypatch, out: Path, missing: int) -> None:
    """Record one entry, of which so many bytes at its end don't get onto the disk."""

    def write_part(descriptor, data):
        os.write(descriptor, data[: max(len(data) - missing, 0)])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(audit, "write_all", write_part)
        with pytest.raises(KeyboardInterrupt):
            record(out, "run", "begun")


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("missing", [0, 1, 2, 100, 10_000])
def test_a_crash_while_an_entry_is_written_is_accounted_for(out, monkeypatch, missing, again):
    crash_in(monkeypatch, out, missing)
    whole = 7 if missing < 2 else 6
    assert len(read_log(out)) == whole
    if again:
        crash_in(monkeypatch, out, 50)
        assert len(read_log(out)) == whole
    record(out, "run", "published")
    entries = read_log(out)
    assert len(entries) == whole + 1
    assert (entries[-1]["torn"] is not None) == (again or missing in (2, 100))


def test_what_nobody_announced_is_no_crash(out):
    with log_of(out).open("ab") as file:
        file.write(b'{"number": 7')
    assert "第 7 行" in told(out)


def test_writers_of_several_processes_make_one_chain(tmp_path):
    script = (
        "import sys; from pathlib import Path; from pipelines.audit import record\n"
        f"for n in range(8): record(Path({str(tmp_path)!r}), 'run', 'done', writer=sys.argv[1])"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(number)], cwd=ROOT)
        for number in range(3)
    ]
    while any(writer.poll() is None for writer in writers):
        read_log(tmp_path)  # whole at any moment
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(entry["details"]["writer"] for entry in read_log(tmp_path)) == sorted("012" * 8)


def test_the_first_entry_may_come_while_the_log_is_read(tmp_path, monkeypatch):
    def late(out):
        monkeypatch.undo()
        record(out, "run", "done")
        return read_end(out)

    monkeypatch.setattr(audit, "read_end", late)
    assert [entry["number"] for entry in read_log(tmp_path)] == [1]


def test_nobody_reads_half_an_entry(out):
    """An entry and the note of it are read together: a reader waits for whoever writes."""
    seen = threading.Event()

    def read():
        read_log(out)
        seen.set()

    with log_of(out).open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        reader = threading.Thread(target=read)
        reader.start()
        assert not seen.wait(0.2)
    reader.join()
    assert seen.is_set()


def test_no_entry_names_a_person(out):
    record(out, "release", "released", reason=f"见 {PERSON}，电话 19900000001", list=[PERSON])
    for path in (out / ".state").iterdir():
        content = path.read_bytes()
        assert PERSON.encode() not in content and b"19900000001" not in content
        assert path.stat().st_mode & 0o777 == 0o600
    first, again = (record(out, "explain", "shown", subject=PERSON) for _ in range(2))
    assert first["subject"] == again["subject"] != record(out, "x", "y", subject="other")["subject"]


def test_the_command_verifies_and_shows(out, capsys):
    assert run_command(["audit", "verify", "--out", str(out)]) == 0
    assert "6 条" in capsys.readouterr().out
    assert run_command(["audit", "show", "--last", "2", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 2 and "2022-03-22-5" in shown and PERSON not in shown
    log_of(out).write_bytes(log_of(out).read_bytes().replace(b"published", b"pubIished", 1))
    for question in ("verify", "show"):
        assert run_command(["audit", question, "--out", str(out)]) == 9
        assert "第 1 行" in capsys.readouterr().err
    assert run_command(["audit", "mend", "--out", str(out)]) == 2
    assert run_command(["audit", "verify", "--out", str(out / "nowhere")]) == 2

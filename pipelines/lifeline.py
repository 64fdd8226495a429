"""Child processes that must not outlive this one, however this one ends."""

import os
import subprocess
import sys
import uuid

MARK = "WENGANG_LIFELINE"

# Runs in a process of its own: waits for the end of its input, which comes when the process that
# holds the other end is gone, killed or not; then ends what bears the mark, first gently. It looks
# more than once: a child that has only just been made bears its mark a moment later. A descriptor
# means one process, never another that was given its number.
_WATCH = """
import os, select, signal, sys, time
mark = sys.argv[1].encode()

def marked():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            child = os.pidfd_open(int(pid))
            with open(f"/proc/{pid}/environ", "rb") as environment:
                if mark in environment.read().split(bytes(1)):
                    yield child
                    continue
        except OSError:
            continue
        os.close(child)

sys.stdin.buffer.read()
for _ in range(10):
    for child in list(marked()):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                signal.pidfd_send_signal(child, number)
            except ProcessLookupError:
                break
            if select.select([child], [], [], 10)[0]:
                break
        os.close(child)
    time.sleep(0.1)
"""
# An input that nobody holds any more would end at once.
_held: list["subprocess.Popen[bytes]"] = []


def children_end_with_this() -> None:
    """See to it that what this process starts from now on ends when this one does; once is enough.

    Call before the first of them is started, so that none is missed. Does nothing where the
    system can't name a process by a descriptor (Linux can).
    """
    if _held or not hasattr(os, "pidfd_open"):
        return
    environment = {key: value for key, value in os.environ.items() if key != MARK}
    os.environ[MARK] = uuid.uuid4().hex
    _held.append(
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCH, f"{MARK}={os.environ[MARK]}"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # What the terminal sends to this process is not meant for it.
            start_new_session=True,
        )
    )

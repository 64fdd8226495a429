"""A child process that must not outlive this one, however this one ends."""

import signal
import subprocess
import sys

# Runs in a process of its own: waits for the end of its input, which comes when the process that
# holds the other end is gone, killed or not; then ends the child, first gently. The descriptor
# means that very process, never one that was given its number later.
_WATCH = """
import os, select, signal, sys
child = os.pidfd_open(int(sys.argv[1]))
sys.stdin.buffer.read()
for number in (signal.SIGTERM, signal.SIGKILL):
    try:
        signal.pidfd_send_signal(child, number)
    except ProcessLookupError:
        break
    if select.select([child], [], [], 10)[0]:
        break
"""
# An input that nobody holds any more would end at once.
_held: list["subprocess.Popen[bytes]"] = []


def ends_with_this(pid: int) -> None:
    """See to it that a child process of this one ends when this one does.

    Does nothing where the system can't name a process by a descriptor (Linux can).
    """
    if not hasattr(signal, "pidfd_send_signal"):
        return
    _held.append(
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCH, str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # What the terminal sends to this process is not meant for it.
            start_new_session=True,
        )
    )

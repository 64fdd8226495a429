"""Notes every connection, look-up and open port of a process and its Python children."""

import os
from pathlib import Path

HERE = Path(__file__).parent


def guarded(notes: Path) -> dict[str, str]:
    """The environment in which a process notes in the file `notes` what leaves the machine."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "NETWORK_NOTES": str(notes)}


def noted(notes: Path) -> list[str]:
    """What was noted."""
    return notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []

"""Explanations as one page: what the terminal says, to print, file or send to an auditor."""

from pathlib import Path

from pipelines.explain_print import SIGNS, summary_lines
from pipelines.explained import Explanation
from pipelines.messages import say
from pipelines.pages import write_page
from pipelines.storage import storage_of


def write_explanations(path: Path, explanations: list[Explanation]) -> None:
    """Write the page; the file is 0600, also one that is there already. Raises StorageError."""
    with storage_of(say("写页面", "writing the page"), path):
        if path.exists():
            path.chmod(0o600)
        write_page(
            path,
            "explain.html",
            explanations=explanations,
            signs=SIGNS,
            summary_lines=summary_lines,
        )

"""The workbook beside a list's CSV: which list has one, and when last night's is the same."""

import hashlib
import json
from pathlib import Path

from pipelines.manifest import code_fingerprint
from pipelines.messages import language
from pipelines.publish import Run
from pipelines.sheets import Column, write_sheet

# Nobody reads so many refusals in a spreadsheet, and they are most of what a run would write.
REFUSED = "不符合"
MOST_ROWS_REFUSED = 20_000


class Books:
    """Writes the workbooks of a run, or takes them over from the last published one."""

    def __init__(self, is_wanted: bool = True, last: Run | None = None) -> None:
        self._is_wanted = is_wanted
        self._last = last
        self._known = _files_of(last) if last else {}

    def put(self, csv: Path, columns: list[Column], rows: list[list[str]]) -> Path | None:
        """The workbook beside the CSV of a list, which stands already; None when it gets none.

        The same program makes the same workbook of the same CSV. So the last run's is taken where
        its CSV had the same bytes, if it is still the file that its manifest names.
        """
        if not self._is_wanted or (csv.stem.endswith(REFUSED) and len(rows) > MOST_ROWS_REFUSED):
            return None
        target = csv.with_suffix(".xlsx")
        content = self._of_last_run(csv)
        if content is None:
            write_sheet(target, columns, rows)
        else:
            target.touch(mode=0o600)
            target.write_bytes(content)
        return target

    def _of_last_run(self, csv: Path) -> bytes | None:
        name = f"{csv.parent.name}/{csv.name}"
        if not self._last or self._known.get(name) != _digest(csv.read_bytes()):
            return None
        book = f"{csv.parent.name}/{csv.stem}.xlsx"
        try:
            content = (self._last.folder / book).read_bytes()
        except OSError:
            return None
        return content if self._known.get(book) == _digest(content) else None


def _files_of(run: Run) -> dict[str, str]:
    """The hashes of a run's files by path; none when another program or language wrote them."""
    try:
        manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["code"]["sha256"] != code_fingerprint() or manifest["language"] != language():
            return {}
        return {item["path"]: item["sha256"] for item in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # a damaged run is no source; `wengang verify` tells of it


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

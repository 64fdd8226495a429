"""`wengang feedback`: lists that bureaus filled in are read back, kept, and counted by bureau."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines import audit
from pipelines.digest import sha256
from pipelines.errors import ExtractError
from pipelines.feedback_rows import JudgedRow, judge
from pipelines.feedback_store import is_kept, keep
from pipelines.feedback_words import IN_TOUCH
from pipelines.lock import run_lock
from pipelines.masking import masked
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.returned_list import read_returned
from pipelines.storage import private_folder, storage_of
from pipelines.warehouse import state_folder
from pipelines.wrong_numbers import write_wrong_numbers


@dataclass
class BureauCount:
    """What one bureau sent back: rows, their fates, results by code, and the people told."""

    rows: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)

    @property
    def in_touch(self) -> int:
        """The rows of people who were reached, whatever they want."""
        return sum(self.results[result] for result in IN_TOUCH)


@dataclass
class FileCount:
    """What became of one returned list; `bureaus` by code, '' for rows of no known bureau."""

    name: str
    is_known: bool
    rows: list[JudgedRow]
    bureaus: dict[str, BureauCount]


@dataclass
class Feedback:
    """What a call read: the files, those that can't be used, and the files of wrong numbers."""

    files: list[FileCount]
    failures: list[ExtractError]
    wrong_numbers: list[Path]


def take_back(out: Path, paths: Sequence[Path], today: date | None = None) -> Feedback:
    """Read returned lists and keep what they say; a file that was read before changes nothing.

    A file that can't be used is left out and told in `failures`; the others are taken. Raises
    RunLocked while a run is going on, StaleError when a published run can't be read, StorageError.
    """
    on = today or datetime.now(CHINA).date()
    step = say("读入告知反馈", "reading feedback")
    found = Feedback([], [], [])
    with storage_of(step, out), run_lock(out):
        for path in paths:
            try:
                found.files.append(_take(out, path, on))
            except ExtractError as failure:
                audit.record(out, "feedback", "refused")
                found.failures.append(failure)
        if found.files:
            found.wrong_numbers = write_wrong_numbers(out)
    return found


def _take(out: Path, path: Path, today: date) -> FileCount:
    with TemporaryDirectory(dir=private_folder(state_folder(out) / "tmp")) as scratch:
        returned = read_returned(path, Path(scratch))
    rows = judge(out, returned, today)
    if all(row.bureau_code is None for row in rows):
        raise ExtractError(
            say(
                f"{path.name}：共 {len(rows)} 行，无一人在已发布的名单上，不能作为回传名单读入",
                f"{path.name}: of {len(rows)} rows none is of a published list; nothing was read",
            )
        )
    digest = sha256(path)
    is_known = is_kept(out, digest)
    counts = Counter(row.fate for row in rows)
    result = "known" if is_known else "read"
    audit.record(out, "feedback", result, file=digest, rows=len(rows), fates=dict(counts))
    if not is_known:
        keep(out, masked(path.name), digest, rows)
    return FileCount(masked(path.name), is_known, rows, _by_bureau(rows))


def _by_bureau(rows: Sequence[JudgedRow]) -> dict[str, BureauCount]:
    """Rows that name nobody known are counted with the bureau of all others, if it is one."""
    codes = {row.bureau_code for row in rows if row.bureau_code}
    only = min(codes) if len(codes) == 1 else ""
    found: dict[str, BureauCount] = {}
    for row in rows:
        count = found.setdefault(row.bureau_code or only, BureauCount())
        count.rows += 1
        count.fates[row.fate] += 1
        if row.fate == "told" and row.result and row.person_id:
            count.results[row.result] += 1
            count.told.add(row.person_id)
    return dict(sorted(found.items()))

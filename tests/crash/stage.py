"""Two days of small extracts: the first is published, the run of the second is disturbed."""

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipelines.ledger import ledger_entries
from pipelines.publish import Run, current, published
from pipelines.sample import make_sample
from pipelines.verify import verify
from pipelines.which_run import named_run
from tests.crash.processes import Ended, Nursery, Order, run_of

# Most of a small run's time goes into expectations and pictures; they write nothing but a report.
LIGHT = """
from pipelines import checks, report_bars, report_map, report_rate_chart
checks.run_checks = lambda connection, folder: []
for module in (report_bars, report_map, report_rate_chart):
    module.svg = lambda chart, title, text: text
"""
ONE_SCREENING = ("--only", "unemployment_benefit_notice", "--publish-partial")
FIRST, SECOND = "2022-03-21", "2022-03-22"


def lists_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of every csv and xlsx of a run by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".xlsx"}
    }


@dataclass(frozen=True)
class Stage:
    """Where the extracts of both days lie, what the first day published, what the second should."""

    nursery: Nursery
    first: Path
    second: Path
    published: Path
    asked: tuple[str, ...]
    before: str
    expected: dict[str, str]

    def set_up(self, out: Path, with_first: bool = True) -> Path:
        """A publication folder of its own on the evening of the first day, or before it."""
        if with_first:
            shutil.copytree(self.published, out, symlinks=True)
        return out

    def run(self, out: Path, **disturbed: object) -> Ended:
        """The run of the second day."""
        before = f"{self.before}\n{disturbed.pop('before', '')}"
        command = run_of(self.second, out, "--as-of", SECOND, *self.asked)
        return self.nursery.run(Order(command, before=before, **disturbed))  # type: ignore[arg-type]

    def check_whole(self, out: Path) -> Run | None:
        """Whatever readers see is whole; the current run."""
        if current(out) is None:
            assert not [entry for entry in ledger_entries(out) if entry["event"] == "published"]
            return None
        for run in published(out):
            verify(out, run)
        now = named_run(out, None)
        verify(out, now)
        return now

    def check_next(self, out: Path, expected: dict[str, str] | None = None) -> Run:
        """The next run succeeds without anybody's hand, and gives what an undisturbed one gives."""
        ended = self.run(out)
        assert (ended.code, ended.err) == (0, ""), ended
        now = self.check_whole(out)
        assert now is not None and now.as_of == date.fromisoformat(SECOND)
        assert lists_of(now.folder) == (expected or self.expected)
        assert not list(out.glob(".CURRENT.*")) and not list((out / ".state").glob(".audit.*"))
        assert not list((out / ".state" / "building").iterdir())
        assert {path.name for path in (out / "runs").iterdir()} == {
            run.run_id for run in published(out)
        }
        return now


def build_stage(nursery: Nursery, folder: Path, is_light: bool) -> Stage:
    """Make the extracts, publish the first day, and run the second one once undisturbed.

    A light stage has one screening and no expectations.
    """
    first, second = folder / "first", folder / "second"
    make_sample(first, 12, 80, 7, date.fromisoformat(SECOND))
    shutil.copytree(first, second)
    # The second day brings a changed file, a new one, and one less.
    header, *rows = (second / "payroll_202112.csv").read_text("utf-8").splitlines(True)
    (second / "payroll_202112.csv").write_text(header + "".join(rows[::-1]), encoding="utf-8")
    (second / "payroll_more.csv").write_text(header + "".join(rows[:3]), encoding="utf-8")
    (second / "unit_registers.csv").unlink()
    out = folder / "out"
    asked, before = (ONE_SCREENING, LIGHT) if is_light else ((), "")
    command = run_of(first, out, "--as-of", FIRST, *asked)
    ended = nursery.run(Order(command, before=before))
    assert (ended.code, ended.err) == (0, ""), ended
    stage = Stage(nursery, first, second, out, asked, before, {})
    undisturbed = stage.set_up(folder / "undisturbed")
    ended = stage.run(undisturbed)
    assert (ended.code, ended.err) == (0, ""), ended
    now = stage.check_whole(undisturbed)
    assert now is not None
    return replace(stage, expected=lists_of(now.folder))

"""The four steps of a run as plain functions: what nightly.py puts in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import models, policy, policy_tables, timings
from pipelines.attached import attached
from pipelines.audit import record
from pipelines.books import Books
from pipelines.changes import clear_changes, write_changes_of_run
from pipelines.damage import begun_again
from pipelines.deliver import SummaryRow, deliver, summarise, write_summary
from pipelines.errors import ExtractError, RunHeld
from pipelines.feedback_rates import write_rates
from pipelines.feedback_store import load_feedback
from pipelines.hold import Total, beyond, compare, why_held
from pipelines.kits import write_kits
from pipelines.last_run import RESULTS, LastRun, marks_of_run
from pipelines.letter import write_letters
from pipelines.manifest import write_manifest
from pipelines.memory import load_memory, remember
from pipelines.messages import say
from pipelines.order import Order
from pipelines.progress import glimpse, tell, warn_first
from pipelines.publish import Run, begin, close_to_others, current, publish, runs_folder, tidy
from pipelines.publish import hold as keep_from_publishing
from pipelines.reader_note import write_reader_notes
from pipelines.results_copy import results_copied
from pipelines.run_report import write_run_report, write_totals_report
from pipelines.storage import storage_of
from pipelines.timings import timed
from pipelines.totals import pass_on_totals, write_totals
from pipelines.warehouse import open_warehouse


@dataclass(frozen=True)
class HandedOver:
    """What a run made: where it lies, whether it is published, and its totals."""

    run: Run
    is_published: bool
    summary: list[SummaryRow]


def prepare(order: Order) -> None:
    """Refuse what can't be asked, and clear away what unfinished runs left. Call under the lock.

    Raises ExtractError for a missing folder, UsageError for an unknown screening, PolicyError
    for a day on which none is in force.
    """
    if not order.extracts.is_dir():
        raise ExtractError(
            say(
                f"{order.extracts}：提取文件夹不存在。请用 --extracts 指明文件夹",
                f"{order.extracts}: there is no such folder of extracts. Name it with --extracts",
            )
        )
    policy.in_force(policy.load_policies(), order.as_of, order.only)
    timings.begin()
    with storage_of(say("准备", "preparing"), order.out):
        runs_folder(order.out)
        tidy(order.out)


def take_in(order: Order) -> None:
    """Extracts → staged tables, import log, rows set aside.

    Raises ExtractError, StorageError, and an OSError of the extracts' folder, which may pass.
    """
    from pipelines import ingest

    reading = say("读入", "taking in")
    with timed(reading), storage_of(reading, order.out, but=order.extracts):
        ingest.take_in(order.extracts, order.warehouse, order.settings, glimpse)
    with _opened(order, reading) as connection:
        warn_first(_files_left_out(connection))


def apply_policy(order: Order) -> None:
    """The day, the policy values in force on it, the run before and what was fed back → tables."""
    chosen, _ = policy.in_force(policy.load_policies(), order.as_of, order.only)
    step = say("政策取值", "applying policy")
    with timed(step), _opened(order, step) as connection:
        models.set_day(connection, order.as_of)
        policy_tables.write_tables(connection, chosen, order.as_of)
        load_memory(connection, order.out, order.as_of)
        clear_changes(connection)
        load_feedback(connection, order.out, order.as_of)


def build_and_check(order: Order) -> Path:
    """sql/ in derived order, then expectations/; the folder in which the run is being built.

    Raises CheckFailed when a critical expectation does not hold.
    """
    from pipelines.checks import run_checks

    chosen, missing = policy.in_force(policy.load_policies(), order.as_of, order.only)
    folders = [models.FACTS, models.MEASURES, *(item.path.parent for item in chosen)]
    step = say("建表与检查", "building and checking")
    with timed(step), _opened(order, step) as connection:
        built = models.build(connection, folders, glimpse)
        with timed("run_changes"):
            changed = write_changes_of_run(connection, order.out)
        if changed:  # the lists of changes, and nothing else, come from them
            models.build(connection, folders, glimpse)
        remember(connection)
        write_totals(connection)
        write_rates(connection)
        tell(_told_of(built))
        run = begin(order.out, order.as_of)
        days = order.settings.policy_warning_days
        write_run_report(connection, run.folder, chosen + missing, order.as_of, days)
        with timed(say("检查", "checks")):
            findings = run_checks(connection, run.folder / "checks")
        tell(say(f"已完成 {len(findings)} 项检查", f"{len(findings)} checks done"))
    return run.folder


def hand_over(order: Order, folder: Path) -> HandedOver:
    """Lists, summary, results and manifest → the run folder; published unless it is partial.

    Raises RunHeld when a total moved too far from the last published run: the run then lies,
    whole, in held/ and waits for `wengang release`.
    """
    from pipelines.report import write_report

    run = Run(folder.name, folder)
    chosen, _ = policy.in_force(policy.load_policies(), order.as_of, order.only)
    step = say("交付", "handing over")
    with timed(step), _opened(order, step) as connection:
        last = current(order.out)
        totals = _compared(connection, last, is_partial=bool(order.only))
        hold = order.settings.hold
        write_totals_report(folder, last, totals, hold)
        before, marks = LastRun(order.out, last), marks_of_run(connection, bool(order.only))
        results = folder / RESULTS
        is_there = before.has(RESULTS, marks[RESULTS]) and before.take(RESULTS, results)
        with results_copied(connection, results, bool(order.only), is_there):
            with timed(say("名单", "lists")):
                books = Books(order.settings.xlsx, before)
                rows = deliver(connection, folder, books, before, marks)
            with timed(say("更正表", "repair kits")):
                kits = write_kits(connection, folder, order.as_of)
            write_reader_notes(connection, folder, chosen, order.as_of)
            summary = summarise(connection)
            write_summary(folder / "summary.csv", summary)
            rows["summary.csv"] = len(summary)
            with timed("report.html"):
                write_report(connection, run, order, summary, last, totals)
            days = order.settings.policy_warning_days
            write_letters(connection, run, summary, chosen, order.settings.sender, days)
        close_to_others(folder)
        with timed("manifest.json"):
            marks |= books.marks
            write_manifest(connection, run, rows | kits, order.only, last, marks, before.taken)
    tell(say(f"已写成 {len(rows)} 个文件", f"{len(rows)} files written"))
    jumps = beyond(totals, hold)
    step = say("发布", "publishing")
    with timed(step), storage_of(step, order.out):
        if not order.is_published:
            record(order.out, "run", "not published", run=run.run_id, only=list(order.only))
        elif jumps:
            run = keep_from_publishing(order.out, run)
        else:
            run = publish(order.out, run)
    if order.is_published and jumps:
        raise RunHeld(why_held(run, jumps, hold))
    return HandedOver(run, order.is_published, summary)


def _compared(
    connection: duckdb.DuckDBPyConnection, last: Run | None, is_partial: bool
) -> list[Total]:
    """The totals beside those of the last published run; none before the first one."""
    if last is None:
        return []
    with attached(connection, last) as before:
        if is_partial:
            pass_on_totals(connection, before)
        return compare(connection, before)


def run_plainly(order: Order) -> HandedOver:
    """The four steps one after the other, without Prefect."""

    def work() -> HandedOver:
        take_in(order)
        apply_policy(order)
        return hand_over(order, build_and_check(order))

    return begun_again(work)


@contextmanager
def _opened(order: Order, step: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, open for a step; failures of storage are told with the step's name."""
    with storage_of(step, order.out):
        # Taking in has made it; an empty one must not be built upon.
        order.warehouse.stat()
        readable = (runs_folder(order.out),)
        with open_warehouse(order.warehouse, order.settings, readable) as connection:
            yield connection


def _told_of(built: models.Built) -> str:
    made = len(built.names)
    if not built.kept:
        return say(f"已建成 {made} 张表", f"{made} tables built")
    return say(
        f"已建成 {made} 张表（其中 {built.kept} 张的来源未变，沿用上次的）",
        f"{made} tables built ({built.kept} of them kept: nothing that they come from has changed)",
    )


def _files_left_out(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """One line per file that was refused or that no extract knows."""
    found = connection.execute(
        "select file_name, status, refusal from import_log where status <> 'accepted'"
        " order by status desc, file_name"
    ).fetchall()
    return [
        say(f"未采用 {name}：{why}", f"refused {name}: {why}")
        if status == "refused"
        else say(f"不认识的文件，未读入：{name}", f"not recognised, not read: {name}")
        for name, status, why in found
    ]

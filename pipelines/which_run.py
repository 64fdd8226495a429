"""Which run a command is about: the current one, one by its id, or each of them."""

import json
from pathlib import Path

from pipelines.errors import StaleError, UsageError
from pipelines.ledger import ledger_entries
from pipelines.messages import say
from pipelines.publish import Run, current, held, published, unsettled


def named_run(out: Path, run_id: str | None) -> Run:
    """The run to check: the published or held one called `run_id`, without an id the current one.

    Raises UsageError for a run that is neither, StaleError when CURRENT names another run than
    the last one published.
    """
    now = current(out)
    if run_id is None:
        if now is None:
            raise UsageError(say(f"{out}：还没有发布过的运行", f"{out}: nothing is published yet"))
        done = [entry["run"] for entry in ledger_entries(out) if entry["event"] == "published"]
        if now.run_id not in [*done[-1:], *unsettled(out)]:
            last = done[-1] if done else say("无", "none")
            raise StaleError(
                say(
                    f"{out / 'CURRENT'}：指向 {now.run_id}，而台账中最后发布的是 {last}",
                    f"{out / 'CURRENT'}: names {now.run_id}, while the last one published is"
                    f" {last} by the ledger",
                )
            )
        return now
    known = {run.run_id: run for run in all_runs(out)}
    if run_id not in known:
        raise UsageError(
            say(
                f"没有 {run_id} 这次运行。已发布或扣留的：{'、'.join(known) or '无'}",
                f"there is no run {run_id}. Published or held: {', '.join(known) or 'none'}",
            )
        )
    return known[run_id]


def published_before(out: Path, run: Run) -> Run:
    """The run that this one was compared with: the last one published before it, by its manifest.

    Raises UsageError when there was none, or it lies there no more.
    """
    try:
        manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
        before = manifest["compared_with"]
    except (OSError, ValueError, KeyError):
        before = None
    if not before:
        raise UsageError(
            say(
                f"{run.run_id}：此前没有发布过的运行。请指明两次运行",
                f"{run.run_id}: no run was published before it. Name two runs",
            )
        )
    return named_run(out, before)


def all_runs(out: Path) -> list[Run]:
    """Every run that lies in runs/ or held/ or should: those that nobody noted too."""
    events = [entry for entry in ledger_entries(out) if entry["event"] != "purged_files"]
    last = {entry["run"]: entry["event"] for entry in events}
    gone = [run_id for run_id, event in last.items() if event == "published"]
    folder = out / "runs"
    present = [path.name for path in sorted(folder.iterdir())] if folder.is_dir() else []
    names = dict.fromkeys([*(run.run_id for run in published(out)), *gone, *present])
    return [Run(name, folder / name) for name in names] + held(out)


def published_run(out: Path, run_id: str | None) -> Run:
    """The run to hand on: published, not held; without an id the one that CURRENT names.

    Raises UsageError for one that is not.
    """
    runs = {run.run_id: run for run in published(out)}
    now = current(out)
    asked = run_id or (now.run_id if now else "")
    if asked not in runs:
        names = say("、", ", ").join(runs) or say("无", "none")
        raise UsageError(
            say(
                f"{asked or out}：没有这次已发布的运行。已发布：{names}",
                f"{asked or out}: no such published run; published: {names}",
            )
        )
    return runs[asked]


def must_know(run: Run, bureaus: tuple[str, ...], known: list[str]) -> None:
    """Raise UsageError for a bureau that a run has not."""
    for code in bureaus:
        if code not in known:
            names = say("、", ", ").join(known)
            raise UsageError(
                say(
                    f"--bureau {code}：{run.run_id} 中没有这个盟市，可用：{names}",
                    f"--bureau {code}: {run.run_id} has no such bureau; known: {names}",
                )
            )

"""What each command does: call, then print."""

import sys
from datetime import date, datetime
from pathlib import Path

from rich.console import Console

from pipelines import progress
from pipelines.failures import keep_stacks_in
from pipelines.messages import say
from pipelines.order import CHINA, make_order
from pipelines.settings import load_settings
from pipelines.terminal import Piped, Watched, print_line


def run(
    extracts: Path | None,
    out: Path | None,
    as_of: date | None,
    only: tuple[str, ...],
    publish_partial: bool,
    plain: bool,
    settings_file: Path | None,
) -> None:
    """Screen, check, publish; then say what was left out, where the lists are, and the totals."""
    from pipelines import run as whole_run
    from pipelines.summary import print_summary

    order = make_order(extracts, out, as_of, only, publish_partial, settings_file)
    keep_stacks_in(order.out / ".state" / "errors")
    console = _console()
    listener = Watched(console) if console.is_terminal else Piped(console)
    progress.listen(listener)
    try:
        handed_over = whole_run.run(order, plain, settings_file)
    finally:
        progress.listen(None)
        listener.close()
    print_summary(console, order, handed_over)


def check(folder: Path, settings_file: Path | None) -> None:
    """Look at a folder of extracts before the night, without any verdict."""
    from pipelines.arrival import look_at

    console = _console()
    for line in look_at(folder.resolve(), load_settings(settings_file)):
        print_line(console, line)


def policy(as_of: date | None, settings_file: Path | None) -> None:
    """Every value in force on a day, with where it stands, and what changes soon."""
    from pipelines.policy import load_policies, title_of
    from pipelines.policy_print import notices, values_in_force

    day = as_of or datetime.now(CHINA).date()
    console = _console()
    policies = load_policies()
    for item in policies:
        print_line(console, f"{item.screening} · {title_of(item)} · {day}")
        if item.missing_on(day):
            continue
        for value in values_in_force(item, day):
            print_line(
                console, f"  {value.parameter} · {value.title}：{value.value}（{value.unit}）"
            )
            since = say(f"自 {value.since} 起", f"from {value.since}")
            for text in (f"{since} · {value.source}" if value.source else since, value.wording):
                if text:
                    print_line(console, f"      {text}")
        print_line(console, "")
    for line in notices(policies, day, load_settings(settings_file).policy_warning_days):
        print_line(console, line)


def sample(folder: Path, units: int, people: int, seed: int, as_of: date, dirty: float) -> None:
    """Make invented extracts in an empty folder."""
    from pipelines.sample import make_sample

    make_sample(folder, units, people, seed, as_of, dirty)
    print_line(_console(), say(f"样例已写入 {folder}", f"The sample is in {folder}"))


def _console() -> Console:
    """The standard output; what is piped has no width that could cut a line."""
    is_watched = sys.stdout.isatty()
    return Console(file=sys.stdout, width=None if is_watched else 120)

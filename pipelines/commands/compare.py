"""`wengang compare`: who entered, left, or is judged or paid otherwise between two runs."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.terminal import print_line

if TYPE_CHECKING:
    from pipelines.compare import Counted


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "比较两次运行：新增、移除、结论和金额的变化",
            "Compare two runs: who entered, left, or is judged or paid otherwise",
        )
    )
    def compare(
        run: str | None = typer.Argument(
            None,
            metavar="RUN",
            help=say(
                "较早的运行；只给一个时，与它之前发布的比较；默认为已发布的运行",
                "the earlier run; one alone is compared with the one published before it;"
                " default: the published run",
            ),
        ),
        other: str | None = typer.Argument(
            None, metavar="RUN", help=say("较晚的运行", "the later run")
        ),
        bureau: list[str] = typer.Option(
            [], metavar="CODE …", help=say("只看这些盟市", "only these bureaus")
        ),
        to: Path | None = typer.Option(
            None,
            metavar="DIR",
            help=say(
                "把变动清单写入这个新文件夹", "write the lists of changes into this new folder"
            ),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _compare(known_folder(out, settings), run, other, tuple(bureau), to)


def _compare(
    out: Path, first: str | None, second: str | None, asked: tuple[str, ...], to: Path | None
) -> None:
    from pipelines.audit import record
    from pipelines.compare import (
        changes_counted,
        compared,
        conditions_counted,
        known_bureaus,
        write_lists,
    )
    from pipelines.which_run import named_run, published_before

    if second is None:
        now = named_run(out, first)
        before = published_before(out, now)
    else:
        before, now = named_run(out, first), named_run(out, second)
    shown = console()
    with compared(before, now, for_lists=to is not None) as connection:
        bureaus = known_bureaus(connection, asked)
        names = dict(bureaus)
        counted = [item for item in changes_counted(connection) if item.bureau_code in names]
        moved: Counter[tuple[str, str]] = Counter()
        for screening, code, condition, subjects in conditions_counted(connection):
            if code in names:
                moved[screening, condition] += subjects
        print_line(shown, f"{before.run_id} → {now.run_id}")
        _print(shown, counted, moved, names)
        if to is not None:
            # What is not recorded must not happen.
            record(
                out, "compare", "lists", run=now.run_id, before=before.run_id,
                bureaus=list(names), to=to.name,
            )  # fmt: skip
            written = write_lists(connection, to.resolve(), bureaus)
            print_line(
                shown,
                say(f"已写成 {len(written)} 个文件：{to}", f"{len(written)} files written: {to}"),
            )


def _print(
    shown: Any,
    counted: "list[Counted]",
    moved: Counter[tuple[str, str]],
    names: dict[str, str],
) -> None:
    """Counts alone: per screening and bureau by kind of change, and which conditions moved."""
    from rich.table import Table

    from pipelines.compare import CHANGES
    from pipelines.conditions import screenings
    from pipelines.labels import labels_of
    from pipelines.policy import load_policies, title_of

    titles = {policy.screening: title_of(policy) for policy in load_policies()}
    words = labels_of("change")
    for screening in screenings():
        mine = [item for item in counted if item.screening == screening.name]
        heading = f"{titles[screening.name]}（{screening.counted_in}）"
        if not mine:
            print_line(shown, f"{heading}：{say('没有变动', 'nothing changed')}")
            continue
        print_line(shown, heading)
        table = Table()
        table.add_column(say("盟市", "Bureau"), overflow="fold")
        for change in CHANGES:
            table.add_column(words[change], justify="right", no_wrap=True)
        rows = [(names[code], code) for code in names if any(i.bureau_code == code for i in mine)]
        for name, code in [*rows, (say("合计", "Total"), None)]:
            of_bureau = [item for item in mine if code is None or item.bureau_code == code]
            sums = [
                sum(item.subjects for item in of_bureau if item.change == change)
                for change in CHANGES
            ]
            table.add_row(name, *(f"{number:,}" for number in sums))
        shown.print(table)
        for (name, condition), subjects in moved.most_common():
            if name == screening.name:
                print_line(shown, f"  {condition} {subjects:,}")

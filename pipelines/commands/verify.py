"""`wengang verify`: whether a run is as it was published, to the last bit."""

from pathlib import Path

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import StaleError, UsageError
from pipelines.messages import say
from pipelines.order import out_folder
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("核对一次运行是否完好", "Check that a run is as it was published"))
    def verify(
        run: str | None = typer.Argument(
            None, metavar="[RUN]", help=say("运行编号，默认当前的", "the run's id, default CURRENT")
        ),
        out: Path | None = out_option(),
        every: bool = typer.Option(False, "--all", help=say("所有运行", "every run")),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        if run and every:
            raise UsageError(say("RUN 与 --all 只能用一个", "either RUN or --all, not both"))
        _verify(out_folder(out, settings), run, every)


def _verify(out: Path, run_id: str | None, every: bool) -> None:
    """A line for each run; of several damaged ones the first is the failure, after all lines."""
    from pipelines.verify import verify
    from pipelines.which_run import all_runs, named_run

    shown = console()
    named = named_run(out, run_id)
    failures: list[StaleError] = []
    for run in all_runs(out) if every else [named]:
        try:
            found = verify(out, run)
        except StaleError as failure:
            failures.append(failure)
            print_line(shown, say(f"{run.run_id}：不符", f"{run.run_id}: differs"))
            continue
        files, size, rows = found.files, f"{found.size:,}", f"{found.rows:,}"
        line = say(
            f"{run.run_id}：完好，{files} 个文件、{size} 字节、CSV {rows} 行"
            "与清单、台账、审计日志相符",
            f"{run.run_id}: whole; {files} files, {size} bytes, {rows} CSV rows are as manifest,"
            " ledger and audit log say",
        )
        print_line(shown, line)
        for note in found.notes:
            print_line(shown, say(f"  提示：{note}", f"  note: {note}"))
    if failures:
        raise failures[0]

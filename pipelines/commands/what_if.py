"""`wengang what-if`: a screening's decision under other policy values, beside a published run."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.options import (
    DAY,
    console,
    day,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.terminal import print_line

if TYPE_CHECKING:
    from pipelines.whatif import WhatIf


def _policy_day(text: str) -> date:
    return day(text, "--as-of-policy")


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        "what-if",
        **described(
            "换一组政策取值重算结论，与已发布的运行对比；不改动任何运行",
            "Decide again under other policy values, beside a published run; no run is touched",
        ),
    )
    def what_if(
        screening: str = typer.Argument(metavar="SCREENING", help=say("哪个筛查", "which one")),
        change: list[str] = typer.Option(
            [],
            "--set",
            metavar="PARAMETER=VALUE …",
            help=say(
                "政策取值，如 max_layoff_rate=5.5%；可多次", "a policy value; may be given again"
            ),
        ),
        bureau: list[str] = typer.Option(
            [], metavar="CODE …", help=say("只改这些盟市", "change these bureaus alone")
        ),
        as_of_policy: date | None = typer.Option(
            None, parser=_policy_day, metavar=DAY, help=say("用这一天的政策", "policy of this day")
        ),
        scenario: Path | None = typer.Option(
            None,
            metavar="FILE",
            help=say(
                "方案文件（YAML）：方案名: {set: {…}, bureaus: […], as_of_policy: D}",
                "YAML of scenarios: name: {set: {…}, bureaus: […], as_of_policy: D}",
            ),
        ),
        run: str | None = typer.Option(
            None, metavar="RUN", help=say("哪次运行，默认当前的", "which run, default CURRENT")
        ),
        to: Path | None = typer.Option(
            None, metavar="FILE.csv|.xlsx", help=say("对比表写到", "write the figures to")
        ),
        subjects: Path | None = typer.Option(
            None,
            metavar="FILE.csv",
            help=say(
                "结论有变的对象写到（含完整编号，记入审计日志）",
                "write who changes to (with full ids; goes into the audit log)",
            ),
        ),
        chart: Path | None = typer.Option(
            None, metavar="FILE.svg", help=say("各盟市金额图写到", "write a chart by bureau to")
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        from pipelines.named_files import check_target
        from pipelines.order import known_folder
        from pipelines.results import open_run
        from pipelines.scenarios import Scenario, read_scenarios
        from pipelines.whatif import what_if as ask
        from pipelines.whatif_print import print_what_if

        folder = known_folder(out, settings)
        check_target(to, "--to", (".csv", ".xlsx"), folder)
        check_target(subjects, "--subjects", (".csv",), folder)
        check_target(chart, "--chart", (".svg",), folder)
        is_asked = bool(change or as_of_policy)
        if is_asked == bool(scenario) or (scenario and bureau):
            raise UsageError(
                say(
                    "请说明要改什么：--set（可加 --bureau、--as-of-policy）或 --scenario，二者取一",
                    "say what to change by --set (with --bureau, --as-of-policy) or by"
                    " --scenario FILE, either of them",
                )
            )
        asked = (
            read_scenarios(scenario)
            if scenario
            else [Scenario(_changes(change), tuple(bureau), as_of_policy)]
        )
        with open_run(run, out, settings) as results, ask(results, screening, *asked) as answer:
            print_what_if(console(), answer)
            if to or chart or subjects:
                _write(answer, folder, to, chart, subjects)


def _write(
    answer: "WhatIf", out: Path, to: Path | None, chart: Path | None, subjects: Path | None
) -> None:
    """The files that were asked for; whose outcome changes is written once the log says so."""
    from pipelines.audit import record
    from pipelines.whatif_files import write_chart, write_figures, write_subjects

    if to:
        write_figures(to, answer)
    if chart:
        write_chart(chart, answer)
    if subjects:
        changes = [item.described for item in answer.scenarios]
        name = answer.screening.name
        record(
            out, "what-if", "subjects written", run=answer.run_id, screening=name, changes=changes
        )
        rows = write_subjects(subjects, answer)
        print_line(
            console(),
            say(
                f"结论有变的 {rows} 行写入 {subjects}（含完整编号，请妥善保管）",
                f"{rows} rows of who changes are in {subjects} (full ids: keep it safe)",
            ),
        )


def _changes(texts: list[str]) -> dict[str, str]:
    """`parameter=value` as a mapping. Raises UsageError."""
    changes: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name or not value.strip() or name in changes:
            twice = say("同一参数出现两次", "the parameter stands twice")
            form = say("应为 参数=值", "should be parameter=value")
            what = twice if name in changes else form
            raise UsageError(say(f"--set {text}：{what}", f"--set {text}: {what}"))
        changes[name] = value.strip()
    return changes

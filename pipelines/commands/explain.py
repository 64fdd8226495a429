"""`wengang explain`: why a unit or person is on the list it is on, with figures and documents."""

from pathlib import Path

import typer

from pipelines.commands.options import (
    console,
    described,
    lang_option,
    out_option,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("解释一个单位或个人的结论", "Explain the verdict on a unit or person"))
    def explain(
        subject: str = typer.Argument(
            metavar="SUBJECT",
            help=say(
                "单位编号、统一社会信用代码、单位名称，或个人证件号码",
                "a unit's number, credit code or name, or a person's number",
            ),
        ),
        run: str | None = typer.Option(
            None, metavar="RUN", help=say("运行编号，默认当前的", "the run's id, default CURRENT")
        ),
        html: Path | None = typer.Option(
            None, metavar="FILE", help=say("写成一页网页", "write one page instead")
        ),
        unmask: bool = typer.Option(
            False,
            "--unmask",
            help=say("显示完整个人信息（记入审计）", "show personal data (audited)"),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _explain(subject, run, html, unmask, known_folder(out, settings))


def _explain(asked: str, run_id: str | None, page: Path | None, unmask: bool, out: Path) -> None:
    from pipelines.explain import explain
    from pipelines.explain_print import print_explanation
    from pipelines.results import Results
    from pipelines.subjects import MOST_SHOWN, find_subjects
    from pipelines.which_run import named_run

    shown = console()
    with Results(named_run(out, run_id)) as results:
        found, is_choice = find_subjects(results, asked)
        if is_choice:
            for subject in found[:MOST_SHOWN]:
                parts = (
                    subject.shown_number,
                    subject.shown_uscc,
                    subject.shown_name,
                    subject.place,
                )
                print_line(shown, " · ".join(part for part in parts if part))
            raise UsageError(
                say(
                    f"“{asked}”有 {len(found)} 个单位。请输入其中一个的单位编号",
                    f"“{asked}” may be one of {len(found)} units."
                    " Type the number of one: wengang explain NUMBER",
                )
            )
        explanations = [explain(results, out, subject, unmask) for subject in found]
    if page is None:
        for explanation in explanations:
            print_explanation(shown, explanation)
        return
    from pipelines.explain_page import write_explanations

    write_explanations(page, explanations)
    print_line(shown, say(f"已写成 {page}", f"written: {page}"))

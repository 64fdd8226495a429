"""`wengang policy`: every value in force on a day, with where it stands, and what changes soon."""

from datetime import date, datetime
from pathlib import Path

import typer

from pipelines.commands.options import DAY, console, day, described, lang_option, settings_option
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.settings import load_settings
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(**described("显示当日有效的政策取值", "Show the policy values in force"))
    def policy(
        as_of: date | None = typer.Option(
            None, parser=day, metavar=DAY, help=say("哪一天，默认今天", "the day, default today")
        ),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        _policy(as_of, settings)


def _policy(as_of: date | None, settings_file: Path | None) -> None:
    from pipelines.policy import load_policies, title_of
    from pipelines.policy_print import notices, values_in_force

    on = as_of or datetime.now(CHINA).date()
    shown = console()
    policies = load_policies()
    for item in policies:
        print_line(shown, f"{item.screening} · {title_of(item)} · {on}")
        if item.missing_on(on):
            continue
        for value in values_in_force(item, on):
            print_line(shown, f"  {value.parameter} · {value.title}：{value.value}（{value.unit}）")
            since = say(f"自 {value.since} 起", f"from {value.since}")
            for text in (f"{since} · {value.source}" if value.source else since, value.wording):
                if text:
                    print_line(shown, f"      {text}")
        print_line(shown, "")
    for line in notices(policies, on, load_settings(settings_file).policy_warning_days):
        print_line(shown, line)

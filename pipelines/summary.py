"""The totals of a run for people: on the terminal, and in Prefect as artifacts. No person in it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.deliver import SUMMARY_HEADER, SummaryRow
from pipelines.messages import say
from pipelines.order import Order
from pipelines.policy import load_policies
from pipelines.policy_print import notices
from pipelines.steps import HandedOver
from pipelines.terminal import print_line


def print_summary(console: Console, order: Order, handed_over: HandedOver) -> None:
    """Where the lists are, the region's totals, and what of the policy to watch."""
    run, folder = handed_over.run, _shown(handed_over.run.folder)
    if handed_over.is_published:
        print_line(
            console, say(f"已发布 {run.run_id}：{folder}", f"Published {run.run_id}: {folder}")
        )
    else:
        print_line(
            console,
            say(
                f"部分筛查已建成，未发布：{folder}（下次运行时清除；要发布请加 --publish-partial）",
                f"Built in part, not published: {folder} (the next run removes it; to publish,"
                " add --publish-partial)",
            ),
        )
    table = Table(title=say(f"全区合计 · {order.as_of}", f"Whole region · {order.as_of}"))
    table.add_column(say("名单", "List"), overflow="fold")
    for title in (say("户数", "Units"), say("人数", "People"), say("金额（元）", "Amount (yuan)")):
        table.add_column(title, justify="right", no_wrap=True)
    for row in _region(handed_over):
        table.add_row(row.list_name, *_figures(row))
    console.print(table)
    policies = [item for item in load_policies() if not order.only or item.screening in order.only]
    for line in notices(policies, order.as_of, order.settings.policy_warning_days):
        print_line(console, line)


def markdown_summary(handed_over: HandedOver) -> str:
    """The region's totals as a Markdown table."""
    lines = [
        f"# {handed_over.run.run_id}",
        "",
        say("| 名单 | 户数 | 人数 | 金额（元） |", "| List | Units | People | Amount (yuan) |"),
        "|---|---:|---:|---:|",
    ]
    for row in _region(handed_over):
        lines.append("| " + " | ".join([row.list_name, *_figures(row)]) + " |")
    return "\n".join(lines)


def table_summary(handed_over: HandedOver) -> list[dict[str, Any]]:
    """summary.csv as rows for a table."""
    return [
        dict(
            zip(
                SUMMARY_HEADER,
                (row.bureau_code, row.bureau_name, row.list_name, *_figures(row)),
                strict=True,
            )
        )
        for row in handed_over.summary
    ]


def _region(handed_over: HandedOver) -> list[SummaryRow]:
    return [row for row in handed_over.summary if not row.bureau_code]


def _figures(row: SummaryRow) -> tuple[str, str, str]:
    return _number(row.units), _number(row.people), _number(row.amount_yuan)


def _number(value: int | Decimal | None) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

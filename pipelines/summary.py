"""The totals of a run for people: on the terminal, and in Prefect as artifacts. No person in it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.deliver import SUMMARY_HEADER, SummaryRow
from pipelines.messages import say
from pipelines.order import Order
from pipelines.policy_notices import policy_notices
from pipelines.steps import HandedOver


def print_summary(console: Console, order: Order, handed_over: HandedOver) -> None:
    """What was left out, where the lists are, the region's totals, and what policy to watch."""
    for line in handed_over.warnings:
        _print(console, line)
    run, folder = handed_over.run, _shown(handed_over.run.folder)
    if handed_over.is_published:
        _print(console, say(f"已发布 {run.run_id}：{folder}", f"Published {run.run_id}: {folder}"))
    else:
        _print(
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
    for line in policy_notices(order):
        _print(console, line)


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


def _print(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)

"""The months behind a verdict: heads, dues and payments of a unit from December to December."""

from pipelines.cells import NOTHING, cell, month
from pipelines.explained import Table
from pipelines.messages import say
from pipelines.results import Results
from pipelines.subjects import Subject

_MONTHS = """
    select calendar.period, months.insured_heads, months.due_yuan, months.paid_yuan,
        case when months.due_yuan > months.paid_yuan then months.due_yuan - months.paid_yuan end,
        months.is_paid_in_full, coalesce(delivered.is_delivered, false), months.is_contradictory
    from (
        select unnest(generate_series(first_period - 1, last_period)) as period from run_calendar
    ) as calendar
    left join delivered_months as delivered on calendar.period = delivered.period
    left join unit_months as months
        on calendar.period = months.period and months.unit_id = ?
    order by calendar.period
"""


def unit_months(results: Results, subject: Subject) -> Table:
    """From December of the year before to December of the data year, one row a month."""
    rows = []
    for period, heads, due, paid, short, in_full, delivered, contradictory in results.rows(
        _MONTHS, [subject.number]
    ):
        if not delivered:
            remark = say("未交付", "not delivered")
        elif contradictory:
            remark = say("金额矛盾", "contradicts")
        elif heads is None:
            remark = say("无缴费明细", "no payroll rows")
        else:
            remark = ""
        amounts = [cell("", value) for value in (heads, due, paid, short)]
        full = NOTHING if in_full is None else cell("", in_full)
        rows.append((month(period), *amounts, full, remark))
    header = say(
        "月份 参保人数 应缴（元） 实缴（元） 短缴（元） 足额 说明",
        "month heads due paid short in-full remark",
    )
    title = say("各月缴费", "Payments by month")
    return Table(title, tuple(header.split()), tuple(rows), frozenset({1, 2, 3, 4}))

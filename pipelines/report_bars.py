"""Bars of report.html: the funnel of a screening, why people left, months of payroll."""

from collections.abc import Sequence
from typing import Any

import altair as alt
from markupsafe import Markup

from pipelines.charts import ACCENT, INK, OUTCOMES, QUIET, svg
from pipelines.labels import labels_of
from pipelines.messages import language, say
from pipelines.pages import count
from pipelines.report_data import Month
from pipelines.report_figures import ScreeningFigures
from pipelines.report_people import OutOfWork

STILL_IN, HOLLOW = "#b9cde6", "#dfe5ee"
# Wide enough to be read, narrow enough that a phone need not shrink it by much.
_WIDTH = 400
_BAR_WIDTH, _ROW = 200, 24


def funnel(figures: ScreeningFigures) -> Markup:
    """How many are still in, fall and stay open at each condition, in its order."""
    unit = figures.screening.counted_in
    names = labels_of("outcome")
    segments = [
        (say("仍在", "still in"), STILL_IN),
        (names["cannot_tell"], OUTCOMES["cannot_tell"]),
        (names["not_eligible"], OUTCOMES["not_eligible"]),
    ]
    rows = [(step.title, (step.after, step.open, step.fell)) for step in figures.steps]
    told = say("；", "; ").join(
        say(
            f"{step.title}：不符合 {step.fell}，待核 {step.open}，仍在 {step.after}",
            f"{step.title}: {step.fell} fail, {step.open} open, {step.after} still in",
        )
        for step in figures.steps
    )
    region = figures.region
    text = say(
        f"共 {count(region.subjects)} {unit}。{told}。最后符合 {count(region.eligible)} {unit}。",
        f"{count(region.subjects)} {unit}. {told}. At the end {count(region.eligible)} eligible.",
    )
    title = say(f"{figures.title}：逐项筛查", f"{figures.title}: condition by condition")
    return svg(_stacked(rows, segments), title, text)


def reasons(figures: OutOfWork) -> Markup:
    """People not known to work again by why they left, with their outcomes."""
    names = labels_of("outcome")
    segments = [(names[outcome], color) for outcome, color in OUTCOMES.items()]
    rows = [
        (item.title, (item.eligible, item.cannot_tell, item.not_eligible))
        for item in figures.reasons
    ]
    told = say("；", "; ").join(
        f"{item.title} {item.people}"
        + say(
            f"（符合 {item.eligible}，待核 {item.cannot_tell}，不符合 {item.not_eligible}）",
            f" ({item.eligible} eligible, {item.cannot_tell} open, {item.not_eligible} not)",
        )
        for item in figures.reasons
    )
    title = say(f"{figures.title}：失业原因", f"{figures.title}: why people left")
    return svg(_stacked(rows, segments), title, told)


def months(figures: Sequence[Month]) -> Markup:
    """Units that filed payroll, month by month; months that don't count as delivered are hollow."""
    yes, no = say("已交付", "delivered"), say("未交付", "not delivered")
    data = [
        {
            "month": f"{item.month // 100}-{item.month % 100:02}",
            "units": item.units,
            "state": yes if item.is_delivered else no,
        }
        for item in figures
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(stroke=ACCENT, strokeWidth=1)
        .encode(
            x=alt.X(
                "month:O", title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True), sort=None
            ),
            y=alt.Y(
                "units:Q",
                title=say("申报单位（户）", "units filing"),
                axis=alt.Axis(tickCount=4, format=",d"),
            ),
            color=alt.Color(
                "state:N", title=None, scale=alt.Scale(domain=[yes, no], range=[ACCENT, HOLLOW])
            ),
        )
        .properties(width=_WIDTH, height=150)
    )
    told = say("；", "; ").join(f"{row['month']} {row['units']} {row['state']}" for row in data)
    return svg(chart, say("各月申报单位", "Units filing by month"), told)


def _stacked(rows: Sequence[tuple[str, Sequence[int]]], segments: Sequence[tuple[str, str]]) -> Any:
    """Horizontal bars of segments (name, colour), with their numbers in columns on the right."""
    data, numbers = [], []
    for title, values in rows:
        start = 0
        for (name, _), value in zip(segments, values, strict=True):
            data.append({"title": title, "segment": name, "start": start, "end": start + value})
            start += value
            numbers.append(
                {"title": title, "segment": name, "value": count(value) if value else "–"}
            )
    names = [name for name, _ in segments]
    order = [title for title, _ in rows]
    y = alt.Y(
        "title:N",
        sort=order,
        title=None,
        axis=alt.Axis(domain=False, ticks=False, labelPadding=8, labelLimit=300),
    )
    bars = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(height=15)
        .encode(
            y=y,
            x=alt.X("start:Q", axis=None, scale=alt.Scale(nice=False)),
            x2="end:Q",
            color=alt.Color(
                "segment:N",
                title=None,
                scale=alt.Scale(domain=names, range=[color for _, color in segments]),
            ),
        )
    )
    # Chinese names of outcomes are short; a sign of a number takes eight pixels.
    longest = max((len(row["value"]) for row in numbers), default=0)
    column = max(46 if language() == "zh" else 72, 8 * longest)
    layers = [bars]
    for place, name in enumerate(names):
        at = _BAR_WIDTH + 8 + column * (place + 1)
        layers.append(
            alt.Chart(alt.Data(values=[row for row in numbers if row["segment"] == name]))
            .mark_text(align="right", fontSize=12, color=INK)
            .encode(y=y, x=alt.value(at), text="value:N")
        )
        layers.append(
            alt.Chart(alt.Data(values=[{"name": name}]))
            .mark_text(align="right", fontSize=11, color=QUIET, baseline="bottom")
            .encode(y=alt.value(-5), x=alt.value(at), text="name:N")
        )
    return alt.layer(*layers).properties(width=_BAR_WIDTH, height=_ROW * len(rows))

"""The picture of layoff rates in report.html: units in bins, and the limit as a line."""

from decimal import Decimal
from typing import Any

import altair as alt
from markupsafe import Markup

from pipelines.charts import INK, OUTCOMES, QUIET, svg
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.pages import count, exact_percent
from pipelines.report_rates import Bin, Spread

_WIDTH, _HEIGHT = 400, 190


def layoff_rates(spread: Spread) -> Markup:
    """Units with a layoff rate above 0, in bins; the limit stands as a line."""
    names = labels_of("outcome")
    words = {
        "eligible": say("不高于上限", "within the limit"),
        "cannot_tell": names["cannot_tell"],
        "not_eligible": say("高于上限", "above the limit"),
    }
    label = say("上限 ", "limit ") + exact_percent(spread.limit)
    chart = alt.layer(_bars(spread, words), *_marks(spread, label))
    title = say(f"裁员率分布，上限 {exact_percent(spread.limit)}", f"Layoff rates, {label}")
    return svg(chart.properties(width=_WIDTH, height=_HEIGHT), title, rates_told(spread))


def rates_told(spread: Spread) -> str:
    """A spread in words: those at 0, within, open and above, and those without a rate."""
    zero, unknown = spread.zero.units, spread.unknown.units
    within = sum(item.eligible for item in spread.bins)
    still_open = sum(item.cannot_tell for item in spread.bins)
    above = sum(item.not_eligible for item in spread.bins)
    return say(
        f"适用上限 {exact_percent(spread.limit)} 的单位 {count(spread.units)} 户：裁员率为零"
        f" {count(zero)} 户（图中不画），大于零而不高于上限 {count(within)} 户，待核"
        f" {count(still_open)} 户，高于上限 {count(above)} 户，裁员率不明 {count(unknown)} 户。",
        f"{count(spread.units)} units have the limit {exact_percent(spread.limit)}:"
        f" {count(zero)} laid off nobody (not drawn), {count(within)} some and are within it,"
        f" {count(still_open)} are open, {count(above)} above it, {count(unknown)} without a rate.",
    )


def bin_title(item: Bin) -> str:
    """A bin as people read it: above the first number, not above the second."""
    if item.high is None:
        return say(f"高于 {exact_percent(item.low)}", f"above {exact_percent(item.low)}")
    return f"{exact_percent(item.low)} – {exact_percent(item.high)}"


def _bars(spread: Spread, words: dict[str, str]) -> Any:
    """The bins, each a column of its outcomes; what is above all bins stands apart, as wide."""
    width = spread.bins[0].high or Decimal(1)
    data = []
    for item in spread.bins:
        low = item.low if item.high is not None else item.low + width
        height = 0
        for outcome, word in words.items():
            units = getattr(item, outcome)
            if not units:
                continue
            data.append(
                {
                    "low": float(low * 100), "high": float((low + width) * 100), "outcome": word,
                    "bottom": height, "top": height + units,
                }
            )  # fmt: skip
            height += units
    last = spread.bins[-1].low
    most = max(item.units for item in spread.bins)
    ticks = [float(item.low * 100) for item in spread.bins[:: max(1, len(spread.bins) // 11)]]
    return (
        alt.Chart(alt.Data(values=data))
        .mark_bar(stroke="#ffffff", strokeWidth=1)
        .encode(
            x=alt.X(
                "low:Q",
                title=say("裁员率（%）", "layoff rate (%)"),
                scale=alt.Scale(domain=[0, float((last + 2 * width) * 100)], nice=False),
                axis=alt.Axis(values=ticks, grid=False),
            ),
            x2="high:Q",
            y=alt.Y(
                "bottom:Q",
                title=say("户", "units"),
                scale=alt.Scale(domain=[0, max(most, 1) * 1.15], nice=False),
                axis=alt.Axis(tickMinStep=1, tickCount=5, format=",d"),
            ),
            y2="top:Q",
            color=alt.Color(
                "outcome:N",
                title=None,
                scale=alt.Scale(domain=list(words.values()), range=list(OUTCOMES.values())),
            ),
        )
    )


def _marks(spread: Spread, label: str) -> list[Any]:
    """The limit with its label, and what the column that stands apart holds."""
    width, last = spread.bins[0].high or Decimal(1), spread.bins[-1].low
    limit = float(spread.limit * 100)
    mark = alt.Chart(alt.Data(values=[{"limit": limit, "label": label}])).encode(x="limit:Q")
    rule = mark.mark_rule(color=INK, strokeWidth=2, strokeDash=[5, 3])
    name = mark.mark_text(
        align="left", baseline="top", dx=5, y=0, color=INK, fontWeight="bold", fontSize=12
    ).encode(text="label:N", y=alt.value(0))
    more = (
        alt.Chart(
            alt.Data(
                values=[
                    {
                        "at": float((last + width * Decimal("1.5")) * 100),
                        "top": spread.bins[-1].units,
                        "label": f"> {exact_percent(last)}" if spread.bins[-1].units else "",
                    }
                ]
            )
        )
        .mark_text(dy=-7, color=QUIET, fontSize=11)
        .encode(x="at:Q", y="top:Q", text="label:N")
    )
    return [rule, name, more]

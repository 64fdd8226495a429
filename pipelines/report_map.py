"""The map of report.html: the eligible and their money by bureau, as tiles."""

from decimal import Decimal
from typing import Any

import altair as alt
from markupsafe import Markup

from pipelines.charts import INK, svg
from pipelines.messages import say
from pipelines.pages import count
from pipelines.reference import code_table
from pipelines.report_figures import Outcomes, ScreeningFigures

_TILE_WIDTH, _TILE_HEIGHT = 60, 54


def tile_map(figures: ScreeningFigures) -> Markup:
    """The eligible and their money by bureau, as tiles that stand about where the bureaus lie."""
    places = {row["bureau_code"]: row for row in code_table("bureau_tiles")}
    unit = figures.screening.counted_in
    shown = [item for item in figures.bureaus if item.bureau_code in places]
    data: list[dict[str, Any]] = [
        {
            "column": int(places[item.bureau_code]["tile_column"]),
            "row": int(places[item.bureau_code]["tile_row"]),
            "name": places[item.bureau_code]["short_name"],
            "subjects": item.eligible,
            "number": count(item.eligible),
            "money": short_money(item.amount_yuan),
        }
        for item in shown
    ]
    most = max((item.eligible for item in shown), default=0)
    base = alt.Chart(alt.Data(values=data)).encode(
        x=alt.X("column:O", axis=None, scale=alt.Scale(padding=0.06)),
        y=alt.Y("row:O", axis=None, scale=alt.Scale(padding=0.06)),
    )
    tiles = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color(
            "subjects:Q",
            legend=None,
            scale=alt.Scale(domain=[0, max(most, 1)], range=["#eef3f9", "#8fb8e3"]),
        )
    )
    name = base.mark_text(dy=-16, fontSize=11.5, color=INK).encode(text="name:N")
    number = base.mark_text(fontSize=14, fontWeight="bold", color=INK).encode(text="number:N")
    money = base.mark_text(dy=16, fontSize=10.5, color=INK).encode(text="money:N")
    columns = 1 + max((item["column"] for item in data), default=0)
    rows = 1 + max((item["row"] for item in data), default=0)
    chart = alt.layer(tiles, name, number, money).properties(
        width=columns * _TILE_WIDTH, height=rows * _TILE_HEIGHT
    )
    text = say("；", "; ").join(_told_of(item, unit) for item in figures.bureaus)
    return svg(
        chart, say(f"{figures.title}：各盟市符合", f"{figures.title}: eligible by bureau"), text
    )


def short_money(value: Decimal) -> str:
    """123.5 万元 (or 1,235k yuan) for pictures; tables tell the whole number."""
    ten_thousands = value / 10_000
    if ten_thousands >= 10_000:
        in_chinese = f"{ten_thousands / 10_000:,.2f} 亿元"
    else:
        in_chinese = f"{ten_thousands:,.{0 if ten_thousands >= 1000 else 1}f} 万元"
    return say(in_chinese, f"{value / 1000:,.0f}k yuan")


def _told_of(item: Outcomes, unit: str) -> str:
    return say(
        f"{item.bureau_name} {item.eligible} {unit}，{short_money(item.amount_yuan)}"
        + (f"，另有 {item.amount_open} {unit}金额未定" if item.amount_open else ""),
        f"{item.bureau_name} {item.eligible} {unit}, {short_money(item.amount_yuan)}"
        + (f", {item.amount_open} more of unknown amount" if item.amount_open else ""),
    )

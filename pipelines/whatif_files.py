"""What-if as files: the figures as CSV or workbook, who changes as CSV, a chart as SVG."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.deliver import neutral, write_csv
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.named_files import private_file
from pipelines.sheet_rows import Column
from pipelines.whatif import WhatIf
from pipelines.whatif_counts import BUREAU, REGION, Figures

# Figures in the order of the table, as people call them.
TITLES = {
    "eligible_before": "符合_现行", "eligible_now": "符合_方案",
    "cannot_tell_before": "待核_现行", "cannot_tell_now": "待核_方案",
    "not_eligible_before": "不符合_现行", "not_eligible_now": "不符合_方案",
    "gained_from_cannot_tell": "新增_原待核", "gained_from_not_eligible": "新增_原不符合",
    "gained_new": "新增_原不在表中", "lost_to_cannot_tell": "减少_转待核",
    "lost_to_not_eligible": "减少_转不符合", "lost_gone": "减少_不再在表中",
    "amount_before_yuan": "金额_现行", "amount_now_yuan": "金额_方案",
    "difference_yuan": "金额之差_已定部分",
    "open_before": "金额未定_现行", "open_now": "金额未定_方案",
    "possible_before_yuan": "待核者金额_现行", "possible_now_yuan": "待核者金额_方案",
}  # fmt: skip
SUBJECTS = (
    "方案", "盟市代码", "编号", "结论_现行", "结论_方案", "金额_现行", "金额_方案", "变化的条件",
)  # fmt: skip


# The run as it is, then the scenarios.
COLOURS = ("#a9b4c2", "#2f6db5", "#d9a13b", "#2b7a5b", "#9b4a5c", "#6b5b95")


def write_figures(path: Path, answer: WhatIf) -> None:
    """The figures of every scenario by region, bureau and group, as CSV or xlsx; 0600."""
    columns = [
        Column(title, "VARCHAR", False, None) for title in ("方案", "内容", "分组", "代码", "名称")
    ]
    columns += [
        Column(title, "", True, 2 if name.endswith("_yuan") else 0)
        for name, title in TITLES.items()
    ]
    told = {item.title: item.described for item in answer.scenarios}
    order = (REGION, BUREAU, *answer.screening.groups)
    rows = [
        [
            *map(neutral, (item.scenario, told[item.scenario], _breakdown(answer, item))),
            neutral(item.code or ""), neutral(item.label),
            *(_cell(getattr(item, name)) for name in TITLES),
        ]
        for scenario in answer.scenarios
        for breakdown in order
        for item in answer.of(breakdown)
        if item.scenario == scenario.title
    ]  # fmt: skip
    private_file(path)
    if path.suffix.lower() == ".xlsx":
        from pipelines.sheets import write_sheet

        write_sheet(path, columns, rows)
    else:
        write_csv(path, [item.title for item in columns], rows)


def write_subjects(path: Path, answer: WhatIf) -> int:
    """Everyone whose outcome a scenario changes, with full ids, as CSV; how many rows. 0600."""
    outcomes = labels_of("outcome")
    none = say("不在表中", "not looked at")
    rows = [
        [
            *map(neutral, (item.scenario, item.bureau_code, item.subject_id)),
            outcomes.get(item.outcome_before or "", none),
            outcomes.get(item.outcome_now or "", none),
            _cell(item.amount_before_yuan), _cell(item.amount_now_yuan), neutral(item.conditions),
        ]
        for item in answer.subjects()
    ]  # fmt: skip
    private_file(path)
    write_csv(path, list(SUBJECTS), rows)
    return len(rows)


def write_chart(path: Path, answer: WhatIf) -> None:
    """The chart by bureau as an SVG file; 0600."""
    drawn = chart_by_bureau(answer)
    private_file(path)
    path.write_text(drawn, encoding="utf-8")


def chart_by_bureau(answer: WhatIf) -> str:
    """Bars of the money by bureau, as it is and under each scenario, as inline SVG."""
    import altair

    from pipelines.charts import svg

    bars = _bars(answer)
    series = list(dict.fromkeys(bar["series"] for bar in bars))
    scale = altair.Scale(domain=series, range=[*COLOURS, *COLOURS[1:] * len(series)][: len(series)])
    chart = (
        altair.Chart(altair.Data(values=bars), width=560, height=altair.Step(12))
        .mark_bar()
        .encode(
            x=altair.X("amount:Q", title=say("金额（元）", "yuan"), axis=altair.Axis(format=",d")),
            y=altair.Y("bureau:N", title=None, sort=None),
            yOffset=altair.YOffset("series:N", sort=series),
            color=altair.Color("series:N", title=None, scale=scale),
        )
    )
    names = _names(answer)
    title = say("各盟市金额：现行与方案", "Money by bureau: as it is and by scenario")
    texts = [
        f"{names[item.scenario]}：{_text(item.amount_before_yuan)} → {_text(item.amount_now_yuan)}"
        for item in answer.of(REGION)
    ]
    return svg(chart, title, "；".join(texts))


def _bars(answer: WhatIf) -> list[dict[str, Any]]:
    """What is drawn; an amount that is not known has no bar."""
    first = answer.scenarios[0].title
    found = []
    for item in answer.of(BUREAU):
        if item.scenario == first:
            found.append((item.label, say("现行", "as it is"), item.amount_before_yuan))
    names = _names(answer)
    found += [
        (item.label, names[item.scenario], item.amount_now_yuan) for item in answer.of(BUREAU)
    ]
    return [
        {"bureau": label, "series": series, "amount": float(amount)}
        for label, series, amount in found
        if amount is not None
    ]


def _names(answer: WhatIf) -> dict[str, str]:
    """What a scenario is called in the legend, by its title."""
    titles = [item.title for item in answer.scenarios]
    return dict(zip(titles, answer.names, strict=True))


def _breakdown(answer: WhatIf, item: Figures) -> str:
    fixed = {REGION: say("全区", "region"), BUREAU: say("盟市", "bureau")}
    return fixed.get(item.breakdown) or answer.screening.group_title(item.breakdown)


def _cell(value: int | Decimal | None) -> str:
    return "" if value is None else str(value)


def _text(amount: Decimal | None) -> str:
    return say("未定", "not known") if amount is None else f"{amount:,.2f}"

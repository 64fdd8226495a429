"""An explanation on the terminal: first what it comes to, then every condition, then the rows."""

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table as RichTable
from rich.text import Text

from pipelines.explained import Basis, Explanation, Judged, Table, Verdict
from pipelines.messages import say
from pipelines.terminal import print_line

# A text of a table that is not longer than this stays in one line.
WHOLE = 20
SIGNS = {True: "✓", False: "✗", None: "?"}


def print_explanation(console: Console, explanation: Explanation) -> None:
    """Print one explanation."""
    print_line(console, explanation.heading)
    run = say(
        f"运行 {explanation.run_id} · 审核日 {explanation.as_of}",
        f"run {explanation.run_id} · as of {explanation.as_of}",
    )
    if explanation.is_held:
        run += say(" · 已扣留，未发布", " · held, not published")
    print_line(console, run)
    for item in explanation.verdicts:
        _print_summary(console, item)
    for note in explanation.notes:
        print_line(console, note)
    for item in explanation.verdicts:
        if item.conditions:
            print_line(console, "")
            print_line(console, say(f"{item.title} · 条件", f"{item.title} · conditions"))
            told: set[Basis] = set()
            for condition in item.conditions:
                _print_condition(console, condition, told)
        for table in item.tables:
            _print_table(console, table)
    for table in explanation.tables:
        _print_table(console, table)


def summary_lines(item: Verdict) -> list[str]:
    """What a verdict comes to: outcome, amount, list, what to do next."""
    lines = [f"{item.title}：{item.outcome_label}"]
    if item.bureau:
        lines[0] += f" · {item.bureau}"
    if item.outcome and item.amount:
        lines[0] += say(f" · {item.amount} 元", f" · {item.amount} yuan")
    if item.parts and item.amount:
        lines.append("，".join(f"{title} {value}" for title, value in item.parts))
    if item.list_name:
        since = say(f"，首次列入 {item.first_listed_on}", f", since {item.first_listed_on}")
        lines.append(
            say("清单：", "List: ")
            + item.list_name
            + (since if item.first_listed_on else "")
            + (f"（{item.list_label}）" if item.list_label else "")
        )
    if item.missing:
        lines.append(say("缺失信息：", "Missing: ") + item.missing)
    if item.next_step:
        lines.append(say("下一步：", "Next: ") + item.next_step)
    lines += [f"· {reason}" for reason in item.open_reasons]
    if item.remarks:
        lines.append(say("备注：", "Remarks: ") + item.remarks)
    return lines


def _print_summary(console: Console, item: Verdict) -> None:
    first, *others = summary_lines(item)
    print_line(console, "")
    console.print(Text(first, style="bold"), soft_wrap=True)
    for line in others:
        print_line(console, f"  {line}")


def _print_condition(console: Console, item: Judged, told: set[Basis]) -> None:
    """A condition; of a value that stood above already only the name."""
    print_line(console, f"{SIGNS[item.value]} {item.title}")
    for text in (*item.reasons, *item.distances):
        print_line(console, f"    {text}")
    for basis in item.bases:
        if basis in told:
            above = say("见上", "see above")
            print_line(console, say("    依据：", "    Basis: ") + f"{basis.title}（{above}）")
            continue
        told.add(basis)
        line = say("依据：", "Basis: ") + f"{basis.title} {basis.value}"
        print_line(
            console,
            "    " + " · ".join(part for part in (line, basis.source, basis.wording) if part),
        )


def _print_table(console: Console, table: Table) -> None:
    print_line(console, "")
    shown = RichTable(title=Text(table.title), title_justify="left")
    for place, name in enumerate(table.header):
        side: JustifyMethod = "right" if place in table.numbers else "left"
        longest = max((cell_len(row[place]) for row in table.rows), default=0)
        width = longest if longest <= WHOLE else None
        shown.add_column(Text(name), justify=side, overflow="fold", min_width=width)
    for row in table.rows:
        shown.add_row(*(Text(text) for text in row))
    console.print(shown)

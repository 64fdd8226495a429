"""What-if on the terminal: scenarios side by side, then money by bureau and by group."""

from decimal import Decimal

from rich.console import Console
from rich.table import Table

from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy import SCREENINGS, title_of
from pipelines.policy_file import load_policy
from pipelines.results import CODED
from pipelines.terminal import print_line
from pipelines.whatif import WhatIf
from pipelines.whatif_counts import BUREAU, REGION, Figures


def print_what_if(console: Console, answer: WhatIf) -> None:
    """Everything but who it is: what changes, notes, outcomes, money, and why outcomes turn."""
    title = title_of(load_policy(SCREENINGS / answer.screening.name / "policy.yaml"))
    print_line(console, f"{title} · {answer.run_id}")
    for name, scenario in zip(answer.names, answer.scenarios, strict=True):
        print_line(console, say(f"{name}：", f"{name}: ") + scenario.described)
    for note in answer.notes:
        print_line(console, note)
    console.print(_outcomes(answer))
    console.print(_money(answer, BUREAU, say("盟市", "Bureau")))
    for column in answer.screening.groups:
        console.print(_money(answer, column, answer.screening.group_title(column)))
    for name, scenario in zip(answer.names, answer.scenarios, strict=True):
        for line in _turned(answer, scenario.title):
            print_line(console, say(f"{name}：{line}", f"{name}: {line}"))


def _outcomes(answer: WhatIf) -> Table:
    unit = answer.screening.counted_in
    table = Table(title=say(f"结论与金额（{unit}、元）", f"Outcomes and money ({unit}, yuan)"))
    table.add_column("")
    for name in (say("现行", "as it is"), *answer.names):
        table.add_column(name, justify="right", overflow="fold")
    region = answer.of(REGION)
    base = region[0]

    def add(title: str, before: str, cells: list[str], is_left_out: bool = False) -> None:
        if not (is_left_out and set(cells) <= {"0"}):
            table.add_row(title, before, *cells)

    for title, column in (
        (say("符合", "eligible"), "eligible"),
        (say("待核", "can't tell"), "cannot_tell"),
        (say("不符合", "not eligible"), "not_eligible"),
    ):
        before = f"{getattr(base, column + '_before'):,}"
        add(title, before, _counts(region, f"{column}_now"))
    for is_part, words, column in _MOVES:
        title = say(*words)
        add(f"  {title}" if is_part else title, "", _counts(region, column), is_part)
    add(
        say("金额（符合）", "money (eligible)"),
        _money_text(base.amount_before_yuan),
        [_money_text(item.amount_now_yuan) for item in region],
    )
    difference = say("  与现行之差（已定部分）", "  difference (of what is known)")
    add(difference, "", [_difference(item) for item in region])
    add(
        say("金额未定", "money not known"),
        _open(base.open_before, unit),
        [_open(item.open_now, unit) for item in region],
    )
    add(
        say("另：待核者金额（已定部分）", "besides: money of can't tell (known)"),
        _money_text(base.possible_before_yuan),
        [_money_text(item.possible_now_yuan) for item in region],
    )
    return table


_MOVES = (
    (False, ("新增符合", "gained"), "gained"),
    (True, ("其中原待核", "of can't tell"), "gained_from_cannot_tell"),
    (True, ("其中原不符合", "of not eligible"), "gained_from_not_eligible"),
    (True, ("其中原不在表中", "not looked at before"), "gained_new"),
    (False, ("不再符合", "lost"), "lost"),
    (True, ("其中转待核", "now can't tell"), "lost_to_cannot_tell"),
    (True, ("其中转不符合", "now not eligible"), "lost_to_not_eligible"),
    (True, ("其中不再在表中", "not looked at any more"), "lost_gone"),
)


def _money(answer: WhatIf, breakdown: str, title: str) -> Table:
    """The money of the eligible by bureau or group; nothing is said of those without any."""
    unit = answer.screening.counted_in
    table = Table(
        title=say(f"金额（符合，元）按{title}", f"Money (eligible, yuan) by {title.lower()}")
    )
    table.add_column(title, overflow="fold")
    for name in (say("现行", "as it is"), *answer.names):
        table.add_column(name, justify="right", overflow="fold")
    labels = {item.code or "": item.label for item in answer.of(breakdown)}
    # Groups in the order of their words, large before small; bureaus by their codes.
    order = [*labels_of(CODED[breakdown])] if breakdown in CODED else []
    for code in [*(item for item in order if item in labels), *sorted(labels.keys() - set(order))]:
        rows = {item.scenario: item for item in answer.of(breakdown) if item.code == code}
        shown = [rows.get(item.title) for item in answer.scenarios]
        some = next(item for item in shown if item)
        if not any(item and (item.eligible_before or item.eligible_now) for item in shown):
            continue
        before = _known(some.amount_before_yuan, some.open_before, unit)
        table.add_row(labels[code], before, *(_now(item, unit) if item else "" for item in shown))
    return table


def _now(item: Figures, unit: str) -> str:
    text = _known(item.amount_now_yuan, item.open_now, unit)
    signs = (("+", item.gained), ("−", item.lost))
    moves = "".join(f" {sign}{number:,}" for sign, number in signs if number)
    return text + moves


def _known(amount: Decimal | None, without: int, unit: str) -> str:
    """An amount, and of how many it is not known; never 0 for what is not known."""
    text = "" if amount is None else f"{amount:,.2f}"
    if not without:
        return text
    return (f"{text} " if text else "") + say(f"未定{without:,}{unit}", f"{without:,} open")


def _money_text(amount: Decimal | None) -> str:
    return say("未定", "not known") if amount is None else f"{amount:,.2f}"


def _counts(figures: list[Figures], column: str) -> list[str]:
    return [f"{getattr(item, column):,}" for item in figures]


def _difference(item: Figures) -> str:
    return "" if item.difference_yuan is None else f"{item.difference_yuan:+,.2f}"


def _open(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number else "0"


def _turned(answer: WhatIf, title: str) -> list[str]:
    """Which conditions turned, for those gained and those lost."""
    lines = []
    for zh, en, column in (
        ("新增者由此符合", "gained by", "among_gained"),
        ("减少者由此不再符合", "lost by", "among_lost"),
    ):
        counts = [
            (item.title, getattr(item, column))
            for item in answer.turned
            if item.scenario == title and getattr(item, column)
        ]
        if counts:
            told = say("、", ", ").join(f"{name} {number:,}" for name, number in counts)
            lines.append(say(f"{zh}：{told}", f"{en}: {told}"))
    return lines

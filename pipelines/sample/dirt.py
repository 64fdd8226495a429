"""Believable damage to single CSV rows: what spreadsheets, hands and old systems do to them."""

from collections.abc import Callable

import numpy as np

DAYS = {"paid_on", "separated_on", "unemployed_on", "registered_on", "listed_from", "birth_date"}
MONTHS = {"period", "insured_from", "first_paid_period"}
MONEY = {"wage_base", "unit_paid", "person_paid", "amount_yuan", "revenue_10k"}
CODES = {"insurance_code", "reason_code", "payment_kind", "benefit_kind", "unit_type_code"}
IDS = {"person_id", "unit_id", "uscc"}
NEEDED = {"person_id", "unit_id", "unit_name", "register", "data_year"}

CELLS: list[tuple[set[str], Callable[[str, int], str]]] = [
    (DAYS, lambda cell, draw: ["2021-02-30", "待定", "21.6.31", "44561.5"][draw % 4]),
    (MONTHS, lambda cell, draw: ["202113", "2021年", "O202106", "21-6"][draw % 4]),
    (MONEY, lambda cell, draw: ["贰拾元", "12.3.4", "约3000", "#REF!"][draw % 4]),
    (CODES, lambda cell, draw: ["999", "QT", "？"][draw % 3]),
    (IDS, lambda cell, draw: f"{cell[:1] or '1'}.{cell[1:6] or '59901'}E+17"),
    (NEEDED, lambda cell, draw: ""),
]


def damaged(
    content: bytes, columns: list[str], share: float, random: np.random.Generator
) -> tuple[bytes, int]:
    """The CSV lines with about `share` of them damaged, and how many were."""
    lines = content.split(b"\n")
    lines.pop()
    chosen = np.flatnonzero(random.random(len(lines)) < share)
    draws = random.integers(0, 1 << 30, len(chosen))
    for place, draw in zip(chosen.tolist(), draws.tolist(), strict=True):
        lines[place] = _damaged_line(lines[place].decode(), columns, draw).encode()
    return b"\n".join(lines) + b"\n", len(chosen)


def _damaged_line(line: str, columns: list[str], draw: int) -> str:
    cells = line.split(",")
    kind, draw = draw % 10, draw // 10
    if kind == 0:
        cells.insert(draw % len(cells), "")
    elif kind == 1 and len(cells) > 2:
        del cells[-(1 + draw % 2) :]
    elif kind == 2:
        cells[draw % len(cells)] = '"' + cells[draw % len(cells)]
    elif kind == 3:
        return "锟斤拷烫烫烫"
    else:
        fitting = [
            (place, change)
            for place, column in enumerate(columns)
            for names, change in CELLS
            if column in names
        ]
        place, change = fitting[draw % len(fitting)]
        if place < len(cells):
            cells[place] = change(cells[place], draw // len(fitting))
    return ",".join(cells)

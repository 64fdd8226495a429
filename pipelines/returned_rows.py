"""Rows of a returned list: where its header stands, and which of its cells matter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.contracts import load_contracts, normalise_header
from pipelines.errors import ExtractError
from pipelines.messages import say
from pipelines.tabular import cell_text

HOW, ON, RESULT = "告知方式", "告知日期", "告知结果"
NAME = "姓名"
_ID = "社会保障号码"
NEEDED = (_ID, ON, RESULT)
_FOOTER = re.compile(
    r"(合计|总计|小计|填表|填报|制表|审核|复核|经办|负责人|单位负责人|打印|导出|备注|说明|注)"
)
_EXACT = 10**15


@dataclass(frozen=True)
class ReturnedRow:
    """A row of the list as it came: its sheet (0: none), its row, and the cells that matter."""

    sheet: int
    line: int
    person_id: str
    person_name: str
    told_how: str
    told_on: str
    result: str
    is_broken: bool = False


@dataclass(frozen=True)
class Header:
    """How wide the header is, and at which place each column stands."""

    width: int
    places: dict[str, int]


def find_header(
    path: Path, rows: Sequence[tuple[int, Sequence[Any]]], seen: set[str]
) -> tuple[int, Header] | None:
    """The header among the first rows, with its line; `seen` gathers which columns were there."""
    wanted = _headers()
    for line, row in rows:
        texts = [normalise_header(cell_text(cell)) for cell in row]
        places: dict[str, int] = {}
        twice = ""
        for at, text in enumerate(texts):
            if column := wanted.get(text):
                twice = column if column in places and column != NAME else twice
                places.setdefault(column, at)
        if places.keys() >= set(NEEDED):
            if twice:
                raise ExtractError(
                    say(
                        f"{path.name}：{twice} 有两列，请只留一列",
                        f"{path.name}: two columns are called {twice}; keep one",
                    )
                )
            return line, Header(len(row), places)
        if _ID in places:
            seen.update(places)
    return None


@cache
def _headers() -> dict[str, str]:
    """Each way of writing a header → the list's own."""
    columns = {column.name: column for column in load_contracts()["insured_people"].columns}
    ids = [*columns["person_id"].aliases, "身份证号码", "公民身份证号码"]
    own = {normalise_header(text): text for text in (NAME, HOW, ON, RESULT)}
    return own | {normalise_header(text): _ID for text in ids}


def row_of(
    header: Header, sheet: int, line: int, row: Sequence[Any], is_text: bool = False
) -> ReturnedRow | None:
    """The row, None for a blank one and for what stands below a table."""
    texts = [cell_text(cell).strip() for cell in row]
    first = next(filter(None, texts), "")
    if not first:
        return None

    def cell(column: str) -> str:
        at = header.places.get(column)
        return texts[at] if at is not None and at < len(texts) else ""

    person_id = cell(_ID)
    if not person_id and _FOOTER.match(first):
        return None
    if normalise_header(person_id) in _headers():  # the header again
        return None
    at = header.places[_ID]
    if at < len(row) and isinstance(row[at], int | float) and abs(row[at]) >= _EXACT:
        # A number in a cell holds 15 digits: whatever stands behind them was never given.
        person_id = f"{float(row[at]):.14E}"
    is_broken = is_text and (
        any(texts[header.width :]) or len(texts) <= max(header.places.values())
    )
    cells = (person_id, cell(NAME), cell(HOW), cell(ON), cell(RESULT))
    return ReturnedRow(sheet, line, *cells, is_broken=is_broken)

"""Where a file's header, titles and footers are, and which field is which column."""

import csv
import re
import unicodedata
from dataclasses import dataclass, replace

from pipelines.contracts import Column, Contract, normalise_header
from pipelines.decoding import DAMAGE
from pipelines.errors import ExtractError
from pipelines.messages import say
from pipelines.repair_mark import RepairPlaces, is_of_kit, repair_places

DELIMITERS = (",", "\t", ";", "|")
TITLE_ROWS = 3
FOOTER_ROWS = 6
_FIELD_CODE = re.compile(r"[a-z]{2,3}[0-9]{2,3}[a-z0-9]?")
# No header has one; identity numbers, accounts and phones have.
_LONG_NUMBER = re.compile(r"[0-9]{11}")
# What stands in rows of data and in no header: long numbers, days.
_DATA = re.compile(r"\d{7}|\d{4}[-/.年]\d{1,2}[-/.月]\d|\d{3,4}[ -]\d{4}")
_FOOTER = re.compile(
    r"(合计|总计|小计|本页合计|填表人?|填报人?|填报单位|填表日期|制表人?|制表单位|制表日期|审核人?"
    r"|复核人?|经办人?|负责人|单位负责人|打印日期|打印时间|导出日期|导出时间)(.*)"
)


@dataclass(frozen=True)
class Layout:
    """Line numbers count from 1; `positions` gives each column's fields, the first one winning,
    `headers` what stands above them, `header_rows` the header and a row of codes as compared."""

    delimiter: str
    width: int
    header_line: int
    last_heading_line: int
    heading_lines: tuple[int, ...]
    positions: dict[str, tuple[int, ...]]
    headers: dict[str, str]
    unknown_headers: tuple[str, ...]
    header_rows: tuple[tuple[str, ...], ...] = ()
    footer_lines: tuple[int, ...] = ()
    repair: RepairPlaces = RepairPlaces()

    def without_headings(self, lines: set[int]) -> "Layout":
        """The same layout, in which these lines are no headings."""
        kept = tuple(line for line in self.heading_lines if line not in lines)
        return replace(self, heading_lines=kept)


Lines = list[tuple[int, str]]


def find_layout(contract: Contract, name: str, head: Lines, tail: Lines) -> Layout:
    """The layout of a file from its first and last lines, each with its number.

    Raises ExtractError when no line is a header, and when a required column is missing: with the
    file, the column and the headers that are accepted.
    """
    if not any(line.strip() for _, line in head):
        raise ExtractError(
            say(
                f"{name}：文件没有内容，请重新提供",
                f"{name}: there is nothing in the file; deliver it again",
            )
        )
    filled = [(number, line) for number, line in head if line.strip()][: TITLE_ROWS + 2]
    candidates = [
        (len(recognised(contract, split_line(line, delimiter))), -index, delimiter)
        for delimiter in DELIMITERS
        for index, (_, line) in enumerate(filled[: TITLE_ROWS + 1])
    ]
    count, negative_index, delimiter = max(
        candidates, default=(0, 0, ","), key=lambda item: item[:2]
    )
    if count < 2:
        wanted = "、".join(
            column.label for column in contract.columns if column.required == "value"
        )
        raise ExtractError(
            say(
                f"{name}：前 {TITLE_ROWS + 1} 行中没有{contract.title}的表头，应有：{wanted}",
                f"{name}: none of the first {TITLE_ROWS + 1} lines is a header of"
                f" {contract.extract}; it needs: {wanted}",
            )
        )
    index = -negative_index
    if DAMAGE in filled[index][1] or _LONG_NUMBER.search(filled[index][1]):
        raise ExtractError(
            say(
                f"{name}：表头行已损坏，或与数据行连在一起，请重新导出",
                f"{name}: the header is damaged, or runs into the first row; export it again",
            )
        )
    header = split_line(filled[index][1], delimiter)
    header_rows = [header]
    last = index
    if index + 1 < len(filled):
        codes = split_line(filled[index + 1][1], delimiter)
        if _is_header_too(contract, codes):
            header = _merged(contract, header, codes)
            header_rows.append(codes)
            last = index + 1
    positions = recognised(contract, header)
    _require(contract, name, positions)
    used = {position for fields in positions.values() for position in fields}
    repair = repair_places(header)
    kit = {at for at, text in enumerate(header, start=1) if repair.source and is_of_kit(text)}
    layout = Layout(
        delimiter=delimiter,
        width=len(header),
        header_line=filled[index][0],
        last_heading_line=filled[last][0],
        heading_lines=tuple(number for number, _ in filled[: last + 1]),
        positions=positions,
        headers={
            name: " / ".join(header[at - 1].strip() for at in fields)
            for name, fields in positions.items()
        },
        unknown_headers=_told(header, used | kit),
        header_rows=tuple(tuple(map(normalise_header, row)) for row in header_rows),
        repair=repair,
    )
    footers = _footers(contract, layout, tail)
    return replace(layout, footer_lines=footers)


def split_line(line: str, delimiter: str) -> list[str]:
    """The fields of one physical line, as far as quotes allow."""
    return next(csv.reader([line], delimiter=delimiter), [])


def header_score(contract: Contract, fields: list[str]) -> int:
    """How many columns of the contract a row of a sheet names."""
    return len(recognised(contract, fields))


def recognised(contract: Contract, fields: list[str]) -> dict[str, tuple[int, ...]]:
    """The columns of a contract that fields name, each with its places, the winning one first."""
    texts = [normalise_header(field) for field in fields]
    found = {}
    for column in contract.columns:
        places = [
            position
            for alias in dict.fromkeys(column.aliases)
            for position, text in enumerate(texts, start=1)
            if text == alias
        ]
        if places:
            found[column.name] = tuple(places)
    return found


def _is_header_too(contract: Contract, fields: list[str]) -> bool:
    texts = [normalise_header(field) for field in fields if field.strip()]
    names = {alias for column in contract.columns for alias in column.aliases}
    known = sum(text in names for text in texts)
    return known >= 2 and all(text in names or _FIELD_CODE.fullmatch(text) for text in texts)


def _merged(contract: Contract, header: list[str], codes: list[str]) -> list[str]:
    """The header, with the second row's code wherever the first row's text says nothing."""
    known = {place for places in recognised(contract, header).values() for place in places}
    found = recognised(contract, header)
    extra = {
        place
        for name, places in recognised(contract, codes).items()
        if name not in found
        for place in places
    }
    return [
        codes[place - 1] if place not in known and place in extra else text
        for place, text in enumerate(header, start=1)
    ]


def _told(header: list[str], used: set[int]) -> tuple[str, ...]:
    """The headers that no column uses; by their places alone where a row of data may be among them.

    Nothing else tells a name in such a row from a header.
    """
    others = {at: text.strip() for at, text in enumerate(header, start=1) if at not in used}
    texts = {at: text for at, text in others.items() if text}
    if any(_DATA.search(unicodedata.normalize("NFKC", text)) for text in texts.values()):
        return tuple(say(f"第 {at} 列", f"column {at}") for at in texts)
    return tuple(texts.values())


def _require(contract: Contract, name: str, positions: dict[str, tuple[int, ...]]) -> None:
    missing = [
        column
        for column in contract.columns
        if column.required in {"value", "column"} and column.name not in positions
    ]
    if missing:
        wanted = "；".join(f"{column.label}（{_accepted(column)}）" for column in missing)
        raise ExtractError(
            say(
                f"{name}：缺少必需的列：{wanted}。请补上该列，或在契约中登记其表头",
                f"{name}: required columns are missing: {wanted}; add them, or their headers to"
                f" sql/staging/{contract.extract}.yaml",
            )
        )


def _accepted(column: Column) -> str:
    return "、".join(dict.fromkeys((column.label, column.name, *column.headers)))


def _footers(contract: Contract, layout: Layout, tail: Lines) -> tuple[int, ...]:
    """The closing lines that are no data: totals, who filled it in, who checked it."""
    required = [
        layout.positions[column.name]
        for column in contract.columns
        if column.required == "value" and column.name in layout.positions
    ]
    found: list[int] = []
    for number, line in reversed(tail):
        if number <= layout.last_heading_line or len(found) == FOOTER_ROWS:
            break
        fields = [field.strip() for field in split_line(line, layout.delimiter)]
        first = next((field for field in fields if field), "")
        if not first:
            continue
        match = _FOOTER.match(normalise_header(first))
        is_complete = len(fields) == layout.width and all(
            any(fields[place - 1] for place in places) for places in required
        )
        if not match or (is_complete and match[2] and not match[2].startswith(":")):
            break
        found.append(number)
    return tuple(sorted(found))

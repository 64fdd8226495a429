"""The rows of a sheet as the XML of an .xlsx file: a list of a region has ten million cells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name

# The cells of a row as text.
Row = Sequence[str]

EXACT_DIGITS = 15
# A cell holds 32,767; further ones would make Excel repair the file.
LONGEST_TEXT = 32_000
_AT_ONCE = 1_000
# What XML can't hold is written as _xHHHH_, and so is what looks like it.
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Column:
    """A column of a list: its header, DuckDB type, whether cells are numbers, and decimals."""

    title: str
    kind: str
    is_number: bool
    decimals: int | None


def rows_as_xml(
    columns: Sequence[Column],
    styles: list[str],
    rows: Sequence[Row],
    begin: int = 2,
    is_ruled: bool = False,
    marked: Sequence[int | None] = (),
    mark: str = "",
) -> Iterator[bytes]:
    """The `<row>` elements of cells given as text, from the sheet's line `begin` on, in pieces.

    `styles` are the numbers of the columns' formats. Empty cells are left out, unless their format
    `is_ruled`: has lines around it. Numbers that a spreadsheet would round (over 15 digits) are
    texts; texts longer than a cell may be are cut. `marked` names for each row the place of one
    cell that has the format `mark`, also when it is empty.
    """
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        lines = range(start + begin, start + begin + len(part))
        cells = [
            _cells(
                f'<c r="{xl_col_to_name(at)}',
                f'" s="{style}"',
                lines,
                texts,
                item.is_number,
                is_ruled,
            )
            for at, (item, style, texts) in enumerate(
                zip(columns, styles, zip(*part, strict=True), strict=True)
            )
        ]
        for at, place in enumerate(marked[start : start + _AT_ONCE]):
            if place is not None:
                name = f'<c r="{xl_col_to_name(place)}{lines[at]}" s="'
                cell = cells[place][at] or f'{name}{styles[place]}"/>'
                cells[place][at] = f"{name}{mark}{cell[len(name) + len(styles[place]) :]}"
        yield "".join(
            f'<row r="{line}">{"".join(row)}</row>'
            for line, row in zip(lines, zip(*cells, strict=True), strict=True)
        ).encode()


def _cells(
    begin: str, style: str, lines: range, texts: Sequence[str], is_number: bool, is_ruled: bool
) -> list[str]:
    """The cells of a column; a column that needs no escape, as most, is not looked at by cell."""
    tag, shown = "<t>", texts
    if not _is_plain(texts):
        tag, shown = '<t xml:space="preserve">', [_escaped(text) for text in texts]
    as_text = f'{style} t="inlineStr"><is>{tag}'
    if is_ruled and "" in texts:
        cells = _cells(begin, style, lines, texts, is_number, False)
        return [cell or f"{begin}{line}{style}/>" for line, cell in zip(lines, cells, strict=True)]
    if not is_number:
        return [
            f"{begin}{line}{as_text}{text}</t></is></c>" if text else ""
            for line, text in zip(lines, shown, strict=True)
        ]
    return [
        f"{begin}{line}{style}><v>{text}</v></c>"
        if _is_exact(text)
        else f"{begin}{line}{as_text}{text}</t></is></c>"
        if text
        else ""
        for line, text in zip(lines, shown, strict=True)
    ]


def _is_plain(texts: Sequence[str]) -> bool:
    """Whether no text has a sign with a meaning in XML, a space to be kept, or too many signs."""
    joined = "".join(texts)
    return (
        joined.isprintable()
        and not any(sign in joined for sign in ("&", "<", ">", "_x", " "))
        and max(map(len, texts)) <= LONGEST_TEXT
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", escape(text[:LONGEST_TEXT]))


def _is_exact(text: str) -> bool:
    """Whether a text is a number that a spreadsheet keeps; `inf` and `nan` end in no digit."""
    return text[-1:].isdigit() and (
        len(text) <= EXACT_DIGITS or sum(map(str.isdigit, text)) <= EXACT_DIGITS
    )

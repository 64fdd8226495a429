"""Lines that look like rows of a file's table and are none, or not in their place.

A row above the header, the header again in the middle, the rows of a second table below its own
header, and a last row that was cut off where it can still be read: none of them is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts import Contract, load_contracts, normalise_header
from pipelines.cut_off import is_cut_off
from pipelines.forms import FORMS
from pipelines.layout import Layout, Lines, split_line
from pipelines.loading import Text
from pipelines.sqltext import quoted

REASONS = ("above_header", "header_again", "another_table", "cut_off")
# A longer line is no header.
HEADER_LENGTH = 10_000


@dataclass(frozen=True)
class Misplaced:
    """Lines from `first` to `last` that are set aside, and the reason: a code of ref_problems."""

    first: int
    last: int
    reason: str


def holds(misplaced: list[Misplaced], number: str) -> str:
    """SQL: whether the line of this number is one of these."""
    tests = [
        f"{number} between {lines.first} and {lines.last}"
        for lines in misplaced
        if lines.first < lines.last
    ]
    single = [str(lines.first) for lines in misplaced if lines.first == lines.last]
    if single:
        tests.append(f"{number} in ({', '.join(single)})")
    return f"({' or '.join(tests) or 'false'})"


def rows_above(contract: Contract, layout: Layout, head: Lines) -> list[Misplaced]:
    """The lines above the header that are rows of the table and no titles."""
    above = [(n, line) for n, line in head if n in layout.heading_lines and n < layout.header_line]
    return [
        Misplaced(number, number, "above_header")
        for number, line in above
        if _is_a_row(contract, layout, split_line(line, layout.delimiter))
    ]


def rows_below(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    layout: Layout,
    text: Text,
    delivered: Path,
) -> list[Misplaced]:
    """Headers among the rows, what stands below another table's header, and a cut-off last row.

    `odd_lines` must be there: no header is in plain form.
    """
    found: list[Misplaced] = []
    other = 0
    for number, is_own in _headers(connection, contract, layout):
        if is_own:
            if other:
                found.append(Misplaced(other, number - 1, "another_table"))
            found.append(Misplaced(number, number, "header_again"))
            other = 0
        else:
            other = other or number
    if other:
        found.append(Misplaced(other, text.lines, "another_table"))
    elif is_cut_off(connection, contract, layout, text, delivered):
        found.append(Misplaced(text.lines, text.lines, "cut_off"))
    return found


def _is_a_row(contract: Contract, layout: Layout, fields: list[str]) -> bool:
    """Whether fields stand under their columns: two of a telling form, or all that is required."""
    if len(fields) != layout.width:
        return False
    cells = {
        column.name: fields[layout.positions[column.name][0] - 1].strip()
        for column in contract.columns
        if column.name in layout.positions
    }
    telling = sum(
        column.type != "text"
        and bool(cells[column.name])
        and re.fullmatch(FORMS[column.type].plain, cells[column.name]) is not None
        for column in contract.columns
        if column.name in cells
    )
    required = [column.name for column in contract.columns if column.required == "value"]
    return telling >= 2 or (telling == 1 and all(cells.get(name) for name in required))


def _headers(
    connection: duckdb.DuckDBPyConnection, contract: Contract, layout: Layout
) -> Iterator[tuple[int, bool]]:
    """The lines that name columns of any extract, and whether they are of the file's own table."""
    names = {
        alias
        for known in load_contracts().values()
        for column in known.columns
        for alias in column.aliases
    }
    pattern = "|".join(sorted(map(re.escape, names)))
    lines = connection.execute(
        f"select line_number, line from odd_lines where length(line) < {HEADER_LENGTH}"
        " and not regexp_matches(line, '[0-9]{6}')"
        " and regexp_matches(regexp_replace(lower(half_width(line)), '[\\s\"]+', '', 'g'),"
        f" {quoted(pattern)}) order by line_number"
    ).fetchall()
    for number, line in lines:
        cells = [normalise_header(cell) for cell in split_line(line, layout.delimiter)]
        filled = sum(cell != "" for cell in cells)
        known = sum(cell in names for cell in cells)
        if known >= 2 and known * 2 >= filled:
            yield number, _is_own_header(contract, layout, cells, names)


def _is_own_header(contract: Contract, layout: Layout, cells: list[str], names: set[str]) -> bool:
    """Whether every column that is named stands where the file's own header has it."""
    own: list[set[str]] = [set() for _ in range(layout.width)]
    for row in layout.header_rows:
        for texts, text in zip(own, row, strict=False):
            texts.add(text)
    for column in contract.columns:
        for place in layout.positions.get(column.name, ()):
            own[place - 1] |= set(column.aliases)
    return len(cells) == layout.width and all(
        cell in texts or cell not in names for cell, texts in zip(cells, own, strict=True)
    )

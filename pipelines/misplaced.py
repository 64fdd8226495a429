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
from pipelines.forms import FORMS
from pipelines.layout import Layout, Lines, split_line
from pipelines.loading import Text
from pipelines.sqltext import quoted

REASONS = ("above_header", "header_again", "another_table", "cut_off")
# A copy that broke off ends where a block of the disk or of the network did.
BLOCK_BYTES = 4096
# Rows that must agree on how the last cell is written before the last row is measured by them.
ROWS_COMPARED = 10
# A longer line is no header.
HEADER_LENGTH = 10_000
# Types whose values are all equally long, and so are those of most codes.
_EVEN = {"person_id", "month", "day", "division", "code", "upper_code"}


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
    elif _is_cut_off(connection, contract, layout, text, delivered):
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


def _is_cut_off(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    layout: Layout,
    text: Text,
    delivered: Path,
) -> bool:
    """Whether the last row lost its end, as far as that can be known.

    Many programs end a file without a line end, so this alone means nothing. It does when the
    file also ends where a block does, or when the last cell is written as in no other row: empty
    where none is, with fewer decimals or shorter where all have the same.
    """
    if text.encoding in {"xlsx", "parquet"} or text.lines in layout.footer_lines:
        return False
    if text.lines <= layout.last_heading_line or _ends_in_a_line_end(text.path):
        return False
    is_gzip = delivered.suffix.lower() == ".gz"
    if not is_gzip and delivered.stat().st_size % BLOCK_BYTES == 0:
        return True
    kinds = [
        column.type
        for column in contract.columns
        if layout.width in layout.positions.get(column.name, ())
    ]
    is_even = bool(kinds) and kinds[0] in _EVEN
    row = connection.execute(
        "with cells as (select rowid + 1 as line_number, trim(regexp_extract(line,"
        f" {quoted(f'[^{re.escape(layout.delimiter)}]*$')}), '\"') as cell from file_lines"
        f" where rowid + 1 > {layout.last_heading_line} and"
        f" length(line) - length(replace(line, {quoted(layout.delimiter)}, ''))"
        f" = {layout.width - 1}),"
        " forms as (select line_number, length(cell) as size, case when cell = '' then -1"
        " when regexp_full_match(cell, '-?[0-9]+[.][0-9]*') then length(cell) - strpos(cell, '.')"
        " else 0 end as decimals from cells)"
        " select count(*), min(others.decimals), max(others.decimals), min(others.size),"
        " max(others.size), any_value(last_row.decimals), any_value(last_row.size)"
        " from forms as others inner join forms as last_row on last_row.line_number = ?"
        " where others.line_number < last_row.line_number",
        [text.lines],
    ).fetchone()
    if row is None or row[0] < ROWS_COMPARED:
        return False
    _, fewest, most, shortest, longest, decimals, size = row
    if decimals == -1:
        return fewest >= 0
    if most > 0:
        return fewest == most and decimals < most
    return is_even and shortest == longest and size < shortest


def _ends_in_a_line_end(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if not file.tell():
            return True
        file.seek(-1, 2)
        return file.read() == b"\n"

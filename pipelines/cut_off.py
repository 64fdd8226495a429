"""Whether the last row of a text file lost its end, as far as a file can show it."""

import re
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.layout import Layout
from pipelines.loading import Text, ends_in_a_line_end
from pipelines.sqltext import quoted

# A copy that broke off ends where a block of the disk or of the network did.
BLOCK_BYTES = 4096
# Rows that must agree on how the last cell is written before the last row is measured by them.
ROWS_COMPARED = 10
ROWS_LOOKED_AT = 20_000
# Types whose values are all equally long, and so are those of most codes.
_EVEN = {"person_id", "month", "day", "division", "code", "upper_code"}


def is_cut_off(
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
    if text.lines <= layout.last_heading_line or ends_in_a_line_end(text.path):
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
        f" where rowid + 1 > {layout.last_heading_line}"
        f" and (rowid < {ROWS_LOOKED_AT} or rowid + 1 = {text.lines}) and"
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

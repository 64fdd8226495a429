"""Rows set aside that somebody should mend: whose they are, and what to show of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from re import fullmatch
from typing import Any

import duckdb

from pipelines.contracts import Contract
from pipelines.decoding import DAMAGE
from pipelines.layout import split_line
from pipelines.messages import language
from pipelines.repair_mark import mark_of
from pipelines.set_aside import NO_ROW, UNREADABLE

REGION = "150000"
CELL_CHARACTERS = 32_000

# The bureau of a row: of the division that it gives; of its unit, by number or by a credit code of
# one bureau's units alone; of its person's residence; of the only unit that a broken row may name.
# Whose nobody can tell is the region's.
_ROWS_TO_MEND = f"""
create or replace temp table rows_to_mend as
with divisions as (
    select division_code, bureau_code from ref_divisions
    union
    select division_code, bureau_code from division_bureaus where bureau_code is not null
),
codes as (
    select uscc, min(bureau_code) as bureau_code
    from units
    where is_valid_uscc
    group by uscc
    having min(bureau_code) = max(bureau_code)
),
residents as (
    select people.person_id, min(divisions.bureau_code) as bureau_code
    from stg_insured_people as people
    inner join divisions on people.division_code = divisions.division_code
    where people.person_id in (select owner_person_id from rows_set_aside)
    group by people.person_id
    having min(divisions.bureau_code) = max(divisions.bureau_code)
),
named as (
    select mentions.extract, mentions.file_name, mentions.line_number,
        min(units.bureau_code) as bureau_code
    from unit_mentions as mentions
    inner join units on mentions.unit_id = units.unit_id
    group by mentions.extract, mentions.file_name, mentions.line_number
    having min(units.bureau_code) = max(units.bureau_code)
)
select
    rows.extract, rows.file_name, rows.line_number, kit_shapes.shape,
    coalesce(
        divisions.bureau_code, units.bureau_code, codes.bureau_code, residents.bureau_code,
        named.bureau_code, '{REGION}'
    ) as bureau_code
from rows_set_aside as rows
inner join kit_shapes on rows.extract = kit_shapes.extract and rows.file_name = kit_shapes.file_name
left join rows_closed as closed
    on rows.extract = closed.extract
    and rows.file_name = closed.file_name
    and rows.line_number = closed.line_number
left join divisions on rows.owner_division_code = divisions.division_code
left join units on rows.owner_unit_id = units.unit_id
left join codes on rows.owner_uscc = codes.uscc
left join residents on rows.owner_person_id = residents.person_id
left join named
    on rows.extract = named.extract
    and rows.file_name = named.file_name
    and rows.line_number = named.line_number
where closed.line_number is null and rows.reason not in {NO_ROW}
"""
_MARK = mark_of("files.sha256", "rows.line_number", "rows.raw_row", "files.code_system")
# The first rows of each kit. Beside them, what was tried in vain: the repair that stands for a row
# and can't be used.
_ROWS_SHOWN = f"""
create or replace temp table rows_shown as
with numbered as (
    select
        extract, file_name, line_number, bureau_code, shape,
        row_number() over (
            partition by bureau_code, extract, shape order by file_name, line_number
        ) as place
    from rows_to_mend
),
mine as (
    select * from numbered where place <= ?
),
problems as (
    select code, {{language}} as word from ref_problems
),
tried as (
    select repairs.extract, repairs.source, repairs.column_name, repairs.reason
    from repairs
    inner join repairs_settled as settled
        on repairs.extract = settled.extract
        and repairs.file_name = settled.file_name
        and repairs.line_number = settled.line_number
    where settled.standing = 'stands' and settled.fate = 'wrong'
)
select
    mine.bureau_code, mine.extract, mine.shape, mine.place,
    rows.file_name, rows.line_number, rows.column_name, rows.reason, problems.word as reason_text,
    tried.column_name as tried_column, tried_problems.word as tried_reason, rows.raw_row,
    {_MARK} as source
from mine
inner join rows_set_aside as rows
    on mine.extract = rows.extract
    and mine.file_name = rows.file_name
    and mine.line_number = rows.line_number
inner join files_read as files on rows.extract = files.extract and rows.file_name = files.file_name
left join problems on rows.reason = problems.code
left join tried on rows.extract = tried.extract and {_MARK} = tried.source
left join problems as tried_problems on tried.reason = tried_problems.code
"""
_KIT = """
select * exclude (bureau_code, extract, shape, place)
from rows_shown
where bureau_code = ? and extract = ? and shape = ?
order by place
"""


_PRINTED = dict.fromkeys([*range(32), 127, 0xFFFE, 0xFFFF], " ") | {ord(DAMAGE): "\ufffd"}


@dataclass(frozen=True)
class SourceFile:
    """How a file that holds rows to mend is laid out: the fields of its columns, from 1."""

    extract: str
    file_name: str
    delimiter: str
    system: str | None
    counts_days: bool
    places: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class KitRow:
    """One row to mend; `cells` by column as they came, empty when they can't be told apart."""

    file_name: str
    line_number: int
    wrong: str | None
    reason: str
    tried: tuple[str | None, str] | None
    cells: dict[str, str]
    raw_row: str
    source: str


def assign_rows(
    connection: duckdb.DuckDBPyConnection, shapes: dict[tuple[str, str], int], limit: int
) -> list[tuple[str, str, int, str, int]]:
    """Tell which bureau should mend each row: bureau, extract, shape, file and number, in order.

    `shapes` number the files, by extract and name, whose rows may stand in one workbook. Of a
    bureau's rows of one shape no more than the first `limit` are then given by `rows_of`. Needs the
    tables of a build.
    """
    connection.execute(
        "create or replace temp table kit_shapes"
        " (extract varchar, file_name varchar, shape integer)"
    )
    connection.executemany(
        "insert into kit_shapes values (?, ?, ?)",
        [[*file, shape] for file, shape in shapes.items()],
    )
    connection.execute(_ROWS_TO_MEND)
    connection.execute(_ROWS_SHOWN.format(language=language()), [limit])
    return connection.execute(
        "select bureau_code, extract, shape, file_name, count(*) from rows_to_mend"
        " group by all order by all"
    ).fetchall()


def source_files(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], SourceFile]:
    """The files that were read, by extract and name."""
    places: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {}
    for extract, file_name, column, place in connection.execute(
        "select extract, file_name, column_name, place from column_places"
        " order by extract, file_name, column_name, preference"
    ).fetchall():
        mine = places.setdefault((extract, file_name), {})
        mine[column] = (*mine.get(column, ()), place)
    found = connection.execute(
        "select extract, file_name, delimiter, code_system, encoding = 'xlsx' and not exists"
        " (select 1 from repairs where repairs.extract = files.extract"
        " and repairs.file_name = files.file_name) from files_read as files"
    ).fetchall()
    return {
        (extract, name): SourceFile(extract, name, mark, system, days, places[extract, name])
        for extract, name, mark, system, days in found
    }


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    bureau_code: str,
    shape: int,
    files: dict[str, SourceFile],
) -> list[KitRow]:
    """The rows to show of those that a bureau should mend in files of a shape, by file and line."""
    places = {name: _places(contract, file) for name, file in files.items()}
    found = connection.execute(_KIT, [bureau_code, contract.extract, shape]).fetchall()
    return [_kit_row(files[row[0]].delimiter, places[row[0]], row) for row in found]


def forget_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what `assign_rows` wrote."""
    for table in ("rows_shown", "rows_to_mend", "kit_shapes"):
        connection.execute(f"drop table {table}")


def _places(contract: Contract, file: SourceFile) -> list[tuple[str, tuple[int, ...], bool]]:
    """Where the cells of each column stand, and whether numbers there count days."""
    return [
        (column.name, places, file.counts_days and column.type in {"day", "month"})
        for column in contract.columns
        if (places := file.places.get(column.name))
    ]


def _kit_row(
    delimiter: str, places: list[tuple[str, tuple[int, ...], bool]], row: tuple[Any, ...]
) -> KitRow:
    file_name, line, wrong, code, reason, tried_column, tried, raw_row, source = row
    cells = {} if code in UNREADABLE else _cells(delimiter, places, raw_row)
    return KitRow(
        file_name=file_name,
        line_number=line,
        wrong=wrong,
        reason=reason or code,
        tried=(tried_column, tried) if tried else None,
        cells=cells,
        # Cells that can't be told apart, or of which two stand for one column, are shown whole.
        raw_row="" if cells and code != "different_ids" else _cut(_printable(raw_row)),
        source=source,
    )


def _cells(
    delimiter: str, places: list[tuple[str, tuple[int, ...], bool]], raw_row: str
) -> dict[str, str]:
    """The cells of a row by column; none when one is too long for a sheet."""
    if len(raw_row) > CELL_CHARACTERS:
        return {}
    fields = split_line(raw_row, delimiter)
    cells = {}
    for name, mine, counts_days in places:
        text = fields[mine[0] - 1]
        if not text.strip():
            given = (fields[place - 1] for place in mine)
            text = next((cell for cell in given if cell.strip()), "")
        if counts_days:
            text = _day_of_serial(text)
        cells[name] = _unquoted(_printable(text))
    return cells


def _cut(text: str) -> str:
    """A text as far as a cell holds it."""
    return text if len(text) <= CELL_CHARACTERS else text[:CELL_CHARACTERS] + "…"


def _day_of_serial(text: str) -> str:
    """A number that counts a spreadsheet's days, as the day that it was read as."""
    if not fullmatch(r"[1-7][0-9]{4}([.][0-9]+)?", text):
        return text
    return (date(1899, 12, 30) + timedelta(days=int(text[:5]))).isoformat()


def _printable(text: str) -> str:
    """A text without control characters; damaged bytes show as �."""
    return text if text.isprintable() else text.translate(_PRINTED)


def _unquoted(text: str) -> str:
    """="0123" is how spreadsheets are told to keep a text: the text without it."""
    bare = text.lstrip(" ")
    return bare.lstrip(" =").lstrip("\"“'").rstrip("\"”' ") if bare.startswith("=") else text

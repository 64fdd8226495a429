"""The SQL that turns the lines of a file into raw_<extract>: typed columns and what is wrong."""

import re

from pipelines.column_reader import NOTHING, ColumnReader
from pipelines.contracts import Contract
from pipelines.decoding import DAMAGE
from pipelines.forms import FORMS
from pipelines.layout import Layout
from pipelines.sqltext import identifier, quoted


def blank_test(layout: Layout) -> str:
    """SQL: whether a line holds nothing but spaces, quotes and delimiters."""
    pattern = rf"[\s\x{{3000}}\x{{1A}}\"{re.escape(layout.delimiter)}]*"
    return f"(line is null or regexp_full_match(line, {quoted(pattern)}))"


def empty_select(contract: Contract) -> str:
    """What raw_<extract> is when nothing was delivered: its columns and no row."""
    columns = "".join(
        f", cast(null as {FORMS[column.type].sql_type}) as {identifier(column.name)}"
        for column in contract.columns
    )
    texts = "".join(
        f", cast(null as varchar) as {name}"
        for name in ("file_name", "code_system", "problem_column", "problem_reason")
    )
    return f"select cast(null as bigint) as line_number{texts}{columns} where false"


def raw_select(
    contract: Contract, layout: Layout, file_name: str, system: str | None, has_serials: bool
) -> str:
    """A select over the table `file_lines` (line; rowid + 1 is its number), one row per data row.

    It gives file_name, line_number, code_system, each column of the contract in its type (NULL
    when empty or not delivered), problem_column (its label) and problem_reason (a code of
    ref_problems): the first thing that is wrong, NULL when nothing is. A column under two
    headers also gives <column>__differs.
    """
    readers = [ColumnReader(column, layout, system, has_serials) for column in contract.columns]
    delivered = [reader for reader in readers if reader.places]
    others = layout.heading_lines + layout.footer_lines
    texts = ",\n".join(f"        {reader.text()} as {reader.text_name}" for reader in delivered)
    doubled = [reader for reader in delivered if len(reader.places) > 1]
    differs = "".join(
        f",\n        {reader.differs()} as {reader.differs_name}" for reader in doubled
    )
    differing = "".join(f",\n    {reader.differs_name}" for reader in doubled)
    values = ",\n".join(f"        {reader.value()} as {reader.name}" for reader in readers)
    problems = [pair for reader in delivered for pair in reader.problems()]
    return f"""
with data_lines as (
    select
        rowid + 1 as line_number,
        line,
        coalesce(regexp_full_match(line, {quoted(_plain_line(readers, layout))}), false) as is_plain
    from file_lines
    where rowid + 1 > {layout.last_heading_line} and rowid + 1 not in ({_numbers(others)})
),
split_lines as (
    select
        line_number,
        is_plain,
        case
            when is_plain then string_split(replace(line, '"', ''), {quoted(layout.delimiter)})
            when contains(line, {quoted(DAMAGE)}) then null
            else {_fields(layout)}
        end as cells,
        case when not is_plain and contains(line, {quoted(DAMAGE)}) then true end as is_damaged
    from data_lines
    where case when is_plain then true else not {blank_test(layout)} end
),
clean_lines as (
    select
        line_number,
        is_plain,
        is_damaged,
        case
            when is_plain then cells
            when len(cells) = {layout.width} then clean_texts(cells)
        end as cells
    from split_lines
),
code_lines as (
    select
        line_number,
        is_plain,
        is_damaged,
        cells,
        case when not is_plain then clean_codes(cells) end as codes
    from clean_lines
),
texts as (
    select
        line_number,
        is_plain,
        cells is null as is_broken,
        is_damaged,
{texts}{differs}
    from code_lines
),
typed as (
    select
        line_number,
        is_plain,
        is_broken,
        is_damaged,
{values},
        {", ".join(reader.text_name for reader in delivered)}{differing}
    from texts
)
select
    {quoted(file_name)} as file_name,
    line_number,
    cast({quoted(system) if system else "null"} as varchar) as code_system,
    {", ".join(reader.name for reader in readers)},
    case when not (is_plain or is_broken) then case
        {_cases([(test, quoted(label)) for test, label, _ in problems])}
    end end as problem_column,
    case when not is_plain then case
        when is_damaged then 'bad_bytes'
        when is_broken then 'width'
        {_cases([(test, reason) for test, _, reason in problems])}
    end end as problem_reason{differing}
from typed
"""


def _plain_line(readers: list[ColumnReader], layout: Layout) -> str:
    """The pattern of a whole line in plain form; none where two headers share a column."""
    if any(len(reader.places) > 1 for reader in readers):
        return NOTHING
    other = rf'(?:[^"{re.escape(layout.delimiter)}\x1A]*|"[^"{re.escape(layout.delimiter)}\x1A]*")'
    patterns = [other] * layout.width
    for reader in readers:
        for place in reader.places:
            patterns[place - 1] = reader.plain()
    return re.escape(layout.delimiter).join(patterns)


def _fields(layout: Layout) -> str:
    mark = re.escape(layout.delimiter)
    field = f'"(?:[^"]|"")*"|[^"{mark}]*'
    grammar = f"(?:{field})(?:{mark}(?:{field}))*"
    pattern = f"{mark}({field})"
    return f"fields(line, {quoted(layout.delimiter)}, {quoted(grammar)}, {quoted(pattern)})"


def _numbers(lines: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in lines or (0,))


def _cases(pairs: list[tuple[str, str]]) -> str:
    return "\n        ".join(f"when {test} then {result}" for test, result in pairs)

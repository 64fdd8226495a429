"""The SQL that turns the lines of a file into raw_<extract>: typed columns and what is wrong."""

import re

from pipelines.contracts import Column, Contract
from pipelines.decoding import DAMAGE
from pipelines.forms import FORMS, SERIAL, Form
from pipelines.layout import Layout
from pipelines.reference import code_meanings
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
    readers = [_Reader(column, layout, system, has_serials) for column in contract.columns]
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


class _Reader:
    """How one column of a contract is read from the fields of one file."""

    def __init__(
        self, column: Column, layout: Layout, system: str | None, has_serials: bool
    ) -> None:
        self.column = column
        self.form: Form = FORMS[column.type]
        self.places = layout.positions.get(column.name, ())
        self.name = identifier(column.name)
        self.text_name = identifier(f"{column.name}__text")
        self.differs_name = identifier(f"{column.name}__differs")
        self.convert = (
            SERIAL.get(column.type, self.form.convert) if has_serials else self.form.convert
        )
        codes = column.codes
        self.meanings = (
            code_meanings(codes.table, codes.meaning, system) if codes and codes.closed else {}
        )
        self.is_closed = column.is_closed or bool(self.meanings)
        self.mapping = _mapping(column, self.meanings)

    @property
    def is_required(self) -> bool:
        return self.column.required in {"value", "value_if_delivered"}

    def plain(self) -> str:
        """The pattern of a cell that needs no cleaning and can't fail."""
        if self.is_closed:
            safe = re.compile(r"[0-9A-Za-z_一-龥]+")
            pattern = "|".join(key for key in self.mapping if safe.fullmatch(key)) or r"[^\s\S]"
        else:
            pattern = self.form.plain
        pattern = f'(?:{pattern}|"(?:{pattern})")'
        return pattern if self.is_required else f'(?:{pattern}|"")?'

    def text(self) -> str:
        """The column's cell as cleaned text; the first of several headers, then the others."""
        cleaned = [f"{self.form.clean}[{place}]" for place in self.places]
        if len(cleaned) > 1:
            return f"coalesce({', '.join(cleaned)})"
        return f"case when is_plain then cells[{self.places[0]}] else {cleaned[0]} end"

    def differs(self) -> str:
        """Whether two headers of this column hold different values; of ids, different valid ones."""
        cleaned = (f"{self.form.clean}[{place}]" for place in self.places[:2])
        first, second = (self.convert.format(text=text) for text in cleaned)
        test = f"{first} <> {second}"
        if self.column.type == "person_id":
            test += f" and has_check_digit({first}) and has_check_digit({second})"
        return f"coalesce({test}, false)"

    def value(self) -> str:
        """The typed value of the text."""
        if not self.places:
            return f"cast(null as {self.form.sql_type})"
        careful = self.convert.format(text=self.text_name)
        plain = self.form.from_plain.format(cell=self.text_name)
        if self.mapping:
            known = " ".join(
                f"when {quoted(key)} then {quoted(value)}" for key, value in self.mapping.items()
            )
            careful = (
                f"case {self.text_name} {known}{'' if self.is_closed else f' else {careful}'} end"
            )
            plain = f"case {self.text_name} {known}{'' if self.is_closed else f' else {plain}'} end"
        if len(self.places) > 1:
            return careful
        return f"case when is_plain then {plain} else {careful} end"

    def problems(self) -> list[tuple[str, str, str]]:
        """What may be wrong with the cell: an SQL test, the column's label, the reason in SQL."""
        label, text = self.column.label, self.text_name
        found = []
        if len(self.places) > 1 and self.column.type == "person_id":
            found.append((self.differs_name, label, "'different_ids'"))
        if self.is_required:
            found.append((f"{text} is null", label, "'empty'"))
        reason = self.form.problem.format(text=text)
        if self.is_closed:
            reason = "'unknown_value'"
        if self.meanings:
            unsettled = [key for key, meaning in self.meanings.items() if meaning is None]
            reason = "'unknown_code'"
            if unsettled:
                keys = ", ".join(quoted(key) for key in unsettled)
                reason = f"case when list_contains([{keys}], {text}) then 'ambiguous_code' else 'unknown_code' end"
        found.append((f"{text} is not null and {self.name} is null", label, reason))
        return found


def _mapping(column: Column, meanings: dict[str, str | None]) -> dict[str, str]:
    """What may stand in a cell, and what it is kept as: values of the contract, then codes."""
    settled = {key: meaning for key, meaning in meanings.items() if meaning is not None}
    if meanings:
        renamed = {key: settled[value] for key, value in column.values.items() if value in settled}
        return settled | renamed
    canonical = {value: value for value in column.values.values()} if column.is_closed else {}
    return canonical | column.values


def _plain_line(readers: list[_Reader], layout: Layout) -> str:
    """The pattern of a whole line in plain form; none where two headers share a column."""
    if any(len(reader.places) > 1 for reader in readers):
        return r"[^\s\S]"
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

"""The SQL that turns the lines of a file into raw_<extract>: typed columns and what is wrong.

The table `file_lines` holds a file's lines (form, and line, which may be NULL where the form is
plain; rowid + 1 is the number), `odd_lines` those data lines that are not in plain form
(line_number, line). How plain lines are read stands in plain_lines.py.
"""

import re

from pipelines.column_reader import ColumnReader
from pipelines.contracts import Contract
from pipelines.decoding import DAMAGE
from pipelines.forms import FORMS
from pipelines.layout import Layout
from pipelines.misplaced import REASONS, Misplaced, holds
from pipelines.sqltext import identifier, quoted


class FileReader:
    """How the lines of one file are read, by its contract, layout and system.

    Its selects give file_name, line_number, code_system, each column of the contract in its type
    (NULL when empty or not delivered), problem_column (its label) and problem_reason (a code of
    ref_problems): the first thing that is wrong, NULL when nothing is. A column under two headers
    also gives <column>__differs.
    """

    def __init__(
        self,
        contract: Contract,
        layout: Layout,
        file_name: str,
        system: str | None,
        has_serials: bool,
    ) -> None:
        self.contract = contract
        self.layout = layout
        self.misplaced: list[Misplaced] = []
        self.file_name = file_name
        self.has_serials = has_serials
        self.positions = layout.positions
        self.mark = quoted(layout.delimiter)
        self.readers = [
            ColumnReader(column, layout, system, has_serials) for column in contract.columns
        ]
        self.delivered = [reader for reader in self.readers if reader.places]
        self.doubled = [reader for reader in self.delivered if len(reader.places) > 1]
        code_system = f"cast({quoted(system) if system else 'null'} as varchar)"
        self.whence = f"{quoted(file_name)} as file_name, line_number, {code_system} as code_system"

    def of_system(self, system: str | None) -> "FileReader":
        """The same file, read in another system."""
        other = FileReader(self.contract, self.layout, self.file_name, system, self.has_serials)
        other.misplaced = self.misplaced
        return other

    def is_blank(self) -> str:
        """SQL: whether a line holds nothing but spaces, quotes and delimiters."""
        nothing = rf"[\s\x{{A0}}\x{{3000}}\x{{FEFF}}\"{re.escape(self.layout.delimiter)}]*"
        # A single mark of damage may be the end-of-file sign of an old system.
        pattern = rf"{nothing}\x{{1A}}?{nothing}"
        return f"(line is null or regexp_full_match(line, {quoted(pattern)}))"

    def is_data(self) -> str:
        """SQL: whether a line of `file_lines` is neither a heading nor a footer."""
        others = (*self.layout.heading_lines, *self.layout.footer_lines)
        return f"(rowid + 1 not in ({', '.join(map(str, others))}))"

    def is_plain(self) -> str:
        """SQL: whether a line of `file_lines` can be cast as it is and is in its place."""
        # A header again is never in plain form, and there may be thousands.
        places = [lines for lines in self.misplaced if lines.reason != "header_again"]
        return f"(form > 0 and not {holds(places, 'rowid + 1')})"

    def odd_lines(self) -> str:
        """The select of `odd_lines`."""
        return (
            "select rowid + 1 as line_number, line from file_lines"
            f" where not {self.is_plain()} and {self.is_data()} and not {self.is_blank()}"
        )

    def repair_select(self) -> str:
        """line_number, source (更正来源) and order_given (更正处理) of `odd_lines`, cleaned.

        Also of a line with too many fields: a note beside the table leaves the mark where it is.
        """
        source, order = (
            f"cells[{place}]" if place else "cast(null as varchar)"
            for place in (self.layout.repair.source, self.layout.repair.order)
        )
        return (
            f"select line_number, {source} as source, {order} as order_given from"
            f" (select line_number, clean_texts({self.fields()}) as cells from odd_lines)"
            " as split_lines"
        )

    def odd_select(self, lines: str = "odd_lines") -> str:
        """raw_<extract> of the other lines: cells are cleaned, converted and judged."""
        plain = ", ".join(f"{reader.is_plain()} as {reader.plain}" for reader in self.delivered)
        flags = ", ".join(reader.plain for reader in self.delivered)
        cells = dict.fromkeys(range(1, self.layout.width + 1), "null")
        for reader in self.delivered:
            for place in reader.places:
                cells[place] = f"case when not {reader.plain} then raw_cells[{place}] end"
        odd_cells = ", ".join(cells.values())
        texts = ", ".join(f"{reader.odd_text()} as {reader.text}" for reader in self.delivered)
        differs = "".join(f", {reader.differs()} as {reader.differing}" for reader in self.doubled)
        differing = "".join(f", {reader.differing}" for reader in self.doubled)
        values = ", ".join(f"{reader.odd_value()} as {reader.name}" for reader in self.readers)
        problems = [problem for reader in self.delivered for problem in reader.problems()]
        columns = "\n".join(f"when {test} then {quoted(label)}" for test, label, _ in problems)
        reasons = "\n".join(f"when {test} then {reason}" for test, _, reason in problems)
        reason_of = {reason: self._when(reason) for reason in REASONS}
        cut_off = reason_of.pop("cut_off")
        out_of_place = " ".join(reason_of.values())
        return f"""
with split_lines as (
    select
        line_number,
        contains(line, {quoted(DAMAGE)}) as is_damaged,
        {self.fields()} as cells
    from {lines}
),
whole_lines as (
    select
        line_number,
        is_damaged,
        cells is null as is_stray,
        case when len(cells) = {self.layout.width} and not is_damaged then cells end as raw_cells
    from split_lines
),
plain_cells as (
    select line_number, is_damaged, is_stray, raw_cells, {plain}
    from whole_lines
),
clean_lines as (
    select
        line_number, is_damaged, is_stray, raw_cells, {flags},
        case when raw_cells is not null then clean_texts([{odd_cells}]) end as cells
    from plain_cells
),
code_lines as (
    select
        line_number, is_damaged, is_stray, raw_cells, {flags}, cells, clean_codes(cells) as codes
    from clean_lines
),
texts as (
    select
        line_number, is_damaged, is_stray, raw_cells is null as is_broken,
        {flags}, {texts}{differs}
    from code_lines
),
typed as (
    select
        line_number, is_damaged, is_stray, is_broken, {values},
        {", ".join(reader.text for reader in self.delivered)}{differing}
    from texts
)
select
    {self.whence}, {", ".join(reader.name for reader in self.readers)}{differing},
    case when {holds(self.misplaced, "line_number")} or is_broken then null {columns} end
        as problem_column,
    case
        {out_of_place} when is_damaged then 'bad_bytes' when is_stray then 'grammar'
        when is_broken then 'width' {cut_off} {reasons}
    end as problem_reason
from typed
"""

    def _when(self, reason: str) -> str:
        """A branch for the lines that are out of place for a reason; none where there are none."""
        lines = [item for item in self.misplaced if item.reason == reason]
        return f"when {holds(lines, 'line_number')} then {quoted(reason)}" if lines else ""

    def fields(self) -> str:
        """SQL: the fields of `line`, NULL when quotes are astray."""
        mark = re.escape(self.layout.delimiter)
        field = f'"(?:[^"]|"")*"|[^"{mark}]*'
        grammar = quoted(f"(?:{field})(?:{mark}(?:{field}))*")
        return f"fields(line, {self.mark}, {grammar}, {quoted(f'{mark}({field})')})"


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

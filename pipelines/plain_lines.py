"""Lines in plain form: how they are told from the others, and how DuckDB reads them with types."""

import re
from pathlib import Path

import duckdb

from pipelines.forms import Cast
from pipelines.layout import Lines, split_line
from pipelines.loading import Text
from pipelines.reading import FileReader
from pipelines.sqltext import file_literal, quoted

# What `form` says of a line of `file_lines`: not plain, plain, or plain and written as usual: no
# quotes, and days and months as the first lines have them.
ODD, PLAIN, USUAL = range(3)


class PlainLines:
    """The patterns of a file's plain lines, and the reading of them.

    `head` are the first lines of the file, which show how its days and months are written.
    """

    def __init__(self, reader: FileReader, head: Lines) -> None:
        self.reader, self.layout, self.count = reader, reader.layout, 0
        mark = re.escape(self.layout.delimiter)
        self.bare = rf'[^"{mark}\x1A]*'
        # Quotes around the whole cell, or none.
        self.any_cell = rf'(?:{self.bare}|"{self.bare}")'
        self.mark = mark
        split = ((at, split_line(line, self.layout.delimiter)) for at, line in head)
        rows = [
            row
            for at, row in split
            if at > self.layout.last_heading_line and len(row) == self.layout.width
        ]
        self.usual = [
            column.usual_cast([row[column.places[0] - 1] for row in rows])
            for column in reader.delivered
        ]
        header = mark.join([self.any_cell] * self.layout.width)
        # Whether nothing but a header stands above the rows, and nothing below them.
        self.is_simple = (
            self.layout.heading_lines == (1,)
            and not self.layout.footer_lines
            and re.fullmatch(header, head[0][1]) is not None
        )

    def form(self) -> str:
        """SQL: what a `line` is: ODD, PLAIN or USUAL.

        All are odd where two headers share a column, and in files whose rows may mend others.
        """
        if self.reader.doubled or self.layout.repair:
            return f"{ODD}::utinyint"
        tests = []
        cells = f"string_split(replace(line, '\"', ''), {quoted(self.layout.delimiter)})"
        for column in self.reader.delivered:
            rare = column.form.casts[-1].rare
            if rare and not column.is_closed:
                cell = f"{cells}[{column.places[0]}]"
                is_rare = f"regexp_full_match({cell}, {quoted(rare[0])})"
                tests.append(f"case when {is_rare} then {rare[1].format(cell=cell)} else true end")
        usual, _ = self._patterns(with_rare=False)
        usual_or_rare, plain_or_rare = self._patterns(with_rare=True)
        hold = "".join(f" and {test}" for test in tests)
        # What is odd is tested by two patterns, the last one is for the few others.
        return (
            f"case when {usual} then {USUAL}::utinyint when {plain_or_rare}{hold} then"
            f" case when {usual_or_rare} then {USUAL}::utinyint else {PLAIN}::utinyint end"
            f" else {ODD}::utinyint end"
        )

    def _patterns(self, with_rare: bool) -> tuple[str, str]:
        """SQL: whether a `line` is usual, and whether it is plain; maybe with rare cells."""
        usual, plain = [self.bare] * self.layout.width, [self.any_cell] * self.layout.width
        for column, cast in zip(self.reader.delivered, self.usual, strict=True):
            usual[column.places[0] - 1] = column.bare(cast, with_rare)
            plain[column.places[0] - 1] = column.plain_pattern(with_rare)
        return self._fits(usual), self._fits(plain)

    def _fits(self, cells: list[str]) -> str:
        return f"coalesce(regexp_full_match(line, {quoted(self.mark.join(cells))}), false)"

    def read(self, connection: duckdb.DuckDBPyConnection, text: Text, scratch: Path) -> None:
        """Write `plain_rows`, a row per plain line that is in its place; `count` says how many.

        A file whose lines are all plain, below one header, is read as it lies, and a row's place
        tells its line. Of any other the plain lines are first written to a file of their own, each
        behind its number.
        """
        mine = f"from file_lines where {self.reader.is_plain()} and {self.reader.is_data()}"
        row = connection.execute(f"select count(*), min(form) {mine}").fetchone()
        self.count, form = row or (0, None)
        if not self.count:
            return
        casts = self.usual
        if form == PLAIN:
            casts = [column.form.casts[-1] for column in self.reader.delivered]
        values = ", ".join(
            f"{column.plain_value(cast)} as {column.name}"
            for column, cast in zip(self.reader.delivered, casts, strict=True)
        )
        if self.is_simple and self.count == text.lines - 1:
            source = self._source(text.path.resolve(), casts, form, "skip = 1", "")
            connection.execute(
                f"create or replace temp table plain_values as select {values} from {source}"
            )
            connection.execute(
                "create or replace temp view plain_rows as select rowid + 2 as line_number, *"
                " from plain_values"
            )
            return
        target = scratch.resolve() / "plain_lines.csv"
        connection.execute(
            f"copy (select (rowid + 1) || {quoted(self.layout.delimiter)} || line {mine})"
            f" to {quoted(str(target))} (format csv, header false, delimiter '\x01', quote '',"
            " escape '')"
        )
        source = self._source(target, casts, form, "skip = 0", "'line_number': 'bigint', ")
        connection.execute(
            f"create or replace temp table plain_values as select line_number, {values}"
            f" from {source}"
        )
        connection.execute("create or replace temp view plain_rows as from plain_values")

    def select(self) -> str:
        """raw_<extract> of the plain lines, from what `read` wrote."""
        values = ", ".join(
            reader.name
            if reader.places
            else f"cast(null as {reader.form.sql_type}) as {reader.name}"
            for reader in self.reader.readers
        )
        return (
            f"select {self.reader.whence}, {values}, cast(null as varchar) as problem_column,"
            " cast(null as varchar) as problem_reason from plain_rows"
        )

    def _source(self, path: Path, casts: list[Cast], form: int, skip: str, number: str) -> str:
        """The CSV reader over a file of plain lines; cells are named by their columns."""
        cells = {place: f"'cell_{place}': 'varchar'" for place in range(1, self.layout.width + 1)}
        for column, cast in zip(self.reader.delivered, casts, strict=True):
            cells[column.places[0]] = f"{quoted(column.cell)}: {quoted(cast.read_as)}"
        quote = quoted('"' if form == PLAIN else "")
        return (
            f"read_csv({file_literal(path)}, auto_detect = false, header = false, {skip},"
            f" delim = {quoted(self.layout.delimiter)}, quote = {quote}, escape = {quote},"
            f" nullstr = '', columns = {{{number}{', '.join(cells.values())}}})"
        )

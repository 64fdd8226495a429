"""How one column of a contract is read from the fields of one file."""

import re

from pipelines.contracts import Column
from pipelines.forms import FORMS, SERIAL, Cast, Form
from pipelines.layout import Layout
from pipelines.reference import code_meanings
from pipelines.sqltext import identifier, quoted

# A pattern that no text has.
NOTHING = r"[^\s\S]"
_SAFE_KEY = re.compile(r"[0-9A-Za-z_一-龥]+")


class ColumnReader:
    """How one column of a contract is read from the fields of one file."""

    def __init__(
        self, column: Column, layout: Layout, system: str | None, has_serials: bool
    ) -> None:
        self.column = column
        self.form: Form = FORMS[column.type]
        self.places = layout.positions.get(column.name, ())
        self.name = identifier(column.name)
        self.cell = f"{column.name}__cell"
        self.text = identifier(f"{column.name}__text")
        self.plain = identifier(f"{column.name}__plain")
        self.differing = identifier(f"{column.name}__differs")
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

    def plain_pattern(self, with_rare: bool) -> str:
        """The pattern of a cell that needs no cleaning and can't fail, or is a rare one."""
        pattern = self._pattern(self.form.casts[-1], with_rare)
        pattern = f'(?:{pattern}|"(?:{pattern})")'
        return pattern if self.is_required else f'(?:{pattern}|"")?'

    def bare(self, cast: Cast, with_rare: bool) -> str:
        """The pattern of such a cell without quotes, as a cast reads it, or of a rare one."""
        return self._pattern(cast, with_rare) + ("" if self.is_required else "?")

    def usual_cast(self, cells: list[str]) -> Cast:
        """The first cast that reads the first of these cells that is not empty."""
        cell = next(filter(None, cells), "")
        fitting = (cast for cast in self.form.casts if re.fullmatch(cast.pattern, cell))
        return next(fitting, self.form.casts[0])

    def plain_value(self, cast: Cast) -> str:
        """The typed value of a plain cell, by the way that it was read."""
        cell = identifier(self.cell)
        return self._mapped(f"cast({cast.value.format(cell=cell)} as {self.form.sql_type})", cell)

    def _pattern(self, cast: Cast, with_rare: bool) -> str:
        if not self.is_closed:
            rare = f"|{cast.rare[0]}" if with_rare and cast.rare else ""
            return f"(?:{cast.pattern}{rare})"
        keys = [key for key in self.mapping if _SAFE_KEY.fullmatch(key)]
        return f"(?:{'|'.join(keys) or NOTHING})"

    def is_plain(self) -> str:
        """Whether the column's cell is plain, or empty: in most odd lines only one cell is not."""
        if len(self.places) > 1:
            return "false"
        pattern = self._pattern(self.form.casts[-1], with_rare=False)
        return f"regexp_full_match(raw_cells[{self.places[0]}], {quoted(f'{pattern}?')})"

    def odd_text(self) -> str:
        """The column's cell as cleaned text; the first of several headers, then the others."""
        cleaned = f"coalesce({', '.join(f'{self.form.clean}[{place}]' for place in self.places)})"
        raw = f"raw_cells[{self.places[0]}]"
        return f"case when {self.plain} then nullif({raw}, '') else {cleaned} end"

    def differs(self) -> str:
        """Whether two headers of this column differ; of ids, whether both are valid and differ."""
        cleaned = (f"{self.form.clean}[{place}]" for place in self.places[:2])
        first, second = (self.convert.format(text=text) for text in cleaned)
        test = f"{first} <> {second}"
        if self.column.type == "person_id":
            test += f" and has_check_digit({first}) and has_check_digit({second})"
        return f"coalesce({test}, false)"

    def odd_value(self) -> str:
        """The typed value of a cleaned text, NULL when it is none."""
        cast = self.form.casts[-1]
        text = f"cast({self.text} as {cast.read_as})"
        plain = f"cast({cast.value.format(cell=text)} as {self.form.sql_type})"
        careful = self.convert.format(text=self.text)
        return self._mapped(f"case when {self.plain} then {plain} else {careful} end", self.text)

    def _mapped(self, converted: str, text: str) -> str:
        if not self.places:
            return f"cast(null as {self.form.sql_type})"
        if not self.mapping:
            return converted
        known = " ".join(
            f"when {quoted(key)} then {quoted(value)}" for key, value in self.mapping.items()
        )
        return f"case {text} {known} else {'null' if self.is_closed else converted} end"

    def problems(self) -> list[tuple[str, str, str]]:
        """What may be wrong with the cell: an SQL test, the column's label, the reason in SQL."""
        label, text = self.column.label, self.text
        found = []
        if len(self.places) > 1 and self.column.type == "person_id":
            found.append((self.differing, label, "'different_ids'"))
        if self.is_required:
            found.append((f"{text} is null", label, "'empty'"))
        reason = self.form.problem.format(text=text)
        if self.is_closed:
            reason = "'unknown_value'"
        if self.meanings:
            reason = f"case {text} {self._ambiguous()} else 'unknown_code' end"
        found.append((f"{text} is not null and {self.name} is null", label, reason))
        return found

    def _ambiguous(self) -> str:
        keys = [quoted(key) for key, meaning in self.meanings.items() if meaning is None]
        return " ".join(f"when {key} then 'ambiguous_code'" for key in keys or ["null"])


def _mapping(column: Column, meanings: dict[str, str | None]) -> dict[str, str]:
    """What may stand in a cell, and what it is kept as: values of the contract, then codes."""
    settled = {key: meaning for key, meaning in meanings.items() if meaning is not None}
    if meanings:
        renamed = {key: settled[value] for key, value in column.values.items() if value in settled}
        return settled | renamed
    canonical = {value: value for value in column.values.values()} if column.is_closed else {}
    return canonical | column.values

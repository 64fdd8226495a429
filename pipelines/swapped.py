"""Headers over the wrong columns, as far as the cells show: such a file is not used."""

import duckdb

from pipelines.contracts import Column, Contract
from pipelines.errors import ExtractError
from pipelines.messages import say
from pipelines.reading import FileReader

ROWS_LOOKED_AT = 1_000
ROWS_NEEDED = 3
# What cells look like that can hardly stand in another column.
_DATE = "(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_RESIDENT = f"[1-9][0-9]{{{{5}}}}{_DATE}[0-9]{{{{3}}}}[0-9X]"
_PERSON = f"coalesce(regexp_full_match({{code}}, '{_RESIDENT}'), false)"
_SIGNS = "[0-9A-HJ-NPQRTUWXY]{{2}}[0-9]{{6}}[0-9A-HJ-NPQRTUWXY]{{10}}"
_CREDIT_CODE = f"coalesce(regexp_full_match({{code}}, '{_SIGNS}'), false)"
_NAME = "coalesce(regexp_matches({code}, '[一-龥]{{2}}'), false)"


def refuse_swapped(
    connection: duckdb.DuckDBPyConnection, contract: Contract, reader: FileReader, name: str
) -> None:
    """Raise ExtractError when two headers of a file stand over each other's cells.

    Looked at are its first rows: in most, the one column lacks what it should show, and the other
    shows it: identity numbers, credit codes, or names. `file_lines` must be there.
    """
    delivered = [item for item in contract.columns if item.name in reader.positions]
    telling = [(item, form) for item in delivered if (form := _form_of(item))]
    pairs = [
        (item, other, form)
        for item, form in telling
        for other in delivered
        if other is not item and other.type in {"person_id", "code", "upper_code", "text"}
        if other.required == "value" or form == _PERSON
    ]
    if not pairs:
        return
    tests = ", ".join(
        f"count(*) filter (not {form.format(code=_cell(reader, item))}"
        f" and {_cell(reader, item)} is not null and {form.format(code=_cell(reader, other))})"
        for item, other, form in pairs
    )
    row = connection.execute(
        f"select count(*), {tests} from (select clean_codes(clean_texts({reader.fields()})) as"
        f" codes from file_lines where {reader.is_data()} and not {reader.is_blank()}"
        f" limit {ROWS_LOOKED_AT}) as looked_at where len(codes) = {reader.layout.width}"
    ).fetchone()
    rows, *found = row or (0,)
    for (item, other, _), count in zip(pairs, found, strict=True):
        if rows >= ROWS_NEEDED and count * 2 > rows:
            headers = reader.layout.headers
            first, second = headers[item.name], headers[other.name]
            raise ExtractError(
                say(
                    f"{name}：表头与内容不符：“{first}”列的内容在“{second}”列中，列名似乎对调，"
                    "请改正后重新提供",
                    f"{name}: the header does not fit: what should stand under {first} stands"
                    f" under {second}; correct it and deliver it again",
                )
            )


def _form_of(column: Column) -> str | None:
    if column.type == "person_id":
        return _PERSON
    if column.name == "uscc":
        return _CREDIT_CODE
    if column.type == "text" and column.required == "value":
        return _NAME
    return None


def _cell(reader: FileReader, column: Column) -> str:
    return f"codes[{reader.positions[column.name][0]}]"

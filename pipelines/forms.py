"""The types of a contract: how a cell of each type is recognised, converted and refused.

Nearly every line of a large extract is in *plain form*: no cell needs cleaning, as its pattern
says, so one regular expression per line is enough, and DuckDB's CSV reader may read the cells in
given types. A cell of any other line goes through the macros of sql/staging/_normalise.sql. Both
ways give the same value.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cast:
    """How plain cells of a pattern are read: in which type, and the SQL of a `{cell}`'s value.

    `rare` is a pattern of cells that are plain too when the SQL test of their `{cell}` holds: what
    no pattern can tell, but has to be told as no large file is without it.
    """

    pattern: str
    read_as: str = "varchar"
    value: str = "{cell}"
    rare: tuple[str, str] | None = None


@dataclass(frozen=True)
class Form:
    """SQL of one type; `{cell}` is a plain cell as it was read, `{text}` a cleaned one; or NULL.

    `casts` are the ways to read a plain cell; the last one reads all, those before it what its
    pattern says, and faster. `clean` is the list that holds the cleaned cell: as a text (`cells`)
    or as a code (`codes`).
    """

    sql_type: str
    casts: tuple[Cast, ...]
    clean: str
    convert: str
    problem: str

    @property
    def plain(self) -> str:
        """The pattern of a plain cell that is not empty."""
        return self.casts[-1].pattern


_CODE = r"[A-Za-wyz_-]*[0-9][0-9A-Za-wyz_-]*"
_UPPER_CODE = r"[A-Z]*[0-9][0-9A-Z]*"
# Chinese without 无, which alone or in 暂无 means that there is nothing
_TEXT = r"[一-龥·0-9]*[一-旟旡-龥0-9]"
_CODE_PROBLEM = "case when is_sheet_error({text}) then 'spreadsheet_error' else 'ruined_number' end"
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH = "(?:0[1-9]|1[0-2])"


def _day(dash: str) -> str:
    """The pattern of the days that every year has."""
    ends = (
        f"{_MONTH}{dash}(?:0[1-9]|1[0-9]|2[0-8])",
        f"(?:0[13-9]|1[0-2]){dash}(?:29|30)",
        f"(?:0[13578]|1[02]){dash}31",
    )
    return f"{_YEAR}{dash}(?:{'|'.join(ends)})"


def _leap_day(dashes: str) -> tuple[str, str]:
    """29 February: a pattern, and the test whether its year has it."""
    pattern = "|".join(f"{_YEAR}{dash}02{dash}29" for dash in dashes.split("|"))
    return pattern, "as_day({cell}) is not null"


FORMS = {
    "code": Form(
        sql_type="varchar",
        casts=(Cast(_CODE),),
        clean="codes",
        convert="as_code({text})",
        problem=_CODE_PROBLEM,
    ),
    "upper_code": Form(
        sql_type="varchar",
        casts=(Cast(_UPPER_CODE),),
        clean="codes",
        convert="upper(as_code({text}))",
        problem=_CODE_PROBLEM,
    ),
    "person_id": Form(
        sql_type="varchar",
        casts=(
            Cast(
                r"[0-9]{15}(?:[0-9]{2}[1-9X]|[0-9][1-9]0|[1-9]00)",
                rare=("[0-9]{15}000", "has_check_digit({cell})"),
            ),
        ),
        clean="codes",
        convert="as_person_id({text})",
        problem="case when is_ruined_id({text}) then 'ruined_number' else 'not_an_id' end",
    ),
    "text": Form(
        sql_type="varchar",
        casts=(Cast(_TEXT),),
        clean="cells",
        convert="{text}",
        problem="'unknown_value'",
    ),
    "month": Form(
        sql_type="integer",
        casts=(
            Cast(f"{_YEAR}{_MONTH}", "integer", "{cell} // 100 * 12 + {cell} % 100"),
            Cast(f"{_YEAR}[-/]?{_MONTH}", "varchar", "plain_month({cell})"),
        ),
        clean="cells",
        convert="as_month({text})",
        problem="'not_a_month'",
    ),
    "day": Form(
        sql_type="date",
        casts=(
            Cast(_day("-"), "date", rare=_leap_day("-")),
            Cast(
                _day(""),
                "integer",
                "make_date({cell} // 10000, {cell} // 100 % 100, {cell} % 100)",
                _leap_day(""),
            ),
            Cast(
                "|".join(map(_day, ("-", "/", ""))),
                "varchar",
                "plain_day({cell})",
                _leap_day("-|/|"),
            ),
        ),
        clean="cells",
        convert="as_day({text})",
        problem="'not_a_day'",
    ),
    "money": Form(
        sql_type="decimal(18, 4)",
        casts=(Cast(r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?", "decimal(18, 4)"),),
        clean="cells",
        convert="as_money({text})",
        problem="'not_money'",
    ),
    "integer": Form(
        sql_type="bigint",
        casts=(Cast(r"[0-9]{1,9}", "bigint"),),
        clean="cells",
        convert="as_integer({text})",
        problem="'not_a_number'",
    ),
    "flag": Form(
        sql_type="boolean",
        casts=(Cast(r"是|否|0|1", "varchar", "{cell} in ('是', '1')"),),
        clean="codes",
        convert="as_flag({text})",
        problem="'not_a_flag'",
    ),
    "division": Form(
        sql_type="varchar",
        casts=(Cast(r"[0-9]{6}"),),
        clean="codes",
        convert="as_division({text})",
        problem="'not_a_division'",
    ),
    "industry": Form(
        sql_type="varchar",
        casts=(Cast(r"[A-T]?[0-9]{2,4}"),),
        clean="codes",
        convert="as_industry({text})",
        problem="'not_an_industry'",
    ),
}

# A day or month of a spreadsheet may be a serial number: days since 1899-12-30.
SERIAL = {"day": "as_serial_day({text})", "month": "as_serial_month({text})"}

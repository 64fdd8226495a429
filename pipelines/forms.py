"""The types of a contract: how a cell of each type is recognised, converted and refused.

Nearly every line of a large extract is in *plain form*: no cell needs cleaning, as its pattern
says, so one regular expression per line and a direct cast are enough. A cell of any other line
goes through the macros of sql/staging/_normalise.sql. Both ways give the same value.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """SQL of one type; `{cell}` is a plain cell (maybe empty), `{text}` a cleaned one or NULL.

    `clean` is the list that holds the cleaned cell: as a text (`cells`) or as a code (`codes`).
    """

    sql_type: str
    plain: str
    from_plain: str
    clean: str
    convert: str
    problem: str


_CODE = r"[A-Za-wyz_-]*[0-9][0-9A-Za-wyz_-]*"
_UPPER_CODE = r"[A-Z]*[0-9][0-9A-Z]*"
# Chinese without 无, which alone or in 暂无 means that there is nothing
_TEXT = r"[一-龥·0-9]*[一-旟旡-龥0-9]"
_CODE_PROBLEM = "case when is_sheet_error({text}) then 'spreadsheet_error' else 'ruined_number' end"
_DAY_ENDS = (
    r"(?:0[1-9]|1[0-2]){dash}(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2]){dash}(?:29|30)|(?:0[13578]|1[02]){dash}31"
)
_DAY = "|".join(
    f"(?:19|20)[0-9]{{2}}{dash}(?:{_DAY_ENDS.format(dash=dash)})" for dash in ("-", "/", "")
)

FORMS = {
    "code": Form(
        sql_type="varchar",
        plain=_CODE,
        from_plain="nullif({cell}, '')",
        clean="codes",
        convert="as_code({text})",
        problem=_CODE_PROBLEM,
    ),
    "upper_code": Form(
        sql_type="varchar",
        plain=_UPPER_CODE,
        from_plain="nullif({cell}, '')",
        clean="codes",
        convert="upper(as_code({text}))",
        problem=_CODE_PROBLEM,
    ),
    "person_id": Form(
        sql_type="varchar",
        plain=r"[0-9]{15}(?:[0-9]{2}[1-9X]|[0-9][1-9]0|[1-9]00)",
        from_plain="nullif({cell}, '')",
        clean="codes",
        convert="as_person_id({text})",
        problem="case when is_ruined_id({text}) then 'ruined_number' else 'not_an_id' end",
    ),
    "text": Form(
        sql_type="varchar",
        plain=_TEXT,
        from_plain="nullif({cell}, '')",
        clean="cells",
        convert="{text}",
        problem="'unknown_value'",
    ),
    "month": Form(
        sql_type="integer",
        plain=r"(?:19|20)[0-9]{2}[-/]?(?:0[1-9]|1[0-2])",
        from_plain="plain_month(nullif({cell}, ''))",
        clean="cells",
        convert="as_month({text})",
        problem="'not_a_month'",
    ),
    "day": Form(
        sql_type="date",
        plain=_DAY,
        from_plain="plain_day(nullif({cell}, ''))",
        clean="cells",
        convert="as_day({text})",
        problem="'not_a_day'",
    ),
    "money": Form(
        sql_type="decimal(18, 4)",
        plain=r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?",
        from_plain="cast(nullif({cell}, '') as decimal(18, 4))",
        clean="cells",
        convert="as_money({text})",
        problem="'not_money'",
    ),
    "integer": Form(
        sql_type="bigint",
        plain=r"[0-9]{1,9}",
        from_plain="cast(nullif({cell}, '') as bigint)",
        clean="cells",
        convert="as_integer({text})",
        problem="'not_a_number'",
    ),
    "flag": Form(
        sql_type="boolean",
        plain=r"是|否|0|1",
        from_plain="as_flag(nullif({cell}, ''))",
        clean="codes",
        convert="as_flag({text})",
        problem="'not_a_flag'",
    ),
    "division": Form(
        sql_type="varchar",
        plain=r"[0-9]{6}",
        from_plain="nullif({cell}, '')",
        clean="codes",
        convert="as_division({text})",
        problem="'not_a_division'",
    ),
    "industry": Form(
        sql_type="varchar",
        plain=r"[A-T]?[0-9]{2,4}",
        from_plain="nullif({cell}, '')",
        clean="codes",
        convert="as_industry({text})",
        problem="'not_an_industry'",
    ),
}

# A day or month of a spreadsheet may be a serial number: days since 1899-12-30.
SERIAL = {"day": "as_serial_day({text})", "month": "as_serial_month({text})"}

"""<out>/feedback/<bureau>-号码有误: whose number was wrong, and whom of his unit to ask for it."""

from pathlib import Path

import duckdb

from pipelines.deliver import neutral, write_csv
from pipelines.feedback_store import load_feedback
from pipelines.publish import current
from pipelines.results import Results
from pipelines.sheet_rows import Column
from pipelines.sheets import write_sheet
from pipelines.storage import private_folder

HEADER = (
    "序号", "姓名", "社会保障号码", "原联系电话", "告知日期", "末次参保单位", "旗县", "单位联系人",
    "单位联系电话", "新联系电话",
)  # fmt: skip
# Of those who still stand on the list: the others need not be told any more.
_ASKED = """
select
    listed.bureau_code, listed.subject_name, listed.subject_id, people.phone, units.unit_name,
    units.division_name, units.contact_name, units.contact_phone
from listed_subjects as listed
left join people on listed.subject_id = people.person_id
left join person_spells on listed.subject_id = person_spells.person_id
left join units on person_spells.last_unit_id = units.unit_id
where listed.list_name = ? and list_contains(?::varchar[], listed.subject_id)
order by listed.bureau_code, units.division_name, listed.subject_id
"""


def folder_of(out: Path) -> Path:
    """Where the bureaus' files of wrong numbers lie."""
    return out / "feedback"


def write_wrong_numbers(out: Path) -> list[Path]:
    """Write each bureau's people whose number was wrong by the last feedback; the files.

    Those who are on a list of the published run; each file is new, and one of a bureau that has
    none any more goes. Files are 0600, the folder 0700.
    """
    run = current(out)
    rows: dict[str, list[list[str]]] = {}
    if run is not None:
        with Results(run) as results:
            names = dict(results.rows("select bureau_code, bureau_name from ref_bureaus"))
            for list_name, people in _wrong(out).items():
                for code, *cells in results.rows(_ASKED, [list_name, list(people)]):
                    name, person, phone, unit, division, contact, contact_phone = map(_text, cells)
                    known = rows.setdefault(f"{code}-{names[code]}", [])
                    told_on = people[person]
                    known.append([
                        str(len(known) + 1), name, person, phone, told_on, unit, division, contact,
                        contact_phone, "",
                    ])  # fmt: skip
    folder = private_folder(folder_of(out))
    for left in folder.glob("*-号码有误.*"):
        left.unlink()
    written = []
    columns = [Column(title, "VARCHAR", False, None) for title in HEADER]
    columns[0] = Column(HEADER[0], "BIGINT", True, 0)
    for bureau, cells_of in sorted(rows.items()):
        path = folder / f"{bureau}-号码有误.csv"
        write_csv(path, list(HEADER), cells_of)
        write_sheet(path.with_suffix(".xlsx"), columns, cells_of)
        written += [path, path.with_suffix(".xlsx")]
    return written


def _wrong(out: Path) -> dict[str, dict[str, str]]:
    """By list the people whose number was wrong, with the day on which it was tried."""
    from datetime import date

    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        load_feedback(connection, out, date.max)
        found = connection.execute(
            "select list_name, person_id, cast(told_on as varchar) from feedback_seen"
            " where result = 'wrong_number'"
        ).fetchall()
    people: dict[str, dict[str, str]] = {}
    for list_name, person, told_on in found:
        people.setdefault(list_name, {})[person] = told_on
    return people


def _text(cell: str | None) -> str:
    return neutral(cell or "")

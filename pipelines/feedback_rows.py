"""Rows of a returned list → told, not told yet, refused with a reason, or there twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.attached import attached
from pipelines.decoding import DAMAGE
from pipelines.feedback_words import result_of
from pipelines.publish import Run, published
from pipelines.reference import code_table
from pipelines.returned_rows import ReturnedRow
from pipelines.sqltext import quoted
from pipelines.staged import MACROS

# One pass over the cells: what was written, read as its type; a cell of 无 or / says nothing.
_READ = r"""
create table cells as
select
    place, sheet, line, is_broken,
    as_person_id(codes[1]) as person_id,
    is_ruined_id(codes[1]) as is_ruined,
    codes[1] is null as has_no_id,
    regexp_replace(person_name, '[\s''\x{3000}]', '', 'g') as person_name,
    texts[2] as told_how,
    texts[3] as day_text,
    texts[4] as result_text,
    case when sheet > 0 then as_serial_day(dashed) else as_day(dashed) end as told_on
from (
    select
        place, sheet, line, is_broken, person_name, texts, clean_codes([texts[1]]) as codes,
        -- 2022.3.25 is a usual way of writing
        regexp_replace(
            half_width(texts[3]),
            '^([0-9]{4})[.]([0-9]{1,2})[.]([0-9]{1,2})[.]?$', '\1-\2-\3'
        ) as dashed
    from (
        select
            place, sheet, line, is_broken, person_name,
            clean_texts([person_id, told_how, told_on, result]) as texts
        from given
    )
)
"""
# The newest listing of before the person was told; of who was not told yet, the newest.
_PLACED = """
create table placed as
select place, list_name, bureau_code, subject_name, is_before
from (
    select
        cells.place, listings.list_name, listings.bureau_code, listings.subject_name,
        listings.first_listed_on <= coalesce(cells.told_on, listings.first_listed_on) as is_before,
        row_number() over (
            partition by cells.place
            order by is_before desc, listings.rank desc, listings.list_name asc
        ) as number
    from cells
    inner join listings on cells.person_id = listings.person_id
)
where number = 1
"""
_JUDGED = """
create table judged as
select
    cells.place, cells.sheet, cells.line, cells.person_id, cells.told_how, cells.told_on,
    cells.result_text, results.result, placed.list_name, placed.bureau_code,
    coalesce(cells.told_how, cells.day_text, cells.result_text) is not null as is_told,
    case
        when cells.is_broken then 'width'
        when given.is_damaged then 'bad_bytes'
        when cells.has_no_id then 'no_id'
        when cells.is_ruined then 'ruined_id'
        when cells.person_id is null then 'not_an_id'
        when placed.place is null then 'not_listed'
        when not is_told then
            case when cells.person_name <> placed.subject_name then 'other_name' end
        when cells.day_text is null and cells.result_text is not null then 'no_day'
        when cells.day_text is null then 'no_result'
        when cells.told_on is null then 'not_a_day'
        when cells.result_text is null then 'no_result'
        when cells.told_on > $today then 'future_day'
        when not placed.is_before then 'before_listed'
        when cells.person_name <> placed.subject_name then 'other_name'
    end as problem
from cells
inner join given on cells.place = given.place
left join placed on cells.place = placed.place
left join results on cells.result_text = results.result_text
"""
_SETTLED = """
select
    judged.place, judged.sheet, judged.line, judged.list_name, judged.bureau_code,
    judged.person_id, judged.told_how, judged.told_on, judged.result_text, judged.result,
    case when judged.problem is null and judged.is_told and contradicting.person_id is not null
        then 'contradiction' else judged.problem end as problem,
    case
        when judged.problem is not null or (judged.is_told and contradicting.person_id is not null)
            then 'refused'
        when judged.is_told then
            case when row_number() over (
                partition by judged.person_id, judged.problem is null, judged.told_on, judged.result
                order by judged.place) > 1 then 'duplicate' else 'told' end
        when told_people.person_id is not null or row_number() over (
            partition by judged.person_id, judged.problem is null, judged.is_told
            order by judged.place) > 1 then 'duplicate'
        else 'not_told'
    end as fate
from judged
left join (
    select distinct person_id from (
        select person_id from judged where is_told and problem is null
        group by person_id, told_on having count(distinct result) > 1)
) as contradicting on judged.person_id = contradicting.person_id
left join (select distinct person_id from judged where is_told and problem is null) as told_people
    on judged.person_id = told_people.person_id
order by judged.place
"""


@dataclass(frozen=True)
class JudgedRow:
    """A row with what becomes of it: told, not_told, refused (with its problem) or duplicate."""

    sheet: int
    line: int
    list_name: str | None
    bureau_code: str | None
    person_id: str | None
    told_how: str | None
    told_on: date | None
    result_text: str | None
    result: str | None
    problem: str | None
    fate: str


def judge(out: Path, rows: Sequence[ReturnedRow], today: date) -> list[JudgedRow]:
    """Each row of a returned list with its fate; people are looked up in the published lists.

    Raises StaleError when the results of a published run can't be read.
    """
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute(MACROS.read_text(encoding="utf-8"))
        _give(connection, rows)
        connection.execute(_READ)
        _give_results(connection)
        _look_up(connection, out)
        connection.execute(_PLACED)
        connection.execute(_JUDGED, {"today": today})
        found = connection.execute(_SETTLED).fetchall()
    return [JudgedRow(*row[1:]) for row in found]


def _give(connection: duckdb.DuckDBPyConnection, rows: Sequence[ReturnedRow]) -> None:
    columns = {
        "place": ("bigint", list(range(len(rows)))),
        "sheet": ("integer", [row.sheet for row in rows]),
        "line": ("bigint", [row.line for row in rows]),
        "is_broken": ("boolean", [row.is_broken for row in rows]),
        "person_id": ("varchar", [row.person_id for row in rows]),
        "person_name": ("varchar", [row.person_name or None for row in rows]),
        "told_how": ("varchar", [row.told_how for row in rows]),
        "told_on": ("varchar", [row.told_on for row in rows]),
        "result": ("varchar", [row.result for row in rows]),
    }
    cells = ", ".join(f"unnest(?::{kind}[]) as {name}" for name, (kind, _) in columns.items())
    damaged = " or ".join(
        f"contains({name}, {quoted(DAMAGE)})"
        for name in ("person_id", "told_how", "told_on", "result")
    )
    connection.execute(
        f"create table given as select given.*, {damaged} as is_damaged from (select {cells})"
        " as given",
        [values for _, values in columns.values()],
    )


def _give_results(connection: duckdb.DuckDBPyConnection) -> None:
    texts = connection.execute(
        "select distinct result_text from cells where result_text is not null"
    ).fetchall()
    results = [result_of(text) for (text,) in texts]
    connection.execute(
        "create table results as select unnest(?::varchar[]) as result_text,"
        " unnest(?::varchar[]) as result",
        [[text for (text,) in texts], results],
    )


def _look_up(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """`listings`: on which lists the people of the rows stood; newer runs have a higher rank.

    Goes back no further than needed: until everyone was listed before he was told.
    """
    lists = [row["list_name"] for row in code_table("feedback_lists")]
    connection.execute(
        "create table listings (person_id varchar, list_name varchar, bureau_code varchar,"
        " subject_name varchar, first_listed_on date, rank integer)"
    )
    runs: list[Run] = sorted(published(out), key=lambda run: run.as_of)
    for rank, run in reversed(list(enumerate(runs))):
        waiting = connection.execute(
            "select count(*) from cells where person_id is not null and not exists (select 1 from"
            " listings where listings.person_id = cells.person_id and listings.first_listed_on <="
            " coalesce(cells.told_on, listings.first_listed_on))"
        ).fetchone()
        if not waiting or not waiting[0]:
            return
        with attached(connection, run) as before:
            connection.execute(
                "insert into listings select listed.subject_id, listed.list_name,"
                r" listed.bureau_code, regexp_replace(listed.subject_name, '[\s''\x{3000}]', '',"
                f" 'g'), listed.first_listed_on, ? from {before}.listed_subjects as listed"
                " where list_contains(?::varchar[], listed.list_name) and listed.subject_id in"
                " (select person_id from cells)",
                [rank, lists],
            )

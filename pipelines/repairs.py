"""更正: which repairs stand in for rows set aside; settled anew whenever a folder is taken in.

A repair stands or falls with the row that its mark names. While that row is set aside, the last of
its repairs, by file name and line, speaks for it: a usable one is staged where the row stood, so
that what depends on the order of files doesn't change; the others are the same row once more,
duplicates. A repair that can't be used leaves the row open. A repair that names no row which is set
aside now (the source was delivered anew, or is gone, or can be read by now) is never used as a row
of its own: that could count a person twice. It is set aside, said, and speaks against no unit:
what the source says, or that it says nothing, stands.
"""

import duckdb

from pipelines.repair_mark import mark_of
from pipelines.repair_rows import repaired_name
from pipelines.sqltext import identifier, quoted
from pipelines.staged import staged_name, take_back, transaction

_MARK = mark_of("files.sha256", "rows.line_number", "rows.raw_row", "files.code_system")
# Rows set aside that a repair names. The same file under two names holds each row twice.
_SOURCES = f"""
create or replace temp table repair_sources as
select rows.extract, rows.file_name, rows.line_number, {_MARK} as source
from rows_set_aside as rows
inner join files_read as files on rows.extract = files.extract and rows.file_name = files.file_name
where
    left(files.sha256, 16) in (select string_split(source, '-')[2] from repairs)
    and (rows.extract, {_MARK}) in (select (extract, source) from repairs)
"""
_SETTLED = """
create or replace table repairs_settled as
select
    repairs.extract, repairs.file_name, repairs.line_number, repairs.source, repairs.fate,
    case
        when sources.source is null then 'names_nothing'
        when row_number() over (
            partition by repairs.extract, repairs.source
            order by repairs.file_name desc, repairs.line_number desc
        ) > 1 then 'superseded'
        else 'stands'
    end as standing
from repairs
left join (select distinct extract, source from repair_sources) as sources
    on repairs.extract = sources.extract and repairs.source = sources.source
"""
_CLOSED = """
create or replace table rows_closed as
select
    sources.extract, sources.file_name, sources.line_number,
    case when settled.fate = 'void' then 'void' else 'mended' end as how
from repair_sources as sources
inner join repairs_settled as settled
    on sources.extract = settled.extract and sources.source = settled.source
where settled.standing = 'stands' and settled.fate <> 'wrong'
"""
_WANTED = """
create or replace temp table repairs_wanted as
select
    settled.extract, settled.file_name, settled.line_number,
    min((sources.file_name, sources.line_number))[1] as place_file,
    min((sources.file_name, sources.line_number))[2] as place_line
from repairs_settled as settled
inner join repair_sources as sources
    on settled.extract = sources.extract and settled.source = sources.source
where settled.standing = 'stands' and settled.fate = 'good'
group by all
"""
# What rows that nobody has mended say of units: a repair that can't be used says it as well.
_MENTIONS = """
create or replace table set_aside_mentions as
select mentions.extract, mentions.file_name, mentions.line_number, mentions.unit_id, mentions.period
from unit_mentions as mentions
left join rows_closed as closed
    on mentions.extract = closed.extract
    and mentions.file_name = closed.file_name
    and mentions.line_number = closed.line_number
left join repairs_settled as settled
    on mentions.extract = settled.extract
    and mentions.file_name = settled.file_name
    and mentions.line_number = settled.line_number
where
    closed.line_number is null
    and (settled.standing is null or settled.standing = 'stands' and settled.fate = 'wrong')
"""
# The rows that are set aside and open, with the reason as a code.
OPEN_ROWS = """
select rows.extract, rows.file_name, rows.line_number, rows.column_name, rows.reason, rows.raw_row
from rows_set_aside as rows
left join rows_closed as closed
    on rows.extract = closed.extract
    and rows.file_name = closed.file_name
    and rows.line_number = closed.line_number
where closed.line_number is null
union all
select
    repairs.extract, repairs.file_name, repairs.line_number, repairs.column_name,
    case when settled.standing = 'stands' then repairs.reason else 'repairs_nothing' end as reason,
    repairs.raw_row
from repairs
inner join repairs_settled as settled
    on repairs.extract = settled.extract
    and repairs.file_name = settled.file_name
    and repairs.line_number = settled.line_number
where settled.standing = 'names_nothing' or settled.standing = 'stands' and settled.fate = 'wrong'
"""


def settle_repairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the staged tables in line with the repairs that stand now, in one transaction.

    Writes `repairs_settled` (the standing of each repair), `rows_closed` (rows set aside that are
    mended or void) and `set_aside_mentions`. Call when all files are read, before duplicates are
    marked.
    """
    with transaction(connection):
        for statement in (_SOURCES, _SETTLED, _CLOSED, _WANTED, _MENTIONS):
            connection.execute(statement)
        touched = connection.execute(
            "select distinct extract from repairs union select distinct extract from repairs_placed"
        ).fetchall()
        for (extract,) in touched:
            _place(connection, extract)
        connection.execute("drop table repair_sources; drop table repairs_wanted")


def _place(connection: duckdb.DuckDBPyConnection, extract: str) -> None:
    """Stage what stands and isn't there yet; take out what doesn't stand any more."""
    mine = (
        "select extract, file_name, line_number, place_file, place_line from {}"
        f" where extract = {quoted(extract)}"
    )
    take_back(
        connection,
        extract,
        "not exists (select 1 from repairs_wanted as wanted where wanted.extract = placed.extract"
        " and wanted.file_name = placed.file_name and wanted.line_number = placed.line_number"
        " and wanted.place_file = placed.place_file and wanted.place_line = placed.place_line)",
        [],
    )
    connection.execute(
        f"create or replace temp table repairs_new as {mine.format('repairs_wanted')}"
        f" except {mine.format('repairs_placed')}"
    )
    files = connection.execute("select distinct place_file from repairs_new").fetchall()
    if files:
        table = staged_name(extract)
        columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
        moved = {"file_name": "fresh.place_file", "line_number": "fresh.place_line"}
        cells = ", ".join(moved.get(name, f"kept.{identifier(name)}") for name in columns)
        connection.execute(
            f"insert into {table} select {cells} from {repaired_name(extract)} as kept inner join"
            " repairs_new as fresh on kept.file_name = fresh.file_name"
            " and kept.line_number = fresh.line_number"
        )
        connection.execute("insert into repairs_placed from repairs_new")
        connection.execute("insert into extracts_changed values (?)", [extract])
        connection.executemany(
            "update files_read set is_compared = false where extract = ? and file_name = ?",
            [[extract, name] for (name,) in files],
        )
    connection.execute("drop table repairs_new")

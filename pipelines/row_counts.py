"""How many rows of each file ended where, with what repairs change of it: for import_log."""

from pipelines.sqltext import quoted
from pipelines.staged import staged_name


def row_counts(extract: str) -> str:
    """A select with a row per file of an extract and the counts that import_log has of it.

    A repair counts in its own file: accepted or a duplicate where it is staged, though it stands in
    the place of the row that it mends; out of scope; set aside; and a duplicate where it is only
    that row once more (a later repair speaks, or it asks to leave the row out). rows_standing is
    how many accepted rows the staged table has under a file's name. rows_mended and rows_void are
    parts of rows_set_aside: rows that need nobody's hand any more.
    """
    table, mine = staged_name(extract), f"extract = {quoted(extract)}"
    return f"""
with standing as (
    select file_name, count(*) filter (not is_duplicate) as rows_standing,
        count(*) filter (is_duplicate) as rows_twice
    from {table}
    group by file_name
),
placed as (
    select placed.file_name, placed.place_file, staged.is_duplicate
    from (from repairs_placed where {mine}) as placed
    inner join {table} as staged
        on placed.place_file = staged.file_name and placed.place_line = staged.line_number
),
moves as (
    select place_file as file_name, -1 as moved, is_duplicate from placed
    union all
    select file_name, 1 as moved, is_duplicate from placed
),
moved as (
    select file_name, sum(moved) filter (not is_duplicate) as accepted,
        sum(moved) filter (is_duplicate) as twice
    from moves
    group by file_name
),
settled as (
    select file_name,
        count(*) filter (
            standing = 'superseded' or standing = 'stands' and fate = 'void'
        ) as twice,
        count(*) filter (standing = 'stands' and fate = 'outside') as outside,
        count(*) filter (
            standing = 'names_nothing' or standing = 'stands' and fate = 'wrong'
        ) as set_aside
    from repairs_settled
    where {mine}
    group by file_name
),
closed as (
    select file_name, count(*) filter (how = 'mended') as mended,
        count(*) filter (how = 'void') as void
    from rows_closed
    where {mine}
    group by file_name
)
select
    files.file_name,
    coalesce(rows_standing, 0) + coalesce(moved.accepted, 0) as rows_accepted,
    coalesce(rows_twice, 0) + coalesce(moved.twice, 0) + coalesce(settled.twice, 0)
        as rows_duplicate,
    files.rows_out_of_scope + coalesce(outside, 0) as rows_out_of_scope,
    files.rows_set_aside + coalesce(set_aside, 0) as rows_set_aside,
    coalesce(mended, 0) as rows_mended,
    coalesce(void, 0) as rows_void,
    coalesce(rows_standing, 0) as rows_standing
from files_read as files
left join standing on files.file_name = standing.file_name
left join moved on files.file_name = moved.file_name
left join settled on files.file_name = settled.file_name
left join closed on files.file_name = closed.file_name
where files.{mine}
"""

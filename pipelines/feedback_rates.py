"""How many of those to be told were told, by bureau: the table `feedback_rates`."""

import duckdb

# Whom a bureau could have told: who stood on a rated list of the run before, or was fed back.
_RATES = """
create table feedback_rates as
with asked as (
    select list_name, subject_id as person_id, bureau_code from previous_listed
    union
    select list_name, person_id, bureau_code from feedback_seen
),
latest as (
    select asked.bureau_code, seen.result
    from asked
    inner join ref_feedback_lists as rated
        on asked.list_name = rated.list_name and rated.is_rated = '1'
    left join feedback_seen as seen
        on asked.list_name = seen.list_name and asked.person_id = seen.person_id
        and asked.bureau_code = seen.bureau_code
)
select
    bureau_code,
    count(*) as listed,
    count(result) as told,
    count(*) filter (result = 'reached') as reached,
    count(*) filter (result = 'wrong_number') as wrong_number,
    count(*) filter (result = 'no_answer') as no_answer,
    count(*) filter (result = 'declined') as declined,
    count(*) filter (result = 'claimed') as claimed
from latest
group by bureau_code
order by bureau_code
"""


def write_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `feedback_rates`, one row per bureau; there is no such table before any feedback.

    `listed` are those whom a bureau could have told: on the rated lists of the run before, or fed
    back. Call it when `feedback_seen` and `previous_listed` are there.
    """
    connection.execute("drop table if exists feedback_rates")
    if connection.execute("select count(*) from feedback_seen").fetchall() == [(0,)]:
        return
    connection.execute(_RATES)

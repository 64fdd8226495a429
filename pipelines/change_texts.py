"""Why somebody is judged or paid otherwise: the conditions and parts of the amount that moved.

What moved is told with its values in both runs. Policy is named where a parameter that decides
the condition, or stands behind the part, has another value for the subject's bureau: it changed
too, which does not say that it alone made the difference.
"""

import duckdb

from pipelines.amount_texts import sides, write_parts, yes_no
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy_moves import write_policy_moves
from pipelines.run_pair import Pair
from pipelines.sqltext import identifier, quoted


def write_texts(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Write `change_texts` (subject_id, conditions, details, causes) of who stays, of `changed`."""
    screening = pair.screening
    wanted = [item.name for item in screening.conditions]
    if pair.for_lists:
        wanted += screening.amount_parts
        wanted += [name for cause in screening.amount_causes.values() for name in cause.columns]
    values = [
        f"{side}.{identifier(name)} as {identifier(f'{side}_{name}')}"
        for name in dict.fromkeys(wanted)
        if name in pair.shared
        for side in ("was", "given")
    ]
    key, decision = identifier(screening.key), identifier(screening.decision)
    connection.execute(
        f"create or replace temp table stays as select {', '.join(['changed.*', *values])}"
        f" from changed inner join {pair.now}.{decision} as given"
        f" on changed.subject_id = given.{key} inner join {pair.before}.{decision} as was"
        f" on changed.subject_id = was.{key}"
        " where changed.bureau_before is not distinct from changed.bureau_now"
    )
    write_policy_moves(connection, screening, pair.before, pair.now)
    _write_conditions(connection, pair)
    write_parts(connection, pair)
    verdict = quoted(say("结论变化", "verdict changed"))
    same = quoted(say("构成各项未变", "no part of it changed"))
    connection.execute(
        "create or replace temp view change_texts as"
        " with told as (select subject_id, string_agg(told, '；' order by position) as conditions,"
        " string_agg(detail, '；' order by position) as details from moved_conditions"
        " group by subject_id),"
        " parts as (select subject_id, string_agg(told, '；' order by position) as parts"
        " from moved_parts group by subject_id)"
        " select stays.subject_id, told.conditions, told.details,"
        " case when stays.amount_before_yuan is distinct from stays.amount_now_yuan"
        " then coalesce(nullif(concat_ws('；', case when stays.outcome_before is distinct from"
        " stays.outcome_now and (stays.amount_before_yuan is null) <> (stays.amount_now_yuan"
        f" is null) then {verdict} end, parts.parts), ''), {same}) end as causes from stays"
        " left join told on stays.subject_id = told.subject_id"
        " left join parts on stays.subject_id = parts.subject_id"
    )


def _write_conditions(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Write `moved_conditions`: each with its verdicts, what is behind it, and its policy."""
    connection.execute(
        "create or replace temp table found_moved (subject_id varchar, bureau_code varchar,"
        " position integer, condition varchar, title varchar, was boolean, given boolean)"
    )
    for position, condition in enumerate(pair.screening.conditions):
        if condition.name in pair.shared:
            was, given = sides(condition.name)
            connection.execute(
                f"insert into found_moved select subject_id, bureau_now, {position},"
                f" {quoted(condition.name)}, {quoted(condition.title)}, {was}, {given}"
                f" from stays where {was} is distinct from {given}"
            )
    unknown = labels_of("outcome")["cannot_tell"]
    earlier = quoted(say("此前：", "before: "))
    connection.execute(
        "create or replace temp table moved_conditions as"
        f" with reasons_before as ({_reasons(pair, pair.before)}),"
        f" reasons_now as ({_reasons(pair, pair.now)}),"
        " policy as (select bureau_code, column_name, string_agg(told, '、' order by position)"
        " as told from policy_moves group by bureau_code, column_name)"
        " select found.subject_id, found.position,"
        f" found.title || '：' || {yes_no('found.was', unknown)} || '→'"
        f" || {yes_no('found.given', unknown)} as told,"
        " nullif(concat_ws('；', case when found.given then"
        f" {earlier} || reasons_before.reason else reasons_now.reason end,"
        f" {quoted(say('政策：', 'policy: '))} || policy.told), '') as detail"
        " from found_moved as found"
        " left join reasons_before on found.subject_id = reasons_before.subject_id"
        " and found.condition = reasons_before.condition"
        " left join reasons_now on found.subject_id = reasons_now.subject_id"
        " and found.condition = reasons_now.condition"
        " left join policy on found.bureau_code = policy.bureau_code"
        " and found.condition = policy.column_name"
    )
    connection.execute("drop table temp.found_moved")


def _reasons(pair: Pair, run: str) -> str:
    """What a run says of conditions that are not true, of those whose conditions moved."""
    table = f"{pair.screening.name}_reasons"
    if not pair.for_lists or not pair.has(run, table):
        return "select null::varchar as subject_id, '' as condition, '' as reason limit 0"
    return (
        f"select {identifier(pair.screening.key)} as subject_id, condition,"
        f" string_agg(reason, '、' order by position) as reason from {run}.{identifier(table)}"
        f" where {identifier(pair.screening.key)} in (select subject_id from found_moved)"
        " group by all"
    )

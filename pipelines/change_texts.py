"""Why somebody is judged or paid otherwise: the conditions and parts of the amount that moved.

What moved is told with its values in both runs. Policy is named where a parameter that decides
the condition, or stands behind the part, has another value for the subject's bureau: it changed
too, which does not say that it alone made the difference.
"""

import duckdb

from pipelines.conditions import Cause, Screening
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy_moves import write_policy_moves
from pipelines.results import CODED
from pipelines.sqltext import identifier, quoted

_NO_ZEROS = r"(\.\d\d\d*?)0*$"


class Pair:
    """A screening's decision in two runs, and which of its columns both have."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, screening: Screening, before: str, now: str
    ) -> None:
        self.screening, self.before, self.now = screening, before, now
        self._tables: dict[str, dict[str, dict[str, str]]] = {before: {}, now: {}}
        found = connection.execute(
            "select database_name, table_name, column_name, data_type from duckdb_columns()"
            " where database_name in (?, ?) and not internal",
            [before, now],
        ).fetchall()
        for run, table, column, kind in found:
            self._tables[run].setdefault(table, {})[column] = kind
        was = self._tables[before].get(screening.decision, {})
        self.types = self._tables[now].get(screening.decision, {})
        self.shared = {name for name, kind in self.types.items() if was.get(name) == kind}
        needed = {screening.key, screening.amount, "bureau_code", "outcome"}
        self.is_comparable = needed <= was.keys() and needed <= self.types.keys()

    def has(self, run: str, table: str) -> bool:
        """Whether a run has a table."""
        return table in self._tables[run]


def write_texts(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Write `change_texts` (subject_id, conditions, details, causes) of who stays, of `changed`."""
    screening = pair.screening
    wanted = [item.name for item in screening.conditions] + list(screening.amount_parts)
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
    _write_parts(connection, pair)
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
            was, given = _sides(condition.name)
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
        f" found.title || '：' || {_yes_no('found.was', unknown)} || '→'"
        f" || {_yes_no('found.given', unknown)} as told,"
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
    if not pair.has(run, table):
        return "select null::varchar as subject_id, '' as condition, '' as reason limit 0"
    return (
        f"select {identifier(pair.screening.key)} as subject_id, condition,"
        f" string_agg(reason, '、' order by position) as reason from {run}.{identifier(table)}"
        f" where {identifier(pair.screening.key)} in (select subject_id from found_moved)"
        " group by all"
    )


def _write_parts(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Write `moved_parts`: each part of an amount that moved, and in brackets what moved it."""
    connection.execute(
        "create or replace temp table moved_parts"
        " (subject_id varchar, position integer, told varchar)"
    )
    for position, part in enumerate(pair.screening.amount_parts):
        if part not in pair.shared:
            continue
        was, given = _sides(part)
        cause = pair.screening.amount_causes.get(part, Cause())
        titles = {column: say(title["zh"], title["en"]) for column, title in cause.columns.items()}
        moved = [
            f"case when {_sides(column)[0]} is distinct from {_sides(column)[1]} then"
            f" {_moved(pair, column, title)} end"
            for column, title in titles.items()
            if column in pair.shared
        ]
        if cause.policy or cause.takes:
            moved.append(
                f"{quoted(say('政策：', 'policy: '))} || (select string_agg(moves.told, '、'"
                " order by moves.position) from policy_moves as moves"
                f" where moves.bureau_code = stays.bureau_now and moves.column_name ="
                f" {quoted(part)} and (not moves.is_taken or (moves.was is not distinct from {was}"
                f" and moves.given is not distinct from {given})))"
            )
        brackets = f"nullif(concat_ws('、', {', '.join(moved)}), '')" if moved else "null::varchar"
        connection.execute(
            f"insert into moved_parts select subject_id, {position},"
            f" {_moved(pair, part, pair.screening.part_title(part))}"
            f" || coalesce('（' || {brackets} || '）', '') from stays"
            f" where amount_before_yuan is distinct from amount_now_yuan"
            f" and {was} is distinct from {given}"
        )


def _sides(column: str) -> tuple[str, str]:
    return identifier(f"was_{column}"), identifier(f"given_{column}")


def _moved(pair: Pair, column: str, title: str) -> str:
    was, given = (_shown(side, column, pair.types[column]) for side in _sides(column))
    return f"{quoted(title + ' ')} || {was} || '→' || {given}"


def _shown(value: str, column: str, kind: str) -> str:
    """The SQL for a value as people read it: codes by their labels, two decimals at least."""
    unknown = say("不明", "unknown")
    if column in CODED:
        cases = " ".join(
            f"when {quoted(code)} then {quoted(label)}"
            for code, label in labels_of(CODED[column]).items()
        )
        return f"case {value} {cases} else coalesce({value}, {quoted(unknown)}) end"
    if kind == "BOOLEAN":
        return _yes_no(value, unknown)
    text = f"cast({value} as varchar)"
    if kind.startswith("DECIMAL"):
        text = f"regexp_replace({text}, {quoted(_NO_ZEROS)}, '\\1')"
    return f"coalesce({text}, {quoted(unknown)})"


def _yes_no(value: str, unknown: str) -> str:
    words = labels_of("word")
    return (
        f"case when {value} then {quoted(words['yes'])} when not {value} then"
        f" {quoted(words['no'])} else {quoted(unknown)} end"
    )

"""Why an amount is another one: the parts of it that moved, and what moved them."""

import duckdb

from pipelines.conditions import Cause
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.results import CODED
from pipelines.run_pair import Pair
from pipelines.sqltext import identifier, quoted

_NO_ZEROS = r"(\.\d\d\d*?)0*$"


def write_parts(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Write `moved_parts`: each part of an amount that moved, and in brackets what moved it."""
    connection.execute(
        "create or replace temp table moved_parts"
        " (subject_id varchar, position integer, told varchar)"
    )
    for position, part in enumerate(pair.screening.amount_parts if pair.for_lists else ()):
        if part not in pair.shared:
            continue
        was, given = sides(part)
        cause = pair.screening.amount_causes.get(part, Cause())
        titles = {column: say(title["zh"], title["en"]) for column, title in cause.columns.items()}
        moved = [
            f"case when {sides(column)[0]} is distinct from {sides(column)[1]} then"
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


def sides(column: str) -> tuple[str, str]:
    """The names that a column of both runs has in `stays`: before and now."""
    return identifier(f"was_{column}"), identifier(f"given_{column}")


def _moved(pair: Pair, column: str, title: str) -> str:
    was, given = (_shown(side, column, pair.types[column]) for side in sides(column))
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
        return yes_no(value, unknown)
    text = f"cast({value} as varchar)"
    if kind.startswith("DECIMAL"):
        text = f"regexp_replace({text}, {quoted(_NO_ZEROS)}, '\\1')"
    return f"coalesce({text}, {quoted(unknown)})"


def yes_no(value: str, unknown: str) -> str:
    """The SQL for 是, 否 or what stands for NULL."""
    words = labels_of("word")
    return (
        f"case when {value} then {quoted(words['yes'])} when not {value} then"
        f" {quoted(words['no'])} else {quoted(unknown)} end"
    )

"""The policy values that two runs used differently, and which conditions and parts they touch."""

from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from pipelines.conditions import Screening
from pipelines.messages import say
from pipelines.policy import load_policies, title_of
from pipelines.policy_file import Parameter

TYPED = (
    "bureau_code varchar, column_name varchar, told varchar, position integer, is_taken boolean,"
    " was decimal(38, 6), given decimal(38, 6)"
)


def write_policy_moves(
    connection: duckdb.DuckDBPyConnection, screening: Screening, before: str, now: str
) -> None:
    """Write `policy_moves`: per bureau and condition or part, the parameters that moved.

    Where a part `is_taken` from a parameter, `was` and `given` are its values: the parameter is a
    cause of the part's change only where the part had the one and has the other. Which of several
    parameters with the same two values it was can't be told: they are named together.
    """
    connection.execute(f"create or replace temp table policy_moves ({TYPED})")
    policy = next((item for item in load_policies() if item.screening == screening.name), None)
    known = {item.name: item for item in policy.parameters} if policy else {}
    was, given = (_values(connection, run, screening.name) for run in (before, now))
    touched = [(item.name, item.policy, False) for item in screening.conditions]
    for part, cause in screening.amount_causes.items():
        touched += [(part, cause.policy, False), (part, cause.takes, True)]
    found: dict[tuple[Any, ...], list[tuple[str, str]]] = {}
    for bureau in sorted({bureau for bureau, _ in was.keys() & given.keys()}):
        for column, parameters, is_taken in touched:
            for position, name in enumerate(parameters):
                values = [side.get((bureau, name)) for side in (was, given)]
                if None in values or values[0] == values[1]:
                    continue
                title, moved = _told(name, known.get(name), *map(str, values))
                numbers = [_number(str(value)) for value in values] if is_taken else [None, None]
                place = -1 if is_taken else position
                found.setdefault((bureau, column, place, is_taken, *numbers), []).append(
                    (title, moved)
                )
    rows = [
        (bureau, column, f"{'/'.join(title for title, _ in told)}{told[0][1]}", *rest)
        for (bureau, column, *rest), told in found.items()
    ]
    if rows:
        connection.executemany("insert into policy_moves values (?, ?, ?, ?, ?, ?, ?)", rows)


def _values(
    connection: duckdb.DuckDBPyConnection, run: str, screening: str
) -> dict[tuple[str, str], str]:
    found = connection.execute(
        f"select bureau_code, parameter, value_text from {run}.policy_values where screening = ?",
        [screening],
    ).fetchall()
    return {(bureau, parameter): value or "" for bureau, parameter, value in found}


def _told(name: str, parameter: Parameter | None, was: str, given: str) -> tuple[str, str]:
    """A parameter's title, and both its values; of a list or ladder, that it changed."""
    if parameter is None:
        return name, f" {was}→{given}"
    if any(isinstance(value, list | dict) for value in parameter.values()):
        return title_of(parameter), say("有调整", " changed")
    return title_of(parameter), f" {_shown(parameter, was)}→{_shown(parameter, given)}"


def _shown(parameter: Parameter, value: str) -> str:
    words = {"true": say("是", "yes"), "false": say("否", "no"), "": say("无", "none")}
    return parameter.readings.get(value) or words.get(value, value)


def _number(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None

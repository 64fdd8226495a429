"""Policy in SQL: `policy_<screening>`, one row per bureau, and a long table per list or ladder."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.messages import language
from pipelines.policy_file import Entry, Parameter, Policy


def write_tables(connection: duckdb.DuckDBPyConnection, policies: list[Policy], day: date) -> None:
    """Write the values in force on `day` for every bureau of ref_bureaus; older tables go.

    `policy_values` holds them all once more, long, with document, article and wording, for
    whoever asks why.
    """
    bureaus = [
        code
        for (code,) in connection.execute(
            "select bureau_code from ref_bureaus order by 1"
        ).fetchall()
    ]
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where table_name like 'policy\\_%' escape '\\'"
        " and database_name = current_database() and schema_name = current_schema()"
    ).fetchall():
        connection.execute(f'drop table "{name}"')
    connection.execute(
        "create table policy_values (screening varchar, parameter varchar, bureau_code varchar,"
        " value_text varchar, unit varchar, document varchar, article varchar, quote varchar,"
        " says varchar, note varchar, valid_from date, next_change date)"
    )
    for policy in policies:
        _write(connection, policy, day, bureaus)


def value_for(entry: Entry, bureau: str) -> Any:
    """The value of an entry for a bureau: its own, else the region's."""
    return entry.by_bureau.get(bureau, entry.value)


def next_change(parameter: Parameter, day: date) -> date | None:
    """The first day after `day` from which the parameter has another entry."""
    return next((entry.since for entry in parameter.entries if entry.since > day), None)


def value_text(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, list):
        return ", ".join(map(value_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}→{value_text(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _write(
    connection: duckdb.DuckDBPyConnection, policy: Policy, day: date, bureaus: list[str]
) -> None:
    table = f"policy_{policy.screening}"
    columns = {"bureau_code": "varchar"}
    rows: list[list[Any]] = [[bureau] for bureau in bureaus]
    for parameter in policy.parameters:
        entry = parameter.on(day)
        assert entry is not None, f"{policy.screening}.{parameter.name}"
        if any(isinstance(value, list | dict) for value in parameter.values()):
            _write_long(connection, f"{table}_{parameter.name}", parameter, entry, bureaus)
        else:
            columns[parameter.name] = _sql_type(list(parameter.values()))
            for row, bureau in zip(rows, bureaus, strict=True):
                row.append(value_for(entry, bureau))
        _insert(
            connection,
            "policy_values",
            [
                [
                    policy.screening, parameter.name, bureau, value_text(value_for(entry, bureau)),
                    parameter.unit[language()], entry.document, entry.article, entry.quote,
                    entry.says[language()] if entry.says else None,
                    entry.note, entry.since, next_change(parameter, day),
                ]
                for bureau in bureaus
            ],
        )  # fmt: skip
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create table {table} ({declared})")
    _insert(connection, table, rows)


def _write_long(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    parameter: Parameter,
    entry: Entry,
    bureaus: list[str],
) -> None:
    items = {bureau: _items(value_for(entry, bureau)) for bureau in bureaus}
    everything = [_items(value) for value in parameter.values()]
    kind = _sql_type([value for pairs in everything for _, value in pairs])
    connection.execute(f"create table {table} (bureau_code varchar, key integer, value {kind})")
    rows = [[bureau, key, value] for bureau, pairs in items.items() for key, value in pairs]
    _insert(connection, table, rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    """Insert rows in one statement: one by one they take longer than all the rest."""
    if rows:
        marks = f"({', '.join('?' * len(rows[0]))})"
        values = [value for row in rows for value in row]
        connection.execute(f"insert into {table} values {', '.join([marks] * len(rows))}", values)


def _items(value: Any) -> list[tuple[int, Any]]:
    """(key, value) of a ladder; of a list its positions from 1."""
    if isinstance(value, dict):
        return [(int(key), item) for key, item in value.items()]
    return list(enumerate(value or [], start=1))


def _sql_type(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "bigint"
    if kinds and kinds <= {int, Decimal}:
        return "decimal(18, 6)"
    if kinds == {date}:
        return "date"
    return "varchar"

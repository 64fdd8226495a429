"""Running case tables: the real SQL on rows of the cases, in tables of the real types."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines import models, policy, policy_tables
from tests.case_tables import MONTH, Case, Row, Tables, period_of, read_cases
from tests.case_warehouse import column_types, model_path, run_select, warehouse

# From the payroll to what a person's months at a unit are: each is built from those before it.
PAYROLL = (
    "stg_payroll",
    "payroll_seen",
    "repeated_payroll_years",
    "repeated_payroll_months",
    "person_unit_months",
    "person_unit_years",
)


@cache
def complaints(path: Path) -> dict[str, list[str]]:
    """For each case of a case table what is not as it should be: lines to print."""
    file = read_cases(path)
    found: dict[str, list[str]] = {}
    for cases, given in case_groups(path):
        with prepared(file.model, given) as connection:
            result = run_select(connection, file.model)
        for case in cases:
            assert case.id not in found, f"{path.name}: two cases are named {case.id}"
            found[case.id] = compare(case, result)
    return found


def case_groups(path: Path) -> list[tuple[list[Case], list[Tables]]]:
    """The cases of a case table that can be run together, with all their inputs."""
    file = read_cases(path)
    groups: dict[str, list[tuple[Case, Tables, Tables]]] = defaultdict(list)
    for case in file.cases:
        own, common = _own_and_common(case)
        groups[repr(sorted(common.items()))].append((case, own, common))
    found = []
    for group in groups.values():
        cases, owned, commons = zip(*group, strict=True)
        found.append((list(cases), [file.tables, commons[0], *owned]))
    return found


def _own_and_common(case: Case) -> tuple[Tables, Tables]:
    """The inputs in tables that have the key's column, filled with the case's name; the others."""
    key = next(iter(case.keys))
    own: Tables = {}
    common: Tables = {}
    for table, rows in case.tables.items():
        if key in column_types(table):
            own[table] = [{key: case.name} | row for row in rows]
        else:
            common[table] = rows
    return own, common


@contextmanager
def prepared(model: str, given: list[Tables]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with the inputs of a model's cases; as it was afterwards."""
    connection = warehouse()
    tables: Tables = defaultdict(list)
    for inputs in given:
        for table, rows in inputs.items():
            tables[table] += rows
    connection.execute("begin")
    try:
        _set_policy(connection, model, tables)
        for table, rows in tables.items():
            if table.startswith("ref_"):
                connection.execute(f'delete from "{table}"')
            _insert(connection, table, rows)
        _fill_between(connection, model, set(tables))
        yield connection
    finally:
        connection.execute("rollback")


def _fill_between(connection: duckdb.DuckDBPyConnection, model: str, given: set[str]) -> None:
    """Build what stands between the payroll that the cases give and the model that they are of.

    So the cases of a model tell payroll rows, or what a person's month is, whatever form the
    models hand it on in.
    """
    first = next((at for at, name in enumerate(PAYROLL, start=1) if name in given), None)
    for name in PAYROLL[first:] if first else ():
        if name == model:
            return
        if name not in given:
            connection.execute(f'insert into "{name}" {model_path(name).read_text("utf-8")}')


def _set_policy(connection: duckdb.DuckDBPyConnection, model: str, tables: Tables) -> None:
    """The day and the policy values that the cases ask for; their rows leave `tables`."""
    day = [row["as_of"] for row in tables.pop("run_calendar", [])]
    if day:
        as_of = date.fromisoformat(day[0])
        models.set_day(connection, as_of)
        screening = model_path(model).parent.name
        read = [item for item in policy.load_policies() if item.screening == screening]
        policy_tables.write_tables(connection, read, as_of)
    for table in [name for name in tables if name.startswith("policy_")]:
        rows = tables.pop(table)
        # A value with a bureau_code is that bureau's own; the others keep theirs.
        bureau = rows[0].get("bureau_code") or "%"
        if "value" in column_types(table):
            connection.execute(f'delete from "{table}" where bureau_code like ?', [bureau])
            for row in rows:
                connection.execute(
                    f'insert into "{table}" (bureau_code, value) select bureau_code, ? from'
                    " ref_bureaus where bureau_code like ?",
                    [row["value"], bureau],
                )
            continue
        for name, value in rows[0].items():
            if value and name != "bureau_code":
                connection.execute(
                    f'update "{table}" set {name} = ? where bureau_code like ?', [value, bureau]
                )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    types = column_types(table)
    for number, row in enumerate(rows, start=1):
        if "line_number" in types:
            place = {"file_name": "cases.csv", "line_number": str(number)}
            given = {name: cell for name, cell in row.items() if cell or name not in place}
            row = rows[number - 1] = place | given
        if unknown := [name for name in row if name not in types]:
            raise AssertionError(f"{table} has no column {', '.join(unknown)}")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    values = ", ".join(
        f"({', '.join(_literal(row.get(name, ''), types[name]) for name in columns)})"
        for row in rows
    )
    connection.execute(f'insert into "{table}" ({", ".join(columns)}) values {values}')


def _literal(cell: str, kind: str) -> str:
    if not cell:
        return "null"
    if kind in ("INTEGER", "BIGINT") and MONTH.fullmatch(cell):
        return str(period_of(cell))
    return "'" + cell.replace("'", "''") + "'"


def compare(case: Case, result: Iterable[dict[str, Any]]) -> list[str]:
    """What of a case is not as it should be in the rows of its model."""
    keys = {name: value for name, value in case.keys.items() if name != "case"}
    rows = [row for row in result if all(is_as(row[name], keys[name]) for name in keys)]
    if "no row" in case.expected.values():
        return [f"{case.id}: should have no row, has {len(rows)}"] if rows else []
    if len(rows) != 1:
        return [f"{case.id}: should have one row, has {len(rows)}"]
    return [
        f"{case.id}: {name} should be {wanted or 'unknown'}, is {shown(rows[0][name], wanted)}"
        for name, wanted in case.expected.items()
        if wanted != "*" and not is_as(rows[0][name], wanted)
    ]


def is_as(value: Any, wanted: str) -> bool:
    """Whether a value is what a cell says; a DOUBLE to the digits that the cell has."""
    if value in (None, "") or not wanted:
        return value in (None, "") and not wanted
    if isinstance(value, bool):
        return wanted == str(value).lower()
    if isinstance(value, int) and MONTH.fullmatch(wanted):
        return value == period_of(wanted)
    if isinstance(value, int | Decimal):
        return Decimal(value) == Decimal(wanted)
    if isinstance(value, float):
        exponent = Decimal(wanted).as_tuple().exponent
        return abs(Decimal(value) - Decimal(wanted)) <= Decimal((0, (5,), int(exponent) - 1))
    return str(value) == wanted


def shown(value: Any, wanted: str) -> str:
    """A value as a case table would write it."""
    if value in (None, ""):
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and MONTH.fullmatch(wanted):
        return f"{(value - 1) // 12}-{(value - 1) % 12 + 1:02}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

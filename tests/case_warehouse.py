"""The warehouse that case tables run in: the pipeline built once on empty extracts."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines import models, policy, policy_tables
from pipelines.contracts import load_contracts
from pipelines.forms import FORMS
from pipelines.reference import load_reference

DAY = date(2022, 3, 22)
OTHER_TABLES = (
    "delivered_columns (extract varchar, file_name varchar, column_name varchar)",
    "delivery_complete (name varchar)",
    "set_aside_mentions (extract varchar, file_name varchar, line_number bigint,"
    " unit_id varchar, period integer)",
    "previous_listed (list_name varchar, subject_id varchar, bureau_code varchar,"
    " subject_name varchar, first_listed_on date)",
)


@cache
def warehouse() -> duckdb.DuckDBPyConnection:
    """The whole pipeline built once on empty extracts: every table is there with its types."""
    connection = duckdb.connect()
    for table in OTHER_TABLES:
        connection.execute(f"create table {table}")
    for contract in load_contracts().values():
        name = contract.extract
        columns = "".join(f", {item.name} {FORMS[item.type].sql_type}" for item in contract.columns)
        connection.execute(
            f"create table raw_{name} (file_name varchar, line_number bigint, code_system varchar,"
            f" problem_column varchar, problem_reason varchar{columns})"
        )
        connection.execute(f"create table stg_{name} as {contract.select}")
    load_reference(connection)
    models.set_day(connection, DAY)
    policies = policy.load_policies()
    policy_tables.write_tables(connection, policies, DAY)
    models.build(connection, [models.FACTS, *(item.path.parent for item in policies)])
    return connection


@cache
def column_types(table: str) -> dict[str, str]:
    """The columns of a table of the warehouse and their types."""
    rows = warehouse().execute(f'describe "{table}"').fetchall()
    return {name: kind for name, kind, *_ in rows}


@cache
def model_path(model: str) -> Path:
    """The file of a model of facts or screenings."""
    return next(models.FACTS.parent.glob(f"*/**/{model}.sql"))


def run_select(connection: duckdb.DuckDBPyConnection, model: str) -> list[dict[str, Any]]:
    """The rows of a model's bare select on the tables as they are."""
    result = connection.execute(model_path(model).read_text(encoding="utf-8"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

"""The warehouse that case tables run in: the pipeline built once on empty extracts."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines import models, policy, policy_tables
from pipelines.changes import clear_changes
from pipelines.contracts import load_contracts
from pipelines.delivery import Delivery
from pipelines.feedback_store import TYPED as FEEDBACK
from pipelines.import_log import write_import_log
from pipelines.reference import load_reference
from pipelines.repairs import settle_repairs
from pipelines.staged import prepare

DAY = date(2022, 3, 22)


@cache
def warehouse() -> duckdb.DuckDBPyConnection:
    """Every table of a run with its types, empty but for reference tables and policy on DAY."""
    # Cases are small: what needs more than this is a mistake, and must not take the machine's.
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    contracts = load_contracts()
    prepare(connection, contracts)
    settle_repairs(connection)
    for extract in contracts:
        connection.execute(f"create table empty as from stg_{extract}")
        connection.execute(f"drop view stg_{extract}")
        connection.execute(f"alter table empty rename to stg_{extract}")
    connection.execute(
        "create table previous_listed (list_name varchar, subject_id varchar,"
        " bureau_code varchar, subject_name varchar, first_listed_on date)"
    )
    clear_changes(connection)
    connection.execute(f"create table feedback_seen ({FEEDBACK})")
    load_reference(connection)
    write_import_log(connection, Delivery(), [], [])
    models.set_day(connection, DAY)
    policies = policy.load_policies()
    policy_tables.write_tables(connection, policies, DAY)
    folders = [models.FACTS, models.MEASURES, *(item.path.parent for item in policies)]
    models.build(connection, folders)
    for view in models.VIEWS:
        connection.execute(f'create table empty as from "{view}"')
        connection.execute(f'drop view "{view}"')
        connection.execute(f'alter table empty rename to "{view}"')
    return connection


@cache
def column_types(table: str) -> dict[str, str]:
    """The columns of a table of the warehouse and their types."""
    rows = warehouse().execute(f'describe "{table}"').fetchall()
    return {name: kind for name, kind, *_ in rows}


@cache
def model_path(model: str) -> Path:
    """The file of a model of facts, measures or screenings."""
    return next(models.FACTS.parent.glob(f"*/**/{model}.sql"))


def run_select(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    select: str | None = None,
    most: int = 1_000_000,
) -> list[dict[str, Any]]:
    """The rows of a model's bare select on the tables as they are, or those of another select."""
    result = connection.execute(select or model_path(model).read_text(encoding="utf-8"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchmany(most)]

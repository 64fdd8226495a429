"""The floor: the least that a script by hand does. No check, no list, no reason.

Typed parse of every payroll file, distinct people per unit and month on the ids as they come,
first and last month per person, and the share of people who left within the year per unit.
"""

import json
import sys
from pathlib import Path

import duckdb

COLUMNS = {
    "period": "integer",
    "unit_id": "varchar",
    "person_id": "varchar",
    "insurance_code": "varchar",
    "wage_base": "decimal(18, 4)",
    "unit_due": "decimal(18, 4)",
    "person_due": "decimal(18, 4)",
    "unit_paid": "decimal(18, 4)",
    "person_paid": "decimal(18, 4)",
    "payment_kind": "varchar",
    "payment_status": "varchar",
    "paid_on": "date",
}

# Table → select; a table in braces is one of these.
TABLES = {
    "payroll": (
        "select * from read_csv('{extracts}/payroll_*.csv', header = true, auto_detect = false,"
        " delim = ',', quote = '\"', escape = '\"', columns = {columns})"
    ),
    "unit_months": (
        "select unit_id, period, count(distinct person_id) as heads from {payroll} group by all"
    ),
    "person_spans": (
        "select unit_id, person_id, min(period) as first_month, max(period) as last_month"
        " from {payroll} group by all"
    ),
    "rates": (
        "select unit_id, leavers / average as rate from"
        " (select unit_id, avg(heads) as average from {unit_months}"
        " where period between 202101 and 202112 group by all) join"
        " (select unit_id, count(*) filter (last_month between 202101 and 202111) as leavers"
        " from {person_spans} group by all) using (unit_id)"
    ),
}


def selects(extracts: Path, references: dict[str, str]) -> dict[str, str]:
    """The selects of the tables; `references` say how a table is named in them."""
    return {
        name: select.format(extracts=extracts, columns=COLUMNS, **references)
        for name, select in TABLES.items()
    }


def print_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Print what was counted as JSON."""
    row = connection.execute(
        "select (select count(*) from payroll), (select count(*) from unit_months),"
        " (select sum(heads) from unit_months), (select count(*) from person_spans),"
        " (select count(*) from rates where rate <= 0.055)"
    ).fetchone()
    print(json.dumps([int(value) for value in row or ()]))


def main(extracts: Path) -> None:
    """Make the tables in memory and print what was counted."""
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        for name, select in selects(extracts, dict(zip(TABLES, TABLES, strict=True))).items():
            connection.execute(f"create table {name} as {select}")
        print_counts(connection)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

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


def main(extracts: Path) -> None:
    """Print what was counted as JSON."""
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        connection.execute(
            f"create table payroll as from read_csv('{extracts}/payroll_*.csv', header = true,"
            f" auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {COLUMNS})"
        )
        connection.execute(
            "create table unit_months as select unit_id, period,"
            " count(distinct person_id) as heads from payroll group by all"
        )
        connection.execute(
            "create table person_spans as select unit_id, person_id, min(period) as first_month,"
            " max(period) as last_month from payroll group by all"
        )
        connection.execute(
            "create table rates as select unit_id, leavers / average as rate from"
            " (select unit_id, avg(heads) as average from unit_months"
            " where period between 202101 and 202112 group by all) join"
            " (select unit_id, count(*) filter (last_month between 202101 and 202111) as leavers"
            " from person_spans group by all) using (unit_id)"
        )
        row = connection.execute(
            "select (select count(*) from payroll), (select count(*) from unit_months),"
            " (select sum(heads) from unit_months), (select count(*) from person_spans),"
            " (select count(*) from rates where rate <= 0.055)"
        ).fetchone()
    print(json.dumps([int(value) for value in row or ()]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

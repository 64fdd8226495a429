"""What the floor does, on local PySpark."""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

SCHEMA = (
    "period int, unit_id string, person_id string, insurance_code string,"
    " wage_base decimal(18,4), unit_due decimal(18,4), person_due decimal(18,4),"
    " unit_paid decimal(18,4), person_paid decimal(18,4), payment_kind string,"
    " payment_status string, paid_on date"
)


def main(extracts: Path) -> None:
    """Print what was counted as JSON."""
    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", "6g")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    files = sorted(map(str, extracts.glob("payroll_*.csv")))
    spark.read.csv(files, schema=SCHEMA, header=True).createOrReplaceTempView("payroll")
    views = {
        "unit_months": "select unit_id, period, count(distinct person_id) as heads from payroll"
        " group by unit_id, period",
        "person_spans": "select unit_id, person_id, min(period) as first_month,"
        " max(period) as last_month from payroll group by unit_id, person_id",
    }
    for name, select in views.items():
        spark.sql(select).cache().createOrReplaceTempView(name)
    row = spark.sql(
        "select (select count(wage_base) from payroll), (select count(*) from unit_months),"
        " (select sum(heads) from unit_months), (select count(*) from person_spans),"
        " (select count(*) from (select unit_id, avg(heads) as average from unit_months"
        "  where period between 202101 and 202112 group by unit_id) join (select unit_id,"
        "  count_if(last_month between 202101 and 202111) as leavers from person_spans"
        "  group by unit_id) using (unit_id) where leavers / average <= 0.055)"
    ).first()
    print(json.dumps([int(value) for value in row or ()]))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

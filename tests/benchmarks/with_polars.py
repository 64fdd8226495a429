"""What the floor does, as a polars script does it, streaming."""

import json
import sys
from pathlib import Path

import polars as pl

SCHEMA = {
    "period": pl.Int32,
    **dict.fromkeys(("unit_id", "person_id", "insurance_code"), pl.String),
    **dict.fromkeys(
        ("wage_base", "unit_due", "person_due", "unit_paid", "person_paid"), pl.Decimal(18, 4)
    ),
    **dict.fromkeys(("payment_kind", "payment_status"), pl.String),
    "paid_on": pl.Date,
}


def main(extracts: Path) -> None:
    """Print what was counted as JSON."""
    payroll = pl.scan_csv(extracts / "payroll_*.csv", schema=SCHEMA)
    heads = payroll.group_by("unit_id", "period").agg(pl.col("person_id").n_unique().alias("heads"))
    spans = payroll.group_by("unit_id", "person_id").agg(
        pl.col("period").min().alias("first"), pl.col("period").max().alias("last")
    )
    rows, months, people = pl.collect_all(
        [payroll.select(pl.len(), pl.col("unit_paid").sum()), heads, spans], engine="streaming"
    )
    year = months.filter(pl.col("period").is_between(202101, 202112))
    average = year.group_by("unit_id").agg(pl.col("heads").mean())
    left = people.group_by("unit_id").agg(pl.col("last").is_between(202101, 202111).sum())
    rates = average.join(left, on="unit_id").filter(pl.col("last") / pl.col("heads") <= 0.055)
    counts = [rows.item(0, 0), len(months), months["heads"].sum(), len(people), len(rates)]
    print(json.dumps([int(value) for value in counts]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

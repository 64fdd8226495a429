"""What the floor does, as a straightforward pandas script does it."""

import json
import sys
from pathlib import Path

import pandas as pd

TEXT = ("unit_id", "person_id", "insurance_code", "payment_kind", "payment_status")


def main(extracts: Path) -> None:
    """Print what was counted as JSON."""
    payroll = pd.concat(
        pd.read_csv(path, dtype=dict.fromkeys(TEXT, "string[pyarrow]"), parse_dates=["paid_on"])
        for path in sorted(extracts.glob("payroll_*.csv"))
    )
    heads = payroll.groupby(["unit_id", "period"])["person_id"].nunique()
    spans = payroll.groupby(["unit_id", "person_id"])["period"].agg(["min", "max"])
    period = heads.index.get_level_values("period")
    year = heads[(period >= 202101) & (period <= 202112)]
    average = year.groupby("unit_id").mean()
    left = spans["max"].between(202101, 202111).groupby("unit_id").sum()
    rates = (left / average).dropna()
    counts = [len(payroll), len(heads), heads.sum(), len(spans), (rates <= 0.055).sum()]
    print(json.dumps([int(value) for value in counts]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

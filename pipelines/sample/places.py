"""The divisions of the region and the bureau of each, as the reference tables have them."""

import csv
from functools import cache

from pipelines import ROOT


@cache
def divisions_by_bureau() -> dict[str, list[str]]:
    """Bureau code → the six-digit codes of its banners and counties (150000 → itself)."""
    folder = ROOT / "data" / "reference"
    file = next(
        path
        for path in (folder / "divisions.csv", *sorted(folder.glob("divisions*.csv")))
        if path.exists()
    )
    found: dict[str, list[str]] = {"150000": ["150000"]}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            code = row.get("division_code") or row.get("code", "")
            bureau = row.get("bureau_code") or row.get("hrss_bureau_code", "")
            if row["level"] == "county":
                found.setdefault(bureau, []).append(code)
    return found


SHARES = {
    "150000": 3, "150100": 16, "150200": 15, "150300": 4, "150400": 13, "150500": 9, "150600": 12,
    "150700": 8, "150781": 1, "150800": 5, "150900": 5, "152200": 4, "152500": 3, "152501": 1,
    "152900": 2,
}  # fmt: skip
OLD_SYSTEM = {"150400", "150500", "150700", "150781", "152200"}  # deliver in the codes of Shaanxi

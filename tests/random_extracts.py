"""Small invented regions, clean and canonical, in which the rare branches are common."""

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.random_region.benefits import benefit_rows, registration_rows
from tests.random_region.lists import person_register_rows, refund_rows, unit_register_rows
from tests.random_region.payroll import payroll_files
from tests.random_region.persons import insured_people_rows
from tests.random_region.region import Region, make_region
from tests.random_region.separations import separation_rows
from tests.random_region.units import insured_unit_rows

DAYS = (
    "2021-06-30 2021-11-30 2021-12-01 2022-02-10 2022-03-21 2022-03-22 2022-04-25 2022-05-31 "
    "2022-12-31 2023-01-01 2023-07-15 2024-02-29 2024-07-31 2024-08-01 2024-12-01 2025-01-01 "
    "2025-06-30 2025-12-31"
)
REQUIRED = {
    "person_registers": ["pension", "death"],
    "unit_registers": ["dishonest", "zombie", "environmental_penalty"],
}


def random_day(seed: int) -> date:
    """The day of the run that belongs to a seed, often a day on which a value changes."""
    rng = Random(f"day {seed}")
    return date.fromisoformat(rng.choice([*DAYS.split(), "2022-03-22", "2022-06-13", "2022-08-31"]))


def write_random_extracts(
    folder: Path, seed: int, units: int = 30, people: int = 600, as_of: date | None = None
) -> date:
    """Write one region's extracts into a folder; the day of the run comes back.

    The same seed and sizes give the same files. Ids carry area codes that nobody has.
    """
    day = as_of or random_day(seed)
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    delivery = Delivery(day)
    _write_part(folder, rng, make_region(rng, day, units, people), delivery)
    delivery.write(folder)
    return day


def write_large_region(
    folder: Path, seed: int, units: int, people: int, as_of: date, units_at_once: int = 4000
) -> None:
    """The same for a region of any size, written in parts that share their months.

    People work within their part. Each part has its own files, and so its own columns, systems
    and faults.
    """
    folder.mkdir(parents=True, exist_ok=True)
    delivery = Delivery(as_of)
    whole = make_region(Random(seed), as_of, 2, 2)
    for number in range(0, units, units_at_once):
        rng = Random(f"{seed} {number}")
        here = min(units_at_once, units - number)
        part = make_region(rng, as_of, here, people * here // units, whole, number)
        _write_part(folder, rng, part, delivery, f"_{number // units_at_once + 1:03}")
    delivery.write(folder)


@dataclass
class Delivery:
    """What delivery.yaml says of the files."""

    as_of: date
    complete: set[str] = field(default_factory=set)
    systems: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write delivery.yaml."""
        said: dict[str, Any] = {"as_of": self.as_of, "complete": sorted(self.complete)}
        if self.systems:
            said["files"] = {name: {"system": system} for name, system in self.systems.items()}
        (folder / "delivery.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")


def _write_part(
    folder: Path, rng: Random, region: Region, delivery: Delivery, part: str = ""
) -> None:
    for name, rows in payroll_files(region).items():
        _write(folder / f"{name}{part}.csv", rows)
    for extract, rows in (
        ("insured_units", insured_unit_rows(region)),
        ("insured_people", insured_people_rows(region)),
        ("separations", separation_rows(region)),
        ("benefit_grants", benefit_rows(region)),
        ("unemployment_registrations", registration_rows(region)),
        ("person_registers", person_register_rows(region)),
        ("unit_registers", unit_register_rows(region)),
        ("refund_payments", refund_rows(region)),
    ):
        for register in REQUIRED.get(extract, []):
            fate = rng.random()
            if fate < 0.12:
                rows = [row for row in rows if row["register"] != register]
            if fate < 0.05 or rng.random() < 0.3:
                delivery.complete.add(register)
        if not rows or rng.random() < 0.08:
            continue
        for name, given in _parts(rng, extract + part, rows).items():
            _write(folder / f"{name}.csv", given)
        if extract in {"separations", "insured_units"} and region.systems.get(extract):
            delivery.systems[f"{extract}{part}*"] = region.systems[extract]


def _parts(rng: Random, name: str, rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """One file or two; the second repeats a row of the first, which counts once."""
    if len(rows) < 6 or rng.random() < 0.7:
        return {name: rows}
    middle = len(rows) // 2
    return {f"{name}_1": rows[:middle], f"{name}_2": [rows[0], *rows[middle:]]}


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _text(value) for name, value in row.items()})


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)

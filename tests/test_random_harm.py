"""Random harm to extracts: no failure but expected ones, no line lost, no verdict of others moved.

RANDOM_HARM is how many single harms the full dose does (10,000 by default), in parts of which
each is a test; a part's number is its seed, and a failure names the seed and what was harmed.

What is held against verdicts: a unit is untouched when no harmed line, before or after, holds its
number, credit code or name, and no person of a harmed line ever worked there or left it; a
person is untouched when no harmed line holds the number of him or of a unit where he worked. The
limits: facts of the whole region move with single rows only at their thresholds, so the base has
none there (a month counts as delivered with half of the usual units; every register is declared
complete; no extract can vanish). Where a header is hit or a file refused, all its rows may go
and everything may move: then verdicts are not compared.
"""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import yaml

from pipelines import models, policy, steps
from pipelines.contracts import load_contracts
from pipelines.order import Order, make_order
from pipelines.warehouse import open_warehouse
from tests.dirty.harm import GREAT, LOCAL, harmed_lines
from tests.folders import HEADER, Folder, payroll_row
from tests.random_extracts import write_random_extracts
from tests.second_opinion.identity import clean_person_id

MANY = int(os.environ.get("RANDOM_HARM", "10000"))
# A part of the one kind takes in so many harmed files; one of the other decides so many folders.
FILES, FOLDERS = 60, 5
HARMS_PER_FOLDER = 5
FEW_PARTS = {"taken": 2, "decided": 1, "packed": 1}
DAY = date(2022, 6, 13)
SEED, UNITS, PEOPLE = 1, 30, 240
DECISIONS = {
    "job_retention_refund_units": "unit_id",
    "unemployment_benefit_notice_people": "person_id",
}
NAMES_OF_UNITS = ("unit_id", "uscc", "unit_name")


def parts(kind: str, harms_of_a_part: int) -> list[Any]:
    """The seeds of the parts, one after the other until a third of MANY is done."""
    count = max(-(-MANY // 3 // harms_of_a_part), FEW_PARTS[kind])
    few = FEW_PARTS[kind]
    return [pytest.param(n, marks=[pytest.mark.full] if n >= few else []) for n in range(count)]


@dataclass
class Base:
    """The unharmed extracts, a state folder that holds them, and what was decided."""

    extracts: Path
    out: Path
    verdicts: dict[str, dict[str, tuple[Any, ...]]]
    aside: set[bytes]
    worked: dict[str, set[str]]
    names: dict[str, set[str]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    root = tmp_path_factory.mktemp("base")
    extracts, out = root / "extracts", root / "out"
    write_random_extracts(extracts, SEED, UNITS, PEOPLE, DAY)
    delivery = yaml.safe_load((extracts / "delivery.yaml").read_text(encoding="utf-8"))
    delivery["complete"] = [
        *("pension", "death", "military", "emigration", "custody", "business_owner", "student"),
        *("dishonest", "zombie", "environmental_penalty", "abnormal_operation", "deregistered"),
        *("revoked", "employed_elsewhere"),
    ]
    (extracts / "delivery.yaml").write_text(yaml.safe_dump(delivery), encoding="utf-8")
    verdicts = decide(make_order(extracts, out, DAY))
    worked: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for path in extracts.glob("*.csv"):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            if row.get("person_id") and row.get("unit_id"):
                worked[clean_person_id(row["person_id"])].add(row["unit_id"])
            if path.name.startswith("insured_units"):
                names[row["unit_id"]] |= {row[name] for name in NAMES_OF_UNITS if row.get(name)}
    for unit in verdicts["job_retention_refund_units"]:
        names[unit].add(unit)
    for person in verdicts["unemployment_benefit_notice_people"]:
        worked[person] |= set()
    with duckdb.connect(str(out / ".state" / "warehouse.duckdb"), read_only=True) as connection:
        aside = connection.execute("select raw_row from rows_set_aside").fetchall()
    return Base(extracts, out, verdicts, {row.encode() for (row,) in aside}, worked, names)


def decide(order: Order) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Take in, apply policy and build, in this process: the decisions' rows by their subject."""
    steps.take_in(order)
    steps.apply_policy(order)
    chosen, _ = policy.in_force(policy.load_policies(), order.as_of)
    with open_warehouse(order.warehouse, order.settings) as connection:
        models.build(connection, [models.FACTS, *(item.path.parent for item in chosen)])
        return {
            table: {
                str(row[0]): row
                for row in connection.execute(
                    f"select {key}, * exclude ({key}) from {table}"
                ).fetchall()
            }
            for table, key in DECISIONS.items()
        }


def accounts(order: Order) -> dict[str, str]:
    """The status of each file, after seeing that the lines of each add up."""
    with duckdb.connect(str(order.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select file_name, status, physical_lines, heading_lines + blank_lines + rows_accepted"
            " + rows_duplicate + rows_out_of_scope + rows_set_aside from import_log"
        ).fetchall()
    for name, status, physical, accounted in rows:
        if status == "accepted":
            assert physical == accounted, name
            assert physical == lines_of(order.extracts / name), name
    return {name: status for name, status, *_ in rows}


def lines_of(path: Path) -> int:
    content = path.read_bytes()
    return content.count(b"\n") + (not content.endswith(b"\n"))


def touched(base: Base, lines: list[bytes]) -> tuple[set[str], set[str]]:
    """The units and the persons that harm to these lines may touch."""
    text = "\n".join(line.decode("utf-8", errors="ignore") for line in lines)
    text += "\n" + "".join(sign for sign in text if sign not in " \t\"'\u200b\ufeff")
    units = {unit for unit, names in base.names.items() if any(name in text for name in names)}
    # Fifteen digits of old are the same person.
    persons = {
        person for person in base.worked if person in text or person[:6] + person[8:17] in text
    }
    people = persons | {person for person, at in base.worked.items() if at & units}
    return units | {unit for person in persons for unit in base.worked[person]}, people


@pytest.mark.parametrize("part", parts("decided", FOLDERS * HARMS_PER_FOLDER))
def test_verdicts_of_the_untouched_stay(
    base: Base, tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    compared = 0
    for number in range(FOLDERS):
        seed = part * FOLDERS + number
        folder = tmp_path / str(number)
        copytree(base.extracts, folder / "extracts")
        copytree(base.out, folder / "out")
        told, lines, is_header = harm_folder(folder / "extracts", Random(f"decided {seed}"))
        order = make_order(folder / "extracts", folder / "out", DAY)
        try:
            verdicts = decide(order)
            statuses = accounts(order)
        except Exception as error:
            pytest.fail(f"seed {seed}: {told}: {type(error).__name__}: {error}")
        if is_header or "refused" in statuses.values():
            continue
        units, people = touched(base, lines)
        for table, subjects in zip(DECISIONS, (units, people), strict=True):
            moved = [
                key
                for key, row in base.verdicts[table].items()
                if key not in subjects and verdicts[table].get(key) != row
            ]
            compared += len(base.verdicts[table].keys() - subjects)
            assert not moved, f"seed {seed}: {told}: {table}: {moved[:5]} moved"
    assert compared > 0
    record_property("figure: random_damage", FOLDERS * HARMS_PER_FOLDER)


def harm_folder(extracts: Path, rng: Random) -> tuple[list[str], list[bytes], bool]:
    """Harm some rows of a folder: what was done, the lines that changed, whether a header did."""
    told, lines, is_header = [], [], False
    paths = sorted(extracts.glob("*.csv"))
    weights = [5 if path.name.startswith("payroll") else 2 for path in paths]
    for path in rng.choices(paths, weights, k=HARMS_PER_FOLDER):
        before = path.read_bytes()
        harm = rng.choice(LOCAL)
        after = harm(before, rng)
        path.write_bytes(after)
        told.append(f"{harm.__name__} in {path.name}")
        lines += harmed_lines(before, after)
        is_header |= before.split(b"\n")[0] != after.split(b"\n")[0]
    return told, lines, is_header


@pytest.mark.parametrize("part", parts("taken", FILES * 2))
def test_no_line_is_lost(
    base: Base, tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    """Many harmed copies of the extracts in one folder; each of one to three harms."""
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1), name="payroll_zz.csv")
    sources = sorted(base.extracts.glob("*.csv"))
    weights = [5 if path.name.startswith("payroll") else 2 for path in sources]
    done: dict[str, tuple[list[str], bytes, bytes]] = {}
    for number in range(FILES):
        rng = Random(f"taken {part * FILES + number}")
        (source,) = rng.choices(sources, weights)
        rows = source.read_bytes().split(b"\n")
        first = rng.randrange(1, max(2, len(rows) - 40))
        before = b"\n".join([rows[0], *rows[first : first + 40]]).removesuffix(b"\n") + b"\n"
        after, told = before, []
        for harm in rng.choices([*LOCAL, *GREAT], k=rng.choice((1, 2, 3))):
            after = harm(after, rng) if after else after
            told.append(harm.__name__)
        name = f"{source.stem}_{number:03d}.csv"
        folder.put(name, after)
        done[name] = (told, before, after)
    folder.take_in()
    statuses = dict(folder.rows("select file_name, status from import_log"))
    aside = defaultdict(set)
    for name, raw in folder.rows(
        "select file_name, raw_row from rows_set_aside"
        " where reason not in ('another_table', 'cut_off')"
    ):
        aside[name].add((raw or "").encode())
    for name, (told, before, after) in done.items():
        what = f"seed {part}, {name}: {told}"
        assert statuses[name] in {"accepted", "refused"}, what
        if statuses[name] == "accepted":
            folder.fates(name)
            header = before.split(b"\n")[0]
            if header == after.split(b"\n")[0]:
                unharmed = set(before.split(b"\n")) & set(after.split(b"\n")) - {header, b""}
                lost = (aside[name] - base.aside) & unharmed
                assert not lost, f"{what}: {len(lost)} good rows set aside"
    record_property("figure: random_damage", sum(len(told) for told, _, _ in done.values()))


@pytest.mark.parametrize("part", parts("packed", FILES))
def test_harmed_workbooks_and_archives_are_refused_or_add_up(
    tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    folder = Folder(tmp_path)
    folder.payroll(payroll_row(1), name="payroll_zz.csv")
    whole = packed_files()
    for number in range(FILES):
        rng = Random(f"packed {part * FILES + number}")
        name, content = rng.choice(whole)
        at = rng.randrange(len(content))
        harmed = rng.choice(
            (
                content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :],
                content[:at] + rng.randbytes(3) + content[at + 3 :],
                content[:at] + content[at + rng.randint(1, 9) :],
                content[:at] + rng.randbytes(rng.randint(1, 9)) + content[at:],
                content[:at],
            )
        )
        folder.put(f"{name.partition('.')[0]}_{number}.{name.partition('.')[2]}", harmed)
    folder.take_in()
    log = folder.rows("select file_name, status from import_log")
    assert len(log) == FILES + 1 and {status for _, status in log} <= {"accepted", "refused"}
    for name, status in log:
        if status == "accepted":
            folder.fates(name)
    record_property("figure: random_damage", FILES)


def packed_files() -> list[tuple[str, bytes]]:
    """A workbook, a Parquet file and an archive, by the names that they are of."""
    names = ["单位编号", "单位名称", "行政区划代码"]
    lines = [[f"X{number}", "某某公司", "159901"] for number in range(40)]
    book, columns = BytesIO(), BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for at, line in enumerate([names, *lines]):
            sheet.write_row(at, 0, line)
    pq.write_table(pa.table(dict(zip(names, zip(*lines, strict=True), strict=True))), columns)
    text = "\n".join([HEADER, *(payroll_row(number) for number in range(2, 40))]) + "\n"
    return [
        ("insured_units.xlsx", book.getvalue()),
        ("insured_units.parquet", columns.getvalue()),
        ("payroll.csv.gz", gzip.compress(text.encode(), mtime=0)),
    ]


def test_the_largest_values_that_are_read_stop_no_night(base: Base, tmp_path: Path) -> None:
    """Each value stands in several rows of one unit or person, so that sums go beyond it too."""
    copytree(base.extracts, tmp_path / "extracts")
    for path in (tmp_path / "extracts").glob("*.csv"):
        contract = next(
            item for name, item in load_contracts().items() if path.name.startswith(name)
        )
        kinds = {column.name: column.type for column in contract.columns}
        lines = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for place, name in enumerate(lines[0]):
            for copy in range(3):
                row = lines[(place * 5 + copy) % len(lines)]
                lines.append(row | {name: LARGEST.get(kinds[name], row[name])})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
    order = make_order(tmp_path / "extracts", tmp_path / "out", DAY)
    verdicts = decide(order)
    assert set(accounts(order).values()) == {"accepted"}
    for table in DECISIONS:
        assert verdicts[table].keys() >= base.verdicts[table].keys()


LARGEST = {
    "money": "99999999999999.99",
    "integer": "999999999999",
    "month": "999912",
    "day": "9999-12-31",
    "text": "某" * 5000,
    "code": "9" * 300,
}

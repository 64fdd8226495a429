"""data/reference/*.csv: divisions, industries, code tables, each as a table ref_<name>."""

import csv
import hashlib
from pathlib import Path

import duckdb

from pipelines import ROOT
from pipelines.errors import WengangError
from pipelines.messages import say

REFERENCE = ROOT / "data" / "reference"
SYSTEM = "system"


def load_reference(connection: duckdb.DuckDBPyConnection, folder: Path = REFERENCE) -> None:
    """Create or replace `ref_<stem>` for every CSV file of `folder`.

    Columns are VARCHAR, those that end in `_min` DECIMAL(18,4); an empty cell is NULL.
    Raises WengangError for a file whose rows don't fit its header.
    """
    for path in sorted(folder.glob("*.csv")):
        header, rows = read_table(path)
        columns = ", ".join(f'"{name}" {_sql_type(name)}' for name in header)
        connection.execute(f'create or replace table "ref_{path.stem}" ({columns})')
        cells = ", ".join("unnest(?::varchar[])" for _ in header)
        values = [[row[place] or None for row in rows] for place in range(len(header))]
        connection.execute(f'insert into "ref_{path.stem}" select {cells}', values)


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a reference file, all of the header's width."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise WengangError(
                say(
                    f"{path}：第 {number} 行有 {len(row)} 列，表头有 {len(header)} 列，请改正",
                    f"{path}: line {number} has {len(row)} fields, the header has {len(header)};"
                    " correct it",
                )
            )
    return header, rows


def code_table(name: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    """The rows of a code table such as `insurance_codes`: system, code, label and meaning."""
    header, rows = read_table(folder / f"{name}.csv")
    return [dict(zip(header, row, strict=True)) for row in rows]


def known_systems(folder: Path = REFERENCE) -> set[str]:
    """The systems that any code table knows."""
    systems: set[str] = set()
    for path in sorted(folder.glob("*_codes.csv")):
        systems.update(row[SYSTEM] for row in code_table(path.stem, folder))
    return systems


def code_meanings(table: str, meaning: str, system: str | None) -> dict[str, str | None]:
    """What each code and each label of a code table means to a file; None where systems differ.

    Codes are read in the file's system if the table knows that system, else as all systems that
    know the code agree.
    """
    rows = code_table(table)
    if any(row[SYSTEM] == system for row in rows):
        rows = [row for row in rows if row[SYSTEM] == system]
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["code"], set()).add(row[meaning])
    for row in code_table(table):
        found.setdefault(row["label"], set()).add(row[meaning])
    return {code: min(kinds) if len(kinds) == 1 else None for code, kinds in found.items()}


def reference_digest(folder: Path = REFERENCE) -> str:
    """A digest of the code tables: rows read under other tables must be read again."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*_codes.csv")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _sql_type(column: str) -> str:
    return "decimal(18, 4)" if column.endswith("_min") else "varchar"

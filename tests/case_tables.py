"""Case tables: each row is one case, with what the model reads and what it should say.

`tests/cases/<model>.csv`: the columns before `why` are the key of the model's row, the first of
them names the case and fills the same column of every input table; `<table>.<column>` are inputs,
`expect.<column>` the result. `<table>[<column>=<value> …].<column>` tells several rows of one table
apart. A table that has no such key column is common to all: cases that need other contents of it
are run apart, so the first column may also be `case`, which no table has.
`tests/cases/<model>/`: a file per input table, and expect.csv with the key, `why` and the result;
where the files have a column `case`, each case has its tables to itself (a blank one: all cases).

A cell: blank = unknown; a month is 2021-12; `2021-01..2021-03` and `a | b` stand for several rows;
`*` = whatever; `no row` = the model has no such row. A table whose cells are all blank has no row.
The day is 2022-03-22 (`run_calendar.as_of`); policy_* tables hold what is in force then for every
bureau, unless a column such as `policy_job_retention_refund.max_layoff_rate` says otherwise; with
`policy_job_retention_refund.bureau_code` beside it, for that bureau alone.
"""

import csv
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CASES = Path(__file__).resolve().parent / "cases"
COLUMN = re.compile(r"(?P<table>\w+)(?:\[(?P<picked>[^]]*)\])?\.(?P<column>\w+)")
MONTH = re.compile(r"\d{4}-\d{2}")

Row = dict[str, str]
Tables = dict[str, list[Row]]


@dataclass
class Case:
    """One expected row: its key, the reason why, what it reads, what it should be."""

    name: str
    keys: Row
    why: str
    expected: Row
    tables: Tables = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the case as reports show it."""
        return " ".join([self.name, *list(self.keys.values())[1:]]).strip()


@dataclass
class CaseFile:
    """All cases of one model, with the inputs that belong to no single case."""

    model: str
    cases: list[Case]
    tables: Tables = field(default_factory=dict)


def case_files() -> list[Path]:
    """Every case table, by model; stories belong to the sample."""
    files = [path for path in CASES.glob("*.csv") if path.stem != "stories"]
    return sorted([*files, *(path for path in CASES.iterdir() if path.is_dir())])


@cache
def read_cases(path: Path) -> CaseFile:
    """The cases of a file or folder."""
    return _from_folder(path) if path.is_dir() else _from_file(path)


def _read(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or []), list(reader)


def _case(path: Path, header: list[str], row: Row, prefix: str) -> Case:
    assert "why" in header and row["why"], f"{path.name}: a case without why: {row}"
    keys = {name: row[name] for name in header[: header.index("why")]}
    expected = {
        name.removeprefix(prefix): row[name]
        for name in header[header.index("why") + 1 :]
        if name.startswith(prefix) and (prefix or "." not in name)
    }
    return Case(row[header[0]], keys, row["why"], expected, _inputs(header, row))


def _from_file(path: Path) -> CaseFile:
    header, rows = _read(path)
    return CaseFile(path.stem, [_case(path, header, row, "expect.") for row in rows])


def _from_folder(path: Path) -> CaseFile:
    header, rows = _read(path / "expect.csv")
    cases = [_case(path / "expect.csv", header, row, "") for row in rows]
    shared: Tables = {}
    for file in sorted(path.glob("*.csv")):
        if file.stem == "expect":
            continue
        columns, inputs = _read(file)
        if "case" not in columns:
            shared[file.stem] = [row for given in inputs for row in _spread(given)]
            continue
        known = {case.name for case in cases}
        for given in inputs:
            name = given.pop("case")
            assert not name or name in known, f"{file}: no case {name} in expect.csv"
            for case in cases:
                if name in ("", case.name):
                    case.tables.setdefault(file.stem, []).extend(_spread(given))
    return CaseFile(path.name, cases, shared)


def _inputs(header: list[str], row: Row) -> Tables:
    """The input rows that the dotted columns of one row describe."""
    found: dict[tuple[str, str], Row] = defaultdict(dict)
    for name in header:
        if (match := COLUMN.fullmatch(name)) and match["table"] != "expect":
            found[match["table"], match["picked"] or ""][match["column"]] = row[name]
    tables: Tables = defaultdict(list)
    for (table, picked), given in found.items():
        if any(given.values()):
            fixed = dict(part.split("=", 1) for part in picked.split())
            tables[table] += _spread(given | fixed)
    return dict(tables)


def _spread(given: Row) -> list[Row]:
    """The rows that a row with ranges of months and lists stands for."""
    cells = [[(name, value) for value in _values(cell)] for name, cell in given.items()]
    return [dict(row) for row in itertools.product(*cells)]


def _values(cell: str) -> list[str]:
    if re.fullmatch(rf"{MONTH.pattern}\.\.{MONTH.pattern}", cell):
        first, last = (period_of(month) for month in cell.split(".."))
        return [str(period) for period in range(first, last + 1)]
    return cell.split(" | ")


def period_of(month: str) -> int:
    """2021-12 as the whole number that the warehouse keeps."""
    return int(month[:4]) * 12 + int(month[5:])

"""Every expectation of expectations/ is seen to hold, and to fail: none is there for show."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.checks import EXPECTATIONS, load_suite, run_checks
from pipelines.errors import CheckFailed

Columns = dict[str, list[Any]]
FEN = Decimal("0.01")
ROWS = 20
CONDITION = re.compile(r'(\w+)(?: == "(\w+)"|\.isnull\(\))')


@dataclass(frozen=True)
class Trial:
    """One expectation and a small table on which it should hold, or should not."""

    name: str
    expectation: dict[str, Any]
    columns: Columns
    holds: bool


def trials(are_all: bool) -> list[Trial]:
    """For every expectation of every suite tables that keep it and tables that break it.

    Those that differ by their columns alone are tried once, unless all are asked for.
    """
    found, shapes = [], set()
    for path in sorted(EXPECTATIONS.glob("*.json")):
        for place, expectation in enumerate(load_suite(path)):
            shape = _shape(expectation)
            if shape in shapes and not are_all:
                continue
            shapes.add(shape)
            given = expectation["kwargs"]
            tables = TABLES[expectation["type"]](given)
            for number, (columns, holds) in enumerate(tables):
                name = f"{path.stem}_{place}_{number}"
                found.append(Trial(name, expectation, _with_condition(given, columns), holds))
    return found


def _shape(expectation: dict[str, Any]) -> str:
    """What an expectation asks, whatever the names of its columns."""
    given = expectation["kwargs"].items()
    rest = sorted((key, str(value)) for key, value in given if not key.startswith("column"))
    return f"{expectation['type']} {rest}"


def _not_null(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    column, may_fail = given["column"], round(ROWS * (1 - given.get("mostly", 1)))
    for missing in (0, may_fail, may_fail + 1):
        yield {column: ["有"] * (ROWS - missing) + [None] * missing}, missing <= may_fail


def _unique(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    yield {given["column"]: ["甲", "乙", "丙"]}, True
    yield {given["column"]: ["甲", "乙", "甲"]}, False


def _in_set(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    values = given["value_set"]
    odd = "别的" if isinstance(values[0], str) else max(values) + 1
    yield {given["column"]: [*values, None]}, True
    yield {given["column"]: [*values, odd]}, False


def _between(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    low, high = (
        None if given.get(name) is None else Decimal(str(given[name]))
        for name in ("min_value", "max_value")
    )
    if given.get("strict_min") and low is not None:
        low += FEN  # amounts have two decimals
    bounds = [bound for bound in (low, high) if bound is not None]
    yield {given["column"]: [*bounds, None]}, True
    if low is not None:
        yield {given["column"]: [*bounds, low - FEN]}, False
    if high is not None:
        yield {given["column"]: [*bounds, high + FEN]}, False


def _at_least(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    one, other = given["column_A"], given["column_B"]
    assert given["or_equal"]
    yield {one: [2, 1], other: [1, 1]}, True
    yield {one: [2, 1], other: [1, 2]}, False
    if given.get("ignore_row_if"):
        yield {one: [None, 1], other: [1, None]}, True


def _equal(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    one, other = given["column_A"], given["column_B"]
    yield {one: [Decimal("1.00"), Decimal(0)], other: [Decimal("1.00"), Decimal(0)]}, True
    yield {one: [Decimal("1.00")], other: [Decimal("1.01")]}, False


def _lengths(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    yield {given["column"]: ["字" * given["min_value"]]}, True
    yield {given["column"]: ["字" * (given["min_value"] - 1)]}, False


def _columns(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    every: Columns = {name: ["值"] for name in given["column_set"]}
    yield every, True
    yield every | {"身份证号": ["值"]}, False
    yield {name: values for name, values in every.items() if name != given["column_set"][0]}, False


def _row_count(given: dict[str, Any]) -> Iterator[tuple[Columns, bool]]:
    yield {"column": ["值"] * given["min_value"]}, True
    yield {"column": ["值"] * (given["min_value"] - 1)}, False


TABLES = {
    "expect_column_values_to_not_be_null": _not_null,
    "expect_column_values_to_be_unique": _unique,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_be_between": _between,
    "expect_column_pair_values_a_to_be_greater_than_b": _at_least,
    "expect_column_pair_values_to_be_equal": _equal,
    "expect_column_value_lengths_to_be_between": _lengths,
    "expect_table_columns_to_match_set": _columns,
    "expect_table_row_count_to_be_between": _row_count,
}


def _with_condition(given: dict[str, Any], columns: Columns) -> Columns:
    """The columns with those that a row_condition speaks of; one row more is not meant by it."""
    if not given.get("row_condition"):
        return columns
    column, is_value = CONDITION.fullmatch(given["row_condition"]).groups()  # type: ignore[union-attr]
    meant, other = (is_value, "别的") if is_value else (None, "有")
    rows = len(next(iter(columns.values())))
    more = {name: [*values, None] for name, values in columns.items()}
    return more | {column: [meant] * rows + [other]}


def states(folder: Path, given: list[Trial]) -> dict[str, str]:
    """The state of each trial by its name: one suite and one table for each."""
    with duckdb.connect() as connection:
        for trial in given:
            suite = {"name": trial.name, "expectations": [trial.expectation]}
            path = folder / f"{trial.name}.json"
            path.write_text(json.dumps(suite, ensure_ascii=False), encoding="utf-8")
            table = pa.table({name: pa.array(cells) for name, cells in trial.columns.items()})
            connection.register("given", table)
            connection.execute(f'create table "{trial.name}" as from given')
        with suppress(CheckFailed):
            run_checks(connection, folder / "checks", folder)
    results = json.loads((folder / "checks" / "results.json").read_text(encoding="utf-8"))
    return {item["table"]: item["state"] for item in results["findings"]}


@pytest.mark.parametrize("are_all", [False, pytest.param(True, marks=pytest.mark.full)])
def test_every_expectation_is_seen_to_hold_and_to_fail(are_all: bool, tmp_path: Path) -> None:
    given = trials(are_all)
    found = states(tmp_path, given)
    wanted = {trial.name: "passed" if trial.holds else "failed" for trial in given}
    assert {name: state for name, state in found.items() if state != wanted[name]} == {}
    for verdict in ("passed", "failed"):
        seen = {name.rsplit("_", 1)[0] for name, state in found.items() if state == verdict}
        assert seen == {trial.name.rsplit("_", 1)[0] for trial in given}


def test_every_expectation_has_its_trials() -> None:
    tried = {trial.name.rsplit("_", 1)[0] for trial in trials(are_all=True)}
    assert len(tried) == sum(len(load_suite(path)) for path in EXPECTATIONS.glob("*.json"))

"""Limits, averages and printed rates against exact fractions, on every pair of small numbers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import floor

import duckdb
import pytest

from pipelines.policy import load_policies
from tests.case_warehouse import model_path, warehouse

MOST_HEADS = 2000
MOST_HEADS_PRINTED = 400
MOST_HEAD_MONTHS = 600
FEW_CLAIMANTS, MOST_CLAIMANTS = 20, 125
LIMIT, LIMIT_OF_2021, SMALL_LIMIT = Fraction("0.055"), Fraction("0.06"), Fraction("0.20")

PAIRS = f"""
    select heads, leavers, heads || '/' || leavers as unit_id
    from range(1, {MOST_HEADS + 1}) as h (heads), range({MOST_HEADS + 1}) as l (leavers)
    where leavers <= heads
"""
AVERAGES = f"""
    select heads, months, heads || '/' || months as unit_id
    from range({MOST_HEAD_MONTHS + 1}) as h (heads), range(1, 13) as m (months)
"""


@contextmanager
def emptied() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, empty again afterwards."""
    connection = warehouse()
    connection.execute("begin")
    try:
        yield connection
    finally:
        connection.execute("rollback")


def build(connection: duckdb.DuckDBPyConnection, model: str) -> None:
    """Put a model's rows into its table."""
    select = model_path(model).read_text(encoding="utf-8")
    connection.execute(f'drop table "{model}"')
    connection.execute(f'create table "{model}" as {select}')


def one(connection: duckdb.DuckDBPyConnection, select: str) -> list[int]:
    """The numbers of a select with one row."""
    row = connection.execute(select).fetchone()
    assert row is not None
    return list(row)


def give_bounds(connection: duckdb.DuckDBPyConnection, bounds: dict[int, int]) -> None:
    """Write `bounds`: for each denominator the largest numerator that exact fractions let pass."""
    connection.execute("create temp table bounds (denominator bigint, most bigint)")
    marks = ", ".join(["(?, ?)"] * len(bounds))
    values = [number for pair in bounds.items() for number in pair]
    connection.execute(f"insert into bounds values {marks}", values)


def set_limits(connection: duckdb.DuckDBPyConnection, limit: Fraction) -> None:
    """Let a limit apply to all units, that of small units to all small ones."""
    name = "max_layoff_rate_small_unit" if limit == SMALL_LIMIT else "max_layoff_rate"
    connection.execute(
        f"update policy_job_retention_refund set small_unit_headcount = {MOST_HEADS},"
        f" {name} = {float(limit)}"
    )


def test_all_limits_in_use_are_tried() -> None:
    policy = next(item for item in load_policies() if item.screening == "job_retention_refund")
    limits = {
        Fraction(value)
        for parameter in policy.parameters
        if parameter.name.startswith("max_layoff_rate")
        for value in parameter.values()
    }
    assert limits == {LIMIT, LIMIT_OF_2021, SMALL_LIMIT}


@pytest.mark.parametrize(
    ("size_class", "limit"),
    [("medium", LIMIT), ("medium", LIMIT_OF_2021), ("micro", SMALL_LIMIT)],
)
def test_limit_of_every_pair_and_the_printed_rate(
    size_class: str, limit: Fraction, record_property: Callable[[str, object], None]
) -> None:
    with emptied() as connection:
        set_limits(connection, limit)
        connection.execute(
            "insert into unit_facts (unit_id, bureau_code, unit_type, size_class,"
            " rounded_average_heads) select unit_id, '150100', 'enterprise', ?, heads"
            f" from ({PAIRS})",
            [size_class],
        )
        connection.execute(
            "insert into unit_layoff_rates (unit_id, method, numerator_known, numerator_possible,"
            " denominator_heads, denominator_heads_possible, denominator_months)"
            " select unit_id, 'entitled_leavers_over_average', leavers, leavers, heads, heads, 1"
            f" from ({PAIRS})"
        )
        give_bounds(connection, {n: floor(limit * n) for n in range(1, MOST_HEADS + 1)})
        build(connection, "job_retention_refund_limits")
        pairs, judged = one(
            connection,
            """
            select
                count(*),
                count(case
                    when is_within_layoff_limit = (layoff_numerator_known <= most) then 1
                end)
            from job_retention_refund_limits
            inner join bounds on layoff_denominator_heads = denominator
            """,
        )
        # Rounding to two digits of a percentage can't reach the limit from further away.
        connection.execute(
            f"delete from job_retention_refund_limits where layoff_denominator_heads >"
            f" {MOST_HEADS_PRINTED} and abs(layoff_numerator_known / layoff_denominator_heads"
            f" - {float(limit)}) > 0.001"
        )
        build(connection, "job_retention_refund_rates_shown")
        printed, agreeing = one(
            connection,
            f"""
            select
                count(*),
                count(case
                    when is_within_layoff_limit
                        = (cast(replace(known_text, '%', '') as decimal(18, 11)) <= {limit * 100})
                        then 1
                end)
            from job_retention_refund_limits
            inner join job_retention_refund_rates_shown using (unit_id)
            """,
        )
    assert pairs == judged == sum(heads + 1 for heads in range(1, MOST_HEADS + 1))
    record_property("figure: exact_pairs", pairs)
    assert printed == agreeing > MOST_HEADS_PRINTED**2 // 2


def test_rounded_average_is_half_up() -> None:
    with emptied() as connection:
        for table, columns, values in (
            ("units", "unit_id, is_valid_uscc", "unit_id, false"),
            ("unit_types", "unit_id", "unit_id"),
            ("unit_sizes", "unit_id", "unit_id"),
            ("unit_years", "unit_id, head_months, months_insured", "unit_id, heads, months"),
        ):
            connection.execute(f"insert into {table} ({columns}) select {values} from ({AVERAGES})")
        build(connection, "unit_facts")
        rows = connection.execute(
            "select head_months, months_insured, rounded_average_heads from unit_facts"
        ).fetchall()
    assert len(rows) == 12 * (MOST_HEAD_MONTHS + 1)
    wrong = [row for row in rows if row[2] != floor(Fraction(row[0], row[1]) + Fraction(1, 2))]
    assert not wrong


@pytest.mark.parametrize(
    ("size_class", "limit"),
    [("large", LIMIT), ("large", LIMIT_OF_2021), ("small", SMALL_LIMIT)],
)
def test_limit_of_the_unrounded_average(size_class: str, limit: Fraction) -> None:
    with emptied() as connection:
        set_limits(connection, limit)
        connection.execute(
            "update policy_job_retention_refund_layoff_rate_methods"
            " set value = 'claimants_over_average'"
        )
        # Of every sum of heads and number of months the claimants about the limit, and some more.
        given = (
            f"({AVERAGES}), range({MOST_CLAIMANTS + 1}) as c (claimants) where heads > 0 and"
            f" (claimants <= {FEW_CLAIMANTS}"
            f" or abs(claimants * months - {float(limit)} * heads) <= 2 * months)"
        )
        key = "unit_id || '/' || claimants"
        connection.execute(
            "insert into unit_facts (unit_id, bureau_code, unit_type, size_class,"
            f" rounded_average_heads) select {key}, '150100', 'enterprise', '{size_class}', 1"
            f" from {given}"
        )
        connection.execute(
            "insert into unit_layoff_rates (unit_id, method, numerator_known, numerator_possible,"
            " denominator_heads, denominator_heads_possible, denominator_months)"
            f" select {key}, 'claimants_over_average', claimants, claimants, heads, heads, months"
            f" from {given}"
        )
        bounds = {n: floor(limit * n) for n in range(1, MOST_HEAD_MONTHS + 1)}
        give_bounds(connection, bounds)
        build(connection, "job_retention_refund_limits")
        rows, judged, within = one(
            connection,
            """
            select
                count(*),
                count(case
                    when is_within_layoff_limit
                        = (layoff_numerator_known * layoff_denominator_months <= most) then 1
                end),
                count(distinct case
                    when is_within_layoff_limit
                        and (layoff_numerator_known + 1) * layoff_denominator_months > most
                        then layoff_denominator_heads * 100 + layoff_denominator_months
                end)
            from job_retention_refund_limits
            inner join bounds on layoff_denominator_heads = denominator
            """,
        )
    assert rows == judged
    # the last number of claimants that passes was there for every sum of heads and every months
    assert within == MOST_HEAD_MONTHS * 12

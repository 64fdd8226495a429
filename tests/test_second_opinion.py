"""The pipeline and an independent second opinion decide alike on random regions."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines import models, policy, steps
from pipelines.order import make_order
from pipelines.results_copy import results_copied
from pipelines.warehouse import open_warehouse
from tests.random_extracts import write_large_region, write_random_extracts
from tests.second_opinion import decide
from tests.second_opinion.compare import compare, differences
from tests.second_opinion.decide import decide_rows
from tests.second_opinion.leavers import LeaverCounts
from tests.second_opinion.policy import benefit_policy, ladder, minimum_wage, monthly_amounts
from tests.second_opinion.rates import UnitNumbers, is_within_limit, rates_of
from tests.second_opinion.sizes import size_by_table
from tests.second_opinion.units import refund_of
from tests.small_worlds import SmallWorld, small_worlds

ROOT = Path(__file__).resolve().parent.parent
FEW, MANY = 6, int(os.environ.get("SECOND_OPINION_SEEDS", "60"))
SEEDS = [
    pytest.param(seed, marks=[pytest.mark.full] if seed >= FEW else []) for seed in range(MANY)
]
FEW_WORLDS, MANY_WORLDS = 20, int(os.environ.get("SECOND_OPINION_WORLDS", "2000"))
HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large]
LARGE, PEOPLE_A_UNIT = int(os.environ.get("SECOND_OPINION_UNITS", "200000")), 4
LARGE_DAY = date(2022, 6, 13)
HELD = 7
LIMIT = Fraction("0.055")


def run_pipeline(extracts: Path, out: Path, as_of: date) -> Path:
    """Run the real pipeline on a folder; the results.duckdb of its run comes back, also if held."""
    command = [sys.executable, "-m", "pipelines", "run", "--plain", "--as-of", str(as_of)]
    command += ["--extracts", str(extracts), "--out", str(out)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode in {0, HELD}, (
        f"exit code {told.returncode}\n{told.stdout}\n{told.stderr}"
    )
    return next((out / "runs").glob("*/results.duckdb"))


def decide_only(extracts: Path, out: Path, as_of: date) -> Path:
    """The same without expectations and lists, in this process: its results.duckdb."""
    order = make_order(extracts, out, as_of)
    steps.take_in(order)
    steps.apply_policy(order)
    chosen, _ = policy.in_force(policy.load_policies(), as_of)
    folders = [models.FACTS, *(item.path.parent for item in chosen)]
    results = out / ".state" / "results.duckdb"
    with open_warehouse(order.warehouse, order.settings) as connection:
        models.build(connection, folders)
        with results_copied(connection, results, is_partial=False):
            pass
    return results


@pytest.mark.parametrize("seed", SEEDS)
def test_pipeline_and_second_opinion_decide_alike(seed: int, tmp_path: Path) -> None:
    as_of = write_random_extracts(tmp_path / "extracts", seed)
    decided = run_pipeline if seed == 0 else decide_only
    results = decided(tmp_path / "extracts", tmp_path / "out", as_of)
    found = differences(tmp_path / "extracts", as_of, results)
    assert not found, "\n".join(f"seed {seed} {line}" for line in found)


def compare_small_world(world: SmallWorld) -> None:
    """Both opinions on one world, with what differs as the failure's message."""
    opinions = decide_rows(world.as_extracts(), world.day)
    with world.decided() as connection:
        found = compare(opinions, connection)
    assert not found, "\n".join(found)


@settings(max_examples=FEW_WORLDS, deadline=None, database=None, derandomize=True)
@given(world=small_worlds())
def test_small_worlds_are_decided_alike(world: SmallWorld) -> None:
    compare_small_world(world)


@pytest.mark.full
def test_many_small_worlds_are_decided_alike(
    record_property: Callable[[str, object], None],
) -> None:
    @settings(max_examples=MANY_WORLDS, deadline=None, database=None, suppress_health_check=HEALTH)
    @given(world=small_worlds())
    def decided_alike(world: SmallWorld) -> None:
        compare_small_world(world)

    decided_alike()
    record_property("figure: composed_worlds", MANY_WORLDS)


@pytest.mark.full
def test_pipeline_and_second_opinion_decide_a_large_region_alike(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    extracts, people = tmp_path / "extracts", LARGE * PEOPLE_A_UNIT
    write_large_region(extracts, 1, LARGE, people, LARGE_DAY)
    results = run_pipeline(extracts, tmp_path / "out", LARGE_DAY)
    found = differences(extracts, LARGE_DAY, results)
    assert not found, "\n".join([f"{len(found)} differences", *found[:50]])
    record_property("figure: region_units", LARGE)


def test_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_random_extracts(tmp_path / name, 7, units=20, people=200)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_random_regions_reach_every_value_of_every_condition(tmp_path: Path) -> None:
    seen: Counter[tuple[str, object]] = Counter()
    for seed in range(24):
        folder = tmp_path / str(seed)
        units, people, _ = decide(folder, write_random_extracts(folder, seed))
        for frame in (units, people):
            for column in [name for name in frame if name.startswith(("is_", "has_"))]:
                seen.update((column, value) for value in frame[column])
    never_false = {
        "is_not_restructured",
        "is_not_labour_dispatch",
        "has_whole_data",
        "is_identifiable",
        "is_not_business_owner",
    }
    never_unknown = {
        "is_not_paid_yet",
        "is_not_in_service",
        "is_not_abroad",
        "is_not_in_custody",
        "is_registered",
    }
    missing = [
        f"{column} {value}"
        for column in sorted({column for column, _ in seen})
        for value in (True, False, None)
        if not seen[column, value]
        and not (value is False and column in never_false)
        and not (value is None and column in never_unknown)
    ]
    assert missing == []


def _numbers(**given: int) -> UnitNumbers:
    leavers = LeaverCounts(*(given.get(name, 0) for name in LeaverCounts.__annotations__))
    names = [name for name in UnitNumbers.__annotations__ if name != "leavers"]
    return UnitNumbers(leavers=leavers, **{name: given.get(name, 0) for name in names})


def _rate(method: str, **given: int) -> Fraction | None:
    return rates_of(_numbers(**given))[method].known()


@pytest.mark.parametrize(
    ("leavers", "heads", "is_within"),
    [
        (55, 1000, True),
        (56, 1000, False),
        (6, 30, True),
        (7, 30, False),
        (6, 31, False),
        (2, 36, False),
    ],
)
def test_limit_includes_equality(leavers: int, heads: int, is_within: bool) -> None:
    assert is_within_limit(Fraction(leavers, heads), LIMIT, heads <= 30) is is_within


def test_size_matters_only_between_the_limits() -> None:
    assert is_within_limit(Fraction("0.05"), LIMIT, None) is True
    assert is_within_limit(Fraction("0.10"), LIMIT, None) is None
    assert is_within_limit(Fraction("0.21"), LIMIT, None) is False


def test_average_is_rounded_half_up() -> None:
    assert _numbers(head_months=364, months_insured=10).rounded_average == 36
    assert _numbers(head_months=365, months_insured=10).rounded_average == 37


def test_published_rates() -> None:
    assert _rate(
        "claimants_over_average",
        claimants_january=2,
        claimants_new=20,
        claimants_lump_sum=3,
        head_months=1200,
        months_insured=12,
    ) == Fraction(25, 100)
    assert _rate(
        "net_fall_less_natural_over_prior_year_end",
        prior_year_end=1000,
        natural=60,
        year_end=800,
    ) == Fraction(14, 100)
    assert _rate("layoffs_over_layoffs_and_year_end", layoffs=6, year_end=94) == Fraction(6, 100)
    assert _rate("net_fall_over_january", january=50, year_end=60) == 0


@pytest.mark.parametrize(
    ("paid", "share", "amount"),
    [("3025.14", "0.6", "1815.08"), ("109207.30", "0.3", "32762.19"), ("0.05", "0.3", "0.02")],
)
def test_published_refunds(paid: str, share: str, amount: str) -> None:
    assert refund_of(Decimal(paid), Decimal(share)) == Decimal(amount)


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "assets", "size"),
    [
        ("1310", 1200, 250, None, "micro"),
        ("1310", 1200, 30000, None, "medium"),
        ("1310", 1200, 40000, None, "large"),
        ("1310", 1200, None, None, None),
        ("1310", 19, None, None, "micro"),
        ("A", None, 500, None, "medium"),
        ("7010", None, 1000, 2000, "small"),
        ("70", 5000, 5000, 5000, None),
        ("8411", 5000, 5000, 5000, None),
        ("8510", 10, None, None, "small"),
    ],
)
def test_size_by_table(
    industry: str, employees: int | None, revenue: int | None, assets: int | None, size: str | None
) -> None:
    unit = {"industry_code": industry, "employees": employees}
    unit |= {"revenue_10k": revenue, "assets_10k": assets}
    assert size_by_table(unit) == size


def test_ladder_and_monthly_amounts() -> None:
    months = [ladder(12 * years) for years in range(1, 12)]
    assert months == [2, 4, 8, 12, 14, 15, 16, 17, 18, 24, 24]
    assert (ladder(59), ladder(11)) == (12, 0)
    in_force = benefit_policy(date(2022, 3, 22))
    assert in_force is not None
    hohhot, chifeng = minimum_wage("150100"), minimum_wage("150400")
    assert monthly_amounts(hohhot, in_force, False) == (Decimal("1782.00"), Decimal("1584.00"))
    assert monthly_amounts(hohhot, in_force, True) == (Decimal("2138.40"), Decimal("1900.80"))
    assert monthly_amounts(chifeng, in_force, False) == (Decimal("1719.00"), Decimal("1528.00"))

"""What-if: the decision under other policy values, counted here a second time with fractions."""

import csv
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines import ROOT
from pipelines.audit import read_log
from pipelines.changed_policy import changed_policy
from pipelines.cli import run_command
from pipelines.conditions import screening_named, screenings
from pipelines.digest import sha256
from pipelines.errors import PolicyError, StaleError, UsageError
from pipelines.given_values import given_value
from pipelines.models import needed_for
from pipelines.policy import SCREENINGS
from pipelines.policy_file import Policy, load_policy
from pipelines.policy_tables import write_tables
from pipelines.publish import Run
from pipelines.rebuilt import Rebuilt
from pipelines.results import Results
from pipelines.scenarios import Scenario, read_scenarios
from pipelines.steps import HandedOver
from pipelines.whatif import WhatIf, what_if

REFUND, NOTICE = "job_retention_refund", "unemployment_benefit_notice"
DAY = date(2022, 3, 22)
METHOD = "entitled_leavers_over_average"
SERVICES = set("FGHIJKLMNOPQR")
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def results(sample_run: HandedOver) -> Iterator[Results]:
    with Results(sample_run.run) as opened:
        yield opened


def policy_of(screening: str) -> Policy:
    return load_policy(SCREENINGS / screening / "policy.yaml")


def rows_of(connection: duckdb.DuckDBPyConnection, select: str, key: str = "unit_id") -> Rows:
    found = connection.execute(select)
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row[key]: row for row in rows}


def decided(answer: WhatIf, number: int = 1) -> Rows:
    """The decision of a scenario, by key."""
    table, key = answer.screening.decision, answer.screening.key
    return rows_of(answer.rebuilt.connection, f"from scenario_{number}.{table}", key)


# What the rules say, written a second time: three values, whole numbers, fractions.


def all_of(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def either(left: bool | None, right: bool | None) -> bool | None:
    return True if True in (left, right) else None if None in (left, right) else False


def at_most(rate: Fraction | None, limit: Fraction | None) -> bool | None:
    return None if rate is None or limit is None else rate <= limit


def rate_of(numerator: int | None, months: int | None, heads: int | None) -> Fraction | None:
    if numerator is None or months is None or not heads:
        return None
    return Fraction(max(numerator, 0) * months, heads)


def is_small(unit: dict[str, Any]) -> bool | None:
    heads, size, kind = unit["rounded_average_heads"], unit["size_class"], unit["unit_type"]
    few = None if heads is None else heads <= 30
    known_size = None if size is None else size in ("small", "micro")
    no_enterprise = None if kind is None else kind != "enterprise"
    return all_of([few, either(known_size, no_enterprise)])


def within(unit: dict[str, Any], tests: list[dict[str, Any]], limit: Fraction) -> bool | None:
    """不高于上限, or 30 heads and fewer 不超过20%; any one method is enough."""
    possible: list[bool | None] = []
    known: list[bool | None] = []
    for row in tests:
        for found, side, heads in (
            (known, "known", "denominator_heads"),
            (possible, "possible", "denominator_heads_possible"),
        ):
            rate = rate_of(row[f"numerator_{side}"], row["denominator_months"], row[heads])
            small = all_of([is_small(unit), at_most(rate, Fraction(20, 100))])
            found.append(either(at_most(rate, limit), small))
    if True in possible:
        return True
    return False if known and set(known) == {False} else None


def share_of(unit: dict[str, Any], shares: dict[str, Fraction | None]) -> Fraction | None:
    """By type, size and service industry; an unknown size gets the share of the large."""
    if unit["unit_type"] != "enterprise":
        return shares["social"]
    if unit["size_class"] in (None, "large"):
        return shares["large"]
    if unit["industry_section"] is None:
        return shares["sme"] if shares["sme"] == shares["service"] else None
    return shares["service"] if unit["industry_section"] in SERVICES else shares["sme"]


def cents(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


NOW = {
    "large": Fraction(30, 100), "sme": None, "service": Fraction(90, 100), "social": None,
}  # fmt: skip


def judged(
    results: Results,
    limit: Fraction = Fraction(55, 1000),
    method: str = METHOD,
    shares: dict[str, Fraction | None] = NOW,
) -> dict[str, tuple[str, Decimal | None]]:
    """(outcome, amount) of every unit, from the run's facts and the conditions that stay."""
    facts = rows_of(results.connection, "from unit_facts")
    decision = rows_of(results.connection, f"from {REFUND}_units")
    rates = rows_of(
        results.connection, f"from unit_layoff_rates where method = '{method}'"
    )  # one row per unit and method
    names = [item.name for item in known(REFUND).conditions]
    found = {}
    for unit_id, row in decision.items():
        unit = facts[unit_id]
        values = {name: row[name] for name in names}
        values["is_within_layoff_limit"] = within(unit, [rates[unit_id]], limit)
        share = share_of(unit, shares) if is_covered(unit) else None
        paid, already = unit["paid_for_year"], unit["already_paid_yuan"]
        full = None if share is None or paid is None else cents(Fraction(paid) * share)
        if already > 0:
            values["is_not_paid_yet"] = None if full is None else already < full
            values["is_not_paid_yet"] = True if full is None else values["is_not_paid_yet"]
        whole = all_of(list(values.values()))
        outcome = {True: "eligible", False: "not_eligible", None: "cannot_tell"}[whole]
        amount = None if outcome == "not_eligible" or full is None else full - already
        found[unit_id] = (outcome, None if already < 0 else amount)
    return found


def is_covered(unit: dict[str, Any]) -> bool:
    return unit["unit_type"] in {
        "enterprise", "social_organization", "foundation", "social_service", "law_firm",
        "accounting_firm", "individual_business",
    }  # fmt: skip


def known(name: str) -> Any:
    found = screening_named(name)
    assert found is not None
    return found


def verdicts(rows: Rows) -> dict[str, tuple[str, Decimal | None]]:
    return {key: (row["outcome"], row["refund_amount_yuan"]) for key, row in rows.items()}


@pytest.mark.parametrize("name", [REFUND, NOTICE])
def test_with_the_policy_of_the_run_every_column_is_that_of_the_run(results, name):
    with Rebuilt(results, known(name), is_whole=True) as rebuilt:
        assert rebuilt.differing() == 0
        ours, theirs = f"base.{known(name).decision}", f"run.main.{known(name).decision}"
        for one, other in ((ours, theirs), (theirs, ours)):
            left = rebuilt.connection.execute(f"from {one} except all from {other}").fetchall()
            assert left == []
        columns = [row[:2] for row in rebuilt.connection.execute(f"describe {ours}").fetchall()]
        assert columns == [
            row[:2] for row in rebuilt.connection.execute(f"describe {theirs}").fetchall()
        ]


def test_all_is_made_again_of_a_run_of_another_program(sample_run, tmp_path, results):
    def made(run: Run) -> list[str]:
        with Results(run) as opened, Rebuilt(opened, known(REFUND)) as rebuilt:
            tables = rebuilt.connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'base' order by 1"
            ).fetchall()
            return [name for (name,) in tables]

    assert made(sample_run.run) == [f"{REFUND}_units"]
    for name in ("results.duckdb", "manifest.json"):
        shutil.copy(sample_run.run.folder / name, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    manifest["code"]["sha256"] = "0" * 64
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    other = made(Run("2022-03-22-1", tmp_path))
    assert other == sorted(needed_for(f"{REFUND}_units", SCREENINGS / REFUND))


@pytest.mark.parametrize("name", [REFUND, NOTICE])
def test_nothing_changes_where_nothing_is_changed(results, name):
    with what_if(results, name) as answer:
        (region,) = answer.of("region")
        assert (region.gained, region.lost, region.difference_yuan) == (0, 0, 0)
        assert answer.subjects() == [] and answer.turned == () and answer.notes == ()
        assert decided(answer) == rows_of(
            results.connection, f"from {known(name).decision}", known(name).key
        )


def test_the_count_of_this_file_agrees_with_the_run(results):
    assert judged(results) == verdicts(rows_of(results.connection, f"from {REFUND}_units"))


LIMITS = {"8%": 80, "0.02": 20, "0": 0, "1": 1000}
METHODS = (
    "claimants_over_average", "net_fall_less_natural_over_prior_year_end",
    "layoffs_over_layoffs_and_year_end",
)  # fmt: skip


def test_another_limit_changes_exactly_whom_it_should(results):
    with what_if(results, REFUND, *({"max_layoff_rate": text} for text in LIMITS)) as answer:
        subjects = answer.subjects()
        before = judged(results)
        for number, (text, limit) in enumerate(LIMITS.items(), start=1):
            now = judged(results, Fraction(limit, 1000))
            assert verdicts(decided(answer, number)) == now, text
            changed = {key for key in before if before[key][0] != now[key][0]}
            title = f"max_layoff_rate={text}"
            assert changed == {item.subject_id for item in subjects if item.scenario == title}
            assert changed


def test_the_method_of_another_province(results):
    scenarios = ({"layoff_rate_methods": f"[{method}]"} for method in METHODS)
    with what_if(results, REFUND, *scenarios) as answer:
        for number, method in enumerate(METHODS, start=1):
            assert verdicts(decided(answer, number)) == judged(results, method=method), method


def test_open_shares_that_are_fixed_are_a_budget(results):
    shares = NOW | {"sme": Fraction(6, 10), "social": Fraction(6, 10)}
    asked = {"refund_share_sme": "0.6", "refund_share_social": "60%"}
    expected = judged(results, shares=shares)
    facts = rows_of(results.connection, "from unit_facts")
    with what_if(results, REFUND, asked) as answer:
        assert verdicts(decided(answer)) == expected
        for item in answer.of("bureau"):
            mine = [
                amount
                for unit, (outcome, amount) in expected.items()
                if outcome == "eligible" and facts[unit]["bureau_code"] == item.code
            ]
            assert item.eligible_now == len(mine)
            assert item.amount_now_yuan == sum(amount for amount in mine if amount is not None)
            assert item.open_now == mine.count(None)
        for item in answer.of("size_class"):
            mine = [
                amount
                for unit, (outcome, amount) in expected.items()
                if outcome == "eligible" and (facts[unit]["size_class"] or "unknown") == item.code
            ]
            assert item.amount_now_yuan == sum(amount for amount in mine if amount is not None)
        assert answer.summary["amount_now_yuan"].sum() == answer.bureaus["amount_now_yuan"].sum()


def test_a_share_that_is_open_makes_money_unknown_and_never_0(results):
    with what_if(results, REFUND, {"refund_share_large": None}) as answer:
        assert verdicts(decided(answer)) == judged(results, shares=NOW | {"large": None})
        large = next(item for item in answer.of("size_class") if item.code == "large")
        assert large.eligible_now == large.open_now > 0
        assert large.amount_now_yuan is None and large.difference_yuan is None
    # and the other way round: all that is fixed is more than was known
    with what_if(results, REFUND, {"refund_share_social": "0.6"}) as answer:
        firms = next(item for item in answer.of("unit_type") if item.code == "law_firm")
        assert firms.amount_before_yuan is None and firms.open_before > 0
        assert firms.difference_yuan == firms.amount_now_yuan != 0


def test_a_scenario_of_one_bureau_touches_no_other(results):
    before = rows_of(results.connection, f"from {REFUND}_units")
    asked = Scenario({"max_layoff_rate": "0.5"}, bureaus=("赤峰市",))
    with what_if(results, REFUND, asked) as answer:
        now = decided(answer)
        figures = answer.of("bureau")
    assert {key for key in before if before[key] != now[key]}
    for key, row in before.items():
        assert row == now[key] or row["bureau_code"] == "150400"
    whole = judged(results, Fraction(1, 2))
    mine = {
        key: value for key, value in verdicts(now).items() if now[key]["bureau_code"] == "150400"
    }
    assert mine == {key: whole[key] for key in mine}
    assert [item.code for item in figures if item.gained or item.lost] == ["150400"]


def test_the_policy_of_a_later_day_fixes_the_shares(results):
    share = Fraction(90, 100)
    expected = judged(results, shares=NOW | {"sme": share, "social": share})
    with what_if(results, REFUND, {}, as_of_policy=date(2022, 4, 25)) as answer:
        assert verdicts(decided(answer)) == expected
        (region,) = answer.of("region")
        assert region.open_before > 0 and region.open_now == 0
    # one bureau alone goes by that day
    with what_if(results, REFUND, {}, bureaus=["152900"], as_of_policy=date(2022, 4, 25)) as answer:
        for item in answer.of("bureau"):
            assert (item.open_now < item.open_before) == (item.code == "152900")
            assert item.open_now == (0 if item.code == "152900" else item.open_before)


ANCHOR_HEADS = [(1000, 945), (1000, 944), (30, 24), (30, 23)]
ANCHORS: set[str] = set()


@pytest.fixture(scope="module")
def anchors(sample_run: HandedOver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """The run with four units of published numbers: heads at the end of two years, average."""
    folder = tmp_path_factory.mktemp("anchors")
    shutil.copy(sample_run.run.folder / "results.duckdb", folder)
    with duckdb.connect(str(folder / "results.duckdb")) as connection:
        units = connection.execute(
            f"select unit_id from {REFUND}_units where outcome = 'eligible'"
            " and size_class = 'small' and already_paid_yuan = 0 order by 1 limit 4"
        ).fetchall()
        for (unit_id,), (begin, end) in zip(units, ANCHOR_HEADS, strict=True):
            ANCHORS.add(unit_id)
            connection.execute(
                "update unit_facts set prior_year_end_heads = ?, year_end_heads = ?,"
                " rounded_average_heads = ? where unit_id = ?",
                [begin, end, begin, unit_id],
            )
    with Results(Run("2022-03-22-1", folder)) as opened:
        yield opened


BOUNDARIES: list[tuple[dict[str, Any], list[bool]]] = [
    ({}, [True, False, True, False]),  # 55/1000 and 6/30 pass, 56/1000 and 7/30 do not
    ({"max_layoff_rate": "5.6%"}, [True, True, True, False]),
    ({"max_layoff_rate": "0.054999"}, [False, False, True, False]),
    ({"max_layoff_rate_small_unit": "0.19"}, [True, False, False, False]),
    ({"small_unit_headcount": 29}, [True, False, False, False]),
    ({"max_layoff_rate_small_unit": "0.24", "small_unit_headcount": "1000"}, [True] * 4),
]


def test_published_boundaries(anchors):
    net_fall = {"layoff_rate_methods": ["net_fall_over_prior_year_end"]}
    with what_if(anchors, REFUND, *(net_fall | changes for changes, _ in BOUNDARIES)) as answer:
        for number, (changes, passing) in enumerate(BOUNDARIES, start=1):
            found = {
                (row["prior_year_end_heads"], row["year_end_heads"]): row["is_within_layoff_limit"]
                for row in decided(answer, number).values()
                if row["unit_id"] in ANCHORS
            }
            assert [found[heads] for heads in ANCHOR_HEADS] == passing, changes


def test_a_run_whose_decision_can_not_be_had_again_is_said(anchors):
    # unit_facts were changed after the decision: as if the program had been another one
    with what_if(anchors, REFUND, {"max_layoff_rate": "0.9"}) as answer:
        assert "4 个对象不同" in answer.notes[0]


def test_a_policy_file_that_changed_since_is_said(sample_run, tmp_path):
    shutil.copy(sample_run.run.folder / "results.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "results.duckdb")) as connection:
        connection.execute(
            "update policy_values set value_text = '0.07' where parameter = 'max_layoff_rate'"
        )
    with (
        Results(Run("2022-03-22-1", tmp_path)) as opened,
        what_if(opened, REFUND, {"refund_top_up": "否"}) as answer,
    ):
        assert "max_layoff_rate" in answer.notes[0] and len(answer.notes) == 1


def test_whoever_a_policy_may_look_at_has_all_that_decides_in_the_results(sample_run, results):
    """Against the whole working database, of which results.duckdb keeps a part."""
    asked = Scenario({"silent_months": 0, "look_back_months": 1200})
    with what_if(results, NOTICE, asked) as answer:
        now = decided(answer)
        (region,) = answer.of("region")
        subjects = {item.subject_id: item for item in answer.subjects()}
    before = rows_of(results.connection, f"from {NOTICE}_people", "person_id")
    # who was not looked at counts, and is told of
    new = now.keys() - before.keys()
    assert len(new) > 30
    assert {key for key, item in subjects.items() if item.outcome_before is None} == new
    outcomes = [row["outcome"] for row in now.values()]
    assert region.cannot_tell_now == outcomes.count("cannot_tell") > region.cannot_tell_before
    assert region.not_eligible_now == outcomes.count("not_eligible")
    folder, decision = SCREENINGS / NOTICE, f"{NOTICE}_people"
    with duckdb.connect() as connection:
        warehouse = sample_run.run.folder.parent.parent / ".state" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as whole (read_only)")
        connection.execute("set timezone = 'Asia/Shanghai'")
        reads = needed_for(decision, folder)
        inputs = set().union(*reads.values()) - reads.keys() | {"ref_bureaus"}
        for name in inputs:
            if not name.startswith("policy_"):
                connection.execute(f"create view {name} as from whole.{name}")
        write_tables(connection, [changed_policy(policy_of(NOTICE), asked, DAY)], DAY)
        for name in reads:
            select = (folder / f"{name}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table {name} as {select}")
        assert rows_of(connection, f"from {decision}", "person_id") == now


def test_facts_and_measures_know_no_policy():
    with duckdb.connect() as empty:
        for folder in ("facts", "measures"):
            for path in (ROOT / "sql" / folder).glob("*.sql"):
                reads = empty.get_table_names(path.read_text(encoding="utf-8"))
                assert not [name for name in reads if name.startswith("policy")], path.name


def test_people_who_gain_and_lose_with_what_turned(results):
    with what_if(results, NOTICE, {"min_paid_months": 24}) as answer:
        before = rows_of(results.connection, f"from {NOTICE}_people", "person_id")
        now = decided(answer)
        lost = {
            key for key, row in before.items()
            if row["outcome"] == "eligible" and now[key]["outcome"] != "eligible"
        }  # fmt: skip
        # by the rule: who is eligible with 12 to 23 months and no unused ones
        assert lost == {
            key for key, row in before.items()
            if row["outcome"] == "eligible" and row["paid_months"] < 24 and not row["unused_months"]
        }  # fmt: skip
        subjects = {item.subject_id: item for item in answer.subjects()}
        assert lost and lost <= subjects.keys()
        for key in lost:
            assert subjects[key].outcome_before == "eligible"
            assert subjects[key].conditions.startswith("缴费满规定期限：是→")
            assert subjects[key].amount_before_yuan == before[key]["total_amount_yuan"]
        (turned,) = answer.turned
        assert (turned.condition, turned.among_lost) == ("has_paid_one_year", len(lost))
        (region,) = answer.of("region")
        assert region.lost == len(lost) == region.lost_to_cannot_tell + region.lost_to_not_eligible


@pytest.mark.parametrize(
    ("screening", "name", "given", "value"),
    [
        (REFUND, "max_layoff_rate", "5.5%", Decimal("0.055")),
        (REFUND, "max_layoff_rate", "0.055", Decimal("0.055")),
        (REFUND, "max_layoff_rate", 0.055, Decimal("0.055")),
        (REFUND, "refund_share_sme", "null", None),
        (REFUND, "refund_share_sme", "待定", None),
        (REFUND, "small_unit_headcount", "50", 50),
        (REFUND, "refund_top_up", "false", False),
        (REFUND, "refund_top_up", "是", True),
        (REFUND, "penalty_since", "2020-06-01", date(2020, 6, 1)),
        (REFUND, "small_unit_scope", "all", "all"),
        (REFUND, "layoff_rate_methods", "claimants_over_average", ["claimants_over_average"]),
        (REFUND, "covered_unit_types", "[enterprise, law_firm]", ["enterprise", "law_firm"]),
        (REFUND, "covered_unit_types", "enterprise,law_firm", ["enterprise", "law_firm"]),
        (REFUND, "service_sections", "[E, F]", ["E", "F"]),
        (REFUND, "doubtful_unit_types", "[]", []),
        (NOTICE, "benefit_months_by_year", "{1: 2, 2: 24}", {1: 2, 2: 24}),
        (NOTICE, "benefit_months_by_year", "1→2, 2→24", {1: 2, 2: 24}),
        (NOTICE, "minimum_wage_class_1", "2000.50", Decimal("2000.50")),
    ],
)
def test_values_are_typed_as_the_parameter_is(screening, name, given, value):
    parameters = {item.name: item for item in policy_of(screening).parameters}
    found = given_value(parameters[name], given)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("screening", "name", "given", "told"),
    [
        (REFUND, "max_layoff_rate", "high", "应为数字"),
        (REFUND, "max_layoff_rate", "5.5", "应为 0 至 1 的比例"),
        (REFUND, "max_layoff_rate", "-0.1", "应为数字"),
        (REFUND, "max_layoff_rate", -1, "应为 0 至 1 的比例"),
        (REFUND, "max_layoff_rate", True, "应为数字"),
        (REFUND, "max_layoff_rate", "[0.1]", "应为数字"),
        (REFUND, "max_layoff_rate", "0.0123456", "最多 6 位小数"),
        (REFUND, "small_unit_headcount", "30.5", "应为整数"),
        (NOTICE, "silent_months", -1, "应为不小于 0 的数"),
        (NOTICE, "minimum_wage_class_1", "99999999999", "应为不小于 0"),
        (REFUND, "refund_top_up", "maybe", "应为 true 或 false"),
        (REFUND, "penalty_since", "last year", "应为日期"),
        (REFUND, "small_unit_scope", "some", "small_micro, all"),
        (REFUND, "layoff_rate_methods", "[guess]", "guess 不是可用的读法"),
        (REFUND, "covered_unit_types", "[enterprize]", "没有 enterprize"),
        (REFUND, "service_sections", "[Z]", "没有 Z"),
        (NOTICE, "benefit_months_by_year", "12", "应为阶梯"),
        (NOTICE, "benefit_months_by_year", {"a": 2}, "应为阶梯"),
        (NOTICE, "benefit_months_by_year", {1: Decimal("2.5")}, "应为整数"),
    ],
)
def test_values_that_do_not_fit_are_refused_naming_what_would(screening, name, given, told):
    parameters = {item.name: item for item in policy_of(screening).parameters}
    with pytest.raises(UsageError) as failure:
        given_value(parameters[name], given)
    assert told in str(failure.value) and name in str(failure.value)


def test_a_scenario_file(results, tmp_path):
    path = tmp_path / "scenarios.yaml"
    path.write_text(
        "六成:\n  set: {refund_share_sme: 60%, refund_share_social: 0.6}\n"
        "国家文件:\n  as_of_policy: 2022-04-25\n"
        "呼和浩特用广东办法:\n  set: {layoff_rate_methods: [claimants_over_average]}\n"
        "  bureaus: [150100]\n",
        encoding="utf-8",
    )
    asked = read_scenarios(path)
    assert asked[2].bureaus == ("150100",) and asked[1].as_of_policy == date(2022, 4, 25)
    with what_if(results, REFUND, *asked) as answer:
        assert answer.names == ["六成", "国家文件", "呼和浩特用广东办法"]
        money = {item.scenario: item.amount_now_yuan for item in answer.of("region")}
    share = Fraction(60, 100)
    expected = judged(results, shares=NOW | {"sme": share, "social": share}).values()
    assert money["六成"] == sum(
        amount for outcome, amount in expected if outcome == "eligible" and amount is not None
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("一: {sets: {a: 1}}", "sets"),
        ("一: {set: [a]}", "键值表"),
        ("一: {bureaus: [150100]}", "至少要有一个"),
        ("一: {as_of_policy: soon}", "应为日期"),
        ("一: 0.9", "0.9"),
        ("一: {set: {a: 1}}\n一: {set: {a: 2}}", "stands twice"),
        ("", "方案名"),
        ("一: [", "scenarios.yaml"),
    ],
)
def test_a_scenario_file_that_is_wrong(tmp_path, text, told):
    path = tmp_path / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as failure:
        read_scenarios(path)
    assert told in str(failure.value)


def test_a_run_without_the_screening_or_of_another_program(sample_run, tmp_path):
    shutil.copy(sample_run.run.folder / "results.duckdb", tmp_path)
    path = str(tmp_path / "results.duckdb")
    for table, error in (("person_unit_years", StaleError), (f"{NOTICE}_people", UsageError)):
        with duckdb.connect(path) as connection:
            connection.execute(f"drop table {table}")
        with (
            Results(Run("2022-03-22-1", tmp_path)) as opened,
            pytest.raises(error),
            what_if(opened, NOTICE, {"silent_months": 1}),
        ):
            pass


def test_days_without_policy(results):
    for day, told in ((date(2020, 1, 1), "2021-05-20"), (date(2022, 2, 1), "2022-01-01")):
        with (
            pytest.raises(PolicyError) as failure,
            what_if(results, REFUND, {}, as_of_policy=day),
        ):
            pass
        assert told in str(failure.value) and "--as-of-policy" in str(failure.value)


# The command.


def asked(out: Path, *arguments: str) -> int:
    return run_command(["what-if", *arguments, "--out", str(out)])


@pytest.fixture
def out(sample_run: HandedOver) -> Path:
    return sample_run.run.folder.parent.parent


def test_the_command_shows_scenarios_side_by_side_and_touches_no_run(
    out, sample_folder, capsys, tmp_path
):
    def state() -> dict[str, tuple[str, int]]:
        return {
            path.name: (sha256(path), path.stat().st_mtime_ns)
            for path in sorted(sample_folder.rglob("*"))
            if path.is_file()
        }

    before, log = state(), len(read_log(out))
    code = asked(out, REFUND, "--set", "refund_share_sme=0.6", "--set", "max_layoff_rate=8%")
    assert code == 0
    text = capsys.readouterr().out
    assert "refund_share_sme=0.6；max_layoff_rate=8%" in text
    assert "按盟市" in text and "按企业划型" in text and "未定" in text
    assert "裁员率不高于上限" in text
    assert state() == before and len(read_log(out)) == log


def test_files_of_the_figures_and_of_who_changes(out, tmp_path, capsys, results):
    table, book, who, chart = (tmp_path / name for name in ("a.csv", "a.xlsx", "b.csv", "c.svg"))
    who.write_text("someone else's")
    who.chmod(0o644)
    common = (NOTICE, "--set", "min_paid_months=24")
    assert asked(out, *common, "--to", str(table), "--chart", str(chart)) == 0
    assert asked(out, *common, "--to", str(book), "--subjects", str(who)) == 0
    printed = capsys.readouterr().out
    for path in (table, book, who, chart):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert table.read_bytes().startswith(b"\xef\xbb\xbf") and b"\r\n" in table.read_bytes()
    rows = list(csv.reader(table.open(encoding="utf-8-sig", newline="")))
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(book).active.rows]
    assert [[str(cell or "") for cell in row[:5]] for row in cells] == [row[:5] for row in rows]
    at = rows[0].index("金额_方案")
    assert all(
        Decimal(str(row[at])) == Decimal(want[at])
        for row, want in zip(cells[1:], rows[1:], strict=True)
    )
    with what_if(results, NOTICE, {"min_paid_months": "24"}) as answer:
        wanted = {item.subject_id for item in answer.subjects()}
    found = list(csv.DictReader(who.open(encoding="utf-8-sig", newline="")))
    assert {row["编号"] for row in found} == wanted and wanted
    assert {row["结论_现行"] for row in found} <= {"符合", "待核", "不符合", "不在表中"}
    # Who it is stands in that file alone; that it was written stands in the log, without them.
    entry = read_log(out)[-1]
    assert (entry["action"], entry["details"]["screening"]) == ("what-if", NOTICE)
    public = printed + table.read_text("utf-8-sig") + chart.read_text("utf-8") + json.dumps(entry)
    assert not [person for person in wanted if person in public]
    drawn = chart.read_text(encoding="utf-8")
    assert drawn.startswith("<svg") and "呼和浩特市" in drawn and "<desc" in drawn


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nothing", "--set", "a=1"], 2, f"{REFUND}, {NOTICE}"),
        ([REFUND], 2, "--set"),
        ([REFUND, "--bureau", "150100"], 2, "--set"),
        ([REFUND, "--set", "max_layoff_rate"], 2, "参数=值"),
        ([REFUND, "--set", "max_layoff_rate="], 2, "参数=值"),
        ([REFUND, "--set", "refund_top_up=是", "--set", "refund_top_up=否"], 2, "出现两次"),
        ([REFUND, "--set", "max_layof_rate=0.1"], 2, "是否指 max_layoff_rate"),
        ([REFUND, "--set", "max_layoff_rate=lots"], 2, "应为数字"),
        ([REFUND, "--set", "refund_top_up=是", "--bureau", "999999"], 2, "150100 呼和浩特市"),
        ([REFUND, "--as-of-policy", "2022-02-01"], 4, "refund_share_large"),
        ([REFUND, "--as-of-policy", "yesterday"], 2, "YYYY-MM-DD"),
        ([REFUND, "--set", "refund_top_up=否", "--run", "2022-03-22-7"], 2, "2022-03-22-7"),
        ([REFUND, "--set", "refund_top_up=否", "--scenario", "nowhere.yaml"], 2, "二者取一"),
        ([REFUND, "--scenario", "nowhere.yaml"], 2, "nowhere.yaml"),
        ([REFUND, "--set", "refund_top_up=否", "--to", "table.txt"], 2, ".csv"),
        ([REFUND, "--set", "refund_top_up=否", "--chart", "nowhere/c.svg"], 2, "文件夹不存在"),
        ([REFUND, "--set", "refund_top_up=否", "--subjects", "{out}/runs/a.csv"], 2, "发布文件夹"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_one_line(out, capsys, arguments, code, told):
    assert asked(out, *(item.format(out=out) for item in arguments)) == code
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1
    assert told in shown.err


def test_a_value_too_large_for_the_models_is_one_line(out, capsys):
    assert asked(out, NOTICE, "--set", "minimum_wage_seat_class=100000000") == 2
    assert "无法计算" in capsys.readouterr().err


def test_the_question_loads_no_slow_package(out):
    code = (
        "import sys; from pipelines.cli import run_command;"
        f" code = run_command(['what-if', {REFUND!r}, '--set', 'refund_share_sme=0.6',"
        f" '--out', {str(out)!r}, '--lang', 'en']);"
        " print([name for name in ('prefect', 'great_expectations', 'pandas', 'altair', 'jinja2')"
        " if name in sys.modules], code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[] 0"
    assert "Money (eligible, yuan) by bureau" in ran.stdout


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_groups_are_columns_of_the_decision(screening, sample_results):
    described = sample_results.execute(f"describe {screening.decision}").fetchall()
    assert set(screening.groups) <= {row[0] for row in described}

"""The stories of data/sample: told completely, and decided by a finished run as they say."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipelines.sample.stories import make_story_sample, read_stories
from tests.story_checks import SUBJECTS, expected_values, story_differences

STORIES = read_stories()
UNIT_LISTS = ["可直接发放", "信息缺失", "待核", "补缴后可享受", "不符合"]
UNIT_CONDITIONS = {  # the values besides true that a condition can have in one delivery
    "is_covered_type": {"false", "null"},
    "is_in_operation": {"false", "null"},
    "is_not_dishonest": {"false", "null"},
    "is_not_zombie": {"false", "null"},
    "has_no_environmental_penalty": {"false", "null"},
    "has_paid_in_full": {"false", "null"},
    "is_within_layoff_limit": {"false", "null"},
    "is_not_restructured": {"null"},
    "is_not_labour_dispatch": {"null"},
    "has_whole_data": {"null"},
    "is_not_paid_yet": {"false"},
}
PEOPLE_CONDITIONS = {
    "is_identifiable": {"null"},
    "is_not_reemployed": {"false", "null"},
    "is_involuntary": {"false", "null"},
    "has_paid_one_year": {"false", "null"},
    "is_not_drawing": {"false"},
    "is_alive": {"false"},
    "is_not_on_pension": {"false"},
    "is_not_in_service": {"false"},
    "is_not_abroad": {"false"},
    "is_not_in_custody": {"false"},
    "is_below_pension_age": {"false", "null"},
    "is_not_business_owner": {"null"},
}


def test_stories_are_told_once_and_completely() -> None:
    assert not [name for name, count in Counter(s["story"] for s in STORIES).items() if count > 1]
    assert not [key for key, count in Counter(s["subject"] for s in STORIES).items() if count > 1]
    assert all(story["why"] and story["what_happened"] for story in STORIES)
    outcomes = {story["expected_outcome"] for story in STORIES}
    assert outcomes == {"eligible", "not_eligible", "cannot_tell", "absent"}


@pytest.mark.parametrize(
    ("screening", "conditions"),
    [
        ("job_retention_refund", UNIT_CONDITIONS),
        ("unemployment_benefit_notice", PEOPLE_CONDITIONS),
    ],
)
def test_stories_show_every_value_of_every_condition(
    screening: str, conditions: dict[str, set[str]]
) -> None:
    shown: dict[str, set[str]] = {}
    for story in STORIES:
        if story["screening"] == screening:
            for column, value in expected_values(story):
                shown.setdefault(column, set()).add(value)
    for column, values in conditions.items():
        assert shown[column] == values | {"true"}, column


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
def test_a_finished_run_decides_as_the_story_says(
    story: dict[str, str], decided: dict[str, Any]
) -> None:
    row = decided[story["screening"]].get(story["subject"])
    found = story_differences(story, row, decided["rates"])
    found += _list_differences(story, decided["lists"])
    assert not found, "\n".join([*found, f"why: {story['why']}"])


def test_a_finished_run_gives_every_row_the_fate_it_was_made_for(
    results: Any, tmp_path: Path
) -> None:
    fates = make_story_sample(tmp_path)
    told = results.execute(
        "select file_name, rows_read, rows_accepted, rows_duplicate, rows_out_of_scope, "
        "rows_set_aside from import_log where status = 'accepted'"
    ).fetchall()
    logged = {name: tuple(counts) for name, *counts in told}
    for name, fate in fates.items():
        kinds = ("accepted", "duplicate", "out_of_scope", "set_aside")
        assert logged[name] == (fate.total(), *(fate[kind] for kind in kinds)), name


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Any:
    """A connection to the results.duckdb of a finished run on data/sample."""
    try:
        return request.getfixturevalue("sample_results")
    except pytest.FixtureLookupError:
        pytest.skip("no fixture sample_results: no finished run of data/sample to look at")


@pytest.fixture(scope="session")
def decided(results: Any) -> dict[str, Any]:
    """All decisions by screening and subject, the layoff rates, and the lists by subject."""
    found: dict[str, Any] = {"rates": {}, "lists": {}}
    for screening, (table, key) in SUBJECTS.items():
        found[screening] = {row[key]: row for row in _rows(results, f"select * from {table}")}
    for row in _rows(results, "select * from unit_layoff_rates"):
        found["rates"][(row["unit_id"], row["method"])] = row
    names = {f"稳岗返还_{name}": "unit_id" for name in [*UNIT_LISTS, "公示"]}
    names |= {f"失业保险金_{name}": "person_id" for name in ("告知名单", "待核")}
    for name, key in names.items():
        for row in _rows(results, f'select * from "list_{name}"'):
            found["lists"].setdefault(row[key], []).append((name, row))
    return found


def _rows(results: Any, query: str) -> list[dict[str, Any]]:
    cursor = results.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _list_differences(
    story: dict[str, str], lists: dict[str, list[tuple[str, dict[str, Any]]]]
) -> list[str]:
    listed = lists.get(story["subject"], [])
    should = {story["expected_list"]} - {""}
    if story["expected_list"] == "稳岗返还_可直接发放":
        should.add("稳岗返还_公示")
    if {name for name, _ in listed} != should:
        return [f"{story['story']}: lists should be {should}, are {[name for name, _ in listed]}"]
    remark = story["expected_remark"]
    told = [str(row.get("备注")) for name, row in listed if name == story["expected_list"]]
    if remark and remark not in "".join(told):
        return [f"{story['story']}: 备注 should hold {remark}, is {told}"]
    return []

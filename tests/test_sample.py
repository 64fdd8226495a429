"""The invented extracts: their size, their sameness, their damage; and the stories' outcomes."""

import csv
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stdnum.cn import ric, uscc

from pipelines import ROOT, sample_payroll
from pipelines.errors import UsageError
from pipelines.sample import make_sample
from pipelines.sample_ids import ResidentIds, invented_uscc
from pipelines.sample_places import divisions_by_bureau
from pipelines.sample_stories import make_story_sample, read_stories
from pipelines.sample_world import make_world
from tests.story_checks import SUBJECTS, expected_values, story_differences

AS_OF = date(2022, 1, 20)
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
    "is_below_pension_age": {"null"},
    "is_not_business_owner": {"null"},
}


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean") / "extracts"
    make_sample(folder, 150, 2000, 7, AS_OF)
    return folder


def test_resident_ids_have_the_check_digit_of_the_standard() -> None:
    ids = ResidentIds(3, AS_OF).array(np.arange(20_000)).to_pylist()
    assert len(set(ids)) == 20_000
    assert all(person.startswith("1599") for person in ids)
    assert all(ric.calc_check_digit(person) == person[17] for person in ids)


def test_credit_codes_have_the_check_digit_of_the_standard() -> None:
    prefixes = ["91", "92", "51", "N1", "31"]
    codes = [invented_uscc(prefixes[n % 5], n * 977, n % 99) for n in range(20_000)]
    assert len(set(codes)) == 20_000
    assert all(uscc.calc_check_digit(code[:17]) == code[17] for code in codes)


def test_a_sample_holds_what_was_asked_for(clean: Path) -> None:
    assert len(lines(clean / "insured_units.csv")) == 151
    assert len(lines(clean / "insured_people.csv")) == 2001
    assert len(list(clean.glob("payroll_*.csv"))) == 13
    with (clean / "insured_units.csv").open(encoding="utf-8") as rows:
        divisions = {row["division_code"] for row in csv.DictReader(rows)}
    assert all(divisions & set(codes) for codes in divisions_by_bureau().values())
    assert len(divisions_by_bureau()) == 15
    for extract in ("separations_core", "separations_shaanxi", "benefit_grants"):
        assert len(lines(clean / f"{extract}.csv")) > 10


def test_the_same_arguments_give_the_same_bytes(clean: Path, tmp_path: Path) -> None:
    make_sample(tmp_path / "again", 150, 2000, 7, AS_OF)
    make_sample(tmp_path / "other", 150, 2000, 8, AS_OF)
    assert hashes(clean) == hashes(tmp_path / "again")
    assert hashes(clean) != hashes(tmp_path / "other")


def test_payroll_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_payroll, "CHUNK", 100)
    world = make_world(50, 1000, 1, AS_OF)
    units = sample_payroll.unit_ids(world)
    people = world.ids.array(np.arange(world.people))
    pieces = [table for table, _ in sample_payroll.payroll_month(world, 0, units, people)]
    assert len(pieces) > 5
    assert max(table.num_rows for table in pieces) == 100


def test_nobody_is_paid_for_twice_in_a_month_at_a_unit() -> None:
    world = make_world(50, 3000, 1, AS_OF)
    key = world.spell_person.astype(np.int64) * world.units + world.spell_unit
    assert len(np.unique(key)) == len(key)
    assert (world.spell_first <= world.spell_last).all()


def test_dirty_rows_are_the_share_asked_for_and_always_the_same(
    clean: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        make_sample(tmp_path / name, 150, 2000, 7, AS_OF, dirty=0.1)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    changed = total = 0
    for path in clean.glob("payroll_*.csv"):
        before, after = lines(path), lines(tmp_path / "one" / path.name)
        assert len(before) == len(after)
        changed += sum(old != new for old, new in zip(before, after, strict=True))
        total += len(before)
    assert 0.08 < changed / total < 0.12


@pytest.mark.parametrize(("units", "people", "dirty"), [(0, 10, 0), (11, 10, 0), (1, 1, 1.5)])
def test_numbers_that_make_no_region_are_refused(
    tmp_path: Path, units: int, people: int, dirty: float
) -> None:
    with pytest.raises(UsageError):
        make_sample(tmp_path / "new", units, people, 1, AS_OF, dirty)


def test_a_folder_that_holds_something_is_not_touched(clean: Path) -> None:
    with pytest.raises(UsageError):
        make_sample(clean, 10, 100, 1, AS_OF)


def test_the_committed_sample_is_what_the_stories_make(tmp_path: Path) -> None:
    make_story_sample(tmp_path)
    assert hashes(tmp_path) == hashes(ROOT / "data" / "sample")


def test_one_file_has_characters_that_gbk_lacks() -> None:
    text = (ROOT / "data/sample/payroll_202103.csv").read_bytes().decode("gb18030")
    assert {len(sign.encode("gb18030")) for sign in text} == {1, 2, 4}
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")


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

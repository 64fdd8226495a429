"""The invented extracts: their size, their sameness, their damage."""

import csv
import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from stdnum.cn import ric, uscc

from pipelines import ROOT
from pipelines.errors import UsageError
from pipelines.sample import make_sample
from pipelines.sample import payroll as sample_payroll
from pipelines.sample.ids import ResidentIds, invented_uscc
from pipelines.sample.places import divisions_by_bureau
from pipelines.sample.stories import make_story_sample
from pipelines.sample.world import make_world

AS_OF = date(2022, 1, 20)


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

"""Reference tables: complete, and codes read in the system of their file."""

import duckdb
import pytest

from pipelines.errors import WengangError
from pipelines.reference import code_meanings, known_systems, load_reference


@pytest.fixture(scope="module")
def reference():
    connection = duckdb.connect()
    load_reference(connection)
    return connection


def one(reference, select):
    return reference.execute(select).fetchone()[0]


def test_every_division_has_one_of_fifteen_bureaus(reference):
    assert one(reference, "select count(*) from ref_bureaus") == 15
    assert one(reference, "select count(*) from ref_divisions") == 121
    assert one(reference, "select count(distinct bureau_code) from ref_divisions") == 15
    divisions = dict(
        reference.execute(
            "select division_code, bureau_code || ' ' || league_code from ref_divisions"
        ).fetchall()
    )
    assert divisions["150781"] == "150781 150700" and divisions["152501"] == "152501 152500"
    assert divisions["150102"] == "150100 150100" and divisions["150000"] == "150000 150000"


def test_industries_and_thresholds(reference):
    assert one(reference, "select count(*) from ref_industries") == 1971
    assert (
        one(reference, "select count(*) from ref_size_thresholds where industry_prefix = 'C'") == 2
    )
    bounds = "select large_min, medium_min, small_min from ref_size_thresholds"
    row = reference.execute(
        f"{bounds} where industry_prefix = '62' and indicator = 'employees'"
    ).fetchone()
    assert [int(bound) for bound in row] == [300, 100, 10]
    assert (
        one(reference, "select count(*) from ref_size_thresholds where industry_prefix like '% %'")
        == 0
    )


def test_the_prefixes_of_credit_codes(reference):
    kinds = dict(reference.execute("select prefix, unit_type from ref_uscc_prefixes").fetchall())
    assert len(kinds) == 36
    assert kinds["91"] == "enterprise" and kinds["N3"] == "rural_collective"
    assert (
        kinds["A9"] == "government" and kinds["Y1"] == "other" and kinds["39"] == "other_judicial"
    )


@pytest.mark.parametrize(
    ("table", "meaning", "system", "code", "expected"),
    [
        ("insurance_codes", "insurance", None, "210", "unemployment"),
        ("insurance_codes", "insurance", None, "02", "unemployment"),
        ("insurance_codes", "insurance", "xian", "02", "unemployment"),
        ("insurance_codes", "insurance", "shaanxi", "210", "unemployment"),
        ("insurance_codes", "insurance", None, "失业保险", "unemployment"),
        ("insurance_codes", "insurance", "xian", "工伤保险", "work_injury"),
        ("unit_type_codes", "unit_type", "shaanxi", "70", "agency_account"),
        ("unit_type_codes", "unit_type", "zhangjiagang", "70", "other"),
        ("unit_type_codes", "unit_type", None, "70", None),
        ("unit_type_codes", "unit_type", None, "10", "enterprise"),
        ("unit_type_codes", "unit_type", "core", "62", "individual_business"),
        ("unit_type_codes", "unit_type", None, "99", ""),
        ("change_reason_codes", "reason_class", "core", "6317", "employer_initiative"),
        ("change_reason_codes", "reason_class", "shaanxi", "221", "mixed"),
        ("change_reason_codes", "reason_class", None, "6323", "closure"),
    ],
)
def test_codes_mean_what_their_system_says(table, meaning, system, code, expected):
    meanings = code_meanings(table, meaning, system)
    assert code in meanings and meanings[code] == expected


@pytest.mark.parametrize(
    ("table", "meaning", "system", "code"),
    [
        ("insurance_codes", "insurance", "core", "02"),
        ("insurance_codes", "insurance", None, "999"),
        ("change_reason_codes", "reason_class", "core", "221"),
        ("change_reason_codes", "reason_class", None, "6311"),
    ],
)
def test_other_codes_are_unknown(table, meaning, system, code):
    assert code not in code_meanings(table, meaning, system)


def test_systems_are_those_of_the_tables():
    assert known_systems() == {"core", "shaanxi", "zhangjiagang", "shanxi", "xian"}


def test_a_table_whose_rows_do_not_fit_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1\n", encoding="utf-8")
    with pytest.raises(WengangError, match=r"a\.csv"):
        load_reference(duckdb.connect(), tmp_path)

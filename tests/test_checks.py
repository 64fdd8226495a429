"""Expectations: passed, failed and crashed are three things; critical ones stop the run."""

import json

import duckdb
import pytest

from pipelines import checks
from pipelines.checks import EXPECTATIONS, load_suite, run_checks, why_of
from pipelines.errors import CheckFailed
from pipelines.messages import use_language

SECRET = "15990119900101100X"


def expectation(kind, severity="warning", **kwargs):
    why = {"zh": f"因为{kind}", "en": f"because {kind}"}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": {"why": why}}


def suite(folder, table, *expectations):
    folder.mkdir(exist_ok=True)
    content = {"name": table, "expectations": list(expectations)}
    (folder / f"{table}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def warehouse():
    connection = duckdb.connect()
    connection.execute(
        "create table numbers as select n as id, case when n % 3 > 0 then n end as gap,"
        " (n * 1.5)::decimal(18, 2) as money, n % 2 = 0 as even, '15990119900101100X' as person"
        " from range(7) as given(n)"
    )
    yield connection
    connection.close()


def test_counts_are_added_over_pieces(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "PIECE_ROWS", 3)
    suite(
        tmp_path / "e",
        "numbers",
        expectation("expect_column_values_to_not_be_null", column="gap"),
        expectation("expect_column_values_to_be_between", column="money", min_value=0, max_value=6),
        expectation("expect_column_values_to_be_unique", column="id"),
        expectation("expect_column_values_to_be_unique", column="person"),
        expectation("expect_column_values_to_not_be_null", column="gap", mostly=0.5),
        expectation(
            "expect_column_sum_to_be_between", column="money", min_value=31.5, max_value=31.5
        ),
        expectation(
            "expect_table_columns_to_match_set", column_set=["id", "gap"], exact_match=True
        ),
    )
    found = run_checks(warehouse, tmp_path / "checks", tmp_path / "e")
    assert [(item.state, item.failed_rows or 0) for item in found] == [
        ("failed", 3),
        ("failed", 2),
        ("passed", 0),
        ("failed", 7),
        ("passed", 3),
        ("passed", 0),
        ("failed", 0),
    ]


def test_a_critical_failure_stops_after_the_report(warehouse, tmp_path):
    use_language("en")
    suite(
        tmp_path / "e",
        "numbers",
        expectation("expect_column_values_to_not_be_null", "critical", column="gap"),
        expectation(
            "expect_column_values_to_be_in_set", "critical", column="person", value_set=["x"]
        ),
    )
    with pytest.raises(CheckFailed) as failure:
        run_checks(warehouse, tmp_path / "checks", tmp_path / "e")
    use_language("zh")
    assert failure.value.exit_code == 5
    assert "numbers: because expect_column_values_to_not_be_null: 3 rows" in str(failure.value)
    for path in (tmp_path / "checks").iterdir():
        assert SECRET not in path.read_text(encoding="utf-8")
    assert SECRET not in str(failure.value)
    results = json.loads((tmp_path / "checks" / "results.json").read_text(encoding="utf-8"))
    assert [item["state"] for item in results["findings"]] == ["failed", "failed"]


def test_what_could_not_be_run_is_no_pass(warehouse, tmp_path):
    suite(
        tmp_path / "e",
        "numbers",
        expectation("expect_column_values_to_not_be_null", "critical", column="no_such_column"),
    )
    with pytest.raises(CheckFailed):
        run_checks(warehouse, tmp_path / "checks", tmp_path / "e")
    text = (tmp_path / "checks" / "检查结果.md").read_text(encoding="utf-8")
    assert "无法执行" in text


def test_a_suite_whose_table_was_not_built_is_skipped_and_said(warehouse, tmp_path):
    suite(
        tmp_path / "e", "elsewhere", expectation("expect_column_values_to_not_be_null", column="id")
    )
    assert run_checks(warehouse, tmp_path / "checks", tmp_path / "e") == []
    assert "elsewhere" in (tmp_path / "checks" / "检查结果.md").read_text(encoding="utf-8")


def test_rows_of_an_empty_table_all_hold(warehouse, tmp_path):
    warehouse.execute("create table nobody as from numbers where false")
    suite(
        tmp_path / "e",
        "nobody",
        expectation("expect_column_values_to_not_be_null", "critical", column="gap"),
        expectation("expect_column_values_to_be_unique", "critical", column="id"),
    )
    assert [item.state for item in run_checks(warehouse, tmp_path / "c", tmp_path / "e")] == [
        "passed"
    ] * 2


@pytest.mark.parametrize("broken", ["{", "[]", '{"expectations": [{"type": "x"}]}'])
def test_a_suite_without_why_is_refused(tmp_path, broken):
    (tmp_path / "x.json").write_text(broken, encoding="utf-8")
    with pytest.raises(CheckFailed, match=r"x\.json"):
        load_suite(tmp_path / "x.json")


@pytest.mark.parametrize("path", sorted(EXPECTATIONS.glob("*.json")), ids=lambda path: path.stem)
def test_every_suite_says_why_in_both_languages(path):
    for item in load_suite(path):
        for language in ("zh", "en"):
            use_language(language)
            assert why_of(item)
    use_language("zh")


def test_a_check_that_crashes_tells_its_kind_and_nothing_of_the_data():
    class Outcome:
        exception_info = {
            "raised_exception": True,
            "exception_traceback": "Traceback (most recent call last):\n  File x\n"
            "pandas.errors.DataError: column\n钱百灵燕 15990119900101001X\n15990119900101001X",
        }

    assert checks._crash(Outcome()) == "pandas.errors.DataError"
    Outcome.exception_info["exception_traceback"] = "15990119900101001X"
    assert checks._crash(Outcome()) == "error"

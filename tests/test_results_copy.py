"""results.duckdb is made while the lists are written: whole when both are done, given up if not."""

import threading
import time
from pathlib import Path

import duckdb
import pytest

from pipelines import results_copy
from pipelines.deliver import list_names
from pipelines.models import finished_tables
from pipelines.results_copy import results_copied
from tests.fake_run import fill


@pytest.fixture
def built():
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    fill(connection)
    yield connection
    connection.close()


def attached(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        "select database_name from duckdb_databases() where not internal"
    ).fetchall()
    return {name for (name,) in found}


def rows(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, object]:
    return {name: connection.execute(f'from "{name}"').fetchall() for name in names}


def test_the_finished_tables_are_there_when_the_block_ends(built, tmp_path: Path) -> None:
    target = tmp_path / "results.duckdb"
    with results_copied(built, target, is_partial=False):
        assert list_names(built) == ["告知", "返还"]
    assert attached(built) == {"memory"}
    names = finished_tables(built)
    with duckdb.connect(str(target), read_only=True) as results:
        found = results.execute("select table_name from duckdb_tables() order by 1").fetchall()
        assert [name for (name,) in found] == names
        assert rows(results, names) == rows(built, names)


def test_lists_are_those_of_the_build_alone(built, tmp_path: Path) -> None:
    built.execute(f"attach '{tmp_path / 'other.duckdb'}' as other")
    built.execute('create table other."list_返还" as select 1 as n')
    assert list_names(built) == ["告知", "返还"]


def endless(begun: threading.Event) -> object:
    def copy(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        begun.set()
        cursor.execute("select sum(n % 7) from range(100_000_000_000) as numbers(n)")

    return copy


def test_what_is_being_copied_is_given_up_when_the_lists_fail(
    built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built.execute("update built_models set model_name = 'list_返还'")
    begun, before = threading.Event(), threading.active_count()
    monkeypatch.setattr(results_copy, "_copy", endless(begun))
    started = time.monotonic()
    with (
        pytest.raises(KeyboardInterrupt),
        results_copied(built, tmp_path / "results.duckdb", is_partial=False),
    ):
        assert begun.wait(10)
        time.sleep(0.5)
        raise KeyboardInterrupt
    assert time.monotonic() - started < 10
    assert attached(built) == {"memory"} and threading.active_count() == before


def test_a_copy_that_fails_is_told(built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(results_copy, "_copy", copy)
    with (
        pytest.raises(duckdb.IOException, match="No space left"),
        results_copied(built, tmp_path / "results.duckdb", is_partial=False),
    ):
        pass
    assert attached(built) == {"memory"}

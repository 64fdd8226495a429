"""What is kept from night to night is what a build from nothing makes, table by table."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from pipelines import checks, models, policy, steps
from pipelines.errors import CheckFailed
from pipelines.marks import Marks
from pipelines.messages import use_language
from pipelines.order import Order, make_order
from pipelines.warehouse import open_warehouse
from tests.random_extracts import write_random_extracts
from tests.test_checks import expectation, suite

DAY = date(2022, 3, 22)
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 12))]
# What says how a warehouse came to be, not what it holds.
HISTORY = {"warehouse_made", "extracts_changed", "checks_kept"}


def build(order: Order) -> models.Built:
    """Extracts and policy of the order's day → every model."""
    steps.take_in(order)
    steps.apply_policy(order)
    chosen, _ = policy.in_force(policy.load_policies(), order.as_of)
    folders = [models.FACTS, models.MEASURES, *(item.path.parent for item in chosen)]
    with open_warehouse(order.warehouse, order.settings) as connection:
        return models.build(connection, folders)


def differing(first: Path, second: Path) -> list[str]:
    """The tables and views that two warehouses do not both have with the same rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as a (read_only); attach '{second}' as b (read_only)")
        connection.execute("set timezone = 'Asia/Shanghai'")
        names = [
            {
                name
                for (name,) in connection.execute(
                    "select table_name from duckdb_tables() where database_name = ?", [database]
                ).fetchall()
            }
            for database in ("a", "b")
        ]
        found = sorted(names[0] ^ names[1])
        for name in sorted(names[0] & names[1] - HISTORY):
            rows = connection.execute(
                f'select count(*) from ((from a."{name}" except all from b."{name}")'
                f' union all (from b."{name}" except all from a."{name}"))'
            ).fetchone()
            if rows and rows[0]:
                found.append(f"{name}: {rows[0]} rows")
        return found


@pytest.mark.parametrize("seed", SEEDS)
def test_any_sequence_of_files_and_days_builds_what_a_build_from_nothing_does(
    seed: int, tmp_path: Path
) -> None:
    rng = Random(seed)
    deliveries = [tmp_path / name for name in ("this_way", "that_way")]
    for number, folder in enumerate(deliveries):
        write_random_extracts(folder, seed * 10 + number, units=12, people=120, as_of=DAY)
    names = sorted({path.name for folder in deliveries for path in folder.iterdir()})
    extracts = tmp_path / "extracts"
    shutil.copytree(deliveries[0], extracts)
    kept = []
    for night in range(4):
        if night:
            for name in rng.sample(names, 2):
                sources = [folder / name for folder in deliveries if (folder / name).exists()]
                (extracts / name).unlink(missing_ok=True)
                # without payroll there is no run
                if name.startswith(("payroll", "缴费明细")) or rng.random() < 0.7:
                    shutil.copyfile(rng.choice(sources), extracts / name)
        day = DAY + timedelta(days=rng.choice([0, 0, 1, 40]))
        built = build(make_order(extracts, tmp_path / "out", day))
        kept.append(built.kept)
        afresh = make_order(extracts, tmp_path / f"out{night}", day)
        assert build(afresh).kept == 0
        found = differing(tmp_path / "out" / ".state" / "warehouse.duckdb", afresh.warehouse)
        assert not found, f"seed {seed}, night {night}: {found}"
    assert kept[0] == 0
    assert max(kept) > 0


def test_only_what_comes_from_a_changed_file_is_built_again(tmp_path: Path) -> None:
    extracts = tmp_path / "extracts"
    write_random_extracts(extracts, 3, units=12, people=120, as_of=DAY)
    order = make_order(extracts, tmp_path / "out", DAY)
    everything = build(order)
    assert everything.kept == 0
    assert build(order).kept == len(everything.names)
    registers = next(extracts.glob("unit_registers*"))
    registers.write_bytes(registers.read_bytes().splitlines(keepends=True)[0])
    told: list[str] = []
    steps.take_in(order)
    steps.apply_policy(order)
    chosen, _ = policy.in_force(policy.load_policies(), DAY)
    folders = [models.FACTS, models.MEASURES, *(item.path.parent for item in chosen)]
    with open_warehouse(order.warehouse, order.settings) as connection:
        models.build(connection, folders, told.append)
        again = {line.split()[0] for line in told}
        assert "unit_register_hits" in again
        assert not again & {"person_unit_years", "unit_months", "people", "unit_transfers"}
        # a screening that is not asked for leaves no list of the night before
        models.build(connection, [models.FACTS])
        left = connection.execute(
            "select count(*) from duckdb_tables() where table_name like 'list%'"
        ).fetchone()
    assert left == (0,)


def test_a_table_that_has_become_a_view_and_one_that_is_gone_leave(tmp_path: Path) -> None:
    extracts = tmp_path / "extracts"
    write_random_extracts(extracts, 3, units=12, people=120, as_of=DAY)
    order = make_order(extracts, tmp_path / "out", DAY)
    steps.take_in(order)
    steps.apply_policy(order)
    with open_warehouse(order.warehouse, order.settings) as connection:
        # as an earlier program left them, which knew no marks
        connection.execute("create table person_unit_months as select 1 as n")
        connection.execute("create view long_gone as select 1 as n")
        connection.execute(
            "create table built_models as select unnest(['person_unit_months', 'long_gone'])"
            " as model_name"
        )
        models.build(connection, [models.FACTS])
        found = connection.execute(
            "select table_name, table_type from information_schema.tables"
            " where table_name in ('person_unit_months', 'long_gone')"
        ).fetchall()
    assert found == [("person_unit_months", "VIEW")]


def test_a_mark_tells_rows_columns_and_numbers_apart_but_not_their_order() -> None:
    with duckdb.connect() as connection:

        def mark(select: str) -> str:
            connection.execute(f"create or replace table given as {select}")
            return Marks(connection).of("given")

        two = mark("select * from (values (1, 'a'), (2, null)) as rows_given(n, t)")
        assert two == mark("select * from (values (2, null), (1, 'a')) as rows_given(n, t)")
        others = {
            mark("select * from (values (1, 'a'), (2, null), (2, null)) as rows_given(n, t)"),
            mark("select * from (values (1, null), (2, 'a')) as rows_given(n, t)"),
            mark("select * from (values (1, 'a'), (2, null)) as rows_given(n, u)"),
            mark("select * from (values (1::bigint, 'a'), (2, null)) as rows_given(n, t)"),
            mark("select * from (values (1, 'a')) as rows_given(n, t)"),
        }
        assert len(others | {two}) == 6


def test_checks_of_unchanged_tables_are_kept_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    check_table = checks._check_table

    def asking(connection, path, validate):
        asked.append(path.stem)
        return check_table(connection, path, validate)

    monkeypatch.setattr(checks, "_check_table", asking)
    folder = tmp_path / "e"
    rule = expectation("expect_column_values_to_be_between", "critical", column="n", max_value=3)
    with duckdb.connect() as connection:

        def run() -> list[str]:
            asked.clear()
            found = checks.run_checks(connection, tmp_path / "checks", folder)
            assert [item.table for item in found] == ["few", "seen"]
            return asked

        connection.execute("create table few as select 1 as n; create view seen as select 2 as n")
        suite(folder, "few", rule)
        suite(folder, "seen", rule)
        assert run() == ["few", "seen"]
        assert run() == []
        connection.execute("create or replace table few as select 3 as n")
        assert run() == ["few"]
        suite(folder, "seen", rule | {"severity": "warning"})
        assert run() == ["seen"]
        use_language("en")
        try:
            assert run() == ["few", "seen"]
        finally:
            use_language("zh")
        connection.execute("create or replace view seen as select 4 as n")
        run()
        connection.execute("create or replace table few as select 4 as n")
        for _ in range(2):  # what does not hold stops every night
            with pytest.raises(CheckFailed):
                run()


def test_no_suite_of_a_run_is_skipped(sample_run) -> None:
    report = (sample_run.run.folder / "checks" / "results.json").read_text(encoding="utf-8")
    assert '"skipped": []' in report

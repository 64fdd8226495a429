"""sql/ in derived order: one file, one bare select, one table of the file's name."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from time import perf_counter

import duckdb

from pipelines import ROOT
from pipelines.damage import is_damage
from pipelines.errors import WengangError
from pipelines.marks import Marks
from pipelines.messages import language, say
from pipelines.staged import transaction
from pipelines.storage import is_storage_failure
from pipelines.timings import timed

FACTS = ROOT / "sql" / "facts"
MEASURES = ROOT / "sql" / "measures"

# Models of single payroll rows or person-months. They are views: writing tens of millions of rows
# costs more than reading them through again where they are asked for.
VIEWS = ("payroll_seen", "person_unit_months")
# Not in results.duckdb: steps on the way to a person's facts, as large as all persons together,
# whose outcome stands in person_spells, unit_leavers and the screenings' tables.
WORKING_TABLES = ("repeated_payroll_years", "repeated_payroll_months", "person_last_months")
# In results.duckdb for the persons of another table alone: whom a decision under whatever policy
# may look at, so that it can be made again there.
NARROWED = {"person_unit_years": "person_absences", "person_identities": "person_absences"}
# Staged tables that decisions read themselves.
STAGED = ("stg_benefit_grants", "stg_unemployment_registrations")


def set_day(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Write what models know beside the extracts: `run_calendar` (one row) and `labels`.

    The data year is the year before `as_of`; periods are whole numbers, year × 12 + month.
    `labels` holds the texts of ref_labels in the language in use.
    """
    year = as_of.year - 1
    connection.execute(
        "create or replace table run_calendar as select ?::integer as data_year,"
        " ?::integer as first_period, ?::integer as last_period, ?::date as as_of",
        [year, year * 12 + 1, year * 12 + 12, as_of],
    )
    connection.execute(
        f"create or replace table labels as select kind, code, {language()} as label"
        " from ref_labels"
    )


@dataclass(frozen=True)
class Built:
    """The models of a build in order, and how many of them are those of an earlier one."""

    names: list[str]
    kept: int


def build(
    connection: duckdb.DuckDBPyConnection,
    folders: Iterable[Path],
    progress: Callable[[str], None] = lambda line: None,
) -> Built:
    """Build every model of `folders`; no other model of an earlier build is left.

    A table is kept when neither its select nor anything that it was made from has changed.
    Raises WengangError naming the file whose select fails, and for models that need each other
    or a table that does not exist.
    """
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.sql"))}
    selects = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    known = _known(connection)
    reads = _reads(connection, files, selects, known)
    order = _in_order(reads)
    marks = Marks(connection)
    wanted = {name: marks.of_model(name, selects[name], sorted(reads[name])) for name in order}
    kept = {name for name in order if known.get(name) == wanted[name]}
    _drop(connection, set(known) - kept)
    for name in order:
        if name in kept:
            continue
        started = perf_counter()
        try:
            with timed(name), transaction(connection):
                kind = "view" if name in VIEWS else "table"
                connection.execute(f'create or replace {kind} "{name}" as {selects[name]}')
                connection.execute("insert into built_models values (?, ?)", [name, wanted[name]])
        except duckdb.Error as error:
            if (
                is_storage_failure(error)
                or is_damage(error)
                or isinstance(error, duckdb.InterruptException)
            ):
                raise
            raise _failure(files[name], error) from None
        progress(f"{name} {perf_counter() - started:.2f}s")
    return Built(order, len(kept))


def build_order(
    connection: duckdb.DuckDBPyConnection, files: dict[str, Path], selects: dict[str, str]
) -> list[str]:
    """The models in an order in which each stands after those that its select reads."""
    return _in_order(_reads(connection, files, selects, ()))


def needed_for(model: str, folder: Path) -> dict[str, set[str]]:
    """The models of a folder that one of them is made from, in their order, itself the last.

    Each with the tables that it reads, also those from elsewhere. Raises WengangError.
    """
    files = {path.stem: path for path in folder.glob("*.sql")}
    found: dict[str, set[str]] = {}
    waiting = [model]
    with duckdb.connect() as empty:
        while waiting:
            name = waiting.pop()
            if name not in found:
                text = files[name].read_text(encoding="utf-8")
                found[name] = _tables_of(empty, files[name], text)
                waiting += found[name] & files.keys()
    return {name: found[name] for name in _in_order(found)}


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The models that stand in the warehouse, with their marks."""
    connection.execute("create table if not exists built_models (model_name varchar)")
    connection.execute("alter table built_models add column if not exists mark varchar")
    found = connection.execute(
        "select model_name, mark from built_models where model_name in"
        " (select table_name from information_schema.tables where table_schema = 'main')"
    ).fetchall()
    return dict(found)


def _drop(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """Drop models of an earlier build, so that no rule of yesterday stays behind.

    What was a table under yesterday's program may be a view now, and the other way round.
    """
    views = {
        name for (name,) in connection.execute("select view_name from duckdb_views()").fetchall()
    }
    for name in sorted(names):
        kind = "view" if name in views else "table"
        with transaction(connection):
            connection.execute(f'drop {kind} "{name}"')
            connection.execute("delete from built_models where model_name = ?", [name])


def _reads(
    connection: duckdb.DuckDBPyConnection,
    files: dict[str, Path],
    selects: dict[str, str],
    known: Iterable[str],
) -> dict[str, set[str]]:
    """The tables that each select reads: models, and tables that are there before any model."""
    present = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() union select view_name from duckdb_views()"
        ).fetchall()
    } - set(known)
    # In an empty database a view is a name like any other, not what it stands for.
    with duckdb.connect() as empty:
        found = {name: _tables_of(empty, files[name], text) for name, text in selects.items()}
    for name in selects:
        if unknown := sorted(found[name] - set(selects) - present):
            raise WengangError(
                say(
                    f"{_shown(files[name])}：引用的表不存在：{'、'.join(unknown)}",
                    f"{_shown(files[name])}: reads tables that do not exist: {', '.join(unknown)}",
                )
            )
    return found


def _tables_of(empty: duckdb.DuckDBPyConnection, path: Path, select: str) -> set[str]:
    try:
        return set(empty.get_table_names(select))
    except duckdb.Error as error:
        raise _failure(path, error) from None


def _in_order(reads: dict[str, set[str]]) -> list[str]:
    graph = {name: sorted(tables & reads.keys()) for name, tables in reads.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise WengangError(
            say(f"sql：模型互相引用：{circle}", f"sql: models read each other: {circle}")
        ) from None


def finished_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of a build that a published run keeps in results.duckdb."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main' and ("
        " table_name in (select model_name from built_models)"
        " or table_name like 'policy%' or table_name like 'ref%'"
        " or table_name in ('run_calendar', 'labels', 'import_log', 'delivery_complete',"
        " 'previous_run', 'delivered_columns', 'listed_subjects', 'run_totals')"
        ") union select view_name from duckdb_views() where schema_name = 'main'"
        " and list_contains(?, view_name) order by 1",
        [list(STAGED)],
    ).fetchall()
    return [name for (name,) in rows if name not in WORKING_TABLES]


def _failure(path: Path, error: duckdb.Error) -> WengangError:
    first = str(error).splitlines()[0]
    if not isinstance(
        error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException
    ):
        # A cell of the data may stand in the message: nothing that could name a person is told.
        first = re.sub(r"'[^']*'|\"[^\"]*\"|\d{4,}", "…", first)
    return WengangError(
        say(f"{_shown(path)}：无法执行：{first}", f"{_shown(path)}: does not run: {first}")
    )


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)

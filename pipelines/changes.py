"""run_changes: who entered, left or is judged otherwise than in the last published run, and why."""

from pathlib import Path

import duckdb

from pipelines.attached import attached
from pipelines.change_texts import write_texts
from pipelines.changed_rows import came, named, stayed, went, write_changed
from pipelines.conditions import Screening, screenings
from pipelines.last_run import LastRun
from pipelines.policy import load_policies, title_of
from pipelines.publish import current
from pipelines.run_pair import Pair
from pipelines.sqltext import quoted

# One row per subject and screening that changed; of a subject that another bureau is in charge of
# now, one in the list of each. Amounts are those of who is not refused: nothing is due to others.
# The two texts of the lists come after what others may rely on.
TYPED = (
    "screening varchar, subject_id varchar, bureau_code varchar, change varchar,"
    " outcome_before varchar, outcome_now varchar, amount_before_yuan decimal(18, 2),"
    " amount_now_yuan decimal(18, 2), conditions varchar, causes varchar, details varchar,"
    " remarks varchar, screening_title varchar, subject_name varchar, division_name varchar"
)


def clear_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `run_changes` anew, empty: what a first run has, and what lists are built on first."""
    connection.execute(f"create or replace table run_changes ({TYPED})")


def write_changes_of_run(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Fill `run_changes` of the warehouse against the last published run; how many changes.

    None without such a run. A decision whose mark is that of the last run is not compared: it
    holds what it held then. Raises StaleError when that run's results can't be read.
    """
    last = current(out)
    clear_changes(connection)
    if last is None:
        return 0
    known = LastRun(out, last)
    marks = dict(connection.execute("select model_name, mark from built_models").fetchall())
    moved = [
        item
        for item in screenings()
        if not (marks.get(item.decision) and known.has(item.decision, marks[item.decision]))
    ]
    if not moved:
        return 0
    with attached(connection, last) as before:
        row = connection.execute("select current_database()").fetchone()
        assert row is not None
        return sum(write_changes(connection, item, before, row[0]) for item in moved)


def write_changes(
    connection: duckdb.DuckDBPyConnection,
    screening: Screening,
    before: str,
    now: str,
    for_lists: bool = True,
) -> int:
    """Add to `run_changes` what one screening decided otherwise; how many rows.

    `before` and `now` are databases with the finished tables of two runs. A screening that one of
    them has not decided isn't compared: all of it would be new, or gone. What is counted needs no
    names, details and causes: they are left out when it is not `for_lists`.
    """
    pair = Pair(connection, screening, before, now, for_lists)
    if not pair.is_comparable:
        return 0
    if not write_changed(connection, pair):
        return 0
    title = next((title_of(p) for p in load_policies() if p.screening == screening.name), "")
    write_texts(connection, pair)
    for side, run in (("before", before), ("now", now)):
        connection.execute(f"create or replace temp table named_{side} as {named(pair, run)}")
    given = f"{quoted(screening.name)} as screening, {quoted(title)} as screening_title"
    counted = 0
    for select in (stayed(given), came(given, pair), went(given, pair)):
        row = connection.execute(f"insert into run_changes by name {select}").fetchone()
        counted += row[0] if row else 0
    for table in (
        "changed",
        "stays",
        "moved_conditions",
        "moved_parts",
        "named_before",
        "named_now",
    ):
        connection.execute(f"drop table temp.{table}")
    return counted

"""run_changes: who entered, left or is judged otherwise than in the last published run, and why."""

from pathlib import Path

import duckdb

from pipelines.attached import attached
from pipelines.change_texts import Pair, write_texts
from pipelines.conditions import Screening, screenings
from pipelines.labels import labels_of
from pipelines.last_run import LastRun
from pipelines.policy import load_policies, title_of
from pipelines.publish import current
from pipelines.sqltext import identifier, quoted

# One row per subject and screening that changed; of a subject that another bureau is in charge of
# now, one in the list of each. Amounts are those of who is not refused: nothing is due to others.
# The two texts of the lists come after what others may rely on.
TYPED = (
    "screening varchar, subject_id varchar, bureau_code varchar, change varchar,"
    " outcome_before varchar, outcome_now varchar, amount_before_yuan decimal(18, 2),"
    " amount_now_yuan decimal(18, 2), conditions varchar, causes varchar, details varchar,"
    " remarks varchar, screening_title varchar, subject_name varchar, division_name varchar"
)
# Where the name and the county of a subject stand, by the key of its decision.
_NAMED = {
    "unit_id": (
        ("unit_facts",),
        "select unit_id as subject_id, unit_name as subject_name, division_name"
        " from {run}.unit_facts",
    ),
    "person_id": (
        ("people", "person_spells", "units"),
        "select spells.person_id as subject_id, people.person_name as subject_name,"
        " units.division_name from {run}.person_spells as spells"
        " left join {run}.people as people on spells.person_id = people.person_id"
        " left join {run}.units as units on spells.last_unit_id = units.unit_id",
    ),
}
_NOBODY = (
    "select null::varchar as subject_id, null::varchar as subject_name,"
    " null::varchar as division_name limit 0"
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
    connection: duckdb.DuckDBPyConnection, screening: Screening, before: str, now: str
) -> int:
    """Add to `run_changes` what one screening decided otherwise; how many rows.

    `before` and `now` are databases with the finished tables of two runs. A screening that one of
    them has not decided isn't compared: all of it would be new, or gone.
    """
    pair = Pair(connection, screening, before, now)
    if not pair.is_comparable:
        return 0
    if not _write_changed(connection, pair):
        return 0
    title = next((title_of(p) for p in load_policies() if p.screening == screening.name), "")
    write_texts(connection, pair)
    given = f"{quoted(screening.name)} as screening, {quoted(title)} as screening_title"
    counted = 0
    for select in (_stayed(given, pair), _came(given, pair), _went(given, pair)):
        row = connection.execute(f"insert into run_changes by name {select}").fetchone()
        counted += row[0] if row else 0
    for table in ("changed", "stays", "moved_conditions", "moved_parts", "policy_moves"):
        connection.execute(f"drop table temp.{table}")
    return counted


def _write_changed(connection: duckdb.DuckDBPyConnection, pair: Pair) -> int:
    """Write `changed`, who is there, decided or paid otherwise: few columns of all subjects."""
    key, amount = identifier(pair.screening.key), identifier(pair.screening.amount)
    sides = {
        side: f"(select {key} as subject_id, bureau_code, outcome, case when outcome <>"
        f" 'not_eligible' then cast({amount} as decimal(18, 2)) end as amount_yuan"
        f" from {run}.{identifier(pair.screening.decision)})"
        for side, run in (("before", pair.before), ("now", pair.now))
    }
    connection.execute(
        "create or replace temp table changed as select"
        " coalesce(given.subject_id, earlier.subject_id) as subject_id,"
        " earlier.subject_id is not null as was_there, given.subject_id is not null as is_there,"
        " earlier.bureau_code as bureau_before, given.bureau_code as bureau_now,"
        " earlier.outcome as outcome_before, given.outcome as outcome_now,"
        " earlier.amount_yuan as amount_before_yuan, given.amount_yuan as amount_now_yuan"
        f" from {sides['now']} as given full outer join {sides['before']} as earlier"
        " on given.subject_id = earlier.subject_id"
        " where earlier.subject_id is null or given.subject_id is null"
        " or given.bureau_code is distinct from earlier.bureau_code"
        " or given.outcome is distinct from earlier.outcome"
        " or given.amount_yuan is distinct from earlier.amount_yuan"
    )
    row = connection.execute("select count(*) from changed").fetchone()
    return row[0] if row else 0


def _stayed(given: str, pair: Pair) -> str:
    return (
        f"select {given}, changed.subject_id, changed.bureau_now as bureau_code,"
        " case when changed.outcome_before is distinct from changed.outcome_now then 'verdict'"
        " else 'amount' end as change,"
        " changed.* exclude (subject_id, was_there, is_there, bureau_before, bureau_now),"
        " texts.conditions, texts.details, texts.causes, named.subject_name, named.division_name"
        " from changed inner join change_texts as texts on changed.subject_id = texts.subject_id"
        f" left join ({_named(pair, pair.now)}) as named on changed.subject_id = named.subject_id"
    )


def _came(given: str, pair: Pair) -> str:
    came_from = quoted(labels_of("change")["moved_from"])
    return (
        f"select {given}, changed.subject_id, changed.bureau_now as bureau_code,"
        " 'entered' as change, changed.outcome_now, changed.amount_now_yuan,"
        f" case when changed.was_there then replace({came_from}, '{{1}}',"
        " coalesce(bureaus.bureau_name, changed.bureau_before, '')) end as remarks,"
        " named.subject_name, named.division_name from changed"
        f" left join {pair.now}.ref_bureaus as bureaus"
        " on changed.bureau_before = bureaus.bureau_code"
        f" left join ({_named(pair, pair.now)}) as named on changed.subject_id = named.subject_id"
        " where changed.is_there and (not changed.was_there"
        " or changed.bureau_now is distinct from changed.bureau_before)"
    )


def _went(given: str, pair: Pair) -> str:
    went_to = quoted(labels_of("change")["moved_to"])
    return (
        f"select {given}, changed.subject_id, changed.bureau_before as bureau_code,"
        " 'left' as change, changed.outcome_before, changed.amount_before_yuan,"
        f" case when changed.is_there then replace({went_to}, '{{1}}',"
        " coalesce(bureaus.bureau_name, changed.bureau_now, '')) end as remarks,"
        " named.subject_name, named.division_name from changed"
        f" left join {pair.now}.ref_bureaus as bureaus on changed.bureau_now = bureaus.bureau_code"
        f" left join ({_named(pair, pair.before)}) as named"
        " on changed.subject_id = named.subject_id"
        " where changed.was_there and (not changed.is_there"
        " or changed.bureau_now is distinct from changed.bureau_before)"
    )


def _named(pair: Pair, run: str) -> str:
    tables, select = _NAMED[pair.screening.key]
    return select.format(run=run) if all(pair.has(run, table) for table in tables) else _NOBODY

"""Who changed between two runs, and the rows of run_changes that tell of it."""

import duckdb

from pipelines.labels import labels_of
from pipelines.run_pair import Pair
from pipelines.sqltext import identifier, quoted

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


def write_changed(connection: duckdb.DuckDBPyConnection, pair: Pair) -> int:
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


def stayed(given: str) -> str:
    """The rows of who is judged or paid otherwise by the same bureau."""
    return (
        f"select {given}, changed.subject_id, changed.bureau_now as bureau_code,"
        " case when changed.outcome_before is distinct from changed.outcome_now then 'verdict'"
        " else 'amount' end as change,"
        " changed.* exclude (subject_id, was_there, is_there, bureau_before, bureau_now),"
        " texts.conditions, texts.details, texts.causes, named.subject_name, named.division_name"
        " from changed inner join change_texts as texts on changed.subject_id = texts.subject_id"
        " left join named_now as named on changed.subject_id = named.subject_id"
    )


def came(given: str, pair: Pair) -> str:
    """The rows of who is new, or comes from another bureau."""
    came_from = quoted(labels_of("change")["moved_from"])
    return (
        f"select {given}, changed.subject_id, changed.bureau_now as bureau_code,"
        " 'entered' as change, changed.outcome_now, changed.amount_now_yuan,"
        f" case when changed.was_there then replace({came_from}, '{{1}}',"
        " coalesce(bureaus.bureau_name, changed.bureau_before, '')) end as remarks,"
        " named.subject_name, named.division_name from changed"
        f" left join {pair.now}.ref_bureaus as bureaus"
        " on changed.bureau_before = bureaus.bureau_code"
        " left join named_now as named on changed.subject_id = named.subject_id"
        " where changed.is_there and (not changed.was_there"
        " or changed.bureau_now is distinct from changed.bureau_before)"
    )


def went(given: str, pair: Pair) -> str:
    """The rows of who is gone, or went to another bureau."""
    went_to = quoted(labels_of("change")["moved_to"])
    return (
        f"select {given}, changed.subject_id, changed.bureau_before as bureau_code,"
        " 'left' as change, changed.outcome_before, changed.amount_before_yuan,"
        f" case when changed.is_there then replace({went_to}, '{{1}}',"
        " coalesce(bureaus.bureau_name, changed.bureau_now, '')) end as remarks,"
        " named.subject_name, named.division_name from changed"
        f" left join {pair.now}.ref_bureaus as bureaus on changed.bureau_now = bureaus.bureau_code"
        " left join named_before as named on changed.subject_id = named.subject_id"
        " where changed.was_there and (not changed.is_there"
        " or changed.bureau_now is distinct from changed.bureau_before)"
    )


def named(pair: Pair, run: str) -> str:
    """The SQL for name and county, as one run has them, of who changed."""
    tables, select = _NAMED[pair.screening.key]
    if not pair.for_lists or not all(pair.has(run, table) for table in tables):
        return _NOBODY
    return (
        f"select * from ({select.format(run=run)})"
        " where subject_id in (select subject_id from changed)"
    )

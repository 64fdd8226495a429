"""交接函.html in each bureau's folder: what is handed over, what to do with it, what for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.cover import LETTER, title_of_list
from pipelines.deliver import SummaryRow
from pipelines.labels import labels_of
from pipelines.messages import language, say
from pipelines.open_points import open_points, open_points_of_bureau
from pipelines.pages import write_page
from pipelines.policy import title_of
from pipelines.policy_file import Policy, documents
from pipelines.policy_print import changes
from pipelines.publish import Run

# The columns that a bureau fills in and sends back.
FILLED_IN = ("告知方式", "告知日期", "告知结果")
RESTS_ON = """
select distinct document from policy_values where bureau_code = ? and document is not null
"""


@dataclass(frozen=True)
class HandedList:
    """A list as the letter tells it: its title, file, numbers, and what to do with it."""

    title: str
    file: str
    units: int | None
    people: int | None
    amount_yuan: Decimal | None
    to_do: str


@dataclass(frozen=True)
class Basis:
    """A document that policy values rest on: its name, day, and what it says."""

    name: str
    dated: str
    says: str
    seen: str
    is_later: bool


def write_letters(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    summary: Sequence[SummaryRow],
    policies: Sequence[Policy],
    sender: str,
    warning_days: int,
) -> None:
    """Write the letter into every bureau's folder of a run; `policies` are those in force.

    Call it when everything else is in the folders: it names the files. A `sender` that is empty
    is left to be filled in by hand. Nobody's data stands in it.
    """
    whole = open_points(connection)
    soon = [line for policy in policies for line in changes(policy, run.as_of, warning_days)]
    filled_in = [title_of_list(name) for name in _filled_in(connection)]
    for code, name in connection.execute(
        "select bureau_code, bureau_name from ref_bureaus order by 1"
    ).fetchall():
        folder = run.folder / f"{code}-{name}"
        mine = open_points_of_bureau(connection, code, folder, policies, run.as_of)
        write_page(
            folder / LETTER,
            "letter.html",
            sender=sender,
            bureau=name,
            run=run,
            screenings=[title_of(policy) for policy in policies],
            lists=_lists(summary, code, folder),
            bases=_bases(connection, code, run.as_of),
            open_points=whole + mine + soon,
            filled_in=filled_in,
        )


def _lists(summary: Sequence[SummaryRow], code: str, folder: Path) -> list[HandedList]:
    to_do, about = labels_of("to_do"), labels_of("list")
    found = []
    for row in summary:
        if row.bureau_code == code:
            name = row.list_name
            book = folder / f"{name}.xlsx"
            file = book.name if book.exists() else f"{name}.csv"
            told = to_do.get(name) or about.get(name, "")
            numbers = (row.units, row.people, row.amount_yuan)
            found.append(HandedList(title_of_list(name), file, *numbers, told))
    return found


def _bases(connection: duckdb.DuckDBPyConnection, code: str, as_of: date) -> list[Basis]:
    """The documents behind the values in force for a bureau, the latest first.

    Some are of a later day than the run: they say how others read the rule.
    """
    said = "says_zh" if language() == "zh" else "says"
    found = []
    for (document,) in connection.execute(RESTS_ON, [code]).fetchall():
        known = documents()[document]
        issuer = say(known["issuer_zh"], known["issuer"])
        name = " ".join(filter(None, (issuer, known["number"])))
        seen, dated = say(known["seen_zh"], known["seen"]), known["dated"]
        found.append(Basis(name, dated, known[said], seen, dated > as_of.isoformat()))
    return sorted(found, key=lambda basis: (basis.dated, basis.name), reverse=True)


def _filled_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The lists that have the columns to be filled in."""
    found = connection.execute(
        "select table_name from duckdb_columns() where starts_with(table_name, 'list_')"
        " and database_name = current_database() and list_contains(?, column_name)"
        " group by table_name having count(*) = ? order by table_name",
        [list(FILLED_IN), len(FILLED_IN)],
    ).fetchall()
    return [name.removeprefix("list_") for (name,) in found]

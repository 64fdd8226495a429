"""What the first sheet of each bureau's workbook tells of a list; the same for the same list."""

from dataclasses import dataclass

import duckdb

from pipelines.list_sums import ListSums, list_sums, nothing
from pipelines.publication import is_public


@dataclass(frozen=True)
class Cover:
    """What the first sheet tells of one bureau's part of a list.

    `without_phone` is None for a list on which nobody is called; `year` is the year of the data,
    None for a list that isn't published.
    """

    bureau_name: str
    list_name: str
    sums: ListSums
    without_phone: int | None = None
    year: int | None = None


def covers(
    connection: duckdb.DuckDBPyConnection,
    list_name: str,
    columns: dict[str, str],
    bureaus: list[tuple[str, str]],
) -> dict[str, Cover]:
    """The covers of a list by bureau code; `columns` are its types, `bureaus` codes and names."""
    sums = list_sums(connection, list_name, columns)
    year = None
    if is_public(list_name):
        found = connection.execute("select data_year from run_calendar").fetchone()
        year = found[0] if found else None
    return {
        code: Cover(name, list_name, sums.get(code) or nothing(columns), year=year)
        for code, name in bureaus
    }

"""What a list adds up to: units, people and yuan of each bureau and each 旗县 in it; exact."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.messages import say
from pipelines.sqltext import identifier

BANNER = "旗县"


@dataclass(frozen=True)
class Sums:
    """Counts and yuan of some rows; None where the list has no such thing.

    `open_amounts` are the rows whose amount is not settled: they add nothing to `amount_yuan`.
    """

    units: int | None
    people: int | None
    amount_yuan: Decimal | None
    open_amounts: int


@dataclass(frozen=True)
class ListSums:
    """The sums of one bureau's part of a list, and those of each 旗县 where the list names them."""

    whole: Sums
    banners: tuple[tuple[str, Sums], ...] = ()


def sums_sql(columns: dict[str, str]) -> str:
    """The SQL for units, people and yuan of rows called `listed`, by the list's column types.

    A list that has both units and people counts each of them once.
    """
    once = "distinct " if columns.keys() >= {"unit_id", "person_id"} else ""
    counts = [
        f"count({once}listed.{key})" if key in columns else "null"
        for key in ("unit_id", "person_id")
    ]
    amount = "coalesce(sum(listed.amount_yuan), 0)" if "amount_yuan" in columns else "null"
    return ", ".join([*counts, amount])


def list_sums(
    connection: duckdb.DuckDBPyConnection, list_name: str, columns: dict[str, str]
) -> dict[str, ListSums]:
    """The sums by bureau code; a bureau without rows is not there, see `nothing`."""
    banner = f"listed.{identifier(BANNER)}" if BANNER in columns else "null"
    is_open = "count(*) - count(listed.amount_yuan)" if "amount_yuan" in columns else "0"
    found = connection.execute(
        f"select bureau_code, {banner} as banner, grouping(banner), {sums_sql(columns)}, {is_open}"
        f" from {identifier('list_' + list_name)} as listed"
        " group by grouping sets ((bureau_code), (bureau_code, banner)) order by 1, 3 desc, 2"
    ).fetchall()
    unknown = say("旗县不明", "banner unknown")
    sums: dict[str, ListSums] = {}
    for code, name, is_whole, *numbers in found:
        if is_whole:
            sums[code] = ListSums(Sums(*numbers))
        elif BANNER in columns:
            before = sums[code]
            sums[code] = ListSums(
                before.whole, (*before.banners, (name or unknown, Sums(*numbers)))
            )
    return sums


def nothing(columns: dict[str, str]) -> ListSums:
    """The sums of no rows."""
    return ListSums(
        Sums(
            0 if "unit_id" in columns else None,
            0 if "person_id" in columns else None,
            Decimal(0) if "amount_yuan" in columns else None,
            0,
        )
    )


def counted(sums: Sums) -> str:
    """Counts and yuan in words: 18 户，79,415.06 元."""
    parts = [
        (sums.units, say("户", "units"), ","),
        (sums.people, say("人", "people"), ","),
        (sums.amount_yuan, say("元", "yuan"), ",.2f"),
    ]
    told = [f"{number:{form}} {unit}" for number, unit, form in parts if number is not None]
    return say("，", ", ").join(told)

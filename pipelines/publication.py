"""Lists that are shown to the public, by data/reference/public_lists.csv: no number of anybody."""

from functools import cache

import duckdb

from pipelines.contracts import load_contracts
from pipelines.errors import CheckFailed
from pipelines.masking import RUN, is_personal, mask_account, mask_name, mask_number, plain_digits
from pipelines.messages import say
from pipelines.reference import code_table
from pipelines.sheet_rows import Column, Row

# Where the accounts and the contacts of units are known from.
UNITS = "stg_insured_units"
SHORTEST_ACCOUNT = 6
LONGEST_NAME = 4
# Columns of contracts that no public list may have, under any of their headers.
PRIVATE = {
    "person_id", "person_name", "phone", "birth_date",
    "bank_name", "bank_account", "contact_name", "contact_phone",
}  # fmt: skip


def is_public(list_name: str) -> bool:
    """Whether a list is shown to the public."""
    return list_name in _public_lists()


def public_list(list_name: str) -> dict[str, str]:
    """What data/reference/public_lists.csv says of a list: its title in public, and for how long.

    `days` is how many days it is published, empty where the bureau sets them.
    """
    return _public_lists()[list_name]


@cache
def _public_lists() -> dict[str, dict[str, str]]:
    return {row["list_name"]: row for row in code_table("public_lists")}


def publishable(
    connection: duckdb.DuckDBPyConnection,
    list_name: str,
    columns: list[Column],
    rows: list[Row],
) -> list[Row]:
    """The rows of a public list, with every id, phone and account hidden that stands in a text.

    A text that is the name of a unit's contact, and short enough for a person's, is hidden too.
    Raises CheckFailed for a column that holds nothing else, and for a number that remains.
    """
    titles = _private_titles()
    # By column and each text once: most stand there again and again.
    shown = [list(texts) for texts in zip(*rows, strict=True)] or [[] for _ in columns]
    texts = [at for at, column in enumerate(columns) if not column.is_number]
    cells = {cell for at in texts for cell in shown[at]}
    found = {plain_digits(run[0]) for cell in cells for run in RUN.finditer(cell)}
    accounts = _known(
        connection, "bank_account", {run for run in found if len(run) >= SHORTEST_ACCOUNT}
    )
    short = {cell for cell in cells if 1 < len(cell) <= LONGEST_NAME or "·" in cell}
    people = _known(connection, "contact_name", short)
    hidden = {cell: _hidden(cell, accounts, people) for cell in cells}
    for at in texts:
        shown[at] = [hidden[cell] for cell in shown[at]]
    for column, told in zip(columns, shown, strict=True):
        is_amount = column.is_number and bool(column.decimals)
        if column.title in titles or any(
            _is_known(run[0], accounts)
            for cell in (() if is_amount else set(told))
            for run in RUN.finditer(cell)
        ):
            raise _refused(list_name, column.title)
    return list(zip(*shown, strict=True))


def _private_titles() -> set[str]:
    return {
        title
        for contract in load_contracts().values()
        for column in contract.columns
        if column.name in PRIVATE
        for title in (column.label, column.name, *column.headers)
    }


def _hidden(cell: str, accounts: set[str], people: set[str]) -> str:
    if cell in people:
        return mask_name(cell)

    def hide(run: str) -> str:
        digits = plain_digits(run)
        if digits in accounts:
            return mask_account(digits)
        return mask_number(digits) if is_personal(run) else run

    return RUN.sub(lambda run: hide(run[0]), cell)


def _is_known(run: str, accounts: set[str]) -> bool:
    """Whether a run of digits is a number of somebody; no short one is, and most are short."""
    return len(run) >= SHORTEST_ACCOUNT and (is_personal(run) or plain_digits(run) in accounts)


def _known(connection: duckdb.DuckDBPyConnection, column: str, asked: set[str]) -> set[str]:
    """Those of `asked` that stand in a column of the insured units."""
    exists = "select count(*) from duckdb_views() where view_name = ?"
    if not asked or connection.execute(exists, [UNITS]).fetchall() == [(0,)]:
        return set()
    found = connection.execute(
        f"select distinct {column} from {UNITS} where list_contains(?::varchar[], {column})",
        [sorted(asked)],
    ).fetchall()
    return {value for (value,) in found}


def _refused(list_name: str, title: str) -> CheckFailed:
    return CheckFailed(
        say(
            f"{list_name}：公示名单的“{title}”列含有身份证号、电话、账号或个人信息。名单未发布；"
            "请改正该名单",
            f"{list_name}: column {title} of this public list holds ids, phones, accounts or a"
            " person's data. Nothing was published; correct the list",
        )
    )

"""What `wengang check` says of a folder before the night: what was read, and what is missing."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from pipelines.contracts import Contract, load_contracts
from pipelines.delivery import read_delivery
from pipelines.errors import ExtractError
from pipelines.folder_check import BureauMonths, FileCheck, FolderCheck, SetAside, UnknownCode
from pipelines.ingest import take_in
from pipelines.reference import code_meanings
from pipelines.settings import Settings


def check_folder(extracts: Path, settings: Settings, warehouse: Path | None = None) -> FolderCheck:
    """Read a folder as a night would, into `warehouse` or one that is thrown away.

    Raises ExtractError for a folder that does not exist or a delivery.yaml that is wrong.
    """
    if warehouse is None:
        with TemporaryDirectory(prefix="wengang-check-") as folder:
            return check_folder(extracts, settings, Path(folder) / "warehouse.duckdb")
    delivery = read_delivery(extracts)
    failure = None
    try:
        take_in(extracts, warehouse, settings)
    except ExtractError as error:
        if not warehouse.exists():
            raise
        failure = str(error)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return FolderCheck(
            as_of=delivery.as_of,
            failure=failure,
            files=_files(connection),
            months=_months(connection),
            unknown_codes=_unknown_codes(connection),
            set_aside=tuple(SetAside(*row) for row in _rows(connection, _SET_ASIDE)),
            not_delivered=_not_delivered(connection),
            registers=tuple(row[0] for row in _rows(connection, _REGISTERS)),
            complete=delivery.complete,
        )


_FILES = """
select
    file_name,
    extract,
    status,
    refusal,
    encoding,
    code_system as system,
    coalesce(rows_read, 0) as rows_read,
    coalesce(rows_accepted, 0) as rows_accepted,
    coalesce(rows_duplicate, 0) as rows_duplicate,
    coalesce(rows_out_of_scope, 0) as rows_out_of_scope,
    coalesce(rows_set_aside, 0) as rows_set_aside,
    coalesce(rows_mended, 0) as rows_mended,
    coalesce(rows_void, 0) as rows_void,
    unknown_headers,
    first_reasons
from import_log
order by status <> 'refused', extract nulls last, file_name
"""
_SET_ASIDE = """
select file_name, column_name, reason, count(*) as row_count
from set_aside
group by all
order by row_count desc, file_name, column_name, reason
"""
_REGISTERS = """
select distinct register from stg_person_registers
union
select distinct register from stg_unit_registers
order by register
"""
_MONTHS = """
with unit_bureaus as (
    select unit_id, max(division_code) as division_code
    from stg_insured_units
    group by unit_id
),
unit_rows as (
    select unit_id, period, count(*) as row_count
    from stg_payroll
    group by unit_id, period
)
select
    coalesce(divisions.bureau_code, '150000') as bureau_code,
    unit_rows.period,
    sum(unit_rows.row_count) as row_count
from unit_rows
left join unit_bureaus on unit_rows.unit_id = unit_bureaus.unit_id
left join ref_divisions as divisions on unit_bureaus.division_code = divisions.division_code
group by all
"""


def _files(connection: duckdb.DuckDBPyConnection) -> tuple[FileCheck, ...]:
    headers: dict[str, dict[str, str]] = {}
    for file_name, name, header in _rows(
        connection, "select file_name, column_name, header from delivered_columns"
    ):
        headers.setdefault(file_name, {})[name] = header
    found = []
    log = connection.execute(_FILES)
    names = [item[0] for item in log.description or ()]
    for values in log.fetchall():
        row = dict(zip(names, values, strict=True))
        given = headers.get(row["file_name"], {})
        has = tuple(given)
        contract = load_contracts().get(row["extract"])
        wanted = [column.name for column in contract.columns] if contract and has else []
        missing = tuple(name for name in wanted if name not in has)
        found.append(
            FileCheck(**row, columns=has, headers=tuple(given.values()), missing_columns=missing)
        )
    return tuple(found)


def _months(connection: duckdb.DuckDBPyConnection) -> tuple[BureauMonths, ...]:
    """The months that payroll spans, for each of the bureaus."""
    rows: dict[str, dict[int, int]] = {}
    for bureau_code, period, count in _rows(connection, _MONTHS):
        rows.setdefault(bureau_code, {})[period] = int(count)
    spanned = _spanned(rows)
    bureaus = _rows(connection, "select bureau_code, bureau_name from ref_bureaus order by all")
    return tuple(
        BureauMonths(code, name, has, tuple(period for period in spanned if period not in has))
        for code, name in bureaus
        for has in [dict(sorted(rows.get(code, {}).items()))]
    )


def _spanned(rows: dict[str, dict[int, int]]) -> list[int]:
    """The months from the first to the last that hold a hundredth of the fullest month's rows.

    Back payments of long ago don't make the months since then missing.
    """
    totals: dict[int, int] = {}
    for months in rows.values():
        for period, count in months.items():
            totals[period] = totals.get(period, 0) + count
    fullest = max(totals.values(), default=0)
    regular = [period for period, count in totals.items() if count * 100 >= fullest]
    return list(range(min(regular), max(regular) + 1)) if regular else []


def _unknown_codes(connection: duckdb.DuckDBPyConnection) -> tuple[UnknownCode, ...]:
    found = []
    for contract in load_contracts().values():
        for column in contract.columns:
            if column.codes and not column.codes.closed:
                found += _unknown_in(connection, contract, column.name)
    return tuple(found)


def _unknown_in(
    connection: duckdb.DuckDBPyConnection, contract: Contract, name: str
) -> list[UnknownCode]:
    column = next(column for column in contract.columns if column.name == name)
    assert column.codes
    rows = _rows(
        connection,
        f"select {name}, code_system, count(*) from stg_{contract.extract}"
        f" where {name} is not null group by all order by count(*) desc, {name}, code_system",
    )
    return [
        UnknownCode(contract.extract, column.label, code, system, count)
        for code, system, count in rows
        if code_meanings(column.codes.table, column.codes.meaning, system).get(code) is None
    ]


def _not_delivered(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    select = "select distinct extract from import_log where status = 'accepted'"
    delivered = {row[0] for row in _rows(connection, select)}
    return tuple(extract for extract in load_contracts() if extract not in delivered)


def _rows(connection: duckdb.DuckDBPyConnection, select: str) -> list[tuple[Any, ...]]:
    return connection.execute(select).fetchall()

"""`wengang check`: what a folder of extracts holds, before the night; no verdicts."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb

from pipelines import ingest
from pipelines.contracts import load_contracts
from pipelines.delivery import read_delivery
from pipelines.errors import ExtractError
from pipelines.messages import language, say
from pipelines.order import CHINA
from pipelines.policy import Policy, load_policies, title_of
from pipelines.policy_print import notices
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse

# A system that has no row in a code table is read as no system.
UNKNOWN_CODES = """
    select given.code_system, given.{column} as code, count(*) as occurrences
    from {staged} as given
    where given.{column} is not null and not exists (
        select 1 from ref_{table} as known
        where known.code = given.{column} and (
            given.code_system is null
            or given.code_system = known.system
            or given.code_system not in (select system from ref_{table})))
    group by all order by all
"""
UNITS_BY_MONTH = """
    select ref_bureaus.bureau_code, ref_bureaus.bureau_name, paid.period,
        count(distinct paid.unit_id) as units
    from stg_payroll as paid
    left join (
        select unit_id, max(division_code) as division_code from stg_insured_units group by unit_id
    ) as insured on paid.unit_id = insured.unit_id
    left join ref_divisions on insured.division_code = ref_divisions.division_code
    inner join ref_bureaus
        on coalesce(ref_divisions.bureau_code, '150000') = ref_bureaus.bureau_code
    group by all order by all
"""
DELIVERED_REGISTERS = """
    select register from stg_person_registers
    union select register from stg_unit_registers
    union select name from delivery_complete
"""


def look_at(extracts: Path, settings: Settings) -> Iterator[str]:
    """Lines on files, headers, months by bureau, unknown codes, and what would be off.

    The files are read into a database that is thrown away; nothing in the publication folder is
    touched. Raises ExtractError, after the lines, for a folder that a run would refuse.
    """
    refused: ExtractError | None = None
    with TemporaryDirectory(prefix="wengang-") as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        try:
            ingest.take_in(extracts, warehouse, settings)
        except ExtractError as error:
            if not warehouse.exists():
                raise
            refused = error
        with open_warehouse(warehouse, settings) as connection:
            if connection.execute(
                "select 1 from duckdb_tables() where table_name = 'import_log'"
            ).fetchall():
                yield from _files(connection)
                yield from _columns(connection)
                yield from _months(connection)
                yield from _unknown_codes(connection)
                yield from _off(connection, settings, read_delivery(extracts).as_of)
    if refused:
        raise refused


def _files(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield say("文件", "Files")
    states = {
        "accepted": say("可用", "usable"),
        "refused": say("整体不用", "refused"),
        "not_recognised": say("不认识", "not recognised"),
    }
    found = connection.execute(
        "select file_name, extract, status, rows_read, rows_set_aside, refusal, first_reasons,"
        " unknown_headers from import_log order by all"
    ).fetchall()
    columns = dict(
        connection.execute(
            "select file_name, list(column_name) from delivered_columns group by file_name"
        ).fetchall()
    )
    for name, extract, status, read, aside, refusal, reasons, headers in found:
        counts = say(f"{read} 行，搁置 {aside} 行", f"{read} rows, {aside} set aside")
        parts = [
            name,
            extract,
            states.get(status, status),
            counts if status == "accepted" else None,
        ]
        yield "  " + " · ".join(part for part in parts if part)
        if name in columns:
            yield "      " + say("识别的列：", "columns: ") + ", ".join(columns[name])
        if refusal:
            yield f"      {refusal}"
        if reasons:
            yield "      " + say(f"搁置原因：{reasons}", f"set aside: {reasons}")
        if headers:
            yield "      " + say(f"不采用的列：{headers}", f"columns not used: {headers}")


def _columns(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Of each extract the columns that some file, or every file, does not have."""
    yield say("没有提供的列", "Columns that were not delivered")
    present = dict(
        connection.execute(
            "select extract, list(distinct column_name) from delivered_columns group by extract"
        ).fetchall()
    )
    for extract, contract in load_contracts().items():
        if extract not in present:
            yield f"  {extract} · " + say("整份数据没有提供", "not delivered at all")
            continue
        missing = [
            column.name for column in contract.columns if column.name not in present[extract]
        ]
        if missing:
            yield f"  {extract} · {', '.join(missing)}"


def _months(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """By bureau: the months from the first to the last, and those that are missing or thin."""
    yield say("各盟市缴费月份（申报单位数）", "Months of payroll by bureau (units filing)")
    found = connection.execute(UNITS_BY_MONTH).fetchall()
    periods = [period for *_, period, _ in found]
    months = range(min(periods), max(periods) + 1) if periods else range(0)
    for code, name in dict.fromkeys((code, name) for code, name, _, _ in found):
        units = {period: count for bureau, _, period, count in found if bureau == code}
        usual = median(units.values())
        missing = [_month(period) for period in months if period not in units]
        thin = [
            f"{_month(period)}（{units[period]}）" for period in units if units[period] * 2 < usual
        ]
        text = f"  {code} {name} · {_month(min(units))}–{_month(max(units))} · " + say(
            f"通常 {usual:g} 户", f"usually {usual:g} units"
        )
        if missing:
            text += say("；缺 ", "; missing ") + "、".join(missing)
        if thin:
            text += say("；偏少 ", "; thin ") + "、".join(thin)
        yield text


def _unknown_codes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield say("未知代码（不作默认处理）", "Unknown codes (given no default)")
    for table, staged, column in (
        ("unit_type_codes", "stg_insured_units", "unit_type_code"),
        ("change_reason_codes", "stg_separations", "reason_code"),
    ):
        query = UNKNOWN_CODES.format(table=table, staged=staged, column=column)
        for system, code, count in connection.execute(query).fetchall():
            yield f"  {table} {system or ''} {code} · " + say(f"{count} 行", f"{count} rows")


def _off(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: date | None
) -> Iterator[str]:
    """Screenings that are not in force, and registers without which conditions stay open."""
    day = as_of or datetime.now(CHINA).date()
    yield say(f"{day} 不能判断的", f"What can't be judged on {day}")
    policies = load_policies()
    for line in notices(policies, day, settings.policy_warning_days):
        yield f"  {line}"
    delivered = {name for (name,) in connection.execute(DELIVERED_REGISTERS).fetchall()}
    labels = dict(
        connection.execute(
            f"select code, {language()} from ref_labels where kind = 'register'"
        ).fetchall()
    )
    for policy in policies:
        for register in _required(policy, day):
            if register not in delivered:
                name = labels.get(register, register)
                yield "  " + say(
                    f"{title_of(policy)}：未提供{name}，相关条件为待核",
                    f"{title_of(policy)}: not delivered: {name}; its condition can't be told",
                )


def _required(policy: Policy, day: date) -> list[str]:
    entries = [item.on(day) for item in policy.parameters if item.name == "required_registers"]
    values = [
        value for entry in entries if entry for value in (entry.value, *entry.by_bureau.values())
    ]
    return sorted({register for value in values for register in value or []})


def _month(period: int) -> str:
    return f"{(period - 1) // 12}{(period - 1) % 12 + 1:02d}"

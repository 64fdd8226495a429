"""A small finished build, for tests of what comes after it: two lists, three bureaus."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import totals
from pipelines.audit import read_log
from pipelines.order import Order
from pipelines.publish import begin
from pipelines.settings import Settings
from pipelines.staged import LEDGER
from pipelines.steps import HandedOver, hand_over
from pipelines.warehouse import open_warehouse

DAY = date(2022, 3, 22)
BUREAUS = (("150000", "自治区本级"), ("150100", "呼和浩特市"), ("152900", "阿拉善盟"))


def fill(connection: duckdb.DuckDBPyConnection, listed_units: int = 3) -> None:
    """Write the tables that delivering and publishing read."""
    connection.execute(LEDGER)
    connection.execute(
        "create or replace table ref_bureaus (bureau_code varchar, bureau_name varchar)"
    )
    connection.executemany("insert into ref_bureaus values (?, ?)", BUREAUS)
    connection.execute(
        'create or replace table "list_返还" as select'
        " '150100' as bureau_code, '15010000000' || n as unit_id, n * 10.5::decimal(18, 2) as amount_yuan,"
        ' n as "序号", \'15010000000\' || n as "单位编号",'
        " case n when 1 then '=HYPERLINK(1)' when 2 then '+8613800000000' else '甲，\"乙\"' end as \"单位名称\","
        ' (n - 2) * 10.5::decimal(18, 2) as "返还金额", n = 1 as "是否本次新增",'
        ' date \'2022-03-01\' + n::integer as "首次列入日期", null::varchar as "备注"'
        f" from range(1, {listed_units + 1}) as numbers(n)"
    )
    connection.execute(
        'create or replace table "list_告知" as select'
        " '152900' as bureau_code, '15990119900101100X' as person_id, 1 as \"序号\","
        " '15990119900101100X' as \"社会保障号码\""
    )
    connection.execute(
        "create or replace table listed_subjects as select '返还' as list_name, unit_id as subject_id,"
        " bureau_code, '甲' as subject_name, date '2022-03-22' as first_listed_on from \"list_返还\""
        " union all select '告知', person_id, bureau_code, '乙', date '2022-03-22' from \"list_告知\""
    )
    connection.execute(
        "create or replace table built_models as select 'listed_subjects' as model_name,"
        " null::varchar as mark"
    )
    connection.execute(f"create or replace table run_totals ({totals.TYPED})")
    connection.execute(
        "insert into run_totals values ('150100', 'eligible', 'job_retention_refund_units', ?, null)",
        [listed_units],
    )
    connection.execute(
        "create or replace table run_calendar as select 2021 as data_year, 24253 as first_period,"
        " 24264 as last_period, date '2022-03-22' as as_of"
    )
    connection.execute(
        "create or replace table delivered_months as select 24253 + n as period,"
        " 3 as units_with_regular_rows, true as is_delivered from range(12) as months(n)"
    )
    connection.execute("create or replace table registers_delivered (register varchar)")
    connection.execute(
        "create or replace table reported_late_filers (bureau_code varchar, months_behind integer)"
    )
    connection.execute("create or replace table labels (kind varchar, code varchar, label varchar)")
    connection.execute("create or replace table previous_run (run_id varchar, as_of date)")
    connection.execute(
        "create or replace table previous_listed (list_name varchar, subject_id varchar,"
        " bureau_code varchar, subject_name varchar, first_listed_on date)"
    )
    connection.execute(
        "create or replace table import_log as select 'payroll' as extract, 'payroll.csv' as file_name,"
        " 'ab' as sha256, 'accepted' as status, null::varchar as refusal, 3 as rows_read,"
        " 3 as rows_accepted, 0 as rows_duplicate, 0 as rows_out_of_scope, 0 as rows_set_aside,"
        " 0 as rows_mended, 0 as rows_void, null::varchar as first_reasons,"
        " null::varchar as unknown_headers"
    )
    connection.execute("create or replace table delivery_file as select 'cd' as sha256")
    connection.execute(
        "create or replace table feedback_files (file_name varchar, sha256 varchar, rows_told bigint)"
    )
    connection.execute(
        "create or replace table policy_values as select 'x' as screening, 'y' as parameter,"
        " '150100' as bureau_code, '1' as value_text, 'unit' as unit, null::varchar as document,"
        " null::varchar as article, date '2022-01-01' as valid_from, null::date as next_change"
    )


def audited(out: Path, action: str) -> list[dict[str, Any]]:
    """The entries of the audit log for one action."""
    return [entry for entry in read_log(out) if entry["action"] == action]


def order(folder: Path, only: tuple[str, ...] = (), publish_partial: bool = False) -> Order:
    """An order whose folders lie in `folder`."""
    extracts = folder / "extracts"
    extracts.mkdir(parents=True, exist_ok=True)
    return Order(extracts, folder / "out", DAY, Settings(), only, publish_partial)


def published(folder: Path, listed_units: int = 3) -> HandedOver:
    """The fake build handed over and published in `folder`/out."""
    asked = order(folder)
    with open_warehouse(asked.warehouse, asked.settings, (asked.out / "runs",)) as connection:
        fill(connection, listed_units)
    return hand_over(asked, begin(asked.out, asked.as_of).folder)


def published_build(
    folder: Path, *changes: str, files: dict[str, str] | None = None, day: date = DAY
) -> HandedOver:
    """The build, after some SQL changed it, published in `folder`/out; `files` beside its lists."""
    asked = order(folder)
    with open_warehouse(asked.warehouse, asked.settings, (asked.out / "runs",)) as connection:
        fill(connection)
        for change in changes:
            connection.execute(change)
    run = begin(asked.out, day)
    for name, text in (files or {}).items():
        (run.folder / name).parent.mkdir(mode=0o700, exist_ok=True)
        (run.folder / name).write_text(text, encoding="utf-8")
    return hand_over(asked, run.folder)

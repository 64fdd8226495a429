"""What a run could not know for a bureau: not delivered, not filed, not settled."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from pipelines.contracts import load_contracts
from pipelines.labels import labels_of
from pipelines.messages import language, say
from pipelines.policy import title_of
from pipelines.policy_file import Policy
from pipelines.reference import code_table
from pipelines.repair_mark import KIT

MONTHS = """
select months.period
from run_calendar
cross join unnest(range(
    run_calendar.first_period,
    greatest(run_calendar.last_period, (select max(period) from delivered_months)) + 1
)) as months (period)
left join delivered_months as delivered on months.period = delivered.period
where delivered.is_delivered is distinct from true
order by months.period
"""


def open_points(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What nobody delivered to the region: extracts, registers, months; nobody's data is in it."""
    given = {
        extract
        for (extract,) in connection.execute(
            "select distinct extract from import_log where status = 'accepted'"
        ).fetchall()
    }
    effects = {
        need["extract"]: need[language()] for need in code_table("needs") if not need["column"]
    }
    lines = []
    for extract, contract in load_contracts().items():
        if extract not in given:
            effect = effects.get(extract)
            lines.append(
                say(f"未提供{contract.title}", f"{contract.title} was not delivered")
                + (say("：", ": ") + effect if effect else "")
            )
    known = {
        name
        for (name,) in connection.execute("select register from registers_delivered").fetchall()
    }
    missing = [label for code, label in labels_of("register").items() if code not in known]
    if missing:
        lines.append(
            say(
                f"未提供的比对库：{'、'.join(missing)}（未比对，必须比对的列入待核）",
                f"Registers not delivered: {', '.join(missing)} (not compared; where they must be,"
                " subjects wait)",
            )
        )
    months = [_month(period) for (period,) in connection.execute(MONTHS).fetchall()]
    if months:
        lines.append(
            say(
                f"未交付或不全的缴费月份：{'、'.join(months)}",
                f"Months of payroll missing or in part: {', '.join(months)}",
            )
        )
    return lines


def open_points_of_bureau(
    connection: duckdb.DuckDBPyConnection,
    code: str,
    folder: Path,
    policies: Sequence[Policy],
    as_of: date,
) -> list[str]:
    """Late filers, rows to mend in the bureau's `folder`, policy values that are not settled."""
    lines = []
    found = connection.execute(
        "select count(*) from reported_late_filers where bureau_code = ?", [code]
    ).fetchone()
    if found and found[0]:
        lines.append(
            say(
                f"{found[0]:,} 户最近已交付月份未申报，请催报",
                f"{found[0]:,} units have not filed for the last month: remind them",
            )
        )
    kits = len(list(folder.glob(f"*{KIT}*.xlsx")))
    if kits:
        lines.append(
            say(
                f"{kits} 份“{KIT.strip('_')}”工作簿中的行未被采用，请按其“说明”页改正后送回",
                f"{kits} workbooks of rows that were not used: mend them as they say",
            )
        )
    for policy in policies:
        entries = ((item, item.on(as_of)) for item in policy.parameters)
        unsettled = [
            title_of(parameter)
            for parameter, entry in entries
            if entry and entry.by_bureau.get(code, entry.value) is None
        ]
        if unsettled:
            names = say("、", ", ").join(unsettled)
            lines.append(
                say(
                    f"{title_of(policy)}中尚无取值：{names}",
                    f"{title_of(policy)}: no value yet for {names}",
                )
            )
    return lines


def _month(period: int) -> str:
    return f"{(period - 1) // 12}-{(period - 1) % 12 + 1:02d}"

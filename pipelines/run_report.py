"""运行报告.md in each run: what came in, what was missing or contradicts itself."""

import csv
from datetime import date
from pathlib import Path

import duckdb

from pipelines.contracts import load_contracts
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Policy
from pipelines.policy_print import notices, values_in_force

REGISTERS = {
    "person_registers": (
        "death", "pension", "military", "emigration", "custody", "business_owner", "student",
        "employed_elsewhere",
    ),
    "unit_registers": (
        "dishonest", "zombie", "environmental_penalty", "abnormal_operation", "deregistered",
        "revoked",
    ),
}  # fmt: skip


def write_run_report(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    policies: list[Policy],
    as_of: date,
    warning_days: int,
) -> None:
    """Write 运行报告.md and 数据矛盾.csv (units only, no persons) into a run's folder."""
    lines = [f"# {say('稳岗运行报告', 'Wengang run report')} {as_of}", ""]
    lines += _extracts(connection)
    lines += _not_delivered(connection)
    lines += _months(connection)
    lines += _late_filers(connection)
    lines += _unknown_codes(connection)
    lines += _contradictions(connection)
    lines += _policy(policies, as_of, warning_days)
    path = folder / "运行报告.md"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _write_contradictions(connection, folder / "数据矛盾.csv")


def _extracts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    header = say(
        "| 文件 | 数据 | 状态 | 行数 | 采用 | 重复 | 险种外 | 搁置 | 说明 |",
        "| file | extract | status | rows | accepted | duplicate | other | set aside | note |",
    )
    rows = connection.execute(
        "select file_name, coalesce(extract, ''), status, rows_read, rows_accepted, rows_duplicate,"
        " rows_out_of_scope, rows_set_aside, refusal, first_reasons, unknown_headers"
        " from import_log order by extract, file_name"
    ).fetchall()
    states = {
        "accepted": say("已采用", "accepted"),
        "refused": say("未采用", "refused"),
        "not_recognised": say("不认识", "not recognised"),
    }
    lines = [
        f"## {say('提取文件', 'Extracts')}",
        "",
        header,
        "|---|---|---|---:|---:|---:|---:|---:|---|",
    ]
    titles = {name: contract.title for name, contract in load_contracts().items()}
    for name, extract, status, *numbers, refusal, reasons, headers in rows:
        left_out = (
            say(f"未采用的列：{headers}", f"columns left out: {headers}") if headers else None
        )
        note = say("；", "; ").join(text for text in (refusal, reasons, left_out) if text)
        cells = [name, titles.get(extract, extract), states.get(status, status)]
        cells += ["" if number is None else str(number) for number in numbers]
        lines.append("| " + " | ".join([*cells, note.replace("|", "/")]) + " |")
    return [*lines, ""]


def _not_delivered(connection: duckdb.DuckDBPyConnection) -> list[str]:
    known = {
        name
        for (name,) in connection.execute("select register from registers_delivered").fetchall()
    }
    labels = labels_of("register")
    missing = [
        labels.get(register, register)
        for registers in REGISTERS.values()
        for register in registers
        if register not in known
    ]
    text = "、".join(missing) if missing else say("无", "none")
    return [f"## {say('未提供的比对库', 'Registers that were not delivered')}", "", text, ""]


def _months(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select (period - 1) // 12 * 100 + (period - 1) % 12 + 1, units_with_regular_rows,"
        " is_delivered from delivered_months order by period"
    ).fetchall()
    lines = [
        f"## {say('缴费月份', 'Months of payroll')}",
        "",
        say("| 月份 | 申报单位 | 是否已交付 |", "| month | units filing | delivered |"),
        "|---|---:|---|",
    ]
    lines += [
        f"| {month} | {units} | {say('是', 'yes') if delivered else say('否', 'no')} |"
        for month, units, delivered in rows
    ]
    return [*lines, ""]


def _late_filers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select bureaus.bureau_name, count(*), max(late.months_behind)"
        " from reported_late_filers as late"
        " left join ref_bureaus as bureaus on late.bureau_code = bureaus.bureau_code"
        " group by bureaus.bureau_code, bureaus.bureau_name order by bureaus.bureau_code"
    ).fetchall()
    title = say(
        "迟报单位（最近已交付月份未申报）", "Late filers (nothing for the last delivered month)"
    )
    lines = [f"## {title}", ""]
    if not rows:
        return [*lines, say("无", "none"), ""]
    lines += [
        say("| 盟市 | 户数 | 最多迟报月数 |", "| bureau | units | most months behind |"),
        "|---|---:|---:|",
    ]
    return [*lines, *(f"| {bureau} | {units} | {months} |" for bureau, units, months in rows), ""]


def _unknown_codes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select code_table, coalesce(code_system, ''), code, occurrences"
        " from reported_unknown_codes order by all"
    ).fetchall()
    title = say("未知代码（不作默认处理）", "Unknown codes (given no default)")
    lines = [f"## {title}", ""]
    if not rows:
        return [*lines, say("无", "none"), ""]
    lines += [
        say("| 代码表 | 系统 | 代码 | 行数 |", "| code table | system | code | rows |"),
        "|---|---|---|---:|",
    ]
    return [
        *lines,
        *(f"| {table} | {system} | {code} | {count} |" for table, system, code, count in rows),
        "",
    ]


def _contradictions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select labels.label, count(distinct found.unit_id), sum(found.occurrences)"
        " from reported_contradictions as found"
        " left join labels on labels.kind = 'contradiction' and labels.code = found.kind"
        " group by labels.label order by all"
    ).fetchall()
    title = say("数据矛盾（单位明细见 数据矛盾.csv）", "Contradictions (units in 数据矛盾.csv)")
    lines = [f"## {title}", ""]
    if not rows:
        return [*lines, say("无", "none"), ""]
    lines += [say("| 事项 | 单位 | 次数 |", "| what | units | times |"), "|---|---:|---:|"]
    return [*lines, *(f"| {label} | {units} | {times} |" for label, units, times in rows), ""]


def _policy(policies: list[Policy], as_of: date, warning_days: int) -> list[str]:
    lines = [f"## {say('政策取值', 'Policy values')}", ""]
    lines += [f"- {line}" for line in notices(policies, as_of, warning_days)]
    for policy in policies:
        if policy.missing_on(as_of):
            continue
        lines += [
            "",
            f"### {title_of(policy)}",
            "",
            say("| 参数 | 取值 | 自 | 依据 |", "| parameter | value | since | source |"),
            "|---|---|---|---|",
        ]
        lines += [
            f"| {line.title} | {line.value} | {line.since} | {line.source} {line.wording} |"
            for line in values_in_force(policy, as_of)
        ]
    return lines


def _write_contradictions(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    rows = connection.execute(
        "select bureaus.bureau_name, found.unit_id, labels.label, found.occurrences"
        " from reported_contradictions as found"
        " left join ref_bureaus as bureaus on found.bureau_code = bureaus.bureau_code"
        " left join labels on labels.kind = 'contradiction' and labels.code = found.kind"
        " order by found.bureau_code, found.unit_id, found.kind"
    ).fetchall()
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(["盟市", "单位编号", "事项", "次数"])
        writer.writerows(rows)

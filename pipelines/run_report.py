"""运行报告.md in each run: what came in, what was missing or contradicts itself."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import load_contracts
from pipelines.deliver import neutral, write_csv
from pipelines.feedback_words import percent
from pipelines.hold import Total
from pipelines.labels import labels_of
from pipelines.masking import masked
from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Policy
from pipelines.policy_print import notices, values_in_force
from pipelines.publish import Run
from pipelines.settings import Hold

FILES = """
select
    file_name, coalesce(extract, ''), status, rows_read, rows_accepted, rows_duplicate,
    rows_out_of_scope, rows_set_aside, rows_mended, rows_void, refusal,
    first_reasons, unknown_headers
from import_log
order by extract, file_name
"""
MONTHS = """
select
    (period - 1) // 12 * 100 + (period - 1) % 12 + 1, units_with_regular_rows, is_delivered
from delivered_months
order by period
"""
LATE_FILERS = """
select bureaus.bureau_name, count(*), max(late.months_behind)
from reported_late_filers as late
left join ref_bureaus as bureaus on late.bureau_code = bureaus.bureau_code
group by bureaus.bureau_code, bureaus.bureau_name
order by bureaus.bureau_code
"""
UNKNOWN_CODES = """
select code_table, coalesce(code_system, ''), code, occurrences
from reported_unknown_codes
order by all
"""
CONTRADICTIONS = """
select labels.label, count(distinct found.unit_id), sum(found.occurrences)
from reported_contradictions as found
left join labels on labels.kind = 'contradiction' and labels.code = found.kind
group by labels.label
order by all
"""
CONTRADICTING_UNITS = """
select
    coalesce(bureaus.bureau_name, ''), coalesce(found.unit_id, ''), labels.label,
    cast(found.occurrences as varchar)
from reported_contradictions as found
left join ref_bureaus as bureaus on found.bureau_code = bureaus.bureau_code
left join labels on labels.kind = 'contradiction' and labels.code = found.kind
order by found.bureau_code, found.unit_id, found.kind
"""
FEEDBACK = """
select
    bureaus.bureau_name, rates.listed, rates.told, rates.reached, rates.wrong_number,
    rates.no_answer, rates.declined, rates.claimed
from feedback_rates as rates
left join ref_bureaus as bureaus on rates.bureau_code = bureaus.bureau_code
order by rates.bureau_code
"""


def write_run_report(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    policies: list[Policy],
    as_of: date,
    warning_days: int,
) -> None:
    """Write 运行报告.md and 数据矛盾.csv (units only, no persons) into a run's folder."""

    def rows(select: str) -> list[tuple[Any, ...]]:
        return connection.execute(select).fetchall()

    lines = [f"# {say('稳岗运行报告', 'Wengang run report')} {as_of}"]
    lines += _section(
        say("提取文件", "Extracts"),
        say(
            "文件 数据 状态 行数 采用 重复 险种外 搁置 其中已更正 其中作废 说明",
            "file extract status rows accepted duplicate other_insurance set_aside mended void"
            " note",
        ),
        [file_told(*row) for row in rows(FILES)],
    )
    known = {register for (register,) in rows("select register from registers_delivered")}
    missing = [label for code, label in labels_of("register").items() if code not in known]
    title = say("未提供的比对库", "Registers that were not delivered")
    lines += _section(title, say("比对库", "register"), [(label,) for label in missing])
    lines += _section(
        say("缴费月份", "Months of payroll"),
        say("月份 申报单位 是否已交付", "month units_filing delivered"),
        rows(MONTHS),
    )
    lines += _section(
        say(
            "迟报单位（最近已交付月份未申报）",
            "Late filers (not filed for the last delivered month)",
        ),
        say("盟市 户数 最多迟报月数", "bureau units most_months_behind"),
        rows(LATE_FILERS),
    )
    lines += _section(
        say("未知代码（不作默认处理）", "Unknown codes (given no default)"),
        say("代码表 系统 代码 行数", "code_table system code rows"),
        rows(UNKNOWN_CODES),
    )
    lines += _section(
        say("数据矛盾（单位明细见 数据矛盾.csv）", "Contradictions (units in 数据矛盾.csv)"),
        say("事项 单位 次数", "what units times"),
        rows(CONTRADICTIONS),
    )
    if rows("select 1 from duckdb_tables() where table_name = 'feedback_rates'"):
        lines += _section(
            say("告知反馈（截至运行日）", "Feedback on those to be told (up to the day)"),
            say(
                "盟市 应告知 已反馈 反馈率 告知到本人 号码有误 无人接听 不申领 已申领",
                "bureau to_be_told fed_back response_rate reached wrong_number no_answer declined"
                " claimed",
            ),
            [rates_told(*row) for row in rows(FEEDBACK)],
        )
    lines += ["", f"## {say('政策取值', 'Policy values')}", ""]
    lines += [f"- {line}" for line in notices(policies, as_of, warning_days)]
    for policy in policies:
        if not policy.missing_on(as_of):
            lines += _policy(policy, as_of)
    path = folder / "运行报告.md"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # The number of an individual business may be the id of the person who runs it.
    cells = [[neutral(masked(cell)) for cell in row] for row in rows(CONTRADICTING_UNITS)]
    write_csv(folder / "数据矛盾.csv", ["盟市", "单位编号", "事项", "次数"], cells)


def write_totals_report(
    folder: Path, last: Run | None, totals: Sequence[Total], hold: Hold
) -> None:
    """Add to 运行报告.md how the totals stand against those of the last published run."""
    title = say("与上一次发布的总量对比", "Totals against the last published run")
    if last is None:
        lines = [
            "",
            f"## {title}",
            "",
            say("首次发布，无可对比", "the first run: nothing to compare"),
        ]
    else:
        rows = [
            (
                say("过大", "too far") if total.is_beyond(hold) else "",
                total.bureau_name or say("全区", "whole region"),
                total.title(),
                f"{total.before:f}",
                f"{total.now:f}",
                f"{total.limit(hold):f}",
            )
            for total in sorted(totals, key=lambda total: not total.is_beyond(hold))
            if total.before != total.now
        ]
        header = say("变动 盟市 总量 上次 本次 限度", "move bureau total last now limit")
        lines = _section(f"{title} {last.run_id}", header, rows)
    with (folder / "运行报告.md").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _section(
    title: str, header: str, rows: Sequence[Sequence[Any]], level: str = "##"
) -> list[str]:
    """A heading and a table, numbers to the right; `header` holds one word per column."""
    lines = ["", f"{level} {title}", ""]
    if not rows:
        return [*lines, say("无", "none")]
    marks = ["---:" if _is_number(cell) else "---" for cell in rows[0]]
    names = [name.replace("_", " ") for name in header.split()]
    table = [names, marks, *([_cell(cell) for cell in row] for row in rows)]
    return lines + ["| " + " | ".join(cells) + " |" for cells in table]


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)


def _cell(cell: Any) -> str:
    if isinstance(cell, bool):
        return say("是", "yes") if cell else say("否", "no")
    return "" if cell is None else masked(str(cell)).replace("|", "/")


def file_told(name: str, extract: str, status: str, *rest: Any) -> tuple[Any, ...]:
    """A row of import_log as people read it."""
    *numbers, refusal, reasons, headers = rest
    states = {
        "accepted": say("已采用", "accepted"),
        "refused": say("未采用", "refused"),
        "not_recognised": say("不认识", "not recognised"),
    }
    contracts = load_contracts()
    title = contracts[extract].title if extract in contracts else extract
    left_out = say(f"未采用的列：{headers}", f"columns left out: {headers}") if headers else None
    note = say("；", "; ").join(text for text in (refusal, reasons, left_out) if text)
    return name, title, states.get(status, status), *numbers, note


def rates_told(name: str, listed: int, told: int, *results: int) -> tuple[Any, ...]:
    """A row of FEEDBACK with the response rate behind the numbers that it comes from."""
    return name, listed, told, percent(told, listed), *results


def _policy(policy: Policy, as_of: date) -> list[str]:
    return _section(
        title_of(policy),
        say("参数 取值 自 依据", "parameter value since source"),
        [
            (line.title, line.value, line.since, f"{line.source} {line.wording}")
            for line in values_in_force(policy, as_of)
        ],
        level="###",
    )

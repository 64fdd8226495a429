"""`wengang check` in words: what a folder of extracts holds before the night; no verdicts."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from pipelines.contracts import load_contracts
from pipelines.errors import ExtractError
from pipelines.folder_check import BureauMonths, FileCheck, FolderCheck
from pipelines.labels import labels_of
from pipelines.masking import masked
from pipelines.messages import say
from pipelines.order import CHINA
from pipelines.policy import load_policies, title_of
from pipelines.policy_file import Policy
from pipelines.policy_print import notices
from pipelines.precheck import check_folder
from pipelines.reference import code_table
from pipelines.settings import Settings


def look_at(extracts: Path, settings: Settings) -> Iterator[str]:
    """Lines on files, columns, months by bureau, unknown codes, and what would be off.

    Ids, accounts and phones that stand where they don't belong are hidden. Raises ExtractError,
    after the lines, for a folder that a run would refuse.
    """
    found = check_folder(extracts, settings)
    yield from map(masked, _lines(found, settings))
    if found.failure:
        raise ExtractError(found.failure)


def _lines(found: FolderCheck, settings: Settings) -> Iterator[str]:
    yield say("文件", "Files")
    for file in found.files:
        yield from _file(file)
    contracts = load_contracts()
    for extract in found.not_delivered:
        title = contracts[extract].title if extract in contracts else extract
        yield say(f"  没有提供：{title}（{extract}）", f"  not delivered: {title} ({extract})")
    yield say("将被搁置的行", "Rows that would be set aside")
    for item in found.set_aside:
        parts = [
            item.file_name,
            item.column,
            item.reason,
            say(f"{item.rows} 行", f"{item.rows} rows"),
        ]
        yield "  " + " · ".join(part for part in parts if part)
    yield say("各盟市缴费月份", "Months of payroll by bureau")
    yield from map(_bureau, found.months)
    yield say("未知代码（不作默认处理）", "Unknown codes (given no default)")
    for code in found.unknown_codes:
        parts = [code.extract, code.column, code.system or "", code.code]
        yield f"  {' '.join(filter(None, parts))} · " + say(f"{code.rows} 行", f"{code.rows} rows")
    yield from _off(found, settings)


def _file(file: FileCheck) -> Iterator[str]:
    states = {
        "accepted": say("可用", "usable"),
        "refused": say("整体不用", "refused"),
        "not_recognised": say("不认识", "not recognised"),
    }
    parts = [file.file_name, file.extract, states.get(file.status, file.status)]
    if file.status == "accepted":
        parts += [
            file.encoding,
            file.system,
            say(f"{file.rows_read} 行", f"{file.rows_read} rows"),
            say(f"可用 {file.rows_accepted}", f"{file.rows_accepted} accepted"),
        ]
        if file.rows_set_aside:
            parts.append(say(f"搁置 {file.rows_set_aside}", f"{file.rows_set_aside} set aside"))
        if file.rows_mended:
            parts.append(
                say(f"其中已更正 {file.rows_mended}", f"{file.rows_mended} of them mended")
            )
        if file.rows_void:
            parts.append(say(f"其中作废 {file.rows_void}", f"{file.rows_void} of them void"))
    yield "  " + " · ".join(part for part in parts if part)
    if file.refusal:
        yield f"      {file.refusal}"
    if file.columns:
        mapped = zip(file.columns, file.headers, strict=True)
        yield say("      识别的列：", "      columns: ") + ", ".join(
            column if header == column else f"{column} ← {header}" for column, header in mapped
        )
    if file.columns and file.missing_columns:
        yield say("      没有的列：", "      columns missing: ") + ", ".join(file.missing_columns)
    if file.unknown_headers:
        yield say("      不采用的列：", "      columns not used: ") + file.unknown_headers


def _bureau(months: BureauMonths) -> str:
    """First and last month, those without any row, and those with less than half the usual."""
    line = f"  {months.bureau_code} {months.bureau_name}"
    if months.rows:
        usual = median(months.rows.values())
        line += f" · {_month(min(months.rows))}–{_month(max(months.rows))}"
        line += say(f" · 通常 {usual:g} 行", f" · usually {usual:g} rows")
        thin = [month for month, rows in months.rows.items() if rows * 2 < usual]
        if thin:
            line += say(" · 偏少：", " · thin: ") + ", ".join(map(_month, sorted(thin)))
    if months.missing:
        line += say(" · 缺：", " · missing: ") + ", ".join(map(_month, months.missing))
    return line


def _off(found: FolderCheck, settings: Settings) -> Iterator[str]:
    """Screenings that are not in force, and registers without which conditions stay open."""
    day = found.as_of or datetime.now(CHINA).date()
    yield say(f"{day} 须注意", f"To note on {day}")
    policies = load_policies()
    for line in notices(policies, day, settings.policy_warning_days):
        yield f"  {line}"
    known = {*found.registers, *found.complete}
    names = labels_of("register")
    for policy in policies:
        for register in sorted(_required(policy, found) - known):
            yield "  " + say(
                f"{title_of(policy)}：未提供{names[register]}，相关条件为待核",
                f"{title_of(policy)}: {names[register]} was not delivered, its condition"
                " stays open",
            )
    yield from _conditions_off(found, {policy.screening: policy for policy in policies})


def _conditions_off(found: FolderCheck, policies: dict[str, Policy]) -> Iterator[str]:
    """What data/reference/needs.csv says of extracts and columns that nobody delivered."""
    has: dict[str, set[str]] = {}
    for file in found.files:
        if file.extract and file.columns:
            has.setdefault(file.extract, set()).update(file.columns)
    contracts = load_contracts()
    for need in code_table("needs"):
        extract, column = need["extract"], need["column"]
        if extract in has if not column else extract not in has or column in has[extract]:
            continue
        label = contracts[extract].title
        if column:
            label += f".{next(c.label for c in contracts[extract].columns if c.name == column)}"
        title = title_of(policies[need["screening"]])
        yield "  " + say(
            f"{title} · {need['condition']}：没有{label}：{need['zh']}",
            f"{title} · {need['condition']}: no {label}: {need['en']}",
        )


def _required(policy: Policy, found: FolderCheck) -> set[str]:
    day = found.as_of or datetime.now(CHINA).date()
    entries = [item.on(day) for item in policy.parameters if item.name == "required_registers"]
    values = [
        value for entry in entries if entry for value in (entry.value, *entry.by_bureau.values())
    ]
    return {register for value in values for register in value or []}


def _month(period: int) -> str:
    return f"{(period - 1) // 12}{(period - 1) % 12 + 1:02d}"

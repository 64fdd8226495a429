"""Where the rows of a subject came from: files and lines, and a person's months at each unit."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.cells import cell, month
from pipelines.contracts import STAGING
from pipelines.errors import RunLocked
from pipelines.explained import Table
from pipelines.lock import READING_SECONDS, reading_lock
from pipelines.masking import masked
from pipelines.messages import language, say
from pipelines.reference import REFERENCE, read_table
from pipelines.results import WALLS, Results
from pipelines.subjects import Subject

LINES_SHOWN = 12
_EXTRACTS = "select file_name, sha256 from import_log where status = 'accepted' order by all"


def origins(
    results: Results, out: Path, subject: Subject, is_unmasked: bool
) -> tuple[tuple[Table, ...], str]:
    """The tables of what the working database knows of the subject, or why it can't be asked.

    It is read while no run is going on, for a few seconds at most; a run that begins meanwhile
    waits for that.
    """
    path = out / ".state" / "warehouse.duckdb"
    if not path.exists():
        return (), _no(say("工作库已清除", "the working database is not there"))
    try:
        with reading_lock(out), _opened(path) as connection:
            if connection.execute(_EXTRACTS).fetchall() != results.rows(_EXTRACTS):
                why = say("工作库来自另一批提取文件", "the working database is of other extracts")
                return (), _no(why)
            tables = [_files(connection, subject), _set_aside(connection, subject)]
            if subject.is_person:
                tables.insert(0, _person_months(connection, subject, is_unmasked))
            return tuple(table for table in tables if table.rows), ""
    except RunLocked:
        return (), _no(say("正在运行", "a run is going on"))
    except (OSError, duckdb.InterruptException):
        return (), _no(say("工作库暂时无法读取", "the working database can't be read now"))
    except duckdb.Error:
        why = say(
            "工作库不完整，或正被其他程序打开", "the working database is not whole, or in use"
        )
        return (), _no(why)


def _no(why: str) -> str:
    return say(
        f"{why}：以下没有数据来源（文件、行号）和个人各月明细",
        f"{why}: no files, lines and months of a person below",
    )


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(path), read_only=True)
    last_call = threading.Timer(READING_SECONDS, connection.interrupt)
    last_call.start()
    try:
        for setting in WALLS:
            connection.execute(f"set {setting}")
        yield connection
    finally:
        last_call.cancel()
        connection.close()


def _files(connection: duckdb.DuckDBPyConnection, subject: Subject) -> Table:
    """Files and lines of every staged row that names the subject."""
    found = []
    for path in sorted(STAGING.glob("stg_*.sql")):
        table = path.stem
        columns = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
        key, value = subject.key, subject.number
        if key not in columns:
            key, value = "uscc", subject.uscc
        if key not in columns or not value:
            continue
        title = _title(path)
        for file, rows, first, last, lines in connection.execute(
            "select file_name, count(*), min(line_number), max(line_number),"
            f" list_slice(list(line_number order by line_number), 1, {LINES_SHOWN})"
            f" from {table} where {key} = ? group by file_name order by file_name",
            [value],
        ).fetchall():
            shown = say("、", ", ").join(map(str, lines))
            if rows > LINES_SHOWN:
                shown = say(f"{first} 至 {last}", f"{first} to {last}")
                if last - first + 1 > rows:
                    shown = say(f"{shown} 之间", f"between {first} and {last}")
            found.append((title, masked(file), cell("", rows), shown))
    header = say("数据 文件 行数 行号", "extract file rows lines")
    title = say("数据来源", "Where the rows came from")
    return Table(title, tuple(header.split()), tuple(found), frozenset({2}))


def _title(path: Path) -> str:
    """What a select's first line calls it: `-- 缴费明细 · Contributions, as delivered`."""
    first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
    zh, _, en = first.partition(" · ")
    return zh.split("，")[0] if language() == "zh" else en.split(",")[0]


def _set_aside(connection: duckdb.DuckDBPyConnection, subject: Subject) -> Table:
    """Rows that name the subject and were set aside."""
    mentions = (
        "select extract, file_name, line_number from set_aside_mentions where unit_id = $1 union"
        if not subject.is_person
        else ""
    )
    owner = "owner_person_id" if subject.is_person else "owner_unit_id"
    rows = connection.execute(
        "select distinct file_name, line_number, column_name, reason from rows_set_aside"
        f" semi join ({mentions} select extract, file_name, line_number from rows_set_aside"
        f" where {owner} = $1) as named using (extract, file_name, line_number)"
        " order by all limit 50",
        [subject.number],
    ).fetchall()
    texts = tuple(
        (masked(file), str(line), column or "", _problem(reason))
        for file, line, column, reason in rows
    )
    header = say("文件 行号 列 原因", "file line column reason")
    return Table(say("被搁置的行", "Rows set aside"), tuple(header.split()), texts, frozenset({1}))


def _problem(code: str) -> str:
    header, rows = read_table(REFERENCE / "problems.csv")
    known = {row[0]: row[header.index(language())] for row in rows}
    return known.get(code, code)


def _person_months(
    connection: duckdb.DuckDBPyConnection, subject: Subject, is_unmasked: bool
) -> Table:
    """A person's months at each unit, as the payroll shows them."""
    rows = connection.execute(
        "select months.period, months.unit_id, units.unit_name, months.due_yuan, months.paid_yuan,"
        " months.is_insured, months.is_paid, months.is_contradictory"
        " from person_unit_months as months left join units on months.unit_id = units.unit_id"
        " where months.person_id = ? order by months.period, months.unit_id",
        [subject.number],
    ).fetchall()
    texts = tuple(
        (
            month(period), cell("unit_id", unit, is_unmasked), name or "", cell("", due),
            cell("", paid), cell("", insured), cell("", is_paid),
            say("金额矛盾", "contradicts") if contradictory else "",
        )
        for period, unit, name, due, paid, insured, is_paid, contradictory in rows
    )  # fmt: skip
    header = say(
        "月份 单位编号 单位名称 应缴（元） 实缴（元） 参保 已缴 说明",
        "month unit name due paid insured paid-for remark",
    )
    title = say("个人各月缴费", "A person's months")
    return Table(title, tuple(header.split()), texts, frozenset({3, 4}))

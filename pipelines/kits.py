"""待更正数据: per bureau the rows that its files lost, in workbooks that come back as extracts."""

import hashlib
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

from pipelines.contracts import Contract, load_contracts
from pipelines.expected import expected_in
from pipelines.kit_rows import (
    KitRow,
    SourceFile,
    assign_rows,
    forget_rows,
    rows_of,
    source_files,
)
from pipelines.kit_sheet import SheetRow, write_kit
from pipelines.messages import say
from pipelines.repair_mark import (
    EXPECTED,
    FILE,
    KIT,
    LINE,
    ORDER,
    RAW,
    REASON,
    SOURCE,
    VOID,
    WRONG,
)

# More rows than that nobody mends by hand: the file should be exported again.
KIT_ROWS = 20_000


def write_kits(connection: duckdb.DuckDBPyConnection, folder: Path, as_of: date) -> dict[str, int]:
    """Write what each bureau should mend into its folder; data rows by path from `folder`.

    One workbook per extract; rows whose files have other columns or another system stand in a
    further one, since a column that a file doesn't have says something else than an empty cell.
    The name holds the day and a digest of the rows, so that a kit never takes the place of an
    older one in the folder of extracts. Nothing is written where nothing is to be mended.
    """
    row = connection.execute("select count(*) from rows_set_aside").fetchone()
    if not (row and row[0]):
        return {}
    contracts = load_contracts()
    files = source_files(connection)
    names = dict(connection.execute("select bureau_code, bureau_name from ref_bureaus").fetchall())
    shapes: dict[tuple[object, ...], int] = {}
    shape_of = {
        key: shapes.setdefault((file.extract, *file.places, file.system), len(shapes))
        for key, file in sorted(files.items())
    }
    written = {}
    assigned = assign_rows(connection, shape_of, KIT_ROWS)
    for (bureau, extract, shape), found in groupby(assigned, key=lambda row: row[:3]):
        counts = {file_name: count for *_, file_name, count in found}
        mine = {name: files[extract, name] for name in counts}
        rows = rows_of(connection, contracts[extract], bureau, shape, mine)
        place = f"{bureau}-{names[bureau]}/{_name(contracts[extract], names[bureau], as_of, rows)}"
        _write(folder / place, contracts[extract], mine, rows, sum(counts.values()))
        written[place] = len(rows)
    forget_rows(connection)
    return written


def _name(contract: Contract, bureau_name: str, as_of: date, rows: list[KitRow]) -> str:
    digest = hashlib.sha256("\n".join(row.source for row in rows).encode()).hexdigest()
    return f"{contract.title_zh}{KIT}{bureau_name}_{as_of:%Y%m%d}_{digest[:8]}.xlsx"


def _write(
    path: Path,
    contract: Contract,
    files: dict[str, SourceFile],
    rows: list[KitRow],
    total: int,
) -> None:
    shape = next(iter(files.values()))
    columns = [column for column in contract.columns if column.name in shape.places]
    labels = [column.label for column in columns]
    header = [FILE, LINE, WRONG, REASON, EXPECTED, ORDER, *labels, RAW, SOURCE]
    expected = {
        wrong: expected_in(contract, wrong, shape.system) for wrong in {row.wrong for row in rows}
    }
    sheet_rows = []
    for row in rows:
        cells = [row.cells.get(column.name, "") for column in columns]
        told = [row.file_name, str(row.line_number), row.wrong or "", _reason(row)]
        told.append(expected[row.wrong])
        wrong = header.index(row.wrong) if row.wrong in labels else None
        sheet_rows.append(SheetRow([*told, "", *cells, row.raw_row, row.source], wrong))
    write_kit(path, header, sheet_rows, _notes(len(rows), total))


def _reason(row: KitRow) -> str:
    if row.tried is None:
        return row.reason
    column, reason = row.tried
    tried = f"{column}：{reason}" if column else reason
    return row.reason + say(f"；上次更正仍不可用（{tried}）", f"; the last repair failed ({tried})")


def _notes(shown: int, total: int) -> list[str]:
    """How to mend, and what of the rows didn't fit."""
    notes = [
        say(
            f"本表共 {shown} 行，均因所列原因未被采用，涉及的单位和人员暂列待核。",
            f"{shown} rows, none of which is used, for the reason given; their units and persons"
            " wait.",
        ),
        say(
            "1. 在“待更正数据”表中直接改正各列内容（黄色为出错的单元格），保存后把本文件放入"
            "提取文件夹，文件名保持不变；原提取文件不要改动。",
            "1. Correct the cells of the first sheet (yellow: what is wrong), save, and put this"
            " file into the folder of extracts under its name; leave the original file as it is.",
        ),
        say(
            "2. 有“原始内容”的行无法分列，请按原始内容把各列逐一填写。",
            f"2. Where {RAW} holds the row as it came, its columns can't be told: fill in each.",
        ),
        say(
            f"3. 确认某行作废的，在“{ORDER}”填“{VOID}”；不要用删除代替作废，被删的行仍算搁置。",
            f"3. To leave a row out for good, put {VOID} into {ORDER}; a row deleted here stays"
            " open.",
        ),
        say(
            f"4. 隐藏的“{SOURCE}”列用来对应原行，请勿删除或改动；新增的行该列留空。",
            f"4. The hidden column {SOURCE} names the row that is mended: don't touch it; leave it"
            " empty in a row that you add.",
        ),
        say(
            "5. 原提取文件重新提供后，本文件即失效，请从提取文件夹移走。",
            "5. Once the original file is delivered anew, this one is void: take it out of the"
            " folder.",
        ),
    ]
    if total > shown:
        notes.insert(
            1,
            say(
                f"另有 {total - shown} 行未列出（共 {total} 行，本表最多列 {shown} 行）：请检查"
                "原提取文件后重新导出，或更正本表后由下一次运行续列。",
                f"{total - shown} more rows are not shown ({total} in all, {shown} at most in one"
                " workbook): export the original file again, or mend these and the next run shows"
                " the others.",
            ),
        )
    return notes

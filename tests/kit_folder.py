"""A folder of extracts, the workbooks of rows to mend that a night writes, and a clerk."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from pipelines import models, policy, policy_tables
from pipelines.changes import clear_changes
from pipelines.feedback_store import TYPED as FEEDBACK
from pipelines.kits import write_kits
from pipelines.memory import TYPED
from pipelines.repair_mark import FILE, KIT, LINE, SOURCE
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse
from tests.folders import HEADER, Folder

DAY = date(2022, 3, 22)
UNITS = "单位编号,单位名称,行政区划代码,统一社会信用代码"
UNITS_ALONE = """
create or replace table division_bureaus as select division_code, bureau_code from ref_divisions;
create or replace table units as
select unit_id, uscc, bureau_code, false as is_valid_uscc
from stg_insured_units left join ref_divisions using (division_code)
"""
Cells = dict[str, str]


class KitFolder(Folder):
    """A folder whose set-aside rows can be mended as a clerk would, in a copy of the workbook."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.kits_of_the_night = root / "kits"

    def night(self, is_judged: bool = False) -> dict[str, int]:
        """Take the folder in and write the kits; their rows by path from the night's folder.

        Judged, on facts and verdicts of the refund; else on the one table that kits need of them.
        """
        self.take_in()
        shutil.rmtree(self.kits_of_the_night, ignore_errors=True)
        with open_warehouse(
            self.warehouse, Settings(threads=2), (self.kits_of_the_night,)
        ) as connection:
            models.set_day(connection, DAY)
            if is_judged:
                policies = policy.load_policies()
                policy_tables.write_tables(connection, policies, DAY)
                connection.execute(f"create or replace table previous_listed ({TYPED})")
                connection.execute(f"create or replace table feedback_seen ({FEEDBACK})")
                clear_changes(connection)
                refund = next(item for item in policies if item.screening == "job_retention_refund")
                models.build(connection, [models.FACTS, refund.path.parent])
            else:
                connection.execute(UNITS_ALONE)
            for code, name in connection.execute("from ref_bureaus").fetchall():
                (self.kits_of_the_night / f"{code}-{name}").mkdir(mode=0o700, parents=True)
            return write_kits(connection, self.kits_of_the_night, DAY)

    def kits(self, begin: str = "") -> list[Path]:
        """The kits of the night whose folder or name begins so."""
        found = sorted(self.kits_of_the_night.glob(f"*/*{KIT}*.xlsx"))
        return [path for path in found if any(name.startswith(begin) for name in path.parts[-2:])]

    def kit(self, begin: str = "") -> Path:
        """The only one of them."""
        (path,) = self.kits(begin)
        return path

    def repair(self, name: str, *rows: tuple[str, str]) -> str:
        """Put payroll rows with their marks into the folder as a file; its name."""
        lines = [f"{HEADER},{SOURCE}", *(f"{row},{mark}" for row, mark in rows)]
        self.put(name, "\n".join(lines) + "\n")
        return name

    def send_back(
        self,
        mend: Callable[[Cells], Cells | None],
        begin: str = "",
        name: str | None = None,
        more: list[Cells] | None = None,
        without: str | None = None,
    ) -> str:
        """Correct a kit as a clerk would, and put it into the folder; the name of the file.

        `mend` gets a row by header and gives the cells to change, or None to delete the row.
        """
        path = self.kit(begin)
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        header = [cell.value for cell in sheet[1]]
        for line in range(sheet.max_row, 1, -1):
            row = {title: sheet.cell(line, at).value for at, title in enumerate(header, start=1)}
            changed = mend(row)
            if changed is None:
                sheet.delete_rows(line)
                continue
            for title, text in changed.items():
                sheet.cell(line, header.index(title) + 1).value = text
        for cells in more or []:
            sheet.append([cells.get(title) for title in header])
        if without:
            sheet.delete_cols(header.index(without) + 1)
        name = name or path.name
        book.save(self.path / name)
        return name

    def rows_shown(self, begin: str = "") -> list[Cells]:
        """The rows of these kits by header."""
        shown = []
        for path in self.kits(begin):
            header, *rows = openpyxl.load_workbook(path).worksheets[0].values
            shown += [dict(zip(header, row, strict=True)) for row in rows]
        return shown

    def marks(self) -> dict[tuple[str, int], str]:
        """The marks of all rows shown, by file and line."""
        return {(row[FILE], int(row[LINE])): row[SOURCE] for row in self.rows_shown()}

    def open_lines(self) -> list[tuple[Any, ...]]:
        """File, line, column and reason of every row that is set aside and not mended."""
        return self.rows(
            "select file_name, line_number, column_name, reason from set_aside order by all"
        )

    def mentioned(self) -> set[str]:
        """The units that rows speak of which nobody has mended."""
        return {unit for (unit,) in self.rows("select unit_id from set_aside_mentions")}

    def whole(self, unit: str) -> bool | None:
        """Whether the refund sees the unit's data as whole; NULL while it can't tell."""
        ((found,),) = self.rows(
            f"select has_whole_data from job_retention_refund_units where unit_id = '{unit}'"
        )
        return found

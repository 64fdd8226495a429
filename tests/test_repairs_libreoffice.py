"""Rows to mend survive another office program: as the workbook that it saves, and as its CSV."""

import os
import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pytest

from pipelines.repair_mark import SOURCE
from tests.folders import HEADER, payroll_row
from tests.kit_folder import UNITS, KitFolder

OFFICE = shutil.which("soffice")
BOOK = "xlsx:Calc MS Excel 2007 XML"
# Commas, quotes where needed, UTF-8, texts as they are shown, the first sheet.
TEXT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


def converted(folder: KitFolder, kind: str) -> None:
    """Let LibreOffice save the night's kit into the folder of extracts."""
    if not OFFICE:
        pytest.skip("LibreOffice is not installed: nobody opened the workbook with another program")
    home = folder.path.parent / "office"
    command = [OFFICE, f"-env:UserInstallation={home.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run(
        [*command, "--outdir", str(folder.path), str(folder.kit())],
        check=True,
        capture_output=True,
        env=os.environ | {"HOME": str(home)},
        timeout=180,
    )
    assert (folder.path / folder.kit().name).with_suffix(f".{kind[: kind.index(':')]}").is_file()


@pytest.mark.parametrize("kind", [BOOK, pytest.param(TEXT, marks=pytest.mark.full)])
def test_a_kit_saved_by_libreoffice_comes_back(tmp_path, kind):
    folder = KitFolder(tmp_path)
    folder.put("参保单位.csv", f"{UNITS}\n00150100001,甲公司,150102,\n")
    rows = [payroll_row(number, unit="00150100001", paid="十元") for number in range(2, 5)]
    folder.payroll(payroll_row(1, unit="00150100001"), *rows, f"{rows[0]},多一列")
    folder.night()
    # What the clerk typed, before LibreOffice saves it.
    path, changed = folder.kit(), {"单位实缴金额": "0010.50", "个人实缴金额": "10.5"}
    fifth = dict(zip(HEADER.split(","), payroll_row(9, unit="00150100001").split(","), strict=True))
    name = folder.send_back(lambda row: fifth if row["原始内容"] else changed)
    (folder.path / name).replace(path)
    converted(folder, kind)
    assert folder.night() == {}
    assert folder.log("payroll.csv", "rows_set_aside", "rows_mended") == (4, 4)
    assert folder.rows(
        "select unit_id, unit_paid, count(*) from stg_payroll group by all order by 2"
    ) == [
        ("00150100001", Decimal("10.5"), 3),
        ("00150100001", Decimal("16.92"), 2),
    ]
    if kind == BOOK:
        sheet = openpyxl.load_workbook(folder.path / path.name).worksheets[0]
        at = [cell.value for cell in sheet[1]].index(SOURCE)
        assert sheet.column_dimensions[sheet.cell(1, at + 1).column_letter].hidden

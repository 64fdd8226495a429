"""Workbooks, Parquet files and archives, damaged or disguised."""

import gzip
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.dirty.case import (
    ID,
    NOT_DIVISION,
    NOT_MONEY,
    RUINED,
    SHEET_ERROR,
    Damaged,
    all_good,
    filled,
    rows,
    table,
)
from tests.folders import person

UNITS = ["单位编号", "单位名称", "行政区划代码", "从业人员", "银行账号"]
LEFT = ["社会保障号码", "单位编号", "变更日期"]
PAID = ["费款所属期", "单位编号", "社会保障号码", "单位实缴金额", "个人实缴金额"]
Rows = list[list[Any]]
# Workbooks and Parquet files are written as they are: their units and persons stand here.
WHO = [person(30_000 + number) for number in range(60)]


def _book(*sheets: Rows, merged: str = "", hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    for number, content in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"第{number + 1}页")
        for line in content:
            sheet.append(line)
        if merged and number == 0:
            sheet.merge_cells(merged)
    if hidden:
        book.worksheets[-1].sheet_state = "hidden"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _shared(content: Rows) -> bytes:
    """A workbook whose texts stand in a table of strings, as spreadsheets write them."""
    written = BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(content):
            sheet.write_row(at, 0, line)
    return written.getvalue()


def _changed(book: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook in which one part of the archive is another."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return written.getvalue()


def _parquet(**columns: Any) -> Callable[[Path], None]:
    return lambda path: pq.write_table(pa.table(columns), path)


def _parquet_bytes(**columns: Any) -> bytes:
    written = BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


def _text(key: int) -> bytes:
    return filled(table(*rows(1, 30)), key).encode()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN: Rows = [UNITS, ["X1", "某某公司", "159901", 5, None], ["X2", "某某公司", "159901", 7, None]]

BOOKS = [
    Damaged("insured_units_title.xlsx", "合并单元格的标题、编号存为数字、末尾合计",
            _book([["参保单位名册"], UNITS, ["X3", "某某公司", 159901, 12.0, 622202],
                   ["X4", "某某公司", "159901", "7", None], ["合计", None, None, 19]],
                  merged="A1:E1"), all_good(2, headings=3)),
    Damaged("insured_units_sheets.xlsx", "第二张表不是数据：点名不读",
            _book([UNITS, ["X5", "某某公司", "159901"]], [["说明"], ["一、二、三"]]), all_good(1),
            remark="未读的工作表：第 2 张"),
    Damaged("insured_units_goes_on.xlsx", "第二张表没有表头、接着第一张表的行：点名，不是悄悄丢掉",
            _book([UNITS, ["X6", "某某公司", "159901"]], [["X7", "某某公司", "159901"]]), all_good(1),
            remark="未读的工作表：第 2 张"),
    Damaged("insured_units_hidden.xlsx", "隐藏的表里也有数据", _book(PLAIN, PLAIN, hidden=True),
            refused="第 1, 2 张"),
    Damaged("insured_units_two.xlsx", "两张表都有表头", _book(PLAIN, PLAIN), refused="多张工作表"),
    Damaged("insured_units_empty.xlsx", "空工作簿", _book([]), refused="没有内容"),
    Damaged("insured_units_no_header.xlsx", "没有表头", _book(PLAIN[1:]), refused="表头"),
    Damaged("insured_units_merged_down.xlsx", "数据行之间有合并单元格：下面的行会读成空",
            _book([*PLAIN, ["X14", "某某公司", "159901", 3, "0012"]], merged="D3:D4"),
            refused="跨行合并"),
    Damaged("insured_units_cells.xlsx", "错误值、日期和文字出现在别的列",
            _book([UNITS, ["X8", "某某公司", "159901", 3, "#N/A"],
                   ["X9", "某某公司", datetime(2021, 12, 1), 3, None],
                   ["X10", "某某公司", "159901", 3, "0012"]]),
            (1, 0, 1, 0, 0, 2), {2: ("银行账号", SHEET_ERROR), 3: ("行政区划代码", NOT_DIVISION)}),
    Damaged("separations_numbers.xlsx", "证件号码存为数字：末几位已丢失",
            _book([LEFT, [float(WHO[0][:17] + "1"), "X1", "2021-12-31"],
                   [WHO[1], "X1", 44561]]),
            (1, 0, 1, 0, 0, 1), {2: (ID, RUINED)}, values={"separated_on": date(2021, 12, 31)}),
    Damaged("payroll_formulas.xlsx", "公式没有保存计算结果：不得当作未缴",
            _book([PAID, ["202112", "X1", WHO[2], "=1+1", "=2+2"]]), refused="计算结果"),
    Damaged("payroll_encrypted.xlsx", "加密的工作簿", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 999,
            refused="xlsx 工作簿"),
    Damaged("payroll_cut.xlsx", "只传了一半的工作簿", _book(PLAIN)[:2000], refused="xlsx 工作簿"),
    Damaged("insured_units_cut_sheet.xlsx", "表的内容中途断掉",
            _changed(_book(PLAIN), SHEET, lambda content: content[: len(content) * 2 // 3]),
            refused="xlsx 工作簿"),
    Damaged("insured_units_strings.xlsx", "字符串表齐全", _shared([UNITS, ["X13", "某某公司", "159901", 5]]),
            all_good(1), values={"unit_name": "某某公司"}),
    Damaged("insured_units_no_strings.xlsx", "字符串表被清空",
            _changed(_shared(PLAIN), "xl/sharedStrings.xml", lambda content: b""),
            refused="xlsx 工作簿"),
    Damaged("insured_units_text.xlsx", "改名为 xlsx 的文本", _text(1), refused="xlsx 工作簿"),
    Damaged("payroll_old.xls", "旧式 xls", b"\xd0\xcf\x11\xe0", refused="不支持的文件格式"),
    Damaged("payroll_book.csv", "改名为 csv 的工作簿", _book(PLAIN), refused="内容是xlsx 工作簿"),
    Damaged("payroll_old.csv", "改名为 csv 的旧式 xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
            refused="旧式 xls"),
    Damaged("payroll_page.csv", "改名为 csv 的网页",
            "<html><body><table><tr><td>单位编号</td><td>费款所属期</td></tr></table></body></html>\n",
            refused="网页"),
    Damaged("payroll_paper.csv", "改名为 csv 的 PDF", b"%PDF-1.7\n%\xe2\xe3\n", refused="PDF"),
    Damaged("payroll_parquet.csv", "改名为 csv 的 Parquet", _parquet_bytes(a=["1"]), refused="Parquet"),
    Damaged("payroll_cut.csv.gz", "不完整的压缩文件", gzip.compress(_text(2))[:-20], refused="已损坏或不完整"),
    Damaged("payroll_flipped.csv.gz", "压缩文件中一位翻转",
            (packed := gzip.compress(_text(3), mtime=0))[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:],
            refused="已损坏或不完整"),
    Damaged("payroll_zipped.csv", "gzip 文件没有 .gz", gzip.compress(_text(4)), refused="gzip"),
    Damaged("payroll_plain.csv.gz", "没有压缩却叫 .gz", _text(5), refused="不是 gzip"),
    Damaged("payroll_nothing.csv.gz", "压缩了的空文件", gzip.compress(b""), refused="没有内容"),
    Damaged("payroll_zero.csv.gz", "零字节的 .gz", b"", refused="没有内容"),
    Damaged("payroll_two_members.csv.gz", "两段压缩首尾相接：是一个文件",
            gzip.compress((text := filled(table(*rows(1, 4)), 901).encode())[:150])
            + gzip.compress(text[150:]), all_good(4)),
    Damaged("payroll_types.parquet", "数字、小数、时间戳",
            _parquet(**{"费款所属期": pa.array([202112, 202112, 202112]),
                        "单位编号": pa.array([11, 12, 13]),
                        "社会保障号码": pa.array([int(WHO[3][:17] + "1"), 159901196001011234, 15990]),
                        "单位实缴金额": pa.array([16.92, 0.1 + 0.2, 16.0]),
                        "个人实缴金额": pa.array([None, 5.5, 1.0]),
                        "到账日期": pa.array([datetime(2021, 12, 15), None, None])}),
            (1, 0, 2, 0, 0, 1), {4: (ID, "不是证件号码")}),
    Damaged("separations_doubles.parquet", "证件号码是双精度数",
            _parquet(**{"社会保障号码": pa.array([159901196001011234.0, 159901960101001.0]),
                        "单位编号": ["X1", "X1"], "变更日期": pa.array([date(2021, 12, 1)] * 2)}),
            (1, 0, 1, 0, 0, 1), {2: (ID, RUINED)}),
    Damaged("separations_not_a_number.parquet", "金额列之外的非数",
            _parquet(**{"费款所属期": ["202112"] * 2, "单位编号": ["X1"] * 2,
                        "社会保障号码": WHO[4:6], "单位实缴金额": [float("nan"), 1.0],
                        "个人实缴金额": [1.0, 1.0], "变更日期": ["2021-12-01", "2021-12-02"]}),
            all_good(2)),
    Damaged("payroll_not_a_number.parquet", "金额列中的非数和无穷",
            _parquet(**{"费款所属期": ["202112"] * 3, "单位编号": ["X1"] * 3,
                        "社会保障号码": WHO[6:9], "单位实缴金额": [float("nan"), float("inf"), 1.0],
                        "个人实缴金额": [1.0, 1.0, 1.0]}),
            (1, 0, 1, 0, 0, 2),
            {2: ("单位实缴金额", NOT_MONEY), 3: ("单位实缴金额", NOT_MONEY)}),
    Damaged("separations_lists.parquet", "单元格是列表",
            _parquet(**{"社会保障号码": WHO[9:10], "单位编号": [["X1", "X2"]],
                        "变更日期": ["2021-12-01"]}), refused="不是单个值"),
    Damaged("separations_records.parquet", "单元格是结构",
            _parquet(**{"社会保障号码": WHO[10:11], "单位编号": [{"code": "X1"}],
                        "变更日期": ["2021-12-01"]}), refused="不是单个值"),
    Damaged("insured_units_bytes.parquet", "没有标明是文本的字节",
            _parquet(**{"单位编号": [b"X11"], "单位名称": ["某某公司".encode()],
                        "行政区划代码": [b"159901"]}), all_good(1), values={"unit_name": "某某公司"}),
    Damaged("insured_units_gbk.parquet", "字节是 GBK",
            _parquet(**{"单位编号": [b"X12"], "单位名称": ["某某公司".encode("gbk")],
                        "行政区划代码": [b"159901"]}), refused="Parquet"),
    Damaged("separations_headers.parquet", "列名中有换行，单元格中有换行和引号",
            _parquet(**{"社会保障\n号码": WHO[11:13], "单位编号": ["X\n1", 'X"2'],
                        "变更日期": ["2021-12-01"] * 2}), all_good(2)),
    Damaged("separations_empty.parquet", "没有行",
            _parquet(**{name: pa.array([], pa.string()) for name in LEFT}), all_good(0)),
    Damaged("separations_cut.parquet", "不完整的 Parquet",
            _parquet_bytes(**{name: ["1"] for name in LEFT})[:-9], refused="Parquet"),
    Damaged("separations_text.parquet", "改名为 parquet 的文本", _text(6), refused="Parquet"),
]  # fmt: skip

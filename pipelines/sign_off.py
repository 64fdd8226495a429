"""What printed sheets leave for a hand: signatures and days; and how yuan are written there."""

from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.messages import say
from pipelines.sheet_rows import EXACT_DIGITS

# The sign after `_` leaves its own width free at the right.
COUNT = "#,##0_ "
MONEY = "#,##0.00_ "


def sign_off(
    book: Workbook, sheet: Worksheet, line: int, roles: tuple[str, ...], height: int = 42
) -> None:
    """A table of four columns from `line` on, to be signed: role, opinion, name, day."""
    font = {"font_name": "宋体", "valign": "vcenter", "align": "center", "border": 1}
    head = book.add_format(font | {"bold": True, "bg_color": "#DDE8F3"})
    cell = book.add_format(font)
    heads = (
        say("环节", "Step"), say("意见", "Opinion"), say("签名", "Name"), say("日期", "Date"),
    )  # fmt: skip
    sheet.set_row(line, 22)
    for column, text in enumerate(heads):
        sheet.write_string(line, column, text, head)
    for at, role in enumerate(roles, start=line + 1):
        sheet.set_row(at, height)
        sheet.write_string(at, 0, role, head)
        for column in (1, 2):
            sheet.write_blank(at, column, None, cell)
        sheet.write_string(at, 3, say("　　　年　　月　　日", ""), cell)


def blank_day() -> str:
    """A day to be filled in by hand."""
    return say("______年____月____日", "____-__-__")


def write_amount(sheet: Worksheet, line: int, column: int, amount: Decimal, style: Format) -> None:
    """Yuan as a number, or as text where a spreadsheet would round it."""
    text = f"{amount:.2f}"
    if sum(map(str.isdigit, text)) <= EXACT_DIGITS:
        sheet.write_number(line, column, amount, style)
    else:
        sheet.write_string(line, column, text, style)

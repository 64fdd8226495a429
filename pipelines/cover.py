"""汇总, the first sheet of a list's workbook: what the list is, what it adds up to, who signs it.

Nothing that differs between two runs with the same list stands there, so that its workbook stays
the same: the day and the run are in the letter beside it.
"""

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.covers import Cover
from pipelines.labels import labels_of
from pipelines.list_sums import BANNER, Sums
from pipelines.messages import say
from pipelines.sheets import A4, LIST, page_numbers
from pipelines.sign_off import COUNT, MONEY, sign_off, write_amount

NAME = "汇总"
LETTER = "交接函.html"
WITHOUT_PHONE = "无电话"
_LAST = 3


def title_of_list(list_name: str) -> str:
    """A list's name as a title: 稳岗返还 · 待核."""
    return list_name.replace("_", " · ")


def draw_cover(cover: Cover, book: Workbook, sheet: Worksheet) -> None:
    """Draw the sheet; it prints on A4."""
    font = {"font_name": "宋体", "valign": "vcenter"}
    title = book.add_format(font | {"bold": True, "font_size": 18, "align": "center"})
    middle = book.add_format(font | {"font_size": 12, "align": "center", "text_wrap": True})
    head = book.add_format(
        font | {"bold": True, "border": 1, "bg_color": "#DDE8F3", "align": "center"}
    )
    note = book.add_format(font | {"text_wrap": True})
    link = book.add_format(font | {"font_color": "#1F5FA8", "underline": 1})
    sheet.set_paper(A4)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    page_numbers(sheet)
    for column, width in enumerate((24, 16, 16, 26)):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, _LAST, title_of_list(cover.list_name), title)
    sheet.merge_range(1, 0, 1, _LAST, cover.bureau_name, middle)
    about = labels_of("list").get(cover.list_name, "")
    sheet.merge_range(2, 0, 2, _LAST, about, middle)
    for line, height in enumerate((38, 24, 36)):
        sheet.set_row(line, height)
    heads = (
        say(BANNER, "Banner"), say("户数", "Units"), say("人数", "People"),
        say("金额（元）", "Amount (yuan)"),
    )  # fmt: skip
    line = 4
    sheet.set_row(line, 22)
    for column, text in enumerate(heads):
        sheet.write_string(line, column, text, head)
    whole = cover.sums.whole
    for name, sums in ((say("合计", "Total"), whole), *cover.sums.banners):
        line += 1
        sheet.set_row(line, 20)
        _row(book, sheet, line, name, sums, is_total=sums is whole)
    line += 1
    for text in _notes(cover):
        line += 1
        sheet.merge_range(line, 0, line, _LAST, text, note)
        sheet.set_row(line, 20)
    line += 1
    sheet.write_url(line, 0, f"internal:'{LIST}'!A1", link, say("打开名单 →", "Open the list →"))
    sign_off(book, sheet, line + 2, (say("经办", "Prepared"), say("复核", "Checked"),
                                     say("审批", "Approved")))  # fmt: skip


def _row(
    book: Workbook, sheet: Worksheet, line: int, name: str, sums: Sums, is_total: bool
) -> None:
    """A line of the table; a dash where the list has no such number."""
    font = {"font_name": "宋体", "valign": "vcenter", "border": 1, "bold": is_total}
    count = book.add_format(font | {"num_format": COUNT})
    money = book.add_format(font | {"num_format": MONEY})
    dash = book.add_format(font | {"align": "center"})
    sheet.write_string(line, 0, name, book.add_format(font | {"num_format": "@", "indent": 1}))
    for column, number in ((1, sums.units), (2, sums.people)):
        if number is None:
            sheet.write_string(line, column, "—", dash)
        else:
            sheet.write_number(line, column, number, count)
    if sums.amount_yuan is None:
        sheet.write_string(line, _LAST, "—", dash)
    else:
        write_amount(sheet, line, _LAST, sums.amount_yuan, money)


def _notes(cover: Cover) -> list[str]:
    """What the numbers leave open, and where the day stands."""
    whole, notes = cover.sums.whole, []
    if cover.without_phone == 0:
        notes.append(
            say(
                f"人人有联系电话（“{WITHOUT_PHONE}”页为空）。",
                f"Everyone has a phone: {WITHOUT_PHONE} is empty.",
            )
        )
    elif cover.without_phone is not None:
        notes.append(
            say(
                f"其中无联系电话 {cover.without_phone:,} 人，见“{WITHOUT_PHONE}”页（仍在名单内）。",
                f"{cover.without_phone:,} people without a phone, on {WITHOUT_PHONE} too.",
            )
        )
    if whole.open_amounts:
        notes.append(
            say(
                f"其中金额待定 {whole.open_amounts:,} 户（人），未计入金额。",
                f"{whole.open_amounts:,} have no amount yet and add nothing to it.",
            )
        )
    if _is_counted_twice(cover):
        notes.append(
            say(
                "跨旗县的在各旗县分别计数，合计只计一次。",
                "What stands in several banners is counted in each, and once in the total.",
            )
        )
    notes.append(
        say(
            f"日期、批次、办理要求和政策依据见同一文件夹的“{LETTER}”。",
            f"Day, run, what to do and the policy: {LETTER} in the same folder.",
        )
    )
    return notes


def _is_counted_twice(cover: Cover) -> bool:
    """Whether a list of both units and people has some of them in several 旗县."""
    whole, banners = cover.sums.whole, [sums for _, sums in cover.sums.banners]
    return bool(banners) and (
        sum(sums.units or 0 for sums in banners) != (whole.units or 0)
        or sum(sums.people or 0 for sums in banners) != (whole.people or 0)
    )

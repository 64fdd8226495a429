"""公示 and 审批表: the sheet of a public list that is posted, and the form that approves it.

Dates and the batch are left to be filled in by hand: the bureau decides when it publishes.
"""

import math
from collections.abc import Sequence
from functools import partial

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.covers import Cover
from pipelines.list_sums import counted
from pipelines.messages import language, say
from pipelines.publication import public_list
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import A4, Page, number_format, page_numbers
from pipelines.sign_off import COUNT, MONEY, blank_day, sign_off, write_amount

POSTED = "公示"
APPROVAL = "审批表"
OBJECTION = "异议"
_FONT = {"font_name": "宋体", "valign": "vcenter"}
# Characters of the text in a line of the posted sheet, and its height in points.
_IN_A_LINE = 60
_LINE = 20


def public_pages(cover: Cover, columns: list[Column], rows: Sequence[Row]) -> list[Page]:
    """The sheets 公示 and 审批表 of a public list, whose rows `publishable` has passed."""
    posted = (*columns, Column(OBJECTION, "VARCHAR", False, None))
    return [
        Page(
            POSTED,
            partial(_draw_posted, cover, posted, len(rows)),
            posted,
            [(*row, "") for row in rows],
            is_ruled=True,
        ),
        Page(APPROVAL, partial(_draw_approval, cover)),
    ]


def title_of_publication(cover: Cover) -> str:
    """What is published, with the year of the data."""
    title = public_list(cover.list_name)[f"title_{language()}"]
    return title.format(year=cover.year or "____")


def _draw_posted(
    cover: Cover, columns: tuple[Column, ...], rows: int, book: Workbook, sheet: Worksheet
) -> None:
    title = book.add_format(
        _FONT | {"bold": True, "font_size": 18, "align": "center", "text_wrap": True}
    )
    text = book.add_format(_FONT | {"font_size": 12, "text_wrap": True})
    right = book.add_format(_FONT | {"font_size": 12, "align": "right"})
    head = book.add_format(
        _FONT | {"bold": True, "border": 1, "bg_color": "#DDE8F3", "align": "center"}
    )
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_default_row(_LINE)
    page_numbers(sheet)
    last = len(columns) - 1
    batch = say("批次：______年第____批", "Batch: ____ No. ____")
    sealed = say("（盖章）　", " (seal) ")
    lines = [
        (title_of_publication(cover), title),
        (batch, right),
        *((line, text) for line in _told(cover)),
        (f"{cover.bureau_name}{sealed}{blank_day()}", right),
    ]
    for line, (content, style) in enumerate(lines):
        sheet.merge_range(line, 0, line, last, content, style)
        sheet.set_row(line, _LINE * math.ceil(len(content) / _IN_A_LINE) if line else 56)
    sheet.repeat_rows(len(lines))
    for index, item in enumerate(columns):
        sheet.set_column(index, index, _width(item))
        sheet.write_string(len(lines), index, item.title, head)
        if rows:
            sheet.write_blank(len(lines) + rows, index, None, book.add_format(_cell(item)))
    sheet.set_row(len(lines), 24)


def _told(cover: Cover) -> list[str]:
    days = public_list(cover.list_name)["days"]
    lasting = say(f"（{days or '____'}天）", f" ({days or '__'} days)")
    return [
        say(
            f"　　经数据比对筛查，下列单位拟予发放，共 {counted(cover.sums.whole)}，现予公示。",
            f"The following are to be paid: {counted(cover.sums.whole)}.",
        ),
        say(
            f"　　公示期：自{blank_day()}起至{blank_day()}止{lasting}。",
            f"Published from {blank_day()} to {blank_day()}{lasting}.",
        ),
        say(
            "　　公示期内有异议的，请实名以书面或电话反映。",
            "Object within these days, in writing or by phone, with your name.",
        ),
        say(
            "　　受理部门：________________　电话：______________　地址：________________",
            "Office: ________ phone: ________ address: ________",
        ),
    ]


def _cell(column: Column) -> dict[str, object]:
    """The format of a column; texts that are too long are shrunk, so that all lines are alike."""
    cell = _FONT | {"border": 1, "num_format": number_format(column)}
    if not column.is_number:
        return cell | {"align": "left", "indent": 1, "shrink": True}
    return cell | ({"num_format": MONEY} if column.decimals else {"align": "center"})


def _width(column: Column) -> float:
    """Names get the room that an A4 sheet has beside numbers and short texts."""
    if column.title == OBJECTION:
        return 14
    if column.is_number:
        return 16 if column.decimals else 7
    return 36 if column.title.endswith("名称") else 16


def _draw_approval(cover: Cover, book: Workbook, sheet: Worksheet) -> None:
    title = book.add_format(_FONT | {"bold": True, "font_size": 18, "align": "center"})
    label = book.add_format(_FONT | {"bold": True, "border": 1, "bg_color": "#DDE8F3", "indent": 1})
    text = book.add_format(_FONT | {"border": 1, "text_wrap": True, "indent": 1})
    number = book.add_format(
        _FONT | {"border": 1, "num_format": COUNT, "align": "left", "indent": 1}
    )
    money = book.add_format(
        _FONT | {"border": 1, "num_format": MONEY, "align": "left", "indent": 1}
    )
    sheet.set_paper(A4)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)
    for column, width in enumerate((16, 34, 18, 26)):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 3, say("公示与发放审批表", "Approval of the publication"), title)
    sheet.set_row(0, 44)
    whole, line = cover.sums.whole, 2
    settled = say("□ 无异议　□ 有异议____户，处理情况：", "□ no objection  □ ____ objections:")
    for name, content in (
        (say("公示事项", "What"), title_of_publication(cover)),
        (say("经办单位", "Bureau"), cover.bureau_name),
        (say("批次", "Batch"), say("______年第____批", "____ No. ____")),
        (say("户数", "Units"), whole.units),
        (say("金额（元）", "Amount (yuan)"), whole.amount_yuan),
        (say("公示期", "Published"), f"{blank_day()}{say('　至　', ' to ')}{blank_day()}"),
        (say("公示方式", "How"), say("□ 网站　□ 公告栏　□ 其他：", "□ web  □ board  □ other:")),
        (say("公示结果", "Result"), settled),
    ):
        sheet.write_string(line, 0, name, label)
        sheet.merge_range(line, 1, line, 3, "", text)
        if isinstance(content, str):
            sheet.write_string(line, 1, content, text)
        elif isinstance(content, int):
            sheet.write_number(line, 1, content, number)
        elif content is not None:
            write_amount(sheet, line, 1, content, money)
        sheet.set_row(line, 90 if content == settled else 32)
        line += 1
    sign_off(book, sheet, line + 1, (say("初审", "First review"), say("复审", "Second review"),
                                     say("终审", "Final review")), height=72)  # fmt: skip

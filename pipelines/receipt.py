"""回执: the form that goes with a package, lists its files, and comes back signed."""

import io
from dataclasses import dataclass

import xlsxwriter

from pipelines.messages import say
from pipelines.sheets import CREATED


@dataclass(frozen=True)
class Sent:
    """One file of a package; `rows` are data rows, None where there is nothing to count."""

    name: str
    rows: int | None
    sha256: str


def receipt(sender: str, receiver: str, run_id: str, files: list[Sent], checklist: str) -> bytes:
    """The form as .xlsx; the same content gives the same bytes.

    `checklist` names the file with which the receiver checks the others. An empty sender is left
    to be filled in by hand.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        label = book.add_format({"bold": True, "border": 1, "bg_color": "#DDE8F3"})
        text = book.add_format({"border": 1, "num_format": "@", "text_wrap": True})
        number = book.add_format({"border": 1})
        sheet = book.add_worksheet("回执")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate((16, 44, 12, 70)):
            sheet.set_column(column, column, width)
        sheet.merge_range(0, 0, 0, 3, say("稳岗名单交接回执", "Receipt of lists"), title)
        line = 2
        for name, value in (
            (say("发件单位", "Sender"), sender),
            (say("收件单位", "Receiver"), receiver),
            (say("批次", "Run"), run_id),
        ):
            sheet.write_string(line, 0, name, label)
            sheet.merge_range(line, 1, line, 3, value, text)
            line += 1
        line += 1
        heads = (
            say("序号", "No."),
            say("文件", "File"),
            say("行数", "Rows"),
            "SHA-256",
        )
        for column, name in enumerate(heads):
            sheet.write_string(line, column, name, label)
        for at, file in enumerate(files, start=1):
            line += 1
            sheet.write_number(line, 0, at, number)
            sheet.write_string(line, 1, file.name, text)
            if file.rows is None:
                sheet.write_blank(line, 2, None, number)
            else:
                sheet.write_number(line, 2, file.rows, number)
            sheet.write_string(line, 3, file.sha256, text)
        line += 2
        for name, value in (
            (say("核对办法", "How to check"), _how(checklist)),
            (say("核对结果", "Result"), say("□ 一致　□ 不一致：", "□ all equal  □ differs:")),
            (say("接收人", "Received by"), ""),
            (say("接收日期", "Date"), ""),
            (say("签章", "Signature"), ""),
        ):
            sheet.write_string(line, 0, name, label)
            sheet.merge_range(line, 1, line, 3, value, text)
            sheet.set_row(line, 30)
            line += 1
    return content.getvalue()


def _how(checklist: str) -> str:
    return say(
        f"在解压后的文件夹中执行 sha256sum -c {checklist}；"
        "或在 7-Zip 中选“CRC SHA → SHA-256”，与上表逐个核对",
        f"in the unpacked folder: sha256sum -c {checklist}; or 7-Zip's “CRC SHA → SHA-256”,"
        " compared with the table above",
    )

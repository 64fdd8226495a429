"""The rows of a list as what is said: messages with their length, and notices for paper."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.chinese_words import in_chinese
from pipelines.deliver import neutral
from pipelines.messages import say
from pipelines.sheet_rows import Column, Row
from pipelines.texts import Texts, hidden, said

BANNER = "旗县"
UNKNOWN_BANNER = "旗县不明"
# How much of Chinese one message of a phone holds, and each part of a longer one.
ONE_MESSAGE, PART_OF_MESSAGE = 70, 67
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_NUMBERS = {"序号", "字数", "条数"}
_NOT_KNOWN = {"", "归属不明"}


@dataclass(frozen=True)
class Said:
    """What is said of some rows of a list: rows with a mobile phone, rows without, notices."""

    header: tuple[str, ...]
    messages: list[Row]
    without_phone: list[Row]
    notices: list[dict[str, Any]]


def banner_of(cell: str) -> str:
    """The banner of a row by its cell; one that is not known has a name of its own."""
    name = in_chinese(cell)
    return UNKNOWN_BANNER if name in _NOT_KNOWN else name.replace("/", "／")


def say_rows(
    texts: Texts, columns: Sequence[Column], rows: Sequence[Row], around: dict[str, str]
) -> Said:
    """Texts for the rows of a list; `around` is what is the same for all of a bureau."""
    header = ("序号", texts.phone, *texts.beside, "短信内容", "字数", "条数", "备注")
    named = [_named(texts, columns, row, around) for row in rows]
    phones = Counter(values[texts.phone] for values in named)
    messages, without = list[Row](), list[Row]()
    for values in named:
        phone = values[texts.phone]
        has_mobile = _MOBILE.fullmatch(phone) is not None
        if not phone:
            remark = say("缺联系电话，请以书面等方式告知", "no phone: tell in writing")
        elif not has_mobile:
            remark = say("不是手机号码，请电话告知", "no mobile phone: tell by phone")
        else:
            same = phones[phone]
            remark = say(f"同一号码 {same} 行，请核对", f"{same} rows with this phone: verify")
            remark = remark if same > 1 else ""
        text = said(texts.message, values)
        cells = [phone, *(values[name] for name in texts.beside), text]
        length = units_of(text)
        (messages if has_mobile else without).append(
            (
                values.get("序号", ""),
                *map(neutral, cells),
                str(length),
                str(parts_of(length)),
                remark,
            )
        )
    return Said(header, messages, without, [_notice(texts, values) for values in named])


def message_columns(header: Sequence[str]) -> list[Column]:
    """The columns of a file of messages: numbers are numbers, all else is text."""
    return [
        Column(title, "", title in _NUMBERS, 0 if title in _NUMBERS else None) for title in header
    ]


def units_of(text: str) -> int:
    """The length of a message as phones count it: rare characters are two."""
    return len(text.encode("utf-16-le")) // 2


def parts_of(length: int) -> int:
    """How many messages a text of that length is."""
    return 1 if length <= ONE_MESSAGE else -(-length // PART_OF_MESSAGE)


def _named(
    texts: Texts, columns: Sequence[Column], row: Row, around: dict[str, str]
) -> dict[str, str]:
    """The values that a text may name."""
    cells = {item.title: cell for item, cell in zip(columns, row, strict=True)}
    cells |= {name: in_chinese(cells[name]) for name in texts.words}
    cells |= {name: hidden(kind, cells[name]) for name, kind in texts.masked.items()}
    banner = banner_of(cells.get(BANNER, ""))
    place = around["盟市"] if banner == UNKNOWN_BANNER else banner
    named = {name: cells[column] for name, column in texts.values.items()}
    return around | {"经办地": place} | cells | named | texts.cites


def _notice(texts: Texts, values: dict[str, str]) -> dict[str, Any]:
    """One notice as the page shows it; facts and sentences that say nothing are left out."""
    notice = texts.notice
    facts = {label: said(text, values) for label, text in notice.facts.items()}
    sections = {
        heading: [text for item in items if (text := said(item, values))]
        for heading, items in notice.sections.items()
    }
    return {
        "title": notice.title,
        "greeting": said(notice.greeting, values),
        "opening": said(notice.opening, values),
        "facts": {label: text for label, text in facts.items() if text},
        "note": notice.note,
        "sections": sections,
        "reply_title": notice.reply_title,
        "reply": {label: said(text, values) for label, text in notice.reply.items()},
        "authority": values["机关"],
        "number": values.get("序号", ""),
    }

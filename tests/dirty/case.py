"""One damaged file and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.folders import HEADER, person

WIDTH = "列数与表头不符"
QUOTES = "引号不配对"
BYTES = "含无法解码的字节"
EMPTY = "必填项为空"
RUINED = "号码已被电子表格损坏，无法还原"
NOT_ID = "不是证件号码"
TWO_IDS = "两列证件号码都有效但不一致"
NOT_MONTH = "不是年月"
NOT_DAY = "不是日期"
NOT_MONEY = "不是金额"
NOT_INTEGER = "不是整数"
NOT_FLAG = "不是“是/否”"
NOT_DIVISION = "不是六位行政区划代码"
NOT_INDUSTRY = "不是行业代码"
UNKNOWN_VALUE = "不在可取值之内"
UNKNOWN_CODE = "代码表中没有的代码"
NAMELESS = "统一社会信用代码与单位名称均为空"
ABOVE = "在表头之前"
HEADER_AGAIN = "重复的表头"
OTHER_TABLE = "文件中另一张表的内容"
CUT_OFF = "末行似乎被截断"
SHEET_ERROR = "电子表格的错误值"

PERIOD, UNIT, ID = "费款所属期", "单位编号", "社会保障号码"
BASE, UNIT_PAID, PERSON_PAID = "缴费基数", "单位实缴金额", "个人实缴金额"

# The columns of the damaged payroll files, as field codes and in the contract's own names.
CODES = "AAE003,AAB001,AAC002,AAE180,AAE080,AAE082"
ENGLISH = "period,unit_id,person_id,wage_base,unit_paid,person_paid"

Aside = dict[int, tuple[str | None, str]]


@dataclass
class Damaged:
    """A file by name, its damage, and the fate of every line.

    `make` is the content, or what puts the file at a path. `refused`: words of the refusal, where
    the file is not used. Else `fates`: headings (with titles and footers), blank, accepted,
    duplicate, out of scope, set aside; and `aside`: line → column and reason. `remark`: words that
    the import log must have. In a text, `@U` is the file's own unit and `@1` … `@99` its persons;
    files of one `key` share them.
    """

    name: str
    what: str
    make: str | bytes | Callable[[Path], None]
    fates: tuple[int, int, int, int, int, int] | None = None
    aside: Aside = field(default_factory=dict)
    refused: str = ""
    remark: str = ""
    encode: Callable[[str], bytes] = str.encode
    key: str = ""
    values: dict[str, object] = field(default_factory=dict)

    def put(self, folder: Path, place: int) -> None:
        """Write the file; `place` makes its unit and persons its own."""
        path = folder / self.name
        if isinstance(self.make, str):
            path.write_bytes(self.encode(filled(self.make, place)))
        elif isinstance(self.make, bytes):
            path.write_bytes(self.make)
        else:
            self.make(path)


def filled(text: str, place: int) -> str:
    """A text with its own unit and persons."""
    text = text.replace("@U", f"U{place:03d}")
    for number in range(99, 0, -1):
        if f"@{number}" in text:
            text = text.replace(f"@{number}", person(place * 100 + number))
    return text


def row(number: int, period: str = "202112", paid: str = "16.92") -> str:
    """A well-formed payroll row of the file's person of this number."""
    return f"{period},@U,@{number},3384.00,{paid},{paid}"


def rows(first: int, last: int) -> list[str]:
    """Well-formed payroll rows of several persons."""
    return [row(number) for number in range(first, last + 1)]


def table(*lines: str, header: str = HEADER, end: str = "\n", last: str | None = None) -> str:
    """Lines under a header, each ended; the last one by `last` where that is given."""
    text = end.join([header, *lines])
    return text + (end if last is None else last)


def all_good(count: int, headings: int = 1) -> tuple[int, int, int, int, int, int]:
    """The fates of a file whose rows are all accepted."""
    return (headings, 0, count, 0, 0, 0)

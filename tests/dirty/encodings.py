"""Encodings, marks of byte order, and bytes that are no text."""

import codecs
from collections.abc import Callable
from random import Random

from tests.dirty.case import (
    BYTES,
    CODES,
    ENGLISH,
    HEADER_AGAIN,
    ID,
    NOT_ID,
    Damaged,
    all_good,
    row,
    rows,
    table,
)
from tests.folders import HEADER

UNITS = "单位编号,行政区划代码,单位名称"
TRADITIONAL = "費款所屬期,單位編號,社會保障號碼,繳費基數,單位實繳金額,個人實繳金額"
# A character of four bytes in GB18030 that GBK does not have.
RARE = "呼和浩特市𠮷祥商贸有限公司"


def _as(encoding: str, mark: bytes = b"") -> Callable[[str], bytes]:
    return lambda text: mark + text.encode(encoding)


def _with(find: bytes, put: bytes, encoding: str = "utf-8") -> Callable[[str], bytes]:
    """The text's bytes, with the first occurrence of some bytes replaced."""

    def encode(text: str) -> bytes:
        content = text.encode(encoding)
        assert find in content
        return content.replace(find, put, 1)

    return encode


def _cut(encoding: str, count: int, mark: bytes = b"") -> Callable[[str], bytes]:
    return lambda text: (mark + text.encode(encoding))[:-count]


# The row of the second person carries the sign that the damage is put in place of.
MARKED = table(row(1), row(2).replace("@U", "@U#"), row(3))

ENCODINGS = [
    Damaged("payroll_bom.csv", "UTF-8 带 BOM", table(*rows(1, 3)), all_good(3),
            encode=_as("utf-8-sig")),
    Damaged("payroll_two_boms.csv", "两个 BOM", "\ufeff" + table(*rows(1, 3)), all_good(3),
            encode=_as("utf-8-sig")),
    Damaged("payroll_bom_within.csv", "BOM 在一行数据之前", table(row(1), "\ufeff" + row(2), row(3)),
            all_good(3)),
    Damaged("payroll_bom_and_header_within.csv", "两个带 BOM 的文件首尾相接",
            table(*rows(1, 2)) + "\ufeff" + table(*rows(3, 4)),
            (1, 0, 4, 0, 0, 1), {4: (None, HEADER_AGAIN)}, encode=_as("utf-8-sig")),
    Damaged("payroll_utf16le.csv", "UTF-16 LE", table(*rows(1, 3)), all_good(3),
            encode=_as("utf-16-le", codecs.BOM_UTF16_LE)),
    Damaged("payroll_utf16be.csv", "UTF-16 BE", table(*rows(1, 3), end="\r\n"), all_good(3),
            encode=_as("utf-16-be", codecs.BOM_UTF16_BE)),
    Damaged("payroll_utf16_unmarked.csv", "UTF-16 没有 BOM", table(*rows(1, 3)),
            refused="表头", encode=_as("utf-16-le")),
    Damaged("payroll_utf16_cut.csv", "UTF-16 在半个字符处断掉", table(*rows(1, 12)),
            (1, 0, 11, 0, 0, 1), {13: (None, BYTES)},
            encode=_cut("utf-16-le", 3, codecs.BOM_UTF16_LE)),
    Damaged("参保单位_utf16_cr.csv", "UTF-16 只用 CR 换行，名称中“上”字的一半是 LF",
            table("@U,159901,上岸公司", "@UB,159901,上岸公司", header=UNITS, end="\r"),
            all_good(2), encode=_as("utf-16-le", codecs.BOM_UTF16_LE)),
    Damaged("payroll_utf32.csv", "UTF-32", table(*rows(1, 3)),
            refused="表头", encode=_as("utf-32-le", codecs.BOM_UTF32_LE)),
    Damaged("payroll_gbk.csv", "GBK", table(*rows(1, 3)), all_good(3), encode=_as("gbk")),
    Damaged("参保单位_gb18030.csv", "GB18030，含四字节的字",
            table(f"@U,159901,{RARE}", header=UNITS), all_good(1), encode=_as("gb18030"),
            values={"unit_name": RARE}),
    Damaged("参保单位_gb18030_cut.csv", "GB18030 在四字节的字中间断掉",
            table("@U,159901,某某公司", f"@UB,159901,{RARE[:6]}", header=UNITS, last=""),
            (1, 0, 1, 0, 0, 1), {3: (None, BYTES)}, encode=_cut("gb18030", 2)),
    Damaged("参保单位_utf8_cut.csv", "UTF-8 在一个字中间断掉",
            table("@U,159901,某某公司", "@UB,159901,某某公司", header=UNITS, last=""),
            (1, 0, 1, 0, 0, 1), {3: (None, BYTES)}, encode=_cut("utf-8", 1)),
    Damaged("payroll_big5.csv", "繁体编码", table(*rows(1, 3), header=TRADITIONAL),
            refused="表头", encode=_as("big5")),
    Damaged("payroll_mojibake.csv", "被当作 Latin-1 又转成 UTF-8", table(*rows(1, 3)),
            refused="表头", encode=lambda text: text.encode().decode("latin-1").encode()),
    Damaged("payroll_one_bad_byte.csv", "UTF-8 中一个坏字节", MARKED,
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}, encode=_with(b"#", b"\xff")),
    Damaged("payroll_one_flipped_bit.csv", "UTF-8 中一个字节的最高位翻转", MARKED,
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}, encode=_with(b"#,", b"\xa3,")),
    Damaged("payroll_ascii_bad_byte.csv", "全是 ASCII 的文件中一个坏字节：只搁置那一行",
            MARKED.replace(HEADER, ENGLISH), (1, 0, 2, 0, 0, 1), {3: (None, BYTES)},
            encode=_with(b"#", b"\xff")),
    Damaged("payroll_ascii_flipped_bit.csv", "坏字节与后一字节凑成 GBK 字：仍是坏字节",
            MARKED.replace(HEADER, CODES).replace("#", "#A"), (1, 0, 2, 0, 0, 1),
            {3: (None, BYTES)}, encode=_with(b"#A", b"\x81A")),
    Damaged("payroll_gbk_bad_byte.csv", "GBK 中一个坏字节", MARKED,
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}, encode=_with(b"#", b"\xff", "gbk")),
    Damaged("payroll_nul.csv", "一个 NUL", MARKED, (1, 0, 2, 0, 0, 1), {3: (None, BYTES)},
            encode=_with(b"#", b"\0")),
    Damaged("payroll_nul_block.csv", "断电留下的一片 NUL",
            table(row(1), row(2) + "\0" * 512 + row(3), row(4)),
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}),
    Damaged("payroll_nul_line.csv", "一整行 NUL：不是空行", table(row(1), "\0" * 60, row(2)),
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}),
    Damaged("payroll_nul_end.csv", "文件末尾填充的 NUL", table(*rows(1, 2)) + "\0" * 4096,
            (1, 0, 2, 0, 0, 1), {4: (None, BYTES)}),
    Damaged("payroll_end_of_file_sign.csv", "旧系统的文件结束符（Ctrl-Z）",
            table(*rows(1, 2), end="\r\n") + "\x1a", (1, 1, 2, 0, 0, 0)),
    Damaged("payroll_controls.csv", "其他控制字符", MARKED,
            (1, 0, 2, 0, 0, 1), {3: (None, BYTES)}, encode=_with(b"#", b"\x01")),
    Damaged("payroll_replacement.csv", "转码留下的替换符",
            table(row(1), "202112,@U,\ufffd\ufffd,3384.00,16.92,16.92", row(3)),
            (1, 0, 2, 0, 0, 1), {3: (ID, NOT_ID)}),
    Damaged("payroll_garbage.csv", "随机字节", Random(1).randbytes(20_000), refused="编码无法识别"),
    Damaged("payroll_garbage_below.csv", "表头之后全是随机字节",
            HEADER.encode() + b"\n" + Random(2).randbytes(20_000), refused="编码无法识别"),
]  # fmt: skip

"""Quotes, delimiters, the number of fields, line ends and ends of files."""

from tests.dirty.case import (
    BYTES,
    CUT_OFF,
    EMPTY,
    ID,
    NOT_MONTH,
    PERIOD,
    QUOTES,
    WIDTH,
    Damaged,
    all_good,
    row,
    rows,
    table,
)
from tests.folders import HEADER


def _quoted(line: str) -> str:
    return ",".join(f'"{cell}"' for cell in line.split(","))


def _of_8192_bytes(text: str) -> bytes:
    """The text, with blank lines before its last row that make up the size."""
    above, last = text.encode().rsplit(b"\n", 1)
    return above + b"\n" * (8192 - len(above) - len(last)) + last


QUOTED = [_quoted(line) for line in [HEADER, *rows(1, 3)]]

GRAMMAR = [
    Damaged(
        "payroll_quote_in_a_cell.csv",
        "引号在裸字段之内",
        table(row(1), row(2).replace("@U", '@U"'), row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, QUOTES)},
    ),
    Damaged(
        "payroll_quote_never_closed.csv",
        "引号开了没有关，不得吞掉后面的行",
        table(row(1), row(2).replace("@U", '"@U'), *rows(3, 5)),
        (1, 0, 4, 0, 0, 1),
        {3: (None, QUOTES)},
    ),
    Damaged(
        "payroll_quote_at_the_end.csv",
        "行末多一个引号",
        table(row(1), row(2) + '"', row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, QUOTES)},
    ),
    Damaged(
        "payroll_quotes_everywhere.csv",
        "每个字段都有引号",
        "\n".join(QUOTED) + "\n",
        all_good(3),
    ),
    Damaged(
        "payroll_one_quote_lost.csv",
        "处处有引号，其中一个丢失",
        "\n".join([*QUOTED[:2], QUOTED[2].replace('"@U"', '"@U'), QUOTED[3]]) + "\n",
        (1, 0, 2, 0, 0, 1),
        {3: (None, QUOTES)},
    ),
    Damaged(
        "payroll_newline_in_quotes.csv",
        "引号内换行：两行都不用",
        table(row(1), row(2).replace("@U", '"@U\n"'), row(3)),
        (1, 0, 2, 0, 0, 2),
        {3: (None, QUOTES), 4: (None, QUOTES)},
    ),
    Damaged(
        "payroll_newline_without_quotes.csv",
        "行中被断开",
        table(row(1), row(2).replace(",3384", ",\n3384"), row(3)),
        (1, 0, 2, 0, 0, 2),
        {3: (None, WIDTH), 4: (None, WIDTH)},
    ),
    Damaged(
        "payroll_rows_run_together.csv",
        "两行之间的换行丢失",
        table(row(1) + row(2), row(3)),
        (1, 0, 1, 0, 0, 1),
        {2: (None, WIDTH)},
    ),
    Damaged(
        "payroll_too_many.csv",
        "多一列",
        table(row(1), row(2) + ",1", row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_too_few.csv",
        "少一列",
        table(row(1), row(2).rsplit(",", 1)[0], row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_bare_thousands.csv",
        "千分位逗号没有引号：列数不符，不得错位读取",
        table(row(1), row(2).replace("3384.00", "3,384.00"), row(3).replace("3384.00", '"3,384"')),
        (1, 0, 2, 0, 0, 1),
        {3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_shifted_right.csv",
        "行首多一个空字段、行末少一个：列数相符而整行错位",
        table(row(1), "," + row(2).rsplit(",", 1)[0], row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (PERIOD, EMPTY)},
    ),
    Damaged(
        "payroll_shifted_left.csv",
        "行首少一个字段、行末多一个空的",
        table(row(1), row(2).split(",", 1)[1] + ",", row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (PERIOD, NOT_MONTH)},
    ),
    Damaged(
        "payroll_shifted_within.csv",
        "单位之后多一个空字段、行末少一个",
        table(row(1), row(2).replace("@U,", "@U,,").rsplit(",", 1)[0], row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (ID, EMPTY)},
    ),
    Damaged(
        "payroll_trailing_delimiter.csv",
        "一行末尾多一个逗号",
        table(row(1), row(2) + ",", row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_trailing_everywhere.csv",
        "表头和每行末尾都多一个逗号",
        table(*(line + "," for line in rows(1, 3)), header=HEADER + ","),
        all_good(3),
    ),
    Damaged(
        "payroll_trailing_in_the_header.csv",
        "只有表头末尾多一个逗号",
        table(*rows(1, 2), header=HEADER + ","),
        (1, 0, 0, 0, 0, 2),
        {2: (None, WIDTH), 3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_blank_lines.csv",
        "空行、只有空格的行、只有分隔符的行、只有全角空格的行",
        table("", row(1), "   ", ",,,,,", row(2), '"",,,,,""', "\u3000", ""),
        (1, 6, 2, 0, 0, 0),
    ),
    Damaged(
        "payroll_tabs.csv",
        "制表符分隔",
        table(*rows(1, 3)).replace(",", "\t"),
        all_good(3),
    ),
    Damaged(
        "payroll_semicolons.csv",
        "分号分隔",
        table(*rows(1, 3)).replace(",", ";"),
        all_good(3),
    ),
    Damaged(
        "payroll_wrong_delimiter.csv",
        "不认识的分隔符",
        table(*rows(1, 3)).replace(",", "^"),
        refused="表头",
    ),
    Damaged(
        "payroll_chinese_commas.csv",
        "中文逗号分隔",
        table(*rows(1, 3)).replace(",", "，"),
        refused="表头",
    ),
    Damaged(
        "payroll_two_delimiters.csv",
        "部分行换了分隔符",
        table(row(1), row(2).replace(",", ";"), row(3).replace(",", "\t"), row(4)),
        (1, 0, 2, 0, 0, 2),
        {3: (None, WIDTH), 4: (None, WIDTH)},
    ),
    Damaged(
        "payroll_crlf.csv",
        "CRLF 换行",
        table(*rows(1, 3), end="\r\n"),
        all_good(3),
    ),
    Damaged(
        "payroll_mixed_line_ends.csv",
        "CRLF 与 LF 混用",
        table(*rows(1, 3)) + row(4) + "\r\n" + row(5) + "\n",
        all_good(5),
    ),
    Damaged(
        "payroll_cr.csv",
        "只用 CR 换行",
        table(*rows(1, 3), end="\r"),
        all_good(3),
    ),
    Damaged(
        "payroll_cr_among_lf.csv",
        "LF 文件中有一处 CR：那两行连成一行，不用",
        table(row(1), row(2) + "\r" + row(3), row(4)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, BYTES)},
    ),
    Damaged(
        "payroll_header_ends_in_cr.csv",
        "三种换行混用，表头与首行连在一起",
        HEADER + "\r" + "\n".join(rows(1, 3)) + "\r\n",
        refused="表头行已损坏",
    ),
    Damaged(
        "payroll_no_last_line_end.csv",
        "末行没有换行符，别无异样：照常采用",
        table(*rows(1, 12), last=""),
        all_good(12),
    ),
    Damaged(
        "payroll_cut_in_a_row.csv",
        "文件在一行中间断掉",
        table(*rows(1, 11), row(12)[:-12], last=""),
        (1, 0, 11, 0, 0, 1),
        {13: (None, WIDTH)},
    ),
    Damaged(
        "payroll_cut_in_the_last_cell.csv",
        "文件在末行最后一格断掉：16.92 成了 16.9",
        table(*rows(1, 11), row(12)[:-1], last=""),
        (1, 0, 11, 0, 0, 1),
        {13: (None, CUT_OFF)},
    ),
    Damaged(
        "payroll_cut_at_the_point.csv",
        "文件在末行最后一格断掉：16.92 成了 16",
        table(*rows(1, 11), row(12)[:-3], last=""),
        (1, 0, 11, 0, 0, 1),
        {13: (None, CUT_OFF)},
    ),
    Damaged(
        "payroll_cut_before_the_last_cell.csv",
        "文件在最后一格之前断掉：实缴成了空",
        table(*rows(1, 11), row(12)[:-5], last=""),
        (1, 0, 11, 0, 0, 1),
        {13: (None, CUT_OFF)},
    ),
    Damaged(
        "payroll_cut_within_quotes.csv",
        "处处有引号的文件在最后一格断掉",
        "\n".join([*QUOTED, _quoted(row(4))[:-2]]),
        (1, 0, 3, 0, 0, 1),
        {5: (None, QUOTES)},
    ),
    Damaged(
        "payroll_cut_at_a_block.csv",
        "文件恰在 8192 字节处结束且没有换行符：是传输中断的样子",
        table(*rows(1, 99), last=""),
        # 98 bytes of header, 99 rows of 50 bytes, 99 line ends: 3,045 more line ends to 8192
        (1, 3045, 98, 0, 0, 1),
        {3145: (None, CUT_OFF)},
        encode=_of_8192_bytes,
    ),
    Damaged(
        "payroll_uneven_decimals.csv",
        "小数位数本来就不一的文件，末行没有换行符：看不出截断，采用",
        table(*rows(1, 11), row(12, paid="17"), row(13, paid="16.9"), last=""),
        all_good(13),
    ),
    Damaged(
        "payroll_last_cell_short_with_line_end.csv",
        "末行有换行符，写法不同不算截断",
        table(*rows(1, 11), row(12, paid="16.9")),
        all_good(12),
    ),
    Damaged(
        "payroll_footer_without_line_end.csv",
        "末行是合计且没有换行符",
        table(*rows(1, 11), "合计,,,37224,186.1,", last=""),
        all_good(11, headings=2),
    ),
    Damaged(
        "payroll_id_cut.csv",
        "最后一列是证件号码，末行少一位",
        table(
            *(f"202112,@U,16.92,16.92,@{number}" for number in range(1, 12)),
            "202112,@U,16.92,16.92,15990119600101",
            header="费款所属期,单位编号,单位实缴金额,个人实缴金额,社会保障号码",
            last="",
        ),
        (1, 0, 11, 0, 0, 1),
        {13: (None, CUT_OFF)},
    ),
    Damaged(
        "separations_day_cut.csv",
        "最后一列是日期，2021-12-31 成了 2021-12-3，仍是日期",
        table(
            *(f"@{number},@U,2021-12-{number + 10}" for number in range(1, 12)),
            "@12,@U,2021-12-3",
            header="社会保障号码,单位编号,变更日期",
            last="",
        ),
        (1, 0, 11, 0, 0, 1),
        {13: (None, CUT_OFF)},
    ),
    Damaged(
        "payroll_long_line.csv",
        "十万字符的一行",
        table(row(1), "某" * 100_000, row(2)),
        (1, 0, 2, 0, 0, 1),
        {3: (None, WIDTH)},
    ),
    Damaged(
        "payroll_long_cell.csv",
        "一个单元格有十万字符",
        table(row(1), row(2).replace("202112", "9" * 100_000), row(3)),
        (1, 0, 2, 0, 0, 1),
        {3: (PERIOD, NOT_MONTH)},
    ),
    Damaged(
        "payroll_endless_line.csv",
        "三百万字符的一行：不是文本文件",
        table(row(1), "9" * 3_000_000, row(2)),
        refused="超过 2 MB 的行",
    ),
]

"""What a run made in English says on its lists is said in Chinese to those who are told."""

import re

import pytest

from pipelines.chinese_words import in_chinese
from pipelines.reference import code_table

LABELS = [row for row in code_table("labels") if row["kind"] in {
    "refund", "benefit", "missing", "next", "unit_type", "size_class", "reason_class", "register",
}]  # fmt: skip
WORDS = [row for row in code_table("labels") if row["kind"] == "word" and len(row["en"]) > 3]


def filled(text: str) -> str:
    """A label with numbers in its blanks."""
    return re.sub(r"\{(\d)\}", r"\1\g<1>", text)


@pytest.mark.parametrize("row", [*LABELS, *WORDS], ids=lambda row: f"{row['kind']}-{row['code']}")
def test_every_label_of_a_list_comes_back(row):
    assert in_chinese(filled(row["en"])) == filled(row["zh"])


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("to be settled (at least 2 months)", "待核定（至少2个月）"),
        ("unit type farmers' cooperative: the bureau decides whether it is covered",
         "单位类型为农民专业合作社：是否纳入由盟市认定"),
        ("refund share (awaits its policy)、bank account", "返还比例（待政策出台）、银行账号"),
        ("on the list of environmental penalties: the bureau confirms；conflict of unit numbers:"
         " verify the unit number", "列入环保处罚名单：由盟市确认；单位编号冲突：请核实单位编号"),
        ("bureau unknown", "归属不明"),
        ("阿拉善左旗", "阿拉善左旗"),
        ("待核定（至少2个月）", "待核定（至少2个月）"),
        ("", ""),
    ],
)  # fmt: skip
def test_cells_are_said_in_chinese(english, chinese):
    assert in_chinese(english) == chinese

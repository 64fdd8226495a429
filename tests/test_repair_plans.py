"""Whatever is mended, voided, spoilt, sent twice or taken away again: each row is accounted for."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.folders import HEADER, payroll_row
from tests.kit_folder import UNITS, KitFolder

# Lines of the two sources whose rows are set aside.
BROKEN = [("payroll_1.csv", line) for line in (2, 4, 5)] + [
    ("payroll_2.csv", line) for line in (3, 4)
]
GOOD = {("payroll_1.csv", 3), ("payroll_2.csv", 2)}
FILES = ("缴费明细_a.csv", "缴费明细_b.csv")
KINDS = ("mend", "void", "spoil", "stale")


@dataclass(frozen=True)
class Sent:
    """One row that is sent back: in which file, for which broken row, and what is done to it."""

    file_name: str
    source: int
    kind: str


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = KitFolder(tmp_path_factory.mktemp("plans"))
    folder.put("参保单位.csv", f"{UNITS}\nU1,甲公司,150102,\n")
    one = ["坏行", payroll_row(1), payroll_row(2, paid="x"), payroll_row(3, "某月")]
    two = [payroll_row(4), payroll_row(5, paid="x"), payroll_row(6, unit="")]
    folder.payroll(*one, name="payroll_1.csv")
    folder.payroll(*two, name="payroll_2.csv")
    folder.night()
    marks = folder.marks()
    assert set(marks) == set(BROKEN)
    return folder, marks


def send(folder, marks, plan):
    """Write the rows of a plan; the line of each."""
    lines = {}
    for name in FILES:
        (folder.path / name).unlink(missing_ok=True)
        mine = [sent for sent in plan if sent.file_name == name]
        text = [f"{HEADER},更正处理,更正来源"]
        for sent in mine:
            mark = marks[BROKEN[sent.source]]
            mark = mark.replace("WG-", "WG-0") if sent.kind == "stale" else mark
            mark = mark[:19] + mark[20:] if sent.kind == "stale" else mark
            lines[len(text) + 1, name] = sent
            paid = "y" if sent.kind == "spoil" else f"{len(text)}.{FILES.index(name) + 1}"
            order = "作废" if sent.kind == "void" else ""
            text.append(f"{payroll_row(10 + sent.source, paid=paid)},{order},{mark}")
        if mine:
            folder.put(name, "\n".join(text) + "\n")
    return lines


def check(night, plan):
    folder, marks = night
    lines = send(folder, marks, plan)
    folder.take_in()
    last = {}
    for (line, name), sent in sorted(lines.items(), key=lambda item: (item[0][1], item[0][0])):
        if sent.kind != "stale":
            last[sent.source] = (name, line, sent.kind)
    closed = {BROKEN[source] for source, (_, _, kind) in last.items() if kind != "spoil"}
    mended = {
        (*BROKEN[source], Decimal(f"{line - 1}.{FILES.index(name) + 1}"))
        for source, (name, line, kind) in last.items()
        if kind == "mend"
    }
    staged = set(folder.rows("select file_name, line_number, unit_paid from stg_payroll"))
    assert staged == mended | {(*place, Decimal("16.92")) for place in GOOD}
    stale = {(name, line) for (line, name), sent in lines.items() if sent.kind == "stale"}
    spoilt = {(name, line) for name, line, kind in last.values() if kind == "spoil"}
    open_rows = {row[:2] for row in folder.open_lines()}
    assert open_rows == {place for place in BROKEN if place not in closed} | stale | spoilt
    spoken = {
        row[:2] for row in folder.rows("select file_name, line_number from set_aside_mentions")
    }
    assert not spoken & (closed | stale) and spoilt <= spoken
    for name in ("payroll_1.csv", "payroll_2.csv"):
        mine = [kind for source, (_, _, kind) in last.items() if BROKEN[source][0] == name]
        given_up = folder.log(name, "rows_set_aside", "rows_mended", "rows_void")
        total = sum(place[0] == name for place in BROKEN)
        assert given_up == (total, mine.count("mend"), mine.count("void"))
    for name in {sent.file_name for sent in plan}:
        accepted = sum(place[0] == name and place[2] == "mend" for place in last.values())
        wrong = sum(place[0] == name for place in stale | spoilt)
        rows = sum(sent.file_name == name for sent in plan)
        assert folder.fates(name) == (1, 0, accepted, rows - accepted - wrong, 0, wrong)


PLANS = st.lists(
    st.builds(
        Sent, st.sampled_from(FILES), st.integers(0, len(BROKEN) - 1), st.sampled_from(KINDS)
    ),
    max_size=9,
)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(plan=PLANS)
def test_a_few_plans_one_after_the_other(night, plan):
    check(night, plan)


@pytest.mark.full
@settings(max_examples=250, deadline=None)
@given(plan=PLANS)
def test_many_plans_one_after_the_other(night, plan):
    check(night, plan)

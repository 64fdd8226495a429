"""Plain lines are read by DuckDB with types: exactly as the careful macros would read them."""

import random

import pytest

from pipelines import loading
from pipelines.column_reader import ColumnReader
from pipelines.plain_lines import ODD, PLAIN, USUAL, PlainLines
from tests.folders import Folder, payroll_row, person

HEADER = (
    "period",
    "unit_id",
    "person_id",
    "wage_base",
    "unit_paid",
    "person_paid",
    "payment_kind",
    "insurance_code",
    "paid_on",
    "备注",
)
# Per file: how cells are written. Each is drawn anew for a file, some for a line.
MONTHS = ("{year}{month:02d}", "{year}-{month:02d}", "{year}/{month:02d}")
DAYS = ("{}-{:02d}-{:02d}", "{}/{:02d}/{:02d}", "{}{:02d}{:02d}", "{}年{}月{}日")
MONEY = ("3384", "3384.00", "0.0001", "-16.92", "", "9999999999999.9999", "007.50")
ODD_MONEY = ("1,234.50", "￥12", "1e3", "1.23456", "x12", "1_000", " 5", "+5", ".5", "5.")
KINDS = ("1", "18", "", "正常缴费", "2")
INSURANCES = ("失业保险", "210", "失业", "310", "不知道")
# An identity number that was cut to 15 digits: only the check digit tells it from a right one.
CUT_ID = "159901196001010000"
FILES = 30


def ids_that_end_in_000():
    """Identity numbers with a right check digit that end in 000."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for day in range(1, 29):
        for place in range(10):
            body = f"1599011961{day % 12 + 1:02d}{day:02d}{place}00"
            if (
                sum(int(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11
                == 1
            ):
                yield body + "0"


GOOD_IDS = list(ids_that_end_in_000())


def some_file(draw: random.Random, number: int) -> tuple[str, bytes]:
    """A name and a file of 40 rows, mostly plain, all written in one of many ways."""
    delimiter = draw.choice(",,,,\t;|")
    quotes = draw.choice(["none", "none", "all", "some"])
    month, day = draw.choice(MONTHS), draw.choice(DAYS[:3])
    dirt = draw.choice([0, 0, 0, 0.02, 0.5])
    mixes = draw.random() < 0.2

    def cell(text: str) -> str:
        is_quoted = quotes == "all" or (quotes == "some" and draw.random() < 0.3)
        return f'"{text}"' if is_quoted or delimiter in text else text

    lines = [delimiter.join(map(cell, HEADER))]
    if draw.random() < 0.25:
        lines[0] = lines[0].replace("备注", '备"注').replace('""', '"')
    for row in range(40):
        is_odd = draw.random() < dirt
        if mixes:
            month, day = draw.choice(MONTHS), draw.choice(DAYS)
        when = {"year": draw.choice([1999, 2021]), "month": draw.randint(1, 12)}
        money = [draw.choice(MONEY) for _ in range(3)]
        who = draw.choice([person(row), person(row), person(number), draw.choice(GOOD_IDS)])
        if is_odd:
            money[draw.randrange(3)] = draw.choice(ODD_MONEY)
            who = draw.choice([who, who.lower()])
        if dirt and draw.random() < 0.05:
            who = CUT_ID
        leap_day = day.format(draw.choice([2000, 2020]), 2, 29)
        if dirt and draw.random() < 0.2:
            leap_day = draw.choice(DAYS[:3]).format(draw.choice([2020, 2021]), 2, 29)
        cells = [
            month.format(**when),
            draw.choice(["U1", "150124000001", "A-7", "007"]),
            who,
            *money,
            draw.choice(KINDS[:3] if not is_odd else KINDS),
            draw.choice(INSURANCES[:4] if not is_odd else INSURANCES),
            draw.choice(["", day.format(2021, draw.randint(1, 12), draw.randint(1, 28)), leap_day]),
            draw.choice(["", "甲", " a b ", "#"]),
        ]
        lines.append(delimiter.join(map(cell, cells)))
        if is_odd and draw.random() < 0.1:
            lines.append(draw.choice(["", "   ", delimiter * 9, lines[0], "合计", "a" + delimiter]))
    if draw.random() < 0.1:
        lines.insert(0, "缴费明细" + delimiter * 9)
    if draw.random() < 0.1:
        lines.append(delimiter.join(["合计", *[""] * 9]))
    text = "\n".join(lines) + draw.choice(["\n", "\n", "\n", ""])
    return f"payroll_{number:02d}.csv", text.encode(draw.choice(["utf-8", "utf-8", "gb18030"]))


SELECTS = (
    "select * from staged_payroll order by file_name, line_number",
    "select * from rows_set_aside order by all",
    "select * from set_aside_mentions order by all",
    "select * from file_sums order by all",
    "select * exclude (first_reasons) from import_log order by all",
)


@pytest.fixture(scope="module")
def files():
    draw = random.Random(20220322)
    return [some_file(draw, number) for number in range(FILES)]


def taken_in(root, files):
    root.mkdir()
    folder = Folder(root)
    for name, content in files:
        folder.put(name, content)
    folder.take_in()
    return {select: folder.rows(select) for select in SELECTS}


def test_plain_lines_are_read_as_the_careful_macros_read_them(tmp_path, monkeypatch, files):
    ways = set()
    sources = PlainLines._source

    def spy(plain, path, casts, form, skip, number):
        ways.add((path.name == "plain_lines.csv", form))
        return sources(plain, path, casts, form, skip, number)

    with monkeypatch.context() as patch:
        patch.setattr(PlainLines, "_source", spy)
        kept = taken_in(tmp_path / "kept", files)
        patch.setattr(loading, "FIRST_LINES", 5)
        brief = taken_in(tmp_path / "brief", files)
    # In place and from a file of plain lines alone; without quotes and with them.
    assert ways == {(False, USUAL), (False, PLAIN), (True, USUAL), (True, PLAIN)}
    monkeypatch.setattr(PlainLines, "form", lambda plain: f"{ODD}::utinyint")
    # No line at once, but each cell that is plain; then nothing but the macros.
    by_cell = taken_in(tmp_path / "by_cell", files)
    monkeypatch.setattr(ColumnReader, "is_plain", lambda column: "false")
    careful = taken_in(tmp_path / "careful", files)
    for select in SELECTS:
        assert kept[select] == careful[select], select
        assert brief[select] == careful[select], select
        assert by_cell[select] == careful[select], select
    assert len(kept[SELECTS[0]]) > FILES * 20 and kept[SELECTS[1]]


def test_swapped_headers_are_seen_where_only_the_first_lines_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "FIRST_LINES", 5)
    folder = Folder(tmp_path)
    folder.payroll(*(payroll_row(number) for number in range(20)), name="payroll_1.csv")
    rows = [payroll_row(number) for number in range(20)]
    cells = [row.split(",") for row in rows]
    folder.payroll(
        *(",".join([row[0], row[2], "1" * 15 + "21X", *row[3:]]) for row in cells),
        name="payroll_2.csv",
    )
    folder.take_in()
    assert folder.log("payroll_1.csv", "status") == ("accepted",)
    assert folder.log("payroll_2.csv", "status") == ("refused",)

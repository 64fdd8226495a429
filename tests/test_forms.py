"""Cells as their types: every form that may arrive, and the same value in plain form."""

import re
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.forms import FORMS, SERIAL
from pipelines.staged import MACROS

DUCK = duckdb.connect()
DUCK.execute(MACROS.read_text(encoding="utf-8"))


def read(kind, cell, convert=None):
    """A cell as its type: (value, problem), as a line that is not in plain form is read."""
    form = FORMS[kind]
    convert = (convert or form.convert).format(text="t")
    problem = form.problem.format(text="t")
    row = DUCK.execute(
        f"select {convert}, case when t is not null and {convert} is null then {problem} end from ("
        f" select {form.clean}[1] as t from (select cells, clean_codes(cells) as codes from ("
        "select clean_texts([?::varchar]) as cells)))",
        [cell],
    ).fetchone()
    return row


def read_by(cast, kind, cell, folder):
    """A cell as its type by a cast, out of a file: without quotes and with them."""
    path = folder / "cells.csv"
    path.write_text(f"{cell},\n", encoding="utf-8")
    value = f"cast({cast.value.format(cell='c')} as {FORMS[kind].sql_type})"
    values = set()
    for quote in ("", '"'):
        (row,) = DUCK.execute(
            f"select {value} from read_csv('{path}', auto_detect = false, header = false,"
            f" delim = ',', quote = '{quote}', escape = '{quote}', nullstr = '',"
            f" columns = {{'c': '{cast.read_as}', 'd': 'varchar'}})"
        ).fetchall()
        values.add(row[0])
    return values


def read_plain(kind, cell, folder):
    """A cell as its type, by each cast that may read it in plain form."""
    casts = [cast for cast in FORMS[kind].casts if not cell or re.fullmatch(cast.pattern, cell)]
    (value,) = set().union(*(read_by(cast, kind, cell, folder) for cast in casts))
    return value


def month(year, number):
    return year * 12 + number


GOOD = [
    ("month", "202112", month(2021, 12)),
    ("month", "2021-12", month(2021, 12)),
    ("month", "2021/12", month(2021, 12)),
    ("month", "2021/3", month(2021, 3)),
    ("month", "2021年12月", month(2021, 12)),
    ("month", "2021年3月", month(2021, 3)),
    ("month", "2021-12-01", month(2021, 12)),
    ("month", "20211201", month(2021, 12)),
    ("month", "2021-12-01 00:00:00", month(2021, 12)),
    ("month", "２０２１１２", month(2021, 12)),
    ("month", "\t202112\u3000", month(2021, 12)),
    ("month", "202112.0", month(2021, 12)),
    ("day", "2021-12-31", date(2021, 12, 31)),
    ("day", "20211231", date(2021, 12, 31)),
    ("day", "2021/12/31", date(2021, 12, 31)),
    ("day", "2021/2/3", date(2021, 2, 3)),
    ("day", "2021年12月31日", date(2021, 12, 31)),
    ("day", "2021年2月3日", date(2021, 2, 3)),
    ("day", "2021-12-31 08:30:00", date(2021, 12, 31)),
    ("day", "2021-12-31T08:30:00.000", date(2021, 12, 31)),
    ("day", "2021/12/31 8:30", date(2021, 12, 31)),
    ("day", "20211231235959", date(2021, 12, 31)),
    ("day", "2020-02-29", date(2020, 2, 29)),
    ("day", "9999-12-31", date(9999, 12, 31)),
    ("money", "1234.5", Decimal("1234.5")),
    ("money", "1,234.50", Decimal("1234.5")),
    ("money", "￥1,234.50", Decimal("1234.5")),
    ("money", "¥ 1,234.50", Decimal("1234.5")),
    ("money", "１２３４．５０", Decimal("1234.5")),
    ("money", "-16.92", Decimal("-16.92")),
    ("money", ".5", Decimal("0.5")),
    ("money", "0.00000", Decimal("0")),
    ("money", "0.30000000000000004", Decimal("0.3")),
    ("money", "99999999999999.9999", Decimal("99999999999999.9999")),
    ("integer", "1,234", 1234),
    ("integer", "12.0", 12),
    ("integer", "2021年", 2021),
    ("flag", "是", True),
    ("flag", "１", True),
    ("flag", "y", True),
    ("flag", "否", False),
    ("flag", "0", False),
    ("code", "'0012", "0012"),
    ("code", '"0012"', "0012"),
    ("code", '="0012"', "0012"),
    ("code", "“0012”", "0012"),
    ("code", "ＡＢ－１２", "AB-12"),
    ("code", "6210.0", "6210"),
    ("code", "0012\u200b", "0012"),
    ("code", "00 12", "0012"),
    ("code", "ab12", "ab12"),
    ("upper_code", "91150100ma0abcde1x", "91150100MA0ABCDE1X"),
    ("person_id", "15990119900101001x", "15990119900101001X"),
    ("person_id", "１５９９０１１９９００１０１００１Ｘ", "15990119900101001X"),
    ("person_id", "'159901199001010010", "159901199001010010"),
    ("person_id", "\t159901199001010010\t", "159901199001010010"),
    ("person_id", "159901 19900101 0010", "159901199001010010"),
    ("person_id", "159901199001010011", "159901199001010011"),
    ("person_id", "HK1234567(8)", "HK1234567(8)"),
    ("person_id", "ＨＫ１２３４５６７（８）", "HK1234567(8)"),
    ("person_id", "E12345678", "E12345678"),
    ("division", "150102", "150102"),
    ("division", "150102001000", "150102"),
    ("division", "150102.0", "150102"),
    ("industry", "H6210", "H6210"),
    ("industry", "h", "H"),
    ("industry", "62", "62"),
    ("text", "\u3000呼和浩特 有限公司\u200b ", "呼和浩特 有限公司"),
    ("text", "13800000000", "13800000000"),
]
BAD = [
    ("month", "202113", "not_a_month"),
    ("month", "20211", "not_a_month"),
    ("month", "44531", "not_a_month"),
    ("month", "2021.1", "not_a_month"),
    ("day", "2021-02-30", "not_a_day"),
    ("day", "44561", "not_a_day"),
    ("day", "31/12/2021", "not_a_day"),
    ("day", "2021-12-31后", "not_a_day"),
    ("day", "0001-01-01", "not_a_day"),
    ("money", "12,34.50", "not_money"),
    ("money", "1.5E+3", "not_money"),
    ("money", "16.92345", "not_money"),
    ("money", "1_000", "not_money"),
    ("money", "12元5角", "not_money"),
    ("money", "999999999999999.00", "not_money"),
    ("integer", "1.5", "not_a_number"),
    ("flag", "也许", "not_a_flag"),
    ("flag", "2", "not_a_flag"),
    ("code", "1.50102E+17", "ruined_number"),
    ("code", "6.228E18", "ruined_number"),
    ("person_id", "1.50102E+17", "ruined_number"),
    ("person_id", "1.50102199001011e+17", "ruined_number"),
    ("person_id", "150102199001011000.0", "ruined_number"),
    ("person_id", "159901199001017000", "ruined_number"),
    ("person_id", "张三", "not_an_id"),
    ("person_id", "12345", "not_an_id"),
    ("person_id", "159901-19900101", "not_an_id"),
    ("division", "1501", "not_a_division"),
    ("division", "呼和浩特市", "not_a_division"),
    ("industry", "餐饮业", "not_an_industry"),
]
EMPTY = ["", " ", "\\N", "NULL", "null", "无", "/", "-", "暂无", "－", "\u3000", " 无 ", '""']


@pytest.mark.parametrize(("kind", "cell", "value"), GOOD)
def test_a_cell_is_read_as_its_type(kind, cell, value):
    assert read(kind, cell) == (value, None)


@pytest.mark.parametrize(("kind", "cell", "problem"), BAD)
def test_a_cell_that_is_no_such_value_is_refused_with_the_reason(kind, cell, problem):
    assert read(kind, cell) == (None, problem)


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind != "text"])
@pytest.mark.parametrize("cell", EMPTY)
def test_a_cell_that_says_nothing_is_empty(kind, cell):
    assert read(kind, cell) == (None, None)


def test_fifteen_digits_are_lifted_with_their_check_digit():
    value, problem = read("person_id", "159901900101001")
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    body = "15990119900101001"
    digit = "10X98765432"[sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11]
    assert (value, problem) == (body + digit, None)


def test_a_wrong_check_digit_is_no_reason_to_refuse():
    assert read("person_id", "159901199001010011") == ("159901199001010011", None)
    assert read("person_id", "159901199001010012") == ("159901199001010012", None)


def test_a_valid_number_may_end_in_three_noughts():
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    bodies = (f"1599011990{day:04d}{order}00" for day in (101, 102, 103) for order in range(10))
    valid = next(
        body + "0"
        for body in bodies
        if sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11 == 1
    )
    assert valid.endswith("000") and read("person_id", valid) == (valid, None)


def test_serial_numbers_are_days_of_spreadsheets():
    assert read("day", "44561", SERIAL["day"]) == (date(2021, 12, 31), None)
    assert read("day", "44561.5", SERIAL["day"]) == (date(2021, 12, 31), None)
    assert read("month", "44531", SERIAL["month"]) == (month(2021, 12), None)
    assert read("month", "202112", SERIAL["month"]) == (month(2021, 12), None)


def test_only_what_can_be_cast_directly_is_in_plain_form():
    for kind, cell, _ in BAD:
        assert not re.fullmatch(FORMS[kind].plain, cell), (kind, cell)
    for kind, form in FORMS.items():
        for cell in EMPTY:
            assert not re.fullmatch(form.plain, cell), (kind, cell)


def test_plain_form_gives_the_same_value(tmp_path):
    seen = set()
    for kind, cell, value in GOOD:
        if re.fullmatch(FORMS[kind].plain, cell):
            seen.add(kind)
            assert read_plain(kind, cell, tmp_path) == value, (kind, cell)
    assert seen >= {"month", "day", "money", "flag", "person_id", "division", "industry", "text"}


@pytest.mark.parametrize("kind", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_plain_cell_reads_alike_both_ways(tmp_path_factory, kind, data):
    folder = tmp_path_factory.getbasetemp()
    pattern = data.draw(st.sampled_from([cast.pattern for cast in FORMS[kind].casts]))
    cell = data.draw(st.from_regex(pattern, fullmatch=True))
    assert read(kind, cell) == (read_plain(kind, cell, folder), None)
    assert read_plain(kind, "", folder) is None


@pytest.mark.parametrize("kind", FORMS)
def test_the_last_cast_reads_what_the_others_read(kind):
    for _, cell, _ in GOOD:
        fitting = [bool(re.fullmatch(cast.pattern, cell)) for cast in FORMS[kind].casts]
        assert fitting[-1] or not any(fitting), (kind, cell)


ENDS_IN_000 = [
    f"159901{1900 + number % 100}0{number % 9 + 1}{number % 28 + 1:02d}{number // 100}000"
    for number in range(0, 1000, 5)
]
LEAP_DAYS = [f"{year}{dash}02{dash}29" for year in range(1900, 2100) for dash in ("-", "/", "")]


@pytest.mark.parametrize(("kind", "cells"), [("person_id", ENDS_IN_000), ("day", LEAP_DAYS)])
def test_a_rare_cell_is_as_good_as_a_plain_one_when_its_test_holds(tmp_path, kind, cells):
    fates = set()
    for cell in cells:
        pattern, test = FORMS[kind].casts[-1].rare or ("", "")
        row = DUCK.execute(f"select {test.format(cell='c')} from (select ? as c)", [cell])
        holds = row.fetchall() == [(True,)]
        value, problem = read(kind, cell)
        assert re.fullmatch(pattern, cell), cell
        assert (value is not None and problem is None) == holds, cell
        fates.add(holds)
        for cast in FORMS[kind].casts if holds else ():
            if cast.rare and re.fullmatch(cast.rare[0], cell):
                assert read_by(cast, kind, cell, tmp_path) == {value}, cell
    assert fates == {True, False}

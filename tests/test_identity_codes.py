"""Person ids and social credit codes, checked in SQL and by python-stdnum alike."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pandas
from stdnum.cn import ric, uscc

from tests.case_warehouse import run_select, warehouse

CODES = 100_000
FIRST_BIRTHDAY, LAST_BIRTHDAY = date(1930, 1, 1), date(2010, 12, 31)
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def random_birthday(random: Random) -> date:
    days = (LAST_BIRTHDAY - FIRST_BIRTHDAY).days
    return FIRST_BIRTHDAY + timedelta(random.randint(0, days))


def random_id(random: Random) -> str:
    """An id of a county that was never assigned, its check digit by stdnum."""
    body = f"1599{random.randint(0, 99):02}{random_birthday(random):%Y%m%d}"
    body += f"{random.randint(0, 999):03}"
    return str(body + ric.calc_check_digit(body + "0"))


def random_uscc(random: Random) -> str:
    """A code of an invented unit, its check sign by stdnum."""
    body = random.choice(("91", "51", "52", "53", "92", "N2", "A1", "Y1")) + "1599"
    body += "".join(random.choices("0123456789", k=2)) + "".join(random.choices(USCC_SIGNS, k=9))
    return str(body + uscc.calc_check_digit(body))


def half_damaged(codes: list[str], signs: str, random: Random) -> dict[str, bool]:
    """Every second code with another last sign → whether it is a right one."""
    found = {}
    for number, code in enumerate(codes):
        is_right = number % 2 == 0
        last = code[-1] if is_right else random.choice(signs.replace(code[-1], ""))
        found[code[:-1] + last] = is_right
    return found


def judged(model: str, table: str, column: str, codes: list[str]) -> list[dict[str, Any]]:
    """What a model says of codes that a staged table holds."""
    connection = warehouse()
    connection.execute("begin")
    try:
        frame = pandas.DataFrame({column: codes})
        connection.register("codes_given", frame)
        connection.execute(f"insert into {table} ({column}) select {column} from codes_given")
        return run_select(connection, model)
    finally:
        connection.execute("rollback")
        connection.unregister("codes_given")


def test_person_ids_against_stdnum() -> None:
    random = Random(1)
    wanted = half_damaged([random_id(random) for _ in range(CODES)], "0123456789X", random)
    rows = judged("person_identities", "stg_insured_people", "person_id", list(wanted))
    assert len(rows) == len(wanted) > CODES * 0.9
    for row in rows:
        code = row["person_id"]
        is_right = wanted[code]
        assert row["is_valid_id"] == is_right, code
        assert (row["id_birth_date"] is not None) == is_right, code
        if is_right:
            assert f"{row['id_birth_date']:%Y%m%d}" == code[6:14]
            assert row["id_sex"] == ("man" if int(code[16]) % 2 else "woman")


def test_social_credit_codes_against_stdnum() -> None:
    random = Random(2)
    wanted = half_damaged([random_uscc(random) for _ in range(CODES)], USCC_SIGNS, random)
    rows = judged("unit_codes", "stg_insured_units", "uscc", list(wanted))
    assert len(rows) == len(wanted) == CODES
    wrong = [row["uscc"] for row in rows if row["is_valid_uscc"] != wanted[row["uscc"]]]
    assert not wrong


def test_ids_of_15_digits_and_lower_case_are_read_as_stdnum_would_write_them() -> None:
    random = Random(3)
    ids = [code for code in (random_id(random) for _ in range(5_000)) if code[6:8] == "19"]
    old = [code[:6] + code[8:17] for code in ids]
    frame = pandas.DataFrame({"new": ids, "old": old, "small": [code.lower() for code in ids]})
    connection = warehouse()
    connection.register("ids_given", frame)
    try:
        wrong = connection.execute(
            "select new from ids_given"
            " where as_person_id(clean_codes([old])[1]) is distinct from new"
            " or as_person_id(clean_codes([small])[1]) is distinct from new"
        ).fetchall()
    finally:
        connection.unregister("ids_given")
    assert len(ids) > 4_000
    assert not wrong

"""The unit of a story: its description, what speaks against it, what was paid to it."""

from pipelines.sample.book import DUPLICATE, Book, Row
from pipelines.sample.ids import USCC_ALPHABET, invented_uscc
from pipelines.sample.names import PLACES
from pipelines.sample.story_members import unit_members
from pipelines.sample.story_rows import add_damaged, add_payroll, happenings

REGISTERS = {
    "dishonest": "严重违法失信", "zombie": "僵尸企业", "environmental_penalty": "环保处罚",
    "abnormal_operation": "经营异常", "deregistered": "注销", "revoked": "吊销",
}  # fmt: skip
COLUMN_OF = {
    "name": "unit_name", "type": "unit_type_code", "industry": "industry_code",
    "size": "size_class", "employees": "employees", "revenue": "revenue_10k",
    "assets": "assets_10k", "division": "division_code", "status": "unit_status",
    "change": "unit_change_code", "dispatch": "is_labour_dispatch",
}  # fmt: skip
UNIT_NUMBERS = 900_000  # story units: the division's six digits and a number above this


def uscc_of(unit: str, prefix: str = "91", other: int = 0) -> str:
    """The credit code of a story's unit; `other` gives different ones."""
    return invented_uscc(prefix, int(unit) + other * 7_000_000_000_000, 1)


def account_of(unit: str) -> str:
    """The invented bank account of a unit."""
    return f"9999{unit}88"


def describe(unit: str, pairs: list[tuple[str, str]]) -> Row:
    """The row of insured_units: a small catering firm, but for what the story says."""
    given = dict(pairs)
    place = PLACES[int(unit) % len(PLACES)]
    number = int(unit[6:])
    row = {
        "unit_id": unit,
        "uscc": uscc_of(unit, given.get("prefix", "91")),
        "unit_name": f"示例{place}{number}号餐饮有限公司",
        "unit_type_code": "10" if given.get("prefix", "91") == "91" else "",
        "industry_code": "H6210",
        "division_code": unit[:6],
        "insured_from": "201503",
        "unit_status": "1",
        "unit_change_code": "",
        "size_class": "小型" if given.get("prefix", "91") == "91" else "",
        "employees": "",
        "revenue_10k": "",
        "assets_10k": "",
        "is_labour_dispatch": "",
        "bank_name": "示例银行",
        "bank_account": account_of(unit),
        "contact_name": "联系人",
        "contact_phone": f"1990003{number % 10000:04d}",
    }
    row.update({COLUMN_OF[key]: value for key, value in pairs if key in COLUMN_OF})
    code = given.get("uscc", "")
    if code == "none":
        row["uscc"] = ""
    elif code == "bad":
        last = USCC_ALPHABET.index(row["uscc"][-1])
        row["uscc"] = row["uscc"][:-1] + USCC_ALPHABET[(last + 1) % 31]
    elif code:
        row["uscc"] = uscc_of(code)
    account = given.get("account", "")
    if account:
        row["bank_account"] = "" if account == "none" else account_of(account)
    return row


def add_unit(book: Book, unit: str, pairs: list[tuple[str, str]]) -> None:
    """All rows of a unit and its people, from the words of the story."""
    row = describe(unit, pairs)
    given = dict(pairs)
    sheet = "insured_units_" + given.get("file", "core")
    if "unlisted" not in given:
        book.add(sheet, row)
        _add_twin(book, sheet, row, given.get("twin", ""))
    members = unit_members(book, unit, pairs)
    add_payroll(book, unit, members, happenings(pairs))
    for member in members:
        for reason, day in member.records:
            book.separation(member.person, unit, reason, day)
    for key, value in pairs:
        if key == "listed":
            _add_listing(book, row, value)
        elif key == "setaside":
            add_damaged(book, unit, value)
        elif key == "refund":
            year, _, rest = value.partition(":")
            amount, _, days = rest.partition("@")
            paid, _, returned = days.partition(",")
            payment = {"unit_id": unit, "data_year": year, "amount_yuan": amount}
            payment |= {"paid_on": paid, "batch": "第1批", "returned_on": returned}
            book.add("refund_payments", payment)


def _add_twin(book: Book, sheet: str, row: Row, kind: str) -> None:
    if kind == "equal":
        book.add(sheet, dict(row), DUPLICATE)
    elif kind == "uscc":
        book.add(sheet, row | {"uscc": uscc_of(row["unit_id"], other=1)})
    elif kind == "bank":
        book.add(sheet, row | {"bank_account": row["bank_account"][:-2] + "77"})
    elif kind == "league":
        elsewhere = "150402" if row["unit_id"][:4] != "1504" else "150502"
        name = row["unit_name"].replace("餐饮", "分部餐饮")
        book.add(sheet, row | {"unit_name": name, "division_code": elsewhere})


def _add_listing(book: Book, row: Row, value: str) -> None:
    """`register:uscc|name|other@from..to`: by code, by name alone, or another unit of the name."""
    register, _, rest = value.partition(":")
    how, _, days = rest.partition("@")
    first, _, last = days.partition("..")
    name, code = row["unit_name"], row["uscc"]
    if how == "name":
        name, code = " " + name.replace("（", "(").replace("）", ")"), ""
    elif how == "other":
        code = uscc_of(row["unit_id"], other=2)
    listing = {"register": REGISTERS[register], "uscc": code, "unit_name": name}
    book.add("unit_registers", listing | {"listed_from": first, "listed_to": last})

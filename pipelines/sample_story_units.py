"""The unit of a story: its description, its people month by month, what speaks against it."""

from datetime import date

from pipelines.sample_book import DUPLICATE, Book, Member, Row, last_day, options, period, span
from pipelines.sample_ids import USCC_ALPHABET, invented_uscc
from pipelines.sample_names import PLACES
from pipelines.sample_story_rows import add_damaged, add_grant, add_payroll, happenings

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
RECEIVER = "150105930001"  # where leavers of a story find work again
UNIT_NUMBERS = 900_000  # story units: the division's six digits and a number above this


def uscc_of(unit: str, prefix: str = "91", other: int = 0) -> str:
    """The credit code of a story's unit; `other` gives different ones."""
    return invented_uscc(prefix, int(unit) + other * 7_000_000_000_000, 1)


def account_of(unit: str) -> str:
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
    members = _members(book, unit, pairs)
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


def _members(book: Book, unit: str, pairs: list[tuple[str, str]]) -> list[Member]:
    """The people of a unit: seats kept all the time, seats that change hands, groups, extras."""
    given = dict(pairs)
    months = span(given["months"]) if "months" in given else book.all_months()
    members: list[Member] = []
    taken = 0
    for key, value in pairs:
        main, flags, more = options(value)
        count, _, rest = main.partition("*" if key == "left" else ":")
        if key == "left":
            reason, _, month = rest.partition("@")
            ends = period(month)
            until = frozenset(number for number in months if number <= ends)
            for _ in range(int(count)):
                day = date.fromisoformat(more["on"]) if "on" in more else last_day(ends)
                records = [] if reason == "-" else [(reason, day)]
                records += [(more["also"], day)] if "also" in more else []
                members.append(_leaver(book, unit, until, records, flags, more))
                members.append(Member(book.new_person(), months - until))
            taken += int(count)
        elif key == "group":
            records = [
                (code, date.fromisoformat(day))
                for code, _, day in (flag.partition("@") for flag in flags)
                if day
            ]
            for _ in range(int(count)):
                members.append(_leaver(book, unit, span(rest), list(records), flags, more))
        elif key == "join":
            count, _, month = main.partition("@")
            since = frozenset(number for number in months if number >= period(month))
            members += [Member(book.new_person(), since) for _ in range(int(count))]
        elif key == "former":
            for _ in range(int(main.partition("@")[0])):
                _leaver(book, unit, frozenset(), [], flags, more)
        elif key in {"arrears", "zero"}:
            _add_single(book, unit, key, value)
    seats = int(given.get("heads", "10")) - taken
    return [Member(book.new_person(), months) for _ in range(seats)] + members


def _leaver(
    book: Book,
    unit: str,
    months: frozenset[int],
    records: list[tuple[str, date]],
    flags: list[str],
    more: dict[str, str],
) -> Member:
    member = Member(book.new_person(more.get("before", "36")), months, records=records)
    after = frozenset[int]()
    receiver = RECEIVER
    if "elsewhere" in more:
        since = max(months) + int(more["elsewhere"])
        after = frozenset(range(since, book.last_period + 1))
    elif "moved" in more:
        receiver, _, month = more["moved"].partition("@")
        after = frozenset(range(period(month), book.last_period + 1))
    add_payroll(book, receiver, [Member(member.person, after)], {})
    if "grant" in more:
        lump = {"lump": ""} if "lump" in flags else {}
        add_grant(
            book, member.person, "" if "nounit" in flags else unit, more["grant"], more | lump
        )
    return member


def _add_single(book: Book, unit: str, key: str, month: str) -> None:
    """One row of a person who is not insured there: old arrears (kind 11), or all zero."""
    one = Member(book.new_person(), span(month))
    zero = {"wage_base": "0", "unit_due": "0", "person_due": "0"}
    zero |= {"unit_paid": "0", "person_paid": "0"}
    sheet = f"payroll_{month}"
    add_payroll(book, unit, [one], {})
    row, _ = book.sheets[sheet][-1]
    row.update({"payment_kind": "11"} if key == "arrears" else zero)

"""The person of a story: where he was insured, why he left, what the registers say."""

from datetime import date

from pipelines.sample.book import Book, Member, last_day, options, span
from pipelines.sample.story_rows import add_grant, add_payroll, happenings

REGISTERS = {
    "pension": "养老待遇", "death": "死亡", "military": "服兵役", "emigration": "出境定居",
    "custody": "服刑", "business_owner": "工商登记", "student": "在校",
    "employed_elsewhere": "就业登记",
}  # fmt: skip
DEFAULT_MONTHS = "202012..202110"


def hosts(pairs: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The units that a person's story needs, with what it says of the first (`unit_…`)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, value in pairs:
        if key == "unit":
            found[value] = [("heads", "6")]
        elif key == "also":
            found[value.partition(":")[0]] = [("heads", "6")]
        elif key.startswith("unit_"):
            name = key.removeprefix("unit_")
            if name == "setaside":
                value = "payroll@" + value
            elif name == "listed":
                register, _, days = value.partition("@")
                value = f"{register}:uscc@{days}"
            found[dict(pairs)["unit"]].append((name, value))
    return found


def add_person(book: Book, person: str, pairs: list[tuple[str, str]]) -> None:
    """All rows of one person, from the words of the story; colleagues come with the units."""
    given = dict(pairs)
    unit = given["unit"]
    months = span(given.get("months", DEFAULT_MONTHS))
    _describe(book, person, given)
    if "written" in given:
        book.written[person] = given["written"]
    member = Member(person, months, int(given.get("wage", "4000")))
    add_payroll(book, unit, [member], happenings(pairs))
    has_record = False
    for key, value in pairs:
        if key == "also":
            where, _, rest = value.partition(":")
            stay, _, wage = rest.partition("*")
            add_payroll(book, where, [Member(person, span(stay), int(wage or "4000"))], {})
        elif key == "record":
            has_record = True
            if value != "none":
                reason, day, *place = value.split("@")
                book.separation(
                    person, place[0] if place else unit, reason, date.fromisoformat(day)
                )
        elif key == "grant":
            main, flags, more = options(value)
            add_grant(book, person, unit, main, more)
        elif key == "registered":
            since, _, until = value.partition("..")
            row = {"person_id": person, "registered_on": since, "cancelled_on": until}
            book.add("unemployment_registrations", row | {"wants_work": "是"})
        elif key == "listed":
            register, _, days = value.partition("@")
            since, _, until = days.partition("..")
            row = {"register": REGISTERS[register], "person_id": person}
            book.add("person_registers", row | {"listed_from": since, "listed_to": until})
    if not has_record:
        book.separation(person, unit, "6317", last_day(max(months)))


def _describe(book: Book, person: str, given: dict[str, str]) -> None:
    if given.get("people") == "no":
        return
    if given.get("people") == "twice":
        book.describe(person, "0")
    more = {"paid_months_to": given["to"]} if "to" in given else {}
    if person[:1].isdigit():
        born = person[6:14]
        more["birth_date"] = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    if "born" in given:
        more |= {"birth_date": given["born"], "sex_code": given["sex"]}
    book.describe(person, given.get("before", "25"), **more)

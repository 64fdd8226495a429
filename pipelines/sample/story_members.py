"""The people of a story's unit: who stays, who leaves when and why, who comes."""

from datetime import date

from pipelines.sample.book import Book, Member, last_day, options, period, span
from pipelines.sample.story_rows import add_grant, add_payroll

RECEIVER = "150105930001"  # where leavers of a story find work again


def unit_members(book: Book, unit: str, pairs: list[tuple[str, str]]) -> list[Member]:
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

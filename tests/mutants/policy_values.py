"""Policy values against a table written from the rules, and each nudged by its least step."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.policy_file import Entry, Parameter, Policy

TABLE = Path(__file__).resolve().parent.parent / "policy_values.csv"
ENDS = "ends"
Values = dict[tuple[str, str, str, str], str]


def values_expected() -> Values:
    """(screening, parameter, day, bureau or blank) → value, as policy_values.csv has it."""
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["why"] for row in rows)
    found = {
        (row["screening"], row["parameter"], row["since"], row["bureau"]): _plain(row["value"])
        for row in rows
    }
    assert len(found) == len(rows), "policy_values.csv: a value stands twice"
    return found


def values_of(policies: list[Policy]) -> Values:
    """The same of policy files."""
    found: Values = {}
    for policy in policies:
        for parameter in policy.parameters:
            for entry in parameter.entries:
                key = policy.screening, parameter.name, str(entry.since)
                found[*key, ""] = ENDS if entry.ends else _text(entry.value)
                for bureau, value in entry.by_bureau.items():
                    found[*key, bureau] = _text(value)
    return found


def nudged(policies: list[Policy]) -> Iterator[tuple[str, list[Policy]]]:
    """(what is changed, the policies with it) for every value, set element, day and entry."""
    for place, policy in enumerate(policies):
        for at, parameter in enumerate(policy.parameters):
            for name, changed in _of_parameter(parameter):
                parameters = list(policy.parameters)
                parameters[at] = changed
                others = list(policies)
                others[place] = replace(policy, parameters=tuple(parameters))
                yield f"{policy.screening}.{parameter.name} {name}", others


def _of_parameter(parameter: Parameter) -> Iterator[tuple[str, Parameter]]:
    for place, entry in enumerate(parameter.entries):
        before, after = parameter.entries[:place], parameter.entries[place + 1 :]
        yield f"without {entry.since}", replace(parameter, entries=(*before, *after))
        for name, changed in _of_entry(entry, parameter.readings):
            yield (
                f"{entry.since} {name}",
                replace(parameter, entries=(*before, changed, *after)),
            )


def _of_entry(entry: Entry, readings: dict[str, str]) -> Iterator[tuple[str, Entry]]:
    for days in (-1, 1):
        since = entry.since + timedelta(days=days)
        yield f"since {since}", replace(entry, since=since)
    yield "ends or not", replace(entry, ends=not entry.ends)
    for value in [] if entry.ends else _steps(entry.value, readings):
        yield f"{entry.value} → {value}", replace(entry, value=value)
    for bureau, own in entry.by_bureau.items():
        others = {name: value for name, value in entry.by_bureau.items() if name != bureau}
        yield f"without {bureau}", replace(entry, by_bureau=others)
        for value in _steps(own, readings):
            changed = replace(entry, by_bureau=others | {bureau: value})
            yield f"{bureau}: {own} → {value}", changed


def _steps(value: Any, readings: dict[str, str]) -> Iterator[Any]:
    """The nearest values that are not this one."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (value - 1, value + 1)
        case Decimal():
            step = Decimal((0, (1,), int(value.as_tuple().exponent)))
            yield from (value - step, value + step)
        case date():
            yield from (value - timedelta(days=1), value + timedelta(days=1))
        case str():
            yield from (reading for reading in readings if reading != value)
        case list():
            for place in range(len(value)):
                yield value[:place] + value[place + 1 :]
        case dict():
            for key, item in value.items():
                for other in _steps(item, readings):
                    yield value | {key: other}
                yield {other: kept for other, kept in value.items() if other != key}
        case None:
            yield 0


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case list():
            return " | ".join(map(str, value))
        case dict():
            return " | ".join(f"{key}: {item}" for key, item in value.items())
        case bool():
            return str(value).lower()
    return _plain(str(value))


def _plain(text: str) -> str:
    """A number without the zeros at its end: 1.20 and 1.2 are the same."""
    try:
        return f"{Decimal(text).normalize():f}"
    except ArithmeticError:
        return text

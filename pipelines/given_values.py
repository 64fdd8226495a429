"""A policy value as a person gives it: typed as the parameter is, and checked as in its file."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.errors import UsageError
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Parameter, kinds_of, kinds_of_value, no_reading
from pipelines.policy_print import WORDED
from pipelines.reference import code_table

NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([%％]?)")
YES, NO, OPEN = ("true", "是", "yes"), ("false", "否", "no"), ("null", "待定", "open")
STEP = re.compile(r"(\d+)\s*(?:→|:|：)\s*([\d.]+)")
PLACES = 6  # what policy tables hold of a number
MOST = 10**9


def given_value(parameter: Parameter, given: Any) -> Any:
    """The value of a parameter that a text or a value of a YAML file stands for.

    A share may be given as `5.5%`, a list as `[a, b]` or `a,b`, a ladder as `{1: 2, 2: 4}`; `null`
    is a value that is not fixed yet. Raises UsageError naming what is wrong and what is known.
    """
    kind = next(iter(kinds_of(parameter)), "number")
    value = _read(given, kind)
    if value is None:
        return None
    if kinds_of_value(value) - {kind} or _shape(value) != _shape_of(kind):
        raise _wrong(parameter, given, _wanted(kind))
    if wrong := no_reading(parameter, value) or _no_code(parameter, value):
        raise _wrong(parameter, given, wrong)
    for number in _numbers(value):
        if wrong := _no_number(parameter, number):
            raise _wrong(parameter, given, wrong)
    return value


def _read(given: Any, kind: str) -> Any:
    """A text as what it stands for; whatever else as it is."""
    if isinstance(given, tuple):
        return list(given)
    if isinstance(given, float):
        return Decimal(str(given))  # as it was written
    if not isinstance(given, str):
        return given
    text = given.strip()
    if text.lower() in OPEN:
        return None
    if kind.startswith("list of "):
        items = text.removeprefix("[").removesuffix("]").split(",")
        return [_read(item, kind.removeprefix("list of ")) for item in items if item.strip()]
    if kind.startswith("ladder of "):
        steps = text.removeprefix("{").removesuffix("}").split(",")
        found = [STEP.fullmatch(step.strip()) for step in steps]
        return {int(step[1]): _number(step[2]) for step in found if step} if all(found) else given
    if kind == "number":
        return _number(text)
    if kind == "bool":
        return True if text.lower() in YES else False if text.lower() in NO else given
    if kind == "date":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return given
    return text.strip("'\"")


def _number(text: str) -> Any:
    found = NUMBER.fullmatch(text)
    if found is None:
        return text
    if found[2]:
        return Decimal(found[1]) / 100
    return Decimal(found[1]) if "." in found[1] else int(found[1])


def _numbers(value: Any) -> list[Any]:
    """The numbers of a value; of a ladder those above its steps."""
    items = list(value.values()) if isinstance(value, dict) else [value]
    return [item for item in items if type(item) in (int, Decimal)]


def _no_number(parameter: Parameter, number: int | Decimal) -> str | None:
    """What is wrong with a number: its sign, its size, more digits than policy tables hold."""
    is_share = parameter.unit["en"].startswith("share")
    if not 0 <= number <= (1 if is_share else MOST):
        share = say(
            "应为 0 至 1 的比例，例如 0.6 或 60%", "should be a share from 0 to 1: 0.6, 60%"
        )
        return share if is_share else say("应为不小于 0 的数", "should be a number from 0 on")
    if number != round(Decimal(number), PLACES):
        return say(f"最多 {PLACES} 位小数", f"has more than {PLACES} decimals")
    usual = {type(item) for value in parameter.values() for item in _numbers(value)}
    is_money = "yuan" in parameter.unit["en"]
    if usual <= {int} and not is_money and number != int(number):
        return say("应为整数", "should be a whole number")
    return None


def _no_code(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with codes: none that the lists have a word for, where those in use have."""
    if parameter.readings or kinds_of(parameter) not in ({"list of str"}, {"str"}):
        return None
    listed = [item if isinstance(item, list) else [item] for item in parameter.values()]
    used = {code for items in listed for code in items if code is not None}
    sections = {row["section"] for row in code_table("industries")}
    known = [codes for codes in (*map(set, map(labels_of, WORDED)), sections) if used <= codes]
    codes = set().union(*known) if known else used
    unknown = [
        item for item in (value if isinstance(value, list) else [value]) if item not in codes
    ]
    if not unknown:
        return None
    names = ", ".join(sorted(codes))
    return say(f"没有 {unknown[0]}，可用：{names}", f"{unknown[0]} is not known: {names}")


def _shape(value: Any) -> type:
    if isinstance(value, dict) and not all(type(key) is int for key in value):
        return type(None)
    return type(value) if isinstance(value, list | dict) else object


def _shape_of(kind: str) -> type:
    return list if kind.startswith("list") else dict if kind.startswith("ladder") else object


def _wanted(kind: str) -> str:
    """What a value of a kind looks like."""
    if kind.startswith("list"):
        return say("应为列表 [a, b]", "should be a list [a, b]")
    if kind.startswith("ladder"):
        return say("应为阶梯 {1: 2, 2: 4}", "should be a ladder {1: 2, 2: 4}")
    wanted = {
        "number": say("应为数字，例如 0.6、60% 或 12", "should be a number: 0.6, 60%, 12"),
        "bool": say("应为 true 或 false", "should be true or false"),
        "date": say("应为日期 YYYY-MM-DD", "should be a day YYYY-MM-DD"),
    }
    return wanted.get(kind, say("应为文字", "should be a text"))


def _wrong(parameter: Parameter, given: Any, what: str) -> UsageError:
    name, title = parameter.name, title_of(parameter)
    return UsageError(
        say(f"{name}（{title}）= {given}：{what}", f"{name} ({title}) = {given}: {what}")
    )

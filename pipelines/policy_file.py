"""One policy.yaml, checked: its parameters through time, each value with where it stands."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines import ROOT
from pipelines.errors import PolicyError
from pipelines.exact_yaml import read_exactly
from pipelines.messages import say

DOCUMENTS = ROOT / "data" / "reference" / "documents.csv"
BUREAUS = ROOT / "data" / "reference" / "bureaus.csv"
NOTICE = "nmg-2022-03-21"
ENTRY_KEYS = {"value", "by_bureau", "document", "article", "quote", "says", "note"}
PARAMETER_KEYS = {"title", "unit", "readings"}


@dataclass(frozen=True)
class Entry:
    """A parameter from a day on; `ends` when the file has no value from then on, only a note."""

    since: date
    ends: bool
    value: Any
    by_bureau: dict[str, Any]
    document: str | None
    article: str | None
    quote: str | None
    says: dict[str, str] | None
    note: str | None


@dataclass(frozen=True)
class Parameter:
    """One policy value through time, entries in order of their days."""

    name: str
    title: dict[str, str]
    unit: dict[str, str]
    readings: dict[str, str]
    entries: tuple[Entry, ...]

    def on(self, day: date) -> Entry | None:
        """The entry in force on `day`; None before the first one or after an end."""
        begun = [entry for entry in self.entries if entry.since <= day]
        return begun[-1] if begun and not begun[-1].ends else None

    def values(self) -> Iterator[Any]:
        """Every value of every day and bureau."""
        for entry in self.entries:
            yield entry.value
            yield from entry.by_bureau.values()


@dataclass(frozen=True)
class Policy:
    """The policy file of one screening."""

    screening: str
    path: Path
    title: dict[str, str]
    checked_on: date
    parameters: tuple[Parameter, ...]

    def missing_on(self, day: date) -> Parameter | None:
        """The first parameter without a value on `day`; None when the screening is in force."""
        return next((item for item in self.parameters if item.on(day) is None), None)

    def shown_path(self) -> str:
        """The file's path from the top level, for messages."""
        return (
            str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else str(self.path)
        )


def load_policy(path: Path) -> Policy:
    """One policy file, checked. Raises PolicyError naming file, parameter and what is wrong."""
    try:
        content = read_exactly(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _wrong(path, say("无法读取", "can't be read"), " ".join(str(error).split())) from None
    if not isinstance(content, dict):
        raise _wrong(path, say("应为键值表", "should be a mapping"), type(content).__name__)
    title, checked_on = content.pop("title", None), content.pop("checked_on", None)
    _check_title(path, "title", title)
    if not isinstance(checked_on, date):
        raise _wrong(path, "checked_on", say("应为日期", "should be a day"))
    parameters = tuple(_parameter(path, name, body) for name, body in content.items())
    return Policy(path.parent.name, path, title, checked_on, parameters)


def _parameter(path: Path, name: str, body: Any) -> Parameter:
    if not isinstance(body, dict):
        raise _wrong(path, name, say("应为键值表", "should be a mapping"))
    _check_title(path, name, body.get("title"))
    _check_title(path, f"{name}.unit", body.get("unit"))
    days = [key for key in body if key not in PARAMETER_KEYS]
    if wrong := [key for key in days if not isinstance(key, date)]:
        raise _wrong(
            path, f"{name}.{wrong[0]}", say("既不是已知项也不是日期", "is no known key and no day")
        )
    if not days:
        raise _wrong(path, name, say("没有任何取值", "has no value at all"))
    entries = tuple(_entry(path, name, day, body[day]) for day in sorted(days))
    readings = body.get("readings") or {}
    parameter = Parameter(name, body["title"], body["unit"], readings, entries)
    if len(kinds := kinds_of(parameter)) > 1:
        found = ", ".join(sorted(kinds))
        raise _wrong(
            path, name, say(f"取值种类不一：{found}", f"values of different kinds: {found}")
        )
    for value in parameter.values():
        if unread := no_reading(parameter, value):
            raise _wrong(path, name, unread)
    return parameter


def kinds_of(parameter: Parameter) -> set[str]:
    """What kind the values of a parameter are of: one, or none where all are open."""
    return {kind for value in parameter.values() for kind in kinds_of_value(value)}


def no_reading(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with a value of a parameter that has readings; None when nothing is."""
    for item in value if isinstance(value, list) else [value]:
        if parameter.readings and item is not None and item not in parameter.readings:
            known = ", ".join(parameter.readings)
            return say(f"{item} 不是可用的读法：{known}", f"{item} is no known reading: {known}")
    return None


def _entry(path: Path, name: str, since: date, body: Any) -> Entry:
    where = f"{name}.{since}"
    if not isinstance(body, dict) or (unknown := set(body) - ENTRY_KEYS):
        found = ", ".join(sorted(map(str, unknown))) if isinstance(body, dict) else str(body)
        raise _wrong(path, where, say(f"不认识：{found}", f"not known: {found}"))
    ends = "value" not in body
    if ends and not body.get("note"):
        raise _wrong(path, where, say("既无 value 也无 note", "has neither value nor note"))
    document = body.get("document")
    if document is None and not body.get("note"):
        raise _wrong(path, where, say("缺少 document 或 note", "has neither document nor note"))
    if document is not None and document not in documents():
        raise _wrong(
            path,
            where,
            say(f"文件 {document} 不在 documents.csv", f"{document} is not in documents.csv"),
        )
    if document == NOTICE and not (body.get("quote") and body.get("article")):
        raise _wrong(
            path,
            where,
            say("引用通知须有 article 和 quote", "a value of the notice needs article and quote"),
        )
    if document not in (None, NOTICE) and (body.get("quote") or not body.get("says")):
        raise _wrong(
            path,
            where,
            say(
                "其他文件用 says 转述，不得 quote",
                "other documents are told with says, never quoted",
            ),
        )
    if body.get("says"):
        _check_title(path, f"{where}.says", body["says"])
    by_bureau = {str(code): value for code, value in (body.get("by_bureau") or {}).items()}
    if nowhere := sorted(set(by_bureau) - bureaus()):
        raise _wrong(path, where, say(f"没有 {nowhere[0]} 这个盟市", f"{nowhere[0]} is no bureau"))
    return Entry(
        since, ends, body.get("value"), by_bureau, document,
        body.get("article"), body.get("quote"), body.get("says"), body.get("note"),
    )  # fmt: skip


def kinds_of_value(value: Any) -> set[str]:
    """What kind a value is of; a list or ladder what its items are of; none where it is open."""
    if isinstance(value, list):
        return {f"list of {kind}" for item in value for kind in kinds_of_value(item)}
    if isinstance(value, dict):
        return {f"ladder of {kind}" for item in value.values() for kind in kinds_of_value(item)}
    if value is None:
        return set()
    return {"number" if type(value) in (int, Decimal) else type(value).__name__}


def _check_title(path: Path, where: str, title: Any) -> None:
    if not isinstance(title, dict) or set(title) != {"zh", "en"}:
        raise _wrong(
            path, where, say("应有 zh 和 en 两种写法", "should have a wording in zh and en")
        )


def _wrong(path: Path, where: str, what: str) -> PolicyError:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return PolicyError(say(f"{shown}：{where}：{what}", f"{shown}: {where}: {what}"))


@cache
def documents() -> dict[str, dict[str, str]]:
    """data/reference/documents.csv by id: number, issuer, dated, seen, says."""
    with DOCUMENTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@cache
def bureaus() -> set[str]:
    """The codes of the bureaus that data/reference/bureaus.csv knows."""
    with BUREAUS.open(encoding="utf-8", newline="") as file:
        return {row["bureau_code"] for row in csv.DictReader(file)}

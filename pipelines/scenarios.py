"""Scenarios: which policy values to change, for which bureaus, from the policy of which day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import UsageError
from pipelines.exact_yaml import read_exactly
from pipelines.messages import say
from pipelines.policy_tables import value_text

KEYS = {"set", "bureaus", "as_of_policy"}


@dataclass(frozen=True)
class Scenario:
    """Policy values by parameter, as given or as values; for `bureaus`, or all when it is empty.

    The others are those in force on `as_of_policy`, by default on the day of the run.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    bureaus: tuple[str, ...] = ()
    as_of_policy: date | None = None
    name: str = ""

    @property
    def title(self) -> str:
        """Its name, else what it changes."""
        return self.name or self.described

    @property
    def described(self) -> str:
        """What it changes, for whom, from which day's policy, in a line."""
        parts = [f"{name}={_shown(value)}" for name, value in self.changes.items()]
        if self.as_of_policy:
            day = self.as_of_policy
            parts.insert(0, say(f"{day} 的政策", f"policy of {day}"))
        if self.bureaus:
            codes = say("、", ", ").join(self.bureaus)
            parts.append(say(f"仅 {codes}", f"only {codes}"))
        return say("；", "; ").join(parts)


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a YAML file: `name: {set: {…}, bureaus: […], as_of_policy: D}`, in order.

    Raises UsageError for a file that can't be read, and for a key that is not known.
    """
    try:
        content = read_exactly(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _wrong(path, " ".join(str(error).split())) from None
    if isinstance(content, list) and all(isinstance(item, dict) for item in content):
        content = {name: body for item in content for name, body in item.items()}
    if not isinstance(content, dict) or not content:
        raise _wrong(path, say("应为“方案名: {set: {…}}”", "should be `name: {set: {…}}`"))
    return [_scenario(path, str(name), body) for name, body in content.items()]


def _scenario(path: Path, name: str, body: Any) -> Scenario:
    if not isinstance(body, dict) or (unknown := set(body) - KEYS):
        found = ", ".join(sorted(map(str, unknown))) if isinstance(body, dict) else str(body)
        known = ", ".join(sorted(KEYS))
        raise _wrong(
            path, say(f"{name}：不认识 {found}，可用：{known}", f"{name}: {found}; known: {known}")
        )
    changes, bureaus = body.get("set") or {}, body.get("bureaus") or []
    day = body.get("as_of_policy")
    if not isinstance(changes, dict) or not isinstance(bureaus, list):
        raise _wrong(
            path,
            say(
                f"{name}：set 应为键值表，bureaus 应为列表",
                f"{name}: set should be a mapping, bureaus a list",
            ),
        )
    if day is not None and type(day) is not date:
        raise _wrong(
            path,
            say(f"{name}：as_of_policy 应为日期", f"{name}: as_of_policy should be YYYY-MM-DD"),
        )
    if not changes and day is None:
        raise _wrong(
            path,
            say(
                f"{name}：set 与 as_of_policy 至少要有一个",
                f"{name}: has neither set nor as_of_policy",
            ),
        )
    changes = {str(key): value for key, value in changes.items()}
    return Scenario(changes, tuple(map(str, bureaus)), day, name)


def _shown(value: Any) -> str:
    text = value_text(list(value) if isinstance(value, tuple) else value)
    return text or say("待定", "open")


def _wrong(path: Path, what: str) -> UsageError:
    return UsageError(say(f"{path}：{what}", f"{path}: {what}"))

"""What a screening asks of its subjects: sql/screenings/<name>/conditions.yaml."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import PolicyError
from pipelines.exact_yaml import read_exactly
from pipelines.messages import language, say
from pipelines.policy import SCREENINGS

KEYS = {"decision", "subject", "amount", "amount_parts", "conditions"}
# Columns of the decision by which money is told apart, and why a part of the amount may change.
OPTIONAL = {"groups", "amount_causes"}


@dataclass(frozen=True)
class Condition:
    """One condition of a decision: its column, and the policy parameters that decide it."""

    name: str
    titles: dict[str, str]
    policy: tuple[str, ...]

    @property
    def title(self) -> str:
        """What must hold, in the language in use."""
        return self.titles[language()]


@dataclass(frozen=True)
class Cause:
    """Why a part of the amount may change.

    `columns` of the decision are named with their values when they differ; `policy` parameters
    when their values do; of those that the part `takes` its value from, the ones that went from
    the part's value before to its value now.
    """

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    policy: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Screening:
    """A screening as questions see it: its decision table, key, conditions in order, amount."""

    name: str
    decision: str
    subject: dict[str, str]
    amount: str
    amount_parts: dict[str, dict[str, str]]
    conditions: tuple[Condition, ...]
    amount_causes: dict[str, Cause] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The key of the decision table: unit_id or person_id."""
        return "unit_id" if self.decision.endswith("_units") else "person_id"

    @property
    def counted_in(self) -> str:
        """户 or 人, in the language in use."""
        return self.subject[language()]

    def group_title(self, column: str) -> str:
        """What a column that tells money apart is called, in the language in use."""
        return self.groups[column][language()]

    def part_title(self, column: str) -> str:
        """What a part of the amount is called, in the language in use."""
        return self.amount_parts[column][language()]


@cache
def screenings(folder: Path = SCREENINGS) -> tuple[Screening, ...]:
    """Every screening that tells what it asks, by name. Raises PolicyError for a wrong file."""
    return tuple(_screening(path) for path in sorted(folder.glob("*/conditions.yaml")))


def screening_named(name: str) -> Screening | None:
    """The screening of that name, if there is one."""
    return next((item for item in screenings() if item.name == name), None)


def screening_in(folder: Path) -> Screening | None:
    """The screening of a folder; None when it does not tell its conditions. Raises PolicyError."""
    path = folder / "conditions.yaml"
    return _screening(path) if path.exists() else None


def _screening(path: Path) -> Screening:
    try:
        content: Any = read_exactly(path)
        if wrong := (set(content) - OPTIONAL) ^ KEYS:
            raise ValueError(", ".join(sorted(wrong)))
        conditions = tuple(
            Condition(name, dict(body["title"]), tuple(body["policy"]))
            for name, body in content.pop("conditions").items()
        )
        causes = {part: _cause(body) for part, body in content.pop("amount_causes", {}).items()}
        if unknown := sorted(set(causes) - set(content["amount_parts"])):
            raise ValueError(", ".join(unknown))
        return Screening(path.parent.name, conditions=conditions, amount_causes=causes, **content)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise PolicyError(
            say(
                f"{path}：无法使用（{reason}），请改正",
                f"{path}: not usable ({reason}); correct it",
            )
        ) from None


def _cause(body: Any) -> Cause:
    lists = {name: tuple(body.pop(name, ())) for name in ("policy", "takes")}
    return Cause(body.pop("columns", {}), **lists, **body)

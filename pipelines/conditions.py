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
# Columns of the decision by which money is told apart; a screening may have none.
GROUPS = "groups"


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
class Screening:
    """A screening as questions see it: its decision table, key, conditions in order, amount."""

    name: str
    decision: str
    subject: dict[str, str]
    amount: str
    amount_parts: dict[str, dict[str, str]]
    conditions: tuple[Condition, ...]
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
    """Every screening, by name. Raises PolicyError for a file that is missing or wrong."""
    return tuple(
        _screening(path.parent / "conditions.yaml") for path in sorted(folder.glob("*/policy.yaml"))
    )


def screening_named(name: str) -> Screening | None:
    """The screening of that name, if there is one."""
    return next((item for item in screenings() if item.name == name), None)


def _screening(path: Path) -> Screening:
    try:
        content: Any = read_exactly(path)
        if set(content) - {GROUPS} != KEYS:
            raise ValueError(", ".join(sorted((set(content) - {GROUPS}) ^ KEYS)))
        conditions = tuple(
            Condition(name, dict(body["title"]), tuple(body["policy"]))
            for name, body in content.pop("conditions").items()
        )
        return Screening(name=path.parent.name, conditions=conditions, **content)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise PolicyError(
            say(
                f"{path}：无法使用（{reason}），请改正",
                f"{path}: not usable ({reason}); correct it",
            )
        ) from None

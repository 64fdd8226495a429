"""What if: a screening's decision under other policy values, beside that of a published run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pipelines import whatif_counts, whatif_turned
from pipelines.changed_policy import changed_policy
from pipelines.conditions import Screening, screening_named, screenings
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.policy import SCREENINGS
from pipelines.policy_file import load_policy
from pipelines.rebuilt import Rebuilt
from pipelines.results import Results
from pipelines.scenarios import Scenario
from pipelines.whatif_counts import BUREAU, REGION, Figures
from pipelines.whatif_notes import of_code, of_policy
from pipelines.whatif_turned import Subject, Turned

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class WhatIf:
    """The answer: figures of the run as it is and of every scenario, and who changes.

    Use it in a `with` block or close it; only `subjects` needs it open.
    `notes` tells what whoever reads the figures has to know. Money is that of eligible subjects in
    yuan; of those whose amount is not known yet the number stands beside it.
    """

    run_id: str
    screening: Screening
    scenarios: tuple[Scenario, ...]
    notes: tuple[str, ...]
    figures: tuple[Figures, ...]
    turned: tuple[Turned, ...]
    rebuilt: Rebuilt

    def __enter__(self) -> "WhatIf":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def names(self) -> list[str]:
        """What the scenarios are called in headers: by their names, else by their numbers."""
        return [
            item.name or say(f"方案{number}", f"scenario {number}")
            for number, item in enumerate(self.scenarios, start=1)
        ]

    def of(self, breakdown: str) -> list[Figures]:
        """The figures by `region`, `bureau` or a column of the screening's groups."""
        return [item for item in self.figures if item.breakdown == breakdown]

    def subjects(self) -> list[Subject]:
        """Everyone whose outcome a scenario changes, by scenario and key; read anew each time."""
        return [
            subject
            for number, scenario in enumerate(self.scenarios, start=1)
            for subject in whatif_turned.subjects(self.rebuilt, f"scenario_{number}", scenario)
        ]

    @cached_property
    def summary(self) -> "pandas.DataFrame":
        """The region's figures as a pandas frame, a row per scenario; money as Decimal."""
        return self._frame(REGION)

    @cached_property
    def bureaus(self) -> "pandas.DataFrame":
        """The figures by bureau as a pandas frame, a row per scenario and bureau."""
        return self._frame(BUREAU)

    def by(self, column: str) -> "pandas.DataFrame":
        """The figures by a column of the screening's groups, such as size_class, as a frame."""
        return self._frame(column)

    def close(self) -> None:
        """Let go of the run."""
        self.rebuilt.close()

    def _frame(self, breakdown: str) -> "pandas.DataFrame":
        import pandas

        return pandas.DataFrame([item.as_row() for item in self.of(breakdown)])


def what_if(
    results: Results,
    screening: str,
    *scenarios: Scenario | Mapping[str, Any],
    bureaus: Sequence[str] = (),
    as_of_policy: date | None = None,
) -> WhatIf:
    """The screening of a run under other policy values, side by side; the run is only read.

    A scenario is a mapping from parameters to values, for all bureaus or those of `bureaus`, on
    top of the policy of the run's day or of `as_of_policy`; or a Scenario, which says so itself.
    Raises UsageError for an unknown screening, parameter, bureau or value, PolicyError for a day
    without policy, StaleError for a run that can't be read.
    """
    known = screening_named(screening)
    if known is None:
        names = ", ".join(item.name for item in screenings())
        raise UsageError(
            say(
                f"{screening}：没有这个筛查，可用：{names}",
                f"{screening}: there is no such screening; known: {names}",
            )
        )
    asked = tuple(
        item if isinstance(item, Scenario) else Scenario(item, tuple(bureaus), as_of_policy)
        for item in scenarios or ({},)
    )
    titles = [item.title for item in asked]
    if twice := [title for title in titles if titles.count(title) > 1]:
        raise UsageError(
            say(f"两个方案同名：{twice[0]}", f"two scenarios have the same name: {twice[0]}")
        )
    as_of = results.run.as_of
    policy = load_policy(SCREENINGS / screening / "policy.yaml")
    changed = [changed_policy(policy, item, as_of) for item in asked]
    rebuilt = Rebuilt(results, known)
    try:
        notes = (*of_code(rebuilt), *of_policy(results, policy))
        variants = {f"scenario_{at}": title for at, title in enumerate(titles, start=1)}
        for variant, item in zip(variants, changed, strict=True):
            rebuilt.add(variant, item, as_of)
        figures = tuple(whatif_counts.figures(rebuilt, variants))
        turned = tuple(whatif_turned.turned(rebuilt, variants))
    except BaseException:
        rebuilt.close()
        raise
    return WhatIf(results.run.run_id, known, asked, notes, figures, turned, rebuilt)

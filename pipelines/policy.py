"""Which policies there are, and which of them are in force on a day."""

from datetime import date
from pathlib import Path

from pipelines import ROOT
from pipelines.errors import PolicyError, UsageError
from pipelines.messages import language, say
from pipelines.policy_file import Parameter, Policy, load_policy

SCREENINGS = ROOT / "sql" / "screenings"


def load_policies(folder: Path = SCREENINGS) -> list[Policy]:
    """The policy of every screening under `folder`, by name.

    Raises PolicyError for a file that does not keep to the schema.
    """
    return [load_policy(path) for path in sorted(folder.glob("*/policy.yaml"))]


def in_force(
    policies: list[Policy], day: date, only: tuple[str, ...] = ()
) -> tuple[list[Policy], list[Policy]]:
    """The policies in force on `day` and those that are not, of `only` when it names any.

    Raises UsageError for an unknown name; PolicyError for one of `only` that is not in force, and
    when none is in force at all.
    """
    names = [policy.screening for policy in policies]
    for name in only:
        if name not in names:
            known = ", ".join(names)
            raise UsageError(
                say(
                    f"--only {name}：没有这个筛查，可用：{known}",
                    f"--only {name}: there is no such screening; known: {known}",
                )
            )
    chosen = [policy for policy in policies if not only or policy.screening in only]
    missing = [policy for policy in chosen if policy.missing_on(day)]
    if missing and (only or len(missing) == len(chosen)):
        raise PolicyError(why_not_in_force(missing[0], day))
    return [policy for policy in chosen if policy not in missing], missing


def why_not_in_force(policy: Policy, day: date, option: str = "--as-of") -> str:
    """One line: which parameter has no value on `day`, and what can be done.

    `option` is the one by which the day was asked for.
    """
    parameter = policy.missing_on(day)
    assert parameter is not None
    first = parameter.entries[0].since
    where = policy.shown_path()
    if day < first:
        return say(
            f"{where}：{parameter.name} 在 {day} 没有取值，最早自 {first} 起。"
            f"请改用较晚的 {option}，或补录此前的取值及其文件。",
            f"{where}: {parameter.name} has no value on {day}; its first is from {first}."
            f" Run with a later {option}, or add the earlier value with its notice.",
        )
    ended = [entry for entry in parameter.entries if entry.since <= day][-1]
    return say(
        f"{where}：{parameter.name} 自 {ended.since} 起无取值（{ended.note}），{day} 不在有效期内。"
        f"请改用有效期内的 {option}，或补录取值及其文件。",
        f"{where}: {parameter.name} has no value from {ended.since} on ({ended.note}), so none on"
        f" {day}. Run with {option} on a day in force, or add the value with its notice.",
    )


def title_of(titled: Policy | Parameter) -> str:
    """A title in the language in use."""
    return titled.title[language()]

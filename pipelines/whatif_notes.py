"""What whoever reads a what-if has to know: program or policy have changed since the run."""

from collections.abc import Mapping
from datetime import date

from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Parameter, Policy
from pipelines.policy_tables import value_for, value_text
from pipelines.rebuilt import Rebuilt
from pipelines.results import Results


def of_code(rebuilt: Rebuilt) -> list[str]:
    """What is said when the run's decision can't be had again from its own policy."""
    differing = rebuilt.differing()
    if differing == 0:
        return []
    found = (
        say("列不同", "its columns differ")
        if differing is None
        else say(f"{differing} 个对象不同", f"{differing} subjects differ")
    )
    return [
        say(
            f"注意：程序在该次运行之后改过，按该次政策重算的结论与当时发布的不一致（{found}）；"
            "以下与重算的结论比较，不与发布的比较",
            "note: the program has changed since the run; its decision made again with its own"
            f" policy is not the one published ({found}). Compared is with the one made again",
        )
    ]


def of_policy(results: Results, policy: Policy) -> list[str]:
    """What is said when policy.yaml has other values on the run's day than the run had."""
    rows = results.rows(
        "select parameter, bureau_code, coalesce(value_text, '') from policy_values"
        " where screening = ?",
        [policy.screening],
    )
    then = {(parameter, bureau): text for parameter, bureau, text in rows}
    changed = [
        parameter for parameter in policy.parameters
        if _texts(parameter, results.run.as_of, then) != _texts_then(parameter, then)
    ]  # fmt: skip
    if not changed:
        return []
    names = say("、", ", ").join(f"{item.name}（{title_of(item)}）" for item in changed)
    return [
        say(
            f"注意：{policy.shown_path()} 在该次运行之后改过 {names}；方案按现在的文件计算",
            f"note: {policy.shown_path()} has changed since the run: {names}. Scenarios are counted"
            " with the file as it is now",
        )
    ]


def _texts(parameter: Parameter, day: date, then: Mapping[tuple[str, str], str]) -> dict[str, str]:
    entry = parameter.on(day)
    assert entry is not None
    bureaus = {bureau for _, bureau in then}
    return {bureau: value_text(value_for(entry, bureau)) for bureau in bureaus}


def _texts_then(parameter: Parameter, then: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return {bureau: text for (name, bureau), text in then.items() if name == parameter.name}

"""A policy as a scenario would have it."""

from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from pipelines.errors import PolicyError, UsageError
from pipelines.given_values import given_value
from pipelines.messages import say
from pipelines.policy import why_not_in_force
from pipelines.policy_file import Entry, Parameter, Policy
from pipelines.policy_tables import value_for
from pipelines.reference import code_table
from pipelines.scenarios import Scenario


def changed_policy(policy: Policy, scenario: Scenario, as_of: date) -> Policy:
    """A policy with the values of a scenario on `as_of`; bureaus that it leaves out keep theirs.

    Raises UsageError for an unknown parameter, bureau or value, PolicyError when a day that is
    asked for has no policy.
    """
    if policy.missing_on(as_of):
        raise PolicyError(why_not_in_force(policy, as_of))
    if scenario.as_of_policy and policy.missing_on(scenario.as_of_policy):
        raise PolicyError(why_not_in_force(policy, scenario.as_of_policy, "--as-of-policy"))
    known = {parameter.name: parameter for parameter in policy.parameters}
    for name in scenario.changes:
        if name not in known:
            raise _no_parameter(policy, name, list(known))
    bureaus = [_bureau(text) for text in scenario.bureaus]
    return replace(
        policy,
        parameters=tuple(
            _changed(parameter, scenario, as_of, bureaus) for parameter in policy.parameters
        ),
    )


def _changed(
    parameter: Parameter, scenario: Scenario, as_of: date, bureaus: list[str]
) -> Parameter:
    """The parameter with another entry in force on `as_of`; its other entries keep the types."""
    now = parameter.on(as_of)
    then = parameter.on(scenario.as_of_policy or as_of)
    assert now and then, parameter.name
    if parameter.name in scenario.changes:
        value = given_value(parameter, scenario.changes[parameter.name])
        then = replace(then, value=value, by_bureau={})
    entry = replace(now, value=then.value, by_bureau=then.by_bureau)
    if bureaus:
        own = {bureau: value_for(then, bureau) for bureau in bureaus}
        entry = replace(now, by_bureau=now.by_bureau | own)
    return replace(parameter, entries=tuple(_put(parameter.entries, now, entry)))


def _put(entries: tuple[Entry, ...], old: Entry, new: Entry) -> list[Entry]:
    return [new if entry is old else entry for entry in entries]


def _bureau(text: str) -> str:
    """The code of a bureau that is named by its code or its name."""
    rows = code_table("bureaus")
    for row in rows:
        if text in row.values():
            return row["bureau_code"]
    known = ", ".join(f"{row['bureau_code']} {row['bureau_name']}" for row in rows)
    raise UsageError(
        say(f"没有 {text} 这个盟市，可用：{known}", f"{text} is no bureau; known: {known}")
    )


def _no_parameter(policy: Policy, name: str, known: list[str]) -> UsageError:
    close = get_close_matches(name, known, 1)
    hint = say(f"（是否指 {close[0]}？）", f" (do you mean {close[0]}?)") if close else ""
    names = ", ".join(known)
    return UsageError(
        say(
            f"{policy.screening} 没有参数 {name}{hint}，可用：{names}",
            f"{policy.screening} has no parameter {name}{hint}; known: {names}",
        )
    )

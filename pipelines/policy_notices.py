"""What a run says of its policy: not in force, checked until when, soon to change."""

from datetime import timedelta

from pipelines.messages import say
from pipelines.order import Order
from pipelines.policy import load_policies, title_of, why_not_in_force
from pipelines.policy_tables import next_change


def policy_notices(order: Order) -> list[str]:
    """One line per screening that is not in force, was checked before the day, or changes soon."""
    lines = []
    soon = order.as_of + timedelta(days=order.settings.policy_warning_days)
    for policy in load_policies():
        if order.only and policy.screening not in order.only:
            continue
        title = title_of(policy)
        if policy.missing_on(order.as_of):
            why = why_not_in_force(policy, order.as_of)
            lines.append(say(f"{title}：未筛查。{why}", f"{title}: not screened. {why}"))
            continue
        if order.as_of > policy.checked_on:
            lines.append(
                say(
                    f"{title}：政策值核对至 {policy.checked_on}",
                    f"{title}: policy values were checked up to {policy.checked_on}",
                )
            )
        for parameter in policy.parameters:
            change = next_change(parameter, order.as_of)
            if change and change <= soon:
                name = title_of(parameter)
                lines.append(
                    say(
                        f"{title}：{name} 自 {change} 起变化", f"{title}: {name} changes on {change}"
                    )
                )
    return lines

"""What people are told of the policy: every value in force, and what changes soon."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.labels import labels_of
from pipelines.messages import language, say
from pipelines.policy import title_of, why_not_in_force
from pipelines.policy_file import Entry, Parameter, Policy, documents
from pipelines.policy_tables import value_text

WORDED = ("unit_type", "reason_class", "register", "method")


@dataclass(frozen=True)
class PolicyLine:
    """One value in force as `wengang policy` prints it."""

    parameter: str
    title: str
    value: str
    unit: str
    since: date
    source: str
    wording: str


def values_in_force(policy: Policy, day: date) -> list[PolicyLine]:
    """The lines of a policy in force on `day`, values of single bureaus after the region's."""
    lines = []
    for parameter in policy.parameters:
        entry = parameter.on(day)
        if entry is not None:
            lines.append(_line(parameter, entry))
    return lines


def notices(policies: list[Policy], day: date, within_days: int) -> list[str]:
    """What whoever reads a run has to know of its policy, one line each.

    Screenings that are not in force, values that change or end within `within_days`, and files
    that were last compared with their documents before `day`.
    """
    lines = [why_not_in_force(policy, day) for policy in policies if policy.missing_on(day)]
    for policy in policies:
        if policy.missing_on(day):
            continue
        if day > policy.checked_on:
            lines.append(
                say(
                    f"{title_of(policy)}：政策值核对至 {policy.checked_on}",
                    f"{title_of(policy)}: policy values were checked up to {policy.checked_on}",
                )
            )
        lines += changes(policy, day, within_days)
    return lines


def changes(policy: Policy, day: date, within_days: int) -> list[str]:
    """One line for every value of a policy that changes or ends in the days after `day`."""
    last = day + timedelta(days=within_days)
    lines = []
    for parameter in policy.parameters:
        for entry in parameter.entries:
            if not day < entry.since <= last:
                continue
            what = f"{title_of(policy)}：{title_of(parameter)}（{parameter.name}）"
            if entry.ends:
                lines.append(
                    say(
                        f"政策到期提醒：{what}自 {entry.since} 起无取值（{entry.note}）",
                        f"policy ends soon: {what} has no value from {entry.since} ({entry.note})",
                    )
                )
            else:
                value = _shown(entry)
                lines.append(
                    say(
                        f"政策变动提醒：{what}自 {entry.since} 起为 {value}",
                        f"policy changes soon: {what} is {value} from {entry.since} on",
                    )
                )
    return lines


def _line(parameter: Parameter, entry: Entry) -> PolicyLine:
    source = ""
    if entry.document:
        document = documents()[entry.document]
        seen = say(f"所见：{document['seen_zh']}", f"seen: {document['seen']}")
        name = document["number"] or say(document["issuer_zh"], document["issuer"])
        source = f"{entry.document} {name} {document['dated']} {entry.article or ''}".strip()
        source += say(f"（{seen}）", f" ({seen})")
    wording = "；".join(
        text
        for text in (
            f"“{entry.quote}”" if entry.quote else None,
            entry.says[language()] if entry.says else None,
            entry.note,
            _reading(parameter, entry),
        )
        if text
    )
    return PolicyLine(
        parameter.name,
        title_of(parameter),
        _shown(entry),
        parameter.unit[language()],
        entry.since,
        source,
        wording,
    )


def _reading(parameter: Parameter, entry: Entry) -> str | None:
    if not parameter.readings:
        return None
    values = entry.value if isinstance(entry.value, list) else [entry.value]
    return "；".join(parameter.readings[value] for value in values if value in parameter.readings)


def _shown(entry: Entry) -> str:
    """The region's value, then those of single bureaus; codes in the words of the lists."""
    shown = _in_words(entry.value) or say("（待定）", "(open)")
    own = [f"{bureau}: {_in_words(value)}" for bureau, value in entry.by_bureau.items()]
    return "; ".join([shown, *own])


def _in_words(value: Any) -> str:
    return in_words(value) if isinstance(value, list) else value_text(value)


def in_words(codes: list[Any]) -> str:
    """Codes in the words of the lists: of the first kind that knows all of them."""
    kinds = (labels_of(kind) for kind in WORDED)
    words = next((known for known in kinds if all(code in known for code in codes)), {})
    return say("、", ", ").join(words.get(code, str(code)) for code in codes)

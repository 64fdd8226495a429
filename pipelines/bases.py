"""The policy values of a bureau in a run: in force since when, where they stand, what they say."""

from typing import Any

from pipelines.explained import Basis
from pipelines.messages import language, say
from pipelines.policy import title_of
from pipelines.policy_file import Parameter, Policy
from pipelines.policy_print import in_words
from pipelines.results import Results

_FLAGS = {"true": ("是", "yes"), "false": ("否", "no")}


def bases_of(results: Results, policy: Policy, bureau_code: str | None) -> dict[str, Basis]:
    """Every value that a screening's policy had for the bureau, by parameter."""
    found = results.rows(
        "select policy.parameter, policy.value_text, policy.unit, policy.article, policy.quote,"
        " policy.says, policy.note, policy.valid_from, policy.next_change, documents.id,"
        f" documents.number, documents.{_issuer()}, documents.dated from policy_values as policy"
        " left join ref_documents as documents on policy.document = documents.id"
        " where policy.screening = ? and policy.bureau_code = ?",
        [policy.screening, bureau_code],
    )
    parameters = {parameter.name: parameter for parameter in policy.parameters}
    return {row[0]: _basis(parameters.get(row[0]), *row) for row in found}


def _basis(
    parameter: Parameter | None,
    name: str,
    value: str | None,
    unit: str,
    article: str | None,
    quote: str | None,
    says: str | None,
    note: str | None,
    since: Any,
    until: Any,
    document: str | None,
    number: str | None,
    issuer: str | None,
    dated: str | None,
) -> Basis:
    codes = value.split(", ") if value else []
    readings = parameter.readings if parameter else {}
    if not value:
        shown = say("待定", "open")
    elif value in _FLAGS:
        shown = say(*_FLAGS[value])
    elif all(code in readings for code in codes):
        shown = "；".join(readings[code] for code in codes)
    else:
        shown = f"{in_words(codes)}（{unit}）"
    begun = say(f"自 {since} 起", f"from {since}")
    if until:
        begun += say(f"，{until} 起另有规定", f", other from {until}")
    source = ""
    if document:
        source = " ".join(part for part in (number or issuer, dated, article) if part)
    wording = [f"“{quote}”" if quote else "", says or "", note or ""]
    return Basis(
        title_of(parameter) if parameter else name,
        shown,
        " · ".join(part for part in (source, begun) if part),
        "；".join(text for text in wording if text),
    )


def _issuer() -> str:
    return "issuer_zh" if language() == "zh" else "issuer"

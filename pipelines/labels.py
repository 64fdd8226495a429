"""data/reference/labels.csv: what codes are called in reports, as SQL has it in `labels`."""

from functools import cache

from pipelines.messages import language
from pipelines.reference import code_table


def labels_of(kind: str) -> dict[str, str]:
    """The labels of a kind by code, in the language in use."""
    return {row["code"]: row[language()] for row in _labels() if row["kind"] == kind}


@cache
def _labels() -> list[dict[str, str]]:
    return code_table("labels")

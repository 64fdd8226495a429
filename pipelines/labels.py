"""data/reference/labels.csv: what codes are called in reports, as SQL has it in `labels`."""

import csv
from functools import cache

from pipelines.messages import language
from pipelines.reference import REFERENCE


def labels_of(kind: str) -> dict[str, str]:
    """The labels of a kind by code, in the language in use."""
    return {code: row[language()] for (known, code), row in _labels().items() if known == kind}


@cache
def _labels() -> dict[tuple[str, str], dict[str, str]]:
    with (REFERENCE / "labels.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["code"]): row for row in csv.DictReader(file)}

"""What a cell of an extract should hold, in words for whoever corrects it."""

from pipelines.contracts import Column, Contract
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.reference import code_meanings


def expected_in(contract: Contract, label: str | None, system: str | None) -> str:
    """What the contract wants of the column with this label, read in a file's system.

    Without a label the whole row is meant; of what is no column of the contract nothing is said.
    """
    words = labels_of("expected")
    if label is None:
        return words["whole_row"]
    found = next((column for column in contract.columns if column.label == label), None)
    if found is None:
        return ""
    choice = _choice(found, system)
    parts = [words["one_of"].replace("{1}", choice) if choice else words[found.type]]
    if found.required in {"value", "value_if_delivered"}:
        parts.append(words["required"])
    return say("；", "; ").join(parts)


def _choice(column: Column, system: str | None) -> str:
    """What may stand in a column that takes nothing else."""
    if column.is_closed:
        names = list(column.values)
    elif column.codes and column.codes.closed:
        meanings = code_meanings(column.codes.table, column.codes.meaning, system)
        names = sorted(code for code, meaning in meanings.items() if meaning is not None)
    else:
        names = []
    return say("、", ", ").join(names)

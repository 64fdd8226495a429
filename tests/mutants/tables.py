"""The two tables of mutants: which case catches each, and which are no change and why."""

import csv
from pathlib import Path

from tests.case_tables import case_files
from tests.mutants.judge import catchers
from tests.mutants.make import Mutant, mutants_of

HERE = Path(__file__).resolve().parent
CAUGHT = HERE / "caught.csv"
EQUIVALENT = HERE / "equivalent.csv"
Names = dict[tuple[str, str], str]


def read_table(path: Path) -> Names:
    """(model, mutant) → who catches it, or the reason why it changes nothing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert len(header) == 3 and all(all(row) for row in rows), f"{path.name}: a blank cell"
    found = {(model, mutant): told for model, mutant, told in rows}
    assert len(found) == len(rows), f"{path.name}: a mutant stands twice"
    return found


def judged(chosen: set[tuple[str, str]] | None = None) -> tuple[Names, set[tuple[str, str]]]:
    """(who catches each mutant, who survives), of all mutants or of those chosen."""
    caught: Names = {}
    survivors: set[tuple[str, str]] = set()
    for path in case_files():
        mutants: list[Mutant] = [
            mutant
            for mutant in mutants_of(path.stem)
            if chosen is None or (mutant.model, mutant.name) in chosen
        ]
        for mutant, caught_by in catchers(path, mutants).items():
            if caught_by is None:
                survivors.add((mutant.model, mutant.name))
            else:
                caught[mutant.model, mutant.name] = caught_by
    return caught, survivors


def write_caught(caught: Names) -> None:
    """Write the table of who catches what."""
    with CAUGHT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "mutant", "caught_by"])
        writer.writerows([*key, caught_by] for key, caught_by in caught.items())

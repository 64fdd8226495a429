"""Which case of a model's case table notices a mutant."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from tests.case_run import case_groups, compare, prepared
from tests.case_warehouse import run_select
from tests.mutants.make import Mutant

NO_SELECT = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)
STOPS = "it stops"
MULTIPLIES = "too many rows"
MOST_ROWS = 5000


def catchers(path: Path, mutants: Iterable[Mutant]) -> dict[Mutant, str | None]:
    """For each mutant of a case table's model the first case that it fails; None: it survives.

    What DuckDB would not even begin to run is no mutant and does not come back. One that stops at
    a value of the cases is caught as well, and so is one that multiplies the rows.
    """
    found: dict[Mutant, str | None] = dict.fromkeys(mutants)
    # The largest group first: most are caught there.
    for cases, given in sorted(case_groups(path), key=lambda group: -len(group[0])):
        waiting = [mutant for mutant, caught_by in found.items() if caught_by is None]
        while waiting:  # once, but for mutants that stop: they end the transaction
            with prepared(path.stem, given) as connection:
                usual = run_select(connection, path.stem)
                while waiting:
                    mutant = waiting.pop(0)
                    try:
                        rows = run_select(connection, mutant.model, mutant.sql, MOST_ROWS)
                    except NO_SELECT:
                        del found[mutant]
                        continue
                    except duckdb.Error:
                        found[mutant] = STOPS
                        break
                    if len(rows) == MOST_ROWS:
                        found[mutant] = MULTIPLIES
                    elif rows != usual:
                        wrong = (case.id for case in cases if compare(case, rows))
                        found[mutant] = next(wrong, None)
    return found

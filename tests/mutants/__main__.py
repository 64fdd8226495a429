"""`python -m tests.mutants` judges every mutant, writes caught.csv and names the survivors."""

import sys

from tests.mutants.tables import EQUIVALENT, judged, read_table, write_caught


def main() -> int:
    """0 when every mutant is caught or told why it changes nothing."""
    caught, survivors = judged()
    write_caught(caught)
    told = set(read_table(EQUIVALENT))
    for model, name in sorted(survivors - told):
        print(f"survives: {model}: {name}")
    for model, name in sorted(told - survivors):
        print(f"stands in {EQUIVALENT.name} and does not survive: {model}: {name}")
    print(
        f"{len(caught)} caught, {len(survivors)} survive, {len(survivors & told)} of them told of"
    )
    return 0 if survivors == told else 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.second_opinion EXTRACTS AS_OF RESULTS.duckdb` prints all differences."""

import sys
from datetime import date
from pathlib import Path

from tests.second_opinion.compare import differences


def main() -> int:
    """0 without differences, 1 with some, 2 for wrong use."""
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    extracts, as_of, results = sys.argv[1:]
    found = differences(Path(extracts), date.fromisoformat(as_of), Path(results))
    for line in found:
        print(line)
    print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Size classes by 国统字〔2017〕213号, written down a second time."""

from decimal import Decimal

from tests.second_opinion.read import Row
from tests.second_opinion.register_units import section_of

# Industries (sections or prefixes) · indicator · lower bounds of large, medium, small.
TABLE = """
A revenue 20000 500 50
B+C+D employees 1000 300 20
B+C+D revenue 40000 2000 300
E revenue 80000 6000 300
E assets 80000 5000 300
51 employees 200 20 5
51 revenue 40000 5000 1000
52 employees 300 50 10
52 revenue 20000 500 100
54+55+56+57+58+591 employees 1000 300 20
54+55+56+57+58+591 revenue 30000 3000 200
592+593+594+595+596+599 employees 200 100 20
592+593+594+595+596+599 revenue 30000 1000 100
60 employees 1000 300 20
60 revenue 30000 2000 100
61 employees 300 100 10
61 revenue 10000 2000 100
62 employees 300 100 10
62 revenue 10000 2000 100
63+64 employees 2000 100 10
63+64 revenue 100000 1000 100
65 employees 300 100 10
65 revenue 10000 1000 50
701 revenue 200000 1000 100
701 assets 10000 5000 2000
702 employees 1000 300 100
702 revenue 5000 1000 500
L employees 300 100 10
L assets 120000 8000 100
M+N+O+R+85+703+709 employees 300 100 10
"""
COLUMNS = {"employees": "employees", "revenue": "revenue_10k", "assets": "assets_10k"}
Bounds = dict[str, tuple[Decimal, Decimal, Decimal]]


def bounds_of(industry: str | None) -> Bounds:
    """Column → lower bounds of an industry; empty when it is too coarse or not in the table."""
    found: Bounds = {}
    if not industry:
        return found
    section = section_of(industry)
    for line in TABLE.split("\n")[1:-1]:
        prefixes, indicator, large, medium, small = line.split()
        for prefix in prefixes.split("+"):
            if prefix == section or (prefix.isdigit() and industry.startswith(prefix)):
                bounds = Decimal(large), Decimal(medium), Decimal(small)
                found[COLUMNS[indicator]] = bounds
    return found


def size_of(unit: Row) -> tuple[str | None, str]:
    """A unit's size class and its basis: as delivered, else by the table, else unknown."""
    if unit["size_class"]:
        return unit["size_class"], "delivered"
    size = size_by_table(unit)
    return size, "table" if size else "unknown"


def size_by_table(unit: Row) -> str | None:
    """The highest class whose bounds are all reached; None where that can't be told."""
    values = [(unit[column], bounds) for column, bounds in bounds_of(unit["industry_code"]).items()]
    if any(value is not None and value < small for value, (_, _, small) in values):
        return "micro"
    if not values or any(value is None for value, _ in values):
        return None
    for place, size in enumerate(("large", "medium")):
        if all(value >= bounds[place] for value, bounds in values):
            return size
    return "small"

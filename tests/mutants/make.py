"""All mutants of a select: one per place and way, each with a name that says what it changes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import sqlglot
from sqlglot import exp

from tests.case_warehouse import model_path
from tests.mutants.operators import changes

LONGEST = 70
SHORTEST = 12


@dataclass(frozen=True)
class Mutant:
    """A model with one thing changed: at which node of its tree, and which of the ways there."""

    model: str
    name: str
    place: int
    way: int

    @cached_property
    def sql(self) -> str:
        """The whole select with the change."""
        tree = _tree(self.model)
        node = _nodes(self.model)[self.place]
        new = _in_brackets(list(changes(node))[self.way], node)
        parent, key = node.parent, node.arg_key or ""
        assert parent is not None
        before = parent.args[key]
        if isinstance(before, list):
            before = list(before)
            after = [new if item is node else item for item in before]
            parent.set(key, [item for item in after if item is not None])
        else:
            parent.set(key, new)
        try:
            return written(tree)
        finally:
            parent.set(key, before)


@cache
def mutants_of(model: str) -> tuple[Mutant, ...]:
    """The mutants of a model, in the order of its tree."""
    times: Counter[str] = Counter()
    found = []
    for place, way, change in _changes(model):
        times[change] += 1
        name = change if times[change] == 1 else f"{change} ({times[change]})"
        found.append(Mutant(model, name, place, way))
    return tuple(found)


def written(tree: exp.Expr) -> str:
    """A tree as DuckDB's SQL."""
    # Without comments: an apostrophe in /* … */ makes DuckDB change wide spaces in texts.
    return tree.sql(dialect="duckdb", comments=False)


@cache
def _tree(model: str) -> exp.Expr:
    return sqlglot.parse_one(model_path(model).read_text(encoding="utf-8"), dialect="duckdb")


@cache
def _nodes(model: str) -> list[exp.Expr]:
    return list(_tree(model).dfs())


def _changes(model: str) -> Iterator[tuple[int, int, str]]:
    for place, node in enumerate(_nodes(model)):
        for way, new in enumerate(changes(node)):
            yield place, way, _name(node, new)


def _in_brackets(new: exp.Expr | None, old: exp.Expr) -> exp.Expr | None:
    """What replaces a test or a sum keeps its place among its neighbours."""
    needs = isinstance(new, exp.Connector | exp.Not | exp.Add | exp.Sub | exp.Predicate)
    inside = isinstance(old.parent, exp.Binary | exp.Unary | exp.Is | exp.Between | exp.In)
    return exp.Paren(this=new) if needs and inside else new


def _name(node: exp.Expr, new: exp.Expr | None) -> str:
    old = _short(node)
    if new is None:
        return f"without {old}"
    if len(old) < SHORTEST and node.parent is not None and not isinstance(node.parent, exp.Select):
        return f"{_short(node.parent)}: {old} → {_short(new)}"
    return f"{old} → {_short(new)}"


def _short(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb", comments=False)
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}…{text[-half:]}"

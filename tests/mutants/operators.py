"""Every way in which one place of a select is made wrong, on the tree that sqlglot reads."""

from collections.abc import Iterator

from sqlglot import exp

from pipelines.policy import SCREENINGS

SWAPS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.NullSafeEQ: exp.NullSafeNEQ,
    exp.NullSafeNEQ: exp.NullSafeEQ,
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
}
ONE_ROW_EACH = {f"policy_{folder.name}" for folder in SCREENINGS.iterdir()}
FUNCTION_SWAPS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.Least: exp.Greatest,
    exp.Greatest: exp.Least,
}


def changes(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """What a node may be replaced by; None: it goes. Nothing where only wording is looked up."""
    if _looks_up_wording(node):
        return
    kind = type(node)
    if kind in SWAPS:
        yield SWAPS[kind](this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.And | exp.Or):
        yield node.left.copy()
        yield node.right.copy()
    if kind in FUNCTION_SWAPS:
        yield FUNCTION_SWAPS[kind](**{name: _copied(value) for name, value in node.args.items()})
    for operator in (_of_tests, _of_values, _of_clauses):
        yield from operator(node)


def _looks_up_wording(node: exp.Expr) -> bool:
    """Joins of labels: which words a code has is no rule, and a code is of one kind."""
    join = node if isinstance(node, exp.Join) else node.find_ancestor(exp.Join, exp.Select)
    return isinstance(join, exp.Join) and join.this.name == "labels"


def _copied(value: object) -> object:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value.copy() if isinstance(value, exp.Expr) else value


def _of_tests(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """Sets, unknowns, ranges and denials."""
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for place in range(len(node.expressions)):
            fewer = node.copy()
            fewer.expressions[place].pop()
            yield fewer
    if isinstance(node, exp.In) and not isinstance(node.parent, exp.Not):
        yield exp.Not(this=node.copy())
    if isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield exp.Not(this=node.copy())
    if isinstance(node, exp.Not):
        yield node.this.copy()
    if isinstance(node, exp.Between):
        low, high = node.args["low"], node.args["high"]
        above = exp.GT(this=node.this.copy(), expression=low.copy())
        below = exp.LT(this=node.this.copy(), expression=high.copy())
        from_low = exp.GTE(this=node.this.copy(), expression=low.copy())
        to_high = exp.LTE(this=node.this.copy(), expression=high.copy())
        yield exp.and_(above, to_high.copy())
        yield exp.and_(from_low.copy(), below)
        yield from_low
        yield to_high
    if isinstance(node, exp.Boolean):
        yield exp.Boolean(this=not node.this)


def _of_values(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """Numbers, defaults, branches, what is counted and in which order."""
    if isinstance(node, exp.Literal) and node.is_int and _counts(node):
        yield exp.Literal.number(int(node.this) + 1)
        yield exp.Literal.number(int(node.this) - 1)
    if isinstance(node, exp.Coalesce | exp.Nullif):
        yield node.this.copy()
    if isinstance(node, exp.Case):
        for place in range(len(node.args["ifs"])):
            if len(node.args["ifs"]) > 1:
                fewer = node.copy()
                fewer.args["ifs"][place].pop()
                yield fewer
        if node.args.get("default") is not None and not _is_flag(node):
            fewer = node.copy()
            fewer.set("default", None)
            yield fewer
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield exp.Count(this=node.this.expressions[0].copy())
    if isinstance(node, exp.Ordered):
        turned = node.copy()
        turned.set("desc", not node.args.get("desc"))
        turned.set("nulls_first", node.args.get("nulls_first"))
        yield turned
        # Without its last term an order leaves open what comes first.
        if node.parent is not None and node is not node.parent.expressions[-1]:
            yield None


def _counts(number: exp.Literal) -> bool:
    """Whether a number says something: not that of a type, nor the mark that is only counted."""
    if number.find_ancestor(exp.DataType, exp.Substring):
        return False
    if isinstance(number.parent, exp.Case) and _is_flag(number.parent):
        return False
    case = number.find_ancestor(exp.Case)
    is_mark = isinstance(number.parent, exp.If) and number.arg_key == "true"
    return not (is_mark and case is not None and isinstance(case.parent, exp.Count))


def _is_flag(case: exp.Case) -> bool:
    """max(case when … then 1 else 0 end): without any such row 0 and no number say the same."""
    default = case.args.get("default")
    is_zero = isinstance(default, exp.Literal) and default.this == "0"
    return is_zero and isinstance(case.parent, exp.Max)


def _of_clauses(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """Conditions of rows and joins, and joins that lose subjects."""
    if isinstance(node, exp.Where | exp.Having):
        yield None
    if isinstance(node, exp.Join):
        if node.args.get("on") is not None:
            open_join = node.copy()
            open_join.set("on", exp.true())
            yield open_join
        # Policy has a row for every bureau, and every subject has a bureau: nobody is lost there.
        if node.side == "LEFT" and node.this.name not in ONE_ROW_EACH:
            losing = node.copy()
            losing.set("side", None)
            losing.set("kind", "INNER")
            yield losing
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        every = node.copy()
        every.set("distinct", None)
        yield every

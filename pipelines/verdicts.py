"""What one screening says of a subject: outcome, amount, each condition with figures and policy."""

from decimal import Decimal
from functools import cache
from typing import Any

from pipelines.bases import bases_of
from pipelines.cells import NOTHING, cell, is_number
from pipelines.conditions import Condition, Screening
from pipelines.errors import PolicyError
from pipelines.exact_yaml import read_exactly
from pipelines.explained import Judged, Table, Verdict
from pipelines.labels import labels_of
from pipelines.messages import language, say
from pipelines.policy import SCREENINGS
from pipelines.policy_file import Policy
from pipelines.results import Results
from pipelines.sqltext import identifier
from pipelines.subjects import Subject

Row = dict[str, Any]
MARK = "★ "


def verdict(
    results: Results, screening: Screening, policy: Policy, subject: Subject, is_unmasked: bool
) -> Verdict:
    """The verdict of a screening in a run, from the tables that decided."""
    title = policy.title[language()]
    if not results.has(screening.decision):
        outcome = say("本次运行没有做这项筛查", "this run did not make this screening")
        return Verdict(screening.name, title, outcome_label=outcome)
    decided = rows_of(results, screening.decision, screening.key, subject.number)
    if not decided:
        outcome = say("不在筛查对象之内", "not among those it looks at")
        return Verdict(screening.name, title, outcome_label=outcome)
    row = decided[0]
    listed = (rows_of(results, f"{screening.name}_listed", screening.key, subject.number) or [{}])[
        0
    ]
    list_name = listed.get("list_name") or ""
    bureau = row["bureau_code"] or ""
    bureaus = dict(results.rows("select bureau_code, bureau_name from ref_bureaus"))
    amount = row[screening.amount]
    return Verdict(
        screening=screening.name,
        title=title,
        outcome=row["outcome"],
        outcome_label=labels_of("outcome")[row["outcome"]],
        bureau=bureaus.get(bureau) or labels_of("word")["unknown_bureau"],
        amount="" if amount is None else cell(screening.amount, amount),
        parts=tuple(
            (screening.part_title(column), cell(column, row[column]))
            for column in screening.amount_parts
        ),
        list_name=list_name,
        list_label=labels_of("list").get(list_name, ""),
        missing=listed.get("missing_text") or "",
        next_step=listed.get("next_step_label") or "",
        first_listed_on=cell("", listed.get("first_listed_on") or ""),
        remarks=listed.get("remarks") or "",
        conditions=_conditions(results, screening, policy, subject, row),
        tables=tuple(
            table
            for name, shown in exhibits(screening.name).items()
            if (table := _table(results, screening, subject, row, name, shown, is_unmasked))
        ),
    )


def rows_of(results: Results, table: str, key: str, number: str) -> list[Row]:
    """The rows of a table for a subject, each a mapping by column; none without the table."""
    if not results.has(table):
        return []
    found = results.connection.execute(
        f"select * from {identifier(table)} where {identifier(key)} = ?", [number]
    )
    columns = [name for name, *_ in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@cache
def exhibits(screening: str) -> dict[str, Any]:
    """explained.yaml of a screening: which tables stand beside its verdict; none without it."""
    path = SCREENINGS / screening / "explained.yaml"
    if not path.exists():
        return {}
    try:
        content = read_exactly(path)
        for shown in content.values():
            assert {"title", "columns"} <= set(shown) <= {"title", "columns", "marked"}
        return dict(content)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise PolicyError(
            say(
                f"{path}：无法使用（{reason}），请改正",
                f"{path}: not usable ({reason}); correct it",
            )
        ) from None


def _conditions(
    results: Results, screening: Screening, policy: Policy, subject: Subject, row: Row
) -> tuple[Judged, ...]:
    reasons = rows_of(results, f"{screening.name}_reasons", screening.key, subject.number)
    reasons.sort(key=lambda item: item["position"])
    findings = rows_of(results, f"{screening.name}_findings", screening.key, subject.number)
    # Of a condition that holds, the findings that have a wording of their own for that.
    figures = [item for item in findings if item["condition_value"]]
    figures.sort(key=lambda item: item["position"])
    distances = rows_of(results, f"{screening.name}_distances", screening.key, subject.number)
    distances.sort(key=lambda item: (item["position"], item["first_text"] or ""))
    bases = bases_of(results, policy, row["bureau_code"])

    def judged(condition: Condition) -> Judged:
        told = [("figure", item) for item in figures] + [("distance", item) for item in distances]
        return Judged(
            condition.name,
            condition.title,
            row[condition.name],
            tuple(
                item["reason"]
                for item in reasons
                if item["condition"] == condition.name and item["reason"]
            ),
            tuple(
                text
                for kind, item in told
                if item["condition"] == condition.name and (text := _worded(kind, item))
            ),
            tuple(bases[name] for name in condition.policy if name in bases),
        )

    return tuple(judged(condition) for condition in screening.conditions)


def _worded(kind: str, item: Row) -> str:
    text = labels_of(kind).get(item["label_code"], "")
    for number, name in enumerate(("first", "second", "third", "fourth"), start=1):
        text = text.replace(f"{{{number}}}", item.get(f"{name}_text") or NOTHING)
    return text


def _table(
    results: Results,
    screening: Screening,
    subject: Subject,
    decided: Row,
    name: str,
    shown: Row,
    is_unmasked: bool,
) -> Table | None:
    rows = rows_of(results, name, screening.key, subject.number)
    if not rows:
        return None
    columns = shown["columns"]
    marked: set[Any] = set()
    if mark := shown.get("marked"):
        values = f"policy_{screening.name}_{mark['parameter']}"
        marked = {
            item["value"]
            for item in rows_of(results, values, "bureau_code", decided["bureau_code"])
        }

    def texts(row: Row) -> tuple[str, ...]:
        cells = [cell(column, row[column], is_unmasked) for column in columns]
        if mark and row[mark["column"]] in marked:
            place = list(columns).index(mark["column"])
            cells[place] = MARK + cells[place]
        return tuple(cells)

    numbers = {
        place
        for place, column in enumerate(columns)
        if any(is_number(row[column]) or isinstance(row[column], Decimal) for row in rows)
    }
    return Table(
        shown["title"][language()],
        tuple(title[language()] for title in columns.values()),
        tuple(texts(row) for row in rows),
        frozenset(numbers),
    )

"""expectations/ by table name: what must hold before anything is handed over."""

import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines import ROOT
from pipelines.check_report import Finding, write_report
from pipelines.errors import CheckFailed
from pipelines.kept_checks import KeptChecks
from pipelines.messages import language, say
from pipelines.sqltext import identifier

EXPECTATIONS = ROOT / "expectations"
PIECE_ROWS = 500_000
SEVERITIES = ("critical", "warning")
# Rows are not judged one by one here: these need the whole column at once.
WHOLE = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}
_KIND = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Warning))(?::|$)", re.ASCII)
COLUMN_KEYS = ("column", "column_A", "column_B", "column_list")


def run_checks(
    connection: duckdb.DuckDBPyConnection, folder: Path, expectations: Path = EXPECTATIONS
) -> list[Finding]:
    """Check every table that has a suite and write results.json and 检查结果.md into `folder`.

    A suite whose table was not built is skipped, and the report says so. What held of a table that
    is still the same holds. Raises CheckFailed, after the report is written, when a critical
    expectation does not hold or could not be run.
    """
    findings: list[Finding] = []
    skipped: list[str] = []
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    }
    kept = KeptChecks(connection)
    validate = None
    for path in sorted(expectations.glob("*.json")):
        if path.stem not in tables:
            skipped.append(path.stem)
            continue
        found = kept.of(path)
        if found is None:
            validate = validate or _validator()
            found = _check_table(connection, path, validate)
            kept.keep(path, found)
        findings += found
    write_report(folder, findings, skipped)
    stopping = [item for item in findings if item.severity == "critical" and item.state != "passed"]
    if stopping:
        first = stopping[0]
        raise CheckFailed(
            say(
                f"{first.table}：{first.why}：{first.told()}"
                f"（共 {len(stopping)} 项关键检查未通过，详见 {folder}）。名单未发布；"
                "请更正提取文件或规则后重新运行",
                f"{first.table}: {first.why}: {first.told()} ({len(stopping)} critical checks do"
                f" not hold, see {folder}). Nothing was published; correct the extracts or the"
                " rule, then run again",
            )
        )
    return findings


def load_suite(path: Path) -> list[dict[str, Any]]:
    """The expectations of a suite file. Raises CheckFailed for a file that is not one."""
    try:
        expectations = json.loads(path.read_text(encoding="utf-8"))["expectations"]
        for item in expectations:
            if severity_of(item) not in SEVERITIES or not why_of(item) or not item["type"]:
                raise ValueError(item.get("type"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckFailed(
            say(
                f"expectations/{path.name}：不是有效的检查清单"
                f"（每项须有 type、severity、meta.why）：{error}",
                f"expectations/{path.name}: no valid suite (each item needs type, severity and"
                f" meta.why): {error}",
            )
        ) from None
    return expectations


def why_of(expectation: dict[str, Any]) -> str:
    """The sentence that a person reads, in the language in use."""
    why = (expectation.get("meta") or {}).get("why") or ""
    return why.get(language(), "") if isinstance(why, dict) else why


def severity_of(expectation: dict[str, Any]) -> str:
    """`critical` or `warning`."""
    return expectation.get("severity") or (expectation.get("meta") or {}).get("severity", "")


def _check_table(connection: duckdb.DuckDBPyConnection, path: Path, validate: Any) -> list[Finding]:
    expectations = load_suite(path)
    by_row = [item for item in expectations if _is_by_row(item)]
    whole = [item for item in expectations if not _is_by_row(item)]
    outcomes: dict[int, list[Any]] = {}
    for chosen, piece_rows in ((by_row, PIECE_ROWS), (whole, None)):
        for frame in _frames(connection, path.stem, chosen, piece_rows) if chosen else ():
            for item, outcome in zip(chosen, validate(frame, path.stem, chosen), strict=True):
                outcomes.setdefault(id(item), []).append(outcome)
    return [_finding(path.stem, item, outcomes.get(id(item), [])) for item in expectations]


def _is_by_row(expectation: dict[str, Any]) -> bool:
    kind = expectation["type"]
    return kind not in WHOLE and ("_values_to_" in kind or "_pair_" in kind or "_record" in kind)


def _frames(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    expectations: list[dict[str, Any]],
    piece_rows: int | None,
) -> Iterator[Any]:
    """The columns that the expectations name as pandas frames of at most `piece_rows` rows."""
    present = [row[0] for row in connection.execute(f'describe "{table}"').fetchall()]
    named: set[Any] = set()
    for item in expectations:
        given = item.get("kwargs") or {}
        values = [given.get(key) for key in COLUMN_KEYS]
        for value in values:
            named |= set(value) if isinstance(value, list) else {value}
        condition = str(given.get("row_condition") or "")
        named |= {column for column in present if column in condition}
    columns = [column for column in present if column in named] or present[:1]
    if any("_table_column" in item["type"] for item in expectations):
        columns = present
    quoted = ", ".join(map(identifier, columns))
    rows: Any = connection.sql(f'select {quoted} from "{table}"')
    if piece_rows is None:
        yield _frame(rows.to_arrow_table())
        return
    reader = rows.to_arrow_reader(piece_rows)
    empty = True
    for batch in reader:
        empty = False
        yield _frame(batch)
    if empty:
        yield _frame(reader.schema.empty_table())


def _frame(table: Any) -> Any:
    # Whole numbers with gaps stay whole numbers, decimals stay decimals.
    return table.to_pandas(integer_object_nulls=True, date_as_object=True)


def _validator() -> Any:
    """A function (frame, table, expectations) → one result each, in order."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("warehouse")

    def validate(frame: Any, table: str, expectations: list[dict[str, Any]]) -> list[Any]:
        suite = gx.ExpectationSuite(
            name=table,
            expectations=[
                {
                    "type": item["type"],
                    "kwargs": item.get("kwargs") or {},
                    "severity": severity_of(item),
                    "meta": {"position": position},
                }
                for position, item in enumerate(expectations)
            ],
        )
        asset = source.add_dataframe_asset(table)
        try:
            batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
                {"dataframe": frame}
            )
            results = batch.validate(suite, result_format="BASIC").results
        finally:
            source.delete_asset(table)
        return sorted(results, key=lambda result: result.expectation_config.meta["position"])

    return validate


def _finding(table: str, expectation: dict[str, Any], outcomes: list[Any]) -> Finding:
    """One expectation over all pieces of its table: counts are added up."""
    crashed = [kind for outcome in outcomes if (kind := _crash(outcome))]
    details = [outcome.result or {} for outcome in outcomes]
    failed = sum(int(item.get("unexpected_count") or 0) for item in details)
    # Sums and counts are told; anything else that was observed could name a person.
    numbers = [item.get("observed_value") for item in details]
    observed = next(
        (str(item) for item in numbers if isinstance(item, int | float | Decimal)), None
    )
    # A share of rows that may fail holds for the table, not for each piece.
    share = float((expectation.get("kwargs") or {}).get("mostly", 1))
    seen = sum(
        int(item.get("element_count") or 0) - int(item.get("missing_count") or 0)
        for item in details
    )
    held = all(outcome.success for outcome in outcomes)
    if len(outcomes) > 1 and _is_by_row(expectation):
        held = failed <= (1 - share) * seen
    state = "crashed" if crashed else "passed" if held else "failed"
    return Finding(
        table=table,
        expectation=expectation["type"],
        about=_about(expectation),
        severity=severity_of(expectation),
        why=why_of(expectation),
        state=state,
        rows=seen or None,
        failed_rows=failed if "_values_" in expectation["type"] or failed else None,
        observed=crashed[0] if crashed else observed,
    )


def _crash(outcome: Any) -> str | None:
    """The kind of error that kept an expectation from running; None when it ran."""
    info = outcome.exception_info or {}
    for item in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if item.get("raised_exception"):
            # The message may hold values of cells, on several lines: only the kind is kept.
            lines = str(item.get("exception_traceback") or "").splitlines()
            kinds = [found[1] for line in lines if (found := _KIND.match(line))]
            return kinds[-1] if kinds else "error"
    return None


def _about(expectation: dict[str, Any]) -> list[str]:
    given = expectation.get("kwargs") or {}
    columns: list[str] = []
    for key in COLUMN_KEYS:
        value = given.get(key)
        columns += value if isinstance(value, list) else [value] if value else []
    return columns

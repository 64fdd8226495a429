"""report.html in each run: what came in, what came out and why, on one page that names nobody."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines import VERSION, policy, report_bars, report_map, report_rate_chart, timings
from pipelines.charts import unchecked
from pipelines.check_report import Finding
from pipelines.deliver import SummaryRow
from pipelines.hold import Total, beyond, whole_or_cents
from pipelines.labels import labels_of
from pipelines.masking import masked
from pipelines.messages import say
from pipelines.order import CHINA, Order
from pipelines.pages import write_page
from pipelines.policy_print import PolicyLine, notices, values_in_force
from pipelines.publish import Run
from pipelines.report_changes import change_figures, kind_titles, moved
from pipelines.report_data import data_figures
from pipelines.report_figures import screening_figures, tables_of
from pipelines.report_near import near_figures
from pipelines.report_people import people_figures
from pipelines.report_rates import rate_figures

NAME = "report.html"


@dataclass(frozen=True)
class Checks:
    """What the expectations found: how many, those that do not hold, tables that were not there."""

    done: int
    failed: Sequence[Finding]
    skipped: Sequence[str]


@dataclass(frozen=True)
class PolicyPart:
    """The values of one screening's policy in force on the day."""

    title: str
    lines: Sequence[PolicyLine]


def write_report(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    order: Order,
    summary: Sequence[SummaryRow],
    last: Run | None,
    totals: Sequence[Total],
) -> None:
    """Write report.html into a run's folder, 0600; parts whose tables were not built are left out.

    `summary` are the rows of summary.csv; `totals` those compared with the `last` published run.
    """
    chosen, missing = policy.in_force(policy.load_policies(), order.as_of, order.only)
    days = order.settings.policy_warning_days
    # Other threads copy the tables at the same time, each with a cursor of its own.
    with connection.cursor() as cursor:
        tables = tables_of(cursor)
        figures = screening_figures(cursor, chosen, tables)
        shown: dict[str, Any] = {
            "figures": figures,
            "rates": rate_figures(cursor, figures, tables),
            "near_limit": near_figures(cursor, figures, tables),
            "out_of_work": people_figures(cursor, figures, tables),
            "data": data_figures(cursor),
            "changes": change_figures(cursor, chosen, tables),
        }
    hold = order.settings.hold
    shown |= {
        "run": run,
        "as_of": order.as_of,
        "only": [item for item in chosen if order.only],
        "made_at": datetime.now(CHINA),
        "version": VERSION,
        "summary": [row for row in summary if not row.bureau_code],
        "last": last,
        "kinds": kind_titles(),
        "outcomes": labels_of("outcome"),
        "plain": whole_or_cents,
        "totals": moved(totals),
        "beyond": beyond(list(totals), hold),
        "hold": hold,
        "days": days,
        "notices": notices(chosen + missing, order.as_of, days),
        "checks": read_checks(run.folder / "checks" / "results.json"),
        "policies": [
            PolicyPart(policy.title_of(item), values_in_force(item, order.as_of)) for item in chosen
        ],
        "timings": [(masked(part.name), part.depth, part.seconds) for part in timings.measured()],
        "bars": report_bars,
        "tiles": report_map,
        "rate_chart": report_rate_chart,
    }
    with unchecked():
        write_page(run.folder / NAME, "report.html", parts=_parts(shown), **shown)


def read_checks(path: Path) -> Checks | None:
    """What checks/results.json says; None when nothing was checked."""
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    findings = [Finding(**item) for item in content["findings"]]
    failed = [item for item in findings if item.state != "passed"]
    return Checks(len(findings), failed, content["skipped"])


def _parts(shown: dict[str, Any]) -> dict[str, str]:
    """The parts of the page that have anything to tell, by anchor, with their headings."""
    headings = {
        "totals": (say("总览", "Totals"), True),
        "changes": (say("与上一次相比", "Since the last run"), True),
        "coming": (say("政策提醒", "Policy ahead"), True),
        "screenings": (say("逐项筛查与各盟市", "Conditions and bureaus"), shown["figures"]),
        "rates": (say("裁员率", "Layoff rates"), shown["rates"]),
        "out-of-work": (say("失业人员", "People out of work"), shown["out_of_work"]),
        "delivery": (say("数据", "Data"), shown["data"].balance is not None),
        "checks": (say("检查", "Checks"), shown["checks"]),
        "policy": (say("政策取值", "Policy values"), shown["policies"]),
        "timings": (say("用时", "Time"), shown["timings"]),
    }
    return {anchor: title for anchor, (title, has_any) in headings.items() if has_any}

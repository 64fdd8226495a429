"""report.html: its numbers against the decisions and the lists, and nobody's data in it."""

import csv
import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path

import duckdb
import pytest

from pipelines import ROOT, report_bars, report_map, report_rate_chart
from pipelines.deliver import summarise
from pipelines.hold import Total
from pipelines.messages import use_language
from pipelines.order import Order, make_order
from pipelines.policy import load_policies
from pipelines.publish import Run
from pipelines.report import write_report
from pipelines.report_figures import ScreeningFigures, screening_figures, tables_of
from pipelines.report_near import near_figures
from pipelines.report_people import people_figures
from pipelines.report_rates import bin_width, rate_figures

NAMES = ["job_retention_refund", "unemployment_benefit_notice"]
BUREAU_LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    # outcome: the lists on which its subjects stand
    "job_retention_refund": {
        "eligible": ("稳岗返还_可直接发放", "稳岗返还_信息缺失"),
        "cannot_tell": ("稳岗返还_待核",),
        "not_eligible": ("稳岗返还_不符合", "稳岗返还_补缴后可享受"),
    },
    "unemployment_benefit_notice": {
        "eligible": ("失业保险金_告知名单",),
        "cannot_tell": ("失业保险金_待核",),
    },
}


@pytest.fixture(scope="module")
def page(sample_folder: Path) -> str:
    return (sample_folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def figures(sample_results: duckdb.DuckDBPyConnection) -> dict[str, ScreeningFigures]:
    found = screening_figures(sample_results, load_policies(), tables_of(sample_results))
    return {item.screening.name: item for item in found}


def in_words(page: str) -> str:
    """What a page says, without its marks."""
    body = page[page.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_page_is_of_the_run(sample_folder: Path, page: str) -> None:
    manifest = json.loads((sample_folder / "manifest.json").read_text(encoding="utf-8"))
    assert "report.html" in {item["path"] for item in manifest["files"]}
    assert stat.S_IMODE((sample_folder / "report.html").stat().st_mode) == 0o600
    assert sample_folder.name in page and "首次发布，无可对比" in page
    assert "裁员率标准不高于2021年全国城镇调查失业率控制目标5.5%" in page


@pytest.mark.parametrize("name", NAMES)
def test_everybody_falls_once_or_stays(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection, name: str
) -> None:
    """One subject after the other, in Python: the first false, else the first unknown."""
    item = figures[name]
    names = [condition.name for condition in item.screening.conditions]
    rows = sample_results.execute(
        f"select outcome, {', '.join(names)} from {item.screening.decision}"
    ).fetchall()
    fell: Counter[int] = Counter()
    left_open: Counter[int] = Counter()
    for _, *tests in rows:
        if False in tests:
            fell[tests.index(False)] += 1
        elif None in tests:
            left_open[tests.index(None)] += 1
    before = len(rows)
    for at, step in enumerate(item.steps):
        assert (step.before, step.fell, step.open) == (before, fell[at], left_open[at])
        before -= fell[at] + left_open[at]
        assert step.after == before
        assert step.fails == sum(1 for _, *tests in rows if tests[at] is False)
        assert step.unknown == sum(1 for _, *tests in rows if tests[at] is None)
    outcomes = Counter(outcome for outcome, *_ in rows)
    assert sum(step.fell for step in item.steps) == outcomes["not_eligible"]
    assert sum(step.open for step in item.steps) == outcomes["cannot_tell"]
    assert item.steps[-1].after == outcomes["eligible"] == item.region.eligible
    assert item.region.subjects == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_bureaus_have_what_their_lists_have(
    figures: dict[str, ScreeningFigures], sample_folder: Path, name: str
) -> None:
    lists: dict[tuple[str, str], tuple[int, Decimal]] = {}
    with (sample_folder / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            subjects = int(row["户数"] or row["人数"] or 0)
            lists[row["盟市代码"], row["名单"]] = (subjects, Decimal(row["金额"] or 0))
    item = figures[name]
    assert len(item.bureaus) == 15
    for bureau in [*item.bureaus, item.region]:
        for outcome, names in BUREAU_LISTS[name].items():
            rows = [lists[bureau.bureau_code, list_name] for list_name in names]
            assert getattr(bureau, outcome) == sum(subjects for subjects, _ in rows)
        eligible = BUREAU_LISTS[name]["eligible"]
        assert bureau.amount_yuan == sum(lists[bureau.bureau_code, of][1] for of in eligible)
        assert bureau.cannot_tell_yuan == sum(
            lists[bureau.bureau_code, of][1] for of in BUREAU_LISTS[name]["cannot_tell"]
        )


def test_unknown_money_is_counted_and_never_zero(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection, page: str
) -> None:
    amounts = sample_results.execute(
        "select refund_amount_yuan from job_retention_refund_units where outcome = 'eligible'"
    ).fetchall()
    unknown = sum(1 for (amount,) in amounts if amount is None)
    known = sum(amount for (amount,) in amounts if amount is not None)
    region = figures["job_retention_refund"].region
    assert unknown > 0 and (region.amount_open, region.amount_yuan) == (unknown, known)
    assert f"{known:,.2f} 元，另有 {unknown} 户金额未定" in in_words(page)


def test_rates_lie_in_their_bins_and_the_decision_says_above_or_not(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection
) -> None:
    rows = sample_results.execute(
        "select layoff_rate_limit, layoff_numerator_known, layoff_denominator_heads,"
        " layoff_denominator_months, is_within_layoff_limit from job_retention_refund_units"
    ).fetchall()
    (rates,) = rate_figures(sample_results, list(figures.values()), tables_of(sample_results))
    assert [spread.limit for spread in rates.spreads] == sorted({row[0] for row in rows})
    words = {True: "eligible", False: "not_eligible", None: "cannot_tell"}
    for spread in rates.spreads:
        of_limit = [row for row in rows if row[0] == spread.limit]
        assert spread.units == len(of_limit)
        shares = [
            (Fraction(leavers * months, heads) if heads else None, words[within])
            for _, leavers, heads, months, within in of_limit
        ]
        for item in [spread.zero, *spread.bins, spread.unknown]:
            for outcome in words.values():
                if item is spread.zero:
                    wanted = sum(1 for rate, of in shares if rate == 0 and of == outcome)
                elif item is spread.unknown:
                    wanted = sum(1 for rate, of in shares if rate is None and of == outcome)
                else:
                    wanted = sum(
                        1
                        for rate, of in shares
                        if of == outcome
                        and rate is not None
                        and rate > Fraction(item.low)
                        and (item.high is None or rate <= Fraction(item.high))
                    )
                assert getattr(item, outcome) == wanted, item
        # the limit is the end of a bin: no bin is on both sides of it
        assert spread.limit in {item.high for item in spread.bins}


@pytest.mark.parametrize("limit", ["0.055", "0.2", "0.06", "0.333333", "0.0001", "1"])
def test_a_bin_ends_at_every_limit(limit: str) -> None:
    width = bin_width(Decimal(limit))
    assert width > 0 and int(Decimal(limit) * 1_000_000) % width == 0


def test_one_person_from_the_limit(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection
) -> None:
    """The same in Python with exact fractions: the rate with one leaver more, or one less."""
    item = figures["job_retention_refund"]
    names = [condition.name for condition in item.screening.conditions]
    at = names.index("is_within_layoff_limit")
    rows = sample_results.execute(
        "select bureau_name, layoff_rate_limit, layoff_numerator_known, layoff_numerator_possible,"
        " layoff_denominator_heads, layoff_denominator_heads_possible, layoff_denominator_months,"
        f" {', '.join(names)} from job_retention_refund_units"
        " inner join ref_bureaus using (bureau_code)"
    ).fetchall()
    wanted: Counter[tuple[str | None, str]] = Counter()
    for bureau, limit, known, possible, heads, possible_heads, months, *tests in rows:
        others = all(test is True for place, test in enumerate(tests) if place != at)
        if (
            tests[at]
            and possible_heads
            and Fraction((possible + 1) * months, possible_heads) > Fraction(limit)
        ):
            kinds = ["within"]
            kinds += ["within_with_leavers"] if possible else []
            kinds += ["within_alone"] if possible and others else []
        elif (
            tests[at] is False
            and known
            and heads
            and Fraction((known - 1) * months, heads) <= Fraction(limit)
        ):
            kinds = ["above", *(["above_alone"] if others else [])]
        else:
            continue
        wanted.update((where, kind) for where in (bureau, None) for kind in kinds)
    (near,) = near_figures(sample_results, [item], tables_of(sample_results))
    assert wanted[None, "within"] and wanted[None, "above"]
    assert len(near.bureaus) == 16
    for row in near.bureaus:
        for kind in ("within", "within_with_leavers", "within_alone", "above", "above_alone"):
            assert getattr(row, kind) == wanted[row.bureau_name, kind], (row, kind)


def test_people_out_of_work_are_all_there(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection
) -> None:
    rows = sample_results.execute(
        "select outcome, granted_months, total_amount_yuan, is_not_reemployed"
        " from unemployment_benefit_notice_people"
    ).fetchall()
    (found,) = people_figures(sample_results, list(figures.values()), tables_of(sample_results))
    out_of_work = [row for row in rows if row[3] is not False]
    assert sum(reason.people for reason in found.reasons) == len(out_of_work)
    assert sum(sum(counts) for _, counts in found.by_bureau) == len(out_of_work)
    for at, reason in enumerate(found.reasons):
        assert reason.people == sum(counts[at] for _, counts in found.by_bureau)
    entitled = [row for row in rows if row[0] == "eligible"]
    region = found.entitled[-1]
    assert region.people == len(entitled) == sum(row.people for row in found.entitled[:-1])
    assert region.months == sum(months for _, months, *_ in entitled if months is not None)
    assert region.amount_yuan == sum(amount for *_, amount, _ in entitled if amount is not None)
    assert region.amount_open == sum(1 for *_, amount, _ in entitled if amount is None)


def test_the_page_names_nobody(page: str, sample_results: duckdb.DuckDBPyConnection) -> None:
    text = in_words(page)
    digits = set(re.findall(r"\d{6,}[Xx]?", page))
    names = set()
    for table, columns in {
        "people": ("person_id", "person_name", "phone"),
        "unit_facts": ("unit_id", "uscc", "unit_name", "bank_account", "contact_phone"),
    }.items():
        known = {name for name, *_ in sample_results.execute(f"describe {table}").fetchall()}
        for column in known & set(columns):
            for (value,) in sample_results.execute(
                f"select distinct {column} from {table}"
            ).fetchall():
                names.add(value)
    names.discard(None)
    assert len(names) > 10_000
    assert not digits & names
    # names of two signs are words of the page too: 平安 and the like
    assert not [name for name in names if len(name) > 2 and name in text]


def test_nothing_comes_from_outside(page: str) -> None:
    assert "default-src 'none'" in page
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(
        r"<(?:script|link(?! rel=\"icon\" href=\"data:,\")|img|iframe|object)\b", page
    )
    assert not re.search(r"\bsrc=|@import|url\((?!#)", page)


def test_every_chart_keeps_to_the_schema(
    figures: dict[str, ScreeningFigures], sample_results: duckdb.DuckDBPyConnection
) -> None:
    """At night they are not held against Vega-Lite's schema: here they are."""
    tables = tables_of(sample_results)
    item = figures["job_retention_refund"]
    (rates,) = rate_figures(sample_results, [item], tables)
    (people,) = people_figures(sample_results, list(figures.values()), tables)
    report_bars.funnel(item)
    report_map.tile_map(item)
    report_rate_chart.layoff_rates(rates.spreads[0])
    report_bars.reasons(people)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0.0 万元"),
        ("7149.97", "0.7 万元"),
        ("12345678", "1,235 万元"),
        ("123456789", "1.23 亿元"),
    ],
)
def test_money_in_pictures_is_short(value: str, shown: str) -> None:
    assert report_map.short_money(Decimal(value)) == shown


@pytest.fixture
def warehouse(sample_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's finished tables, to be changed."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_folder / 'results.duckdb'}' as done (read_only)")
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'done'"
        ).fetchall():
            connection.execute(f'create table "{name}" as from done."{name}"')
        yield connection


def asked(**changes: object) -> Order:
    order = make_order(ROOT / "data" / "sample", as_of=date(2022, 3, 22))
    return replace(order, **changes)  # type: ignore[arg-type]


def written(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    order: Order,
    last: Run | None = None,
    totals: list[Total] | None = None,
) -> str:
    run = Run("2022-03-22-9", folder)
    write_report(connection, run, order, summarise(connection), last, totals or [])
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_response_to_notices_is_told_once_there_is_any(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert "告知反馈" not in in_words(written(warehouse, tmp_path, asked()))
    warehouse.execute(
        "create table feedback_rates as select '150100' as bureau_code, 40 as listed, 9 as told,"
        " 6 as reached, 2 as wrong_number, 1 as no_answer, 0 as declined, 0 as claimed"
    )
    page = in_words(written(warehouse, tmp_path, asked()))
    # 9 of 40
    assert "告知反馈（截至运行日）" in page and "呼和浩特市 40 9 22.5% 6 2 1 0 0" in page


def test_a_partial_run_tells_what_it_has(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for (name,) in warehouse.execute(
        "select table_name from duckdb_tables() where database_name = current_database()"
        " and (table_name like '%job_retention%' or table_name like 'list_稳岗%'"
        " or table_name like 'reported%' or table_name = 'delivered_months')"
    ).fetchall():
        warehouse.execute(f'drop table "{name}"')
    page = written(warehouse, tmp_path, asked(only=("unemployment_benefit_notice",)))
    text = in_words(page)
    assert "本次只做了部分筛查：失业保险金主动告知" in text
    assert 'id="out-of-work"' in page and 'id="rates"' not in page
    assert "失业保险稳岗返还" not in text and "迟报单位" not in text
    assert page.count("<svg") == 3


def test_a_page_of_nothing_but_a_policy(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table ref_bureaus (bureau_code varchar, bureau_name varchar)")
        text = in_words(written(connection, tmp_path, asked()))
    assert "稳岗筛查运行报告" in text and "首次发布" in text and "政策取值" in text


def test_an_empty_screening_has_its_pictures(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute("delete from job_retention_refund_units")
    warehouse.execute("delete from unemployment_benefit_notice_people")
    page = written(warehouse, tmp_path, asked())
    assert "共判断 0 户" in in_words(page) and page.count("<svg") >= 5


def test_changes_are_counted_by_kind_and_condition(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute(
        "create or replace table run_changes (screening varchar, subject_id varchar,"
        " bureau_code varchar, change varchar, outcome_before varchar, outcome_now varchar,"
        " amount_before_yuan decimal(18, 2), amount_now_yuan decimal(18, 2), conditions varchar,"
        " causes varchar)"
    )
    warehouse.executemany(
        "insert into run_changes values ('job_retention_refund', ?, ?, ?, ?, ?, null, null, ?, '')",
        [
            ("a", "150100", "entered", None, "eligible", ""),
            ("b", "150100", "verdict", "eligible", "not_eligible", "足额缴费"),
            ("c", "150200", "verdict", "eligible", "not_eligible", "足额缴费"),
            ("d", "150200", "amount", "eligible", "eligible", None),
        ],
    )
    totals = [
        Total("150100", "呼和浩特市", "eligible", "job_retention_refund_units",
              Decimal(1000), Decimal(10), None, None),
        Total("", "", "units", "", Decimal(305), Decimal(305), None, None),
    ]  # fmt: skip
    last = Run("2022-03-21-1", tmp_path)
    text = in_words(written(warehouse, tmp_path, asked(), last, totals))
    assert "与上一次发布的 2022-03-21-1 对比" in text
    assert "盟市 新进入 已退出 结论变化 金额变化" in text
    assert "呼和浩特市 1 0 1 0" in text and "包头市 0 0 1 1" in text and "全区 1 0 2 1" in text
    assert "足额缴费 符合 不符合 2" in text
    assert "须经人工放行" in text and "变动的总量（1）" in text
    assert "呼和浩特市 失业保险稳岗返还符合条件数 1,000 10 过大" in text


def test_a_number_in_a_file_name_is_hidden(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute(
        "update import_log set file_name = '张三15990119900101100X.csv',"
        " first_reasons = '电话 13800000000' where extract = 'separations'"
    )
    page = written(warehouse, tmp_path, asked())
    assert "15990119900101100X" not in page and "13800000000" not in page
    assert "张三159901" in page


def test_english(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    use_language("en")
    try:
        page = written(warehouse, tmp_path, asked())
    finally:
        use_language("zh")
    text = in_words(page)
    assert '<html lang="en">' in page and "The first run: nothing to compare." in text
    assert "Conditions and bureaus" in text and "paid in full" in text
    # what is said stands in English; names of bureaus, lists and of the documents do not
    assert "逐项筛查" not in text and "待核涉及" not in text and "用时" not in text

"""What changed between two runs: each kind of change, its conditions and causes, and the lists."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import changes, checks, publish
from pipelines.audit import read_log
from pipelines.changes import clear_changes, write_changes
from pipelines.cli import run_command
from pipelines.compare import changes_counted, conditions_counted
from pipelines.conditions import Screening, screening_named, screenings
from pipelines.lock import run_lock
from pipelines.order import Order, make_order
from pipelines.policy import load_policies
from pipelines.settings import Hold
from pipelines.steps import HandedOver, prepare, run_plainly
from tests.case_warehouse import column_types
from tests.random_extracts import write_random_extracts

BUREAUS = (("150100", "呼和浩特市"), ("150200", "包头市"))
REFUND = "job_retention_refund"
NOTICE = "unemployment_benefit_notice"
# A unit to which 60% of 1,000 yuan is due, and a person who gets two months of 1,000 yuan.
DUE: dict[str, dict[str, Any]] = {
    REFUND: {
        "unit_type": "enterprise", "size_class": "small", "head_months": 12,
        "months_paid_in_full": 12, "paid_for_year": 1000, "already_paid_yuan": 0,
        "refund_share": "0.60", "refund_amount_yuan": 600,
    },
    NOTICE: {
        "paid_months": 20, "unused_months": 0, "granted_months": 2, "minimum_wage_yuan": 2000,
        "older_worker_factor": "1.2", "is_older_worker": False,
        "monthly_amount_first_year_yuan": 1000, "monthly_amount_later_yuan": 900,
        "total_amount_yuan": 2000,
    },
}  # fmt: skip
POLICY = {
    REFUND: {
        "refund_share_large": "0.30", "refund_share_sme": "0.60", "refund_share_social": "",
        "max_layoff_rate": "0.055", "covered_unit_types": "enterprise",
    },
    NOTICE: {"minimum_wage_seat_class": "2000", "benefit_share_first_year": "0.7"},
}  # fmt: skip


def subject(screening: Screening, name: str, **values: Any) -> dict[str, Any]:
    """A row of a decision: eligible and due, in Hohhot, unless something else is said."""
    row: dict[str, Any] = {screening.key: name, "bureau_code": "150100", "outcome": "eligible"}
    row |= {condition.name: True for condition in screening.conditions}
    return row | DUE[screening.name] | values


class TwoRuns:
    """Two databases with the tables that are compared, and the changes between them."""

    def __init__(self, screening: str) -> None:
        found = screening_named(screening)
        assert found is not None
        self.screening = found
        self.connection = duckdb.connect()
        for run in ("before", "now"):
            self.connection.execute(f"attach ':memory:' as {run}")
            for table in (found.decision, f"{found.name}_reasons", "policy_values"):
                self.make(run, table, column_types(table))
            if found.key == "unit_id":
                self.make(run, "unit_facts", column_types("unit_facts"))
            self.connection.execute(
                f"create table {run}.ref_bureaus (bureau_code varchar, bureau_name varchar)"
            )
            self.connection.executemany(f"insert into {run}.ref_bureaus values (?, ?)", BUREAUS)
            for bureau, _ in BUREAUS:
                for name, value in POLICY[screening].items():
                    self.put(
                        run, "policy_values",
                        screening=screening, parameter=name, bureau_code=bureau, value_text=value,
                    )  # fmt: skip

    def make(self, run: str, table: str, columns: dict[str, str]) -> None:
        told = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.connection.execute(f"create table {run}.{table} ({told})")

    def put(self, run: str, table: str, **row: Any) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self.connection.execute(
            f"insert into {run}.{table} ({names}) values ({marks})", list(row.values())
        )

    def decide(self, run: str, name: str, **values: Any) -> None:
        self.put(run, self.screening.decision, **subject(self.screening, name, **values))

    def both(self, name: str, was: dict[str, Any], given: dict[str, Any]) -> None:
        self.decide("before", name, **was)
        self.decide("now", name, **given)

    def policy(self, name: str, value: str, bureau: str = "%") -> None:
        self.connection.execute(
            "update now.policy_values set value_text = ?"
            " where parameter = ? and bureau_code like ?",
            [value, name, bureau],
        )

    def reason(self, run: str, name: str, condition: str, text: str) -> None:
        row = {self.screening.key: name, "condition": condition, "reason": text}
        self.put(run, f"{self.screening.name}_reasons", **row, position=1, is_false=True)

    def changes(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Every change by subject and kind."""
        clear_changes(self.connection)
        count = write_changes(self.connection, self.screening, "before", "now")
        found = self.connection.execute("from run_changes")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        assert count == len(rows)
        keyed = {(row["subject_id"], row["change"]): row for row in rows}
        assert len(keyed) == len(rows)
        return keyed

    def change(self, **change: Any) -> dict[str, Any]:
        """The one change of one unit that was as usual and is as said."""
        self.both("1", {}, change)
        ((_, row),) = self.changes().items()
        return row


@pytest.fixture
def refund() -> Iterator[TwoRuns]:
    runs = TwoRuns(REFUND)
    yield runs
    runs.connection.close()


@pytest.fixture
def notice() -> Iterator[TwoRuns]:
    runs = TwoRuns(NOTICE)
    yield runs
    runs.connection.close()


NO = {"outcome": "not_eligible", "refund_amount_yuan": None}


def test_each_kind_of_change_and_nothing_for_who_is_as_he_was(refund: TwoRuns) -> None:
    refund.decide("now", "new")
    refund.put("now", "unit_facts", unit_id="new", unit_name="新来", division_name="新城区")
    refund.decide("before", "gone", **NO)
    refund.put("before", "unit_facts", unit_id="gone", unit_name="离去", division_name="回民区")
    refund.both("judged", {}, NO | {"has_paid_in_full": False})
    refund.both("paid", {}, {"paid_for_year": 1001, "refund_amount_yuan": "600.60"})
    refund.both("same", {}, {})
    # another condition fails too: neither the verdict nor the amount is another
    refund.both("still no", NO | {"is_not_zombie": False}, NO | {"is_in_operation": False})
    found = refund.changes()
    assert set(found) == {
        ("new", "entered"),
        ("gone", "left"),
        ("judged", "verdict"),
        ("paid", "amount"),
    }
    shown = (
        "outcome_before", "outcome_now", "amount_before_yuan", "amount_now_yuan",
        "subject_name", "division_name", "remarks",
    )  # fmt: skip
    told = {key[0]: [row[name] for name in shown] for key, row in found.items()}
    due, paid = Decimal("600.00"), Decimal("600.60")
    assert told == {
        "new": [None, "eligible", None, due, "新来", "新城区", None],
        "gone": ["not_eligible", None, None, None, "离去", "回民区", None],
        "judged": ["eligible", "not_eligible", due, None, None, None, None],
        "paid": ["eligible", "eligible", due, paid, None, None, None],
    }
    assert {row["screening"] for row in found.values()} == {REFUND}
    assert {row["screening_title"] for row in found.values()} == {"失业保险稳岗返还"}


def test_who_moves_leaves_one_bureau_and_enters_the_other(refund: TwoRuns) -> None:
    refund.both("1", {}, NO | {"bureau_code": "150200"})
    found = refund.changes()
    left, entered = found["1", "left"], found["1", "entered"]
    assert len(found) == 2
    assert (left["bureau_code"], entered["bureau_code"]) == ("150100", "150200")
    assert (left["remarks"], entered["remarks"]) == ("转至包头市", "由呼和浩特市转入")
    # neither bureau is told what the other one decides
    assert left["outcome_now"] is left["amount_now_yuan"] is None
    assert entered["outcome_before"] is entered["amount_before_yuan"] is None
    assert left["outcome_before"] == "eligible" and entered["outcome_now"] == "not_eligible"


def test_who_has_no_bureau_any_more_is_not_lost(refund: TwoRuns) -> None:
    refund.both("1", {}, {"bureau_code": None})
    found = refund.changes()
    assert {(key[1], row["bureau_code"]) for key, row in found.items()} == {
        ("left", "150100"),
        ("entered", None),
    }


UNKNOWN = {"outcome": "cannot_tell"}


def test_a_condition_is_told_with_both_verdicts_and_what_is_behind_it(refund: TwoRuns) -> None:
    refund.both(
        "1",
        {"is_not_zombie": None, "is_in_operation": None, "is_not_paid_yet": False} | UNKNOWN,
        {"is_not_zombie": None, "is_in_operation": False, "has_whole_data": None} | NO,
    )
    refund.reason("now", "1", "is_in_operation", "列入注销名单")
    refund.reason("before", "1", "is_in_operation", "未提供注销名单")
    refund.reason("now", "1", "is_not_zombie", "未提供僵尸企业名单")
    refund.reason("before", "1", "is_not_paid_yet", "已发放600元")
    row = refund.changes()["1", "verdict"]
    assert row["conditions"] == "正常经营：待核→否；数据完整：是→待核；尚未足额发放：否→是"
    assert row["details"] == "列入注销名单；此前：已发放600元"
    counted = conditions_counted(refund.connection)
    assert counted == [
        (REFUND, "150100", moved, 1)
        for moved in ("尚未足额发放：否→是", "数据完整：是→待核", "正常经营：待核→否")
    ]


def test_policy_is_named_for_the_conditions_it_decides_where_it_changed(refund: TwoRuns) -> None:
    for name, bureau in (("1", "150100"), ("2", "150200")):
        was, given = {"bureau_code": bureau}, {"bureau_code": bureau, **NO}
        moved = {"is_within_layoff_limit": False, "is_not_zombie": False}
        refund.both(name, was, given | moved)
    refund.policy("max_layoff_rate", "0.05", "150100")
    found = refund.changes()
    assert found["1", "verdict"]["details"] == "政策：裁员率上限 0.055→0.05"
    assert found["2", "verdict"]["details"] is None


def test_of_a_list_in_the_policy_it_is_told_that_it_changed(refund: TwoRuns) -> None:
    refund.policy("covered_unit_types", "enterprise, law_firm")
    row = refund.change(**NO, is_covered_type=False)
    assert row["details"] == "政策：可享受的单位类型有调整"


@pytest.mark.parametrize(
    ("change", "causes"),
    [
        (
            {"paid_for_year": "1100.50", "head_months": 14, "refund_amount_yuan": "660.30"},
            "全年缴费金额 1000.00→1100.50（全年参保人月 12→14）",
        ),
        ({"already_paid_yuan": 100, "refund_amount_yuan": 500}, "已发放金额 0.00→100.00"),
        (
            {"refund_share": "0.30", "size_class": "large", "refund_amount_yuan": 300},
            "返还比例 0.60→0.30（企业划型 小型→大型）",
        ),
        (
            {"refund_share": "0.625", "size_class": None, "refund_amount_yuan": 625},
            "返还比例 0.60→0.625（企业划型 小型→不明）",
        ),
        ({"refund_share": None, "refund_amount_yuan": None}, "返还比例 0.60→不明"),
        (
            {"refund_share": "0.50", "already_paid_yuan": 1, "refund_amount_yuan": 499},
            "返还比例 0.60→0.50；已发放金额 0.00→1.00",
        ),
        # what no part tells of is said to be so
        ({"refund_amount_yuan": 601}, "构成各项未变"),
    ],
)
def test_an_amount_is_told_by_its_parts(
    refund: TwoRuns, change: dict[str, Any], causes: str
) -> None:
    row = refund.change(**change)
    assert (row["change"], row["causes"]) == ("amount", causes)
    assert row["conditions"] is row["details"] is None


def test_policy_is_a_cause_where_the_part_had_the_one_value_and_has_the_other(
    refund: TwoRuns,
) -> None:
    refund.policy("refund_share_sme", "0.90", "150100")
    refund.policy("refund_share_social", "0.90", "150100")
    more = {"refund_share": "0.90", "refund_amount_yuan": 900}
    refund.both("raised", {}, more)
    refund.both("elsewhere", {"bureau_code": "150200"}, {"bureau_code": "150200"} | more)
    less = {"refund_share": "0.30", "size_class": "large", "refund_amount_yuan": 300}
    refund.both("grown", {}, less)
    # a value that was not there before
    refund.both("first", {"refund_share": None, "refund_amount_yuan": None}, more)
    found = refund.changes()
    causes = {key[0]: row["causes"] for key, row in found.items()}
    assert causes == {
        "raised": "返还比例 0.60→0.90（政策：中小微企业返还比例 0.60→0.90）",
        "elsewhere": "返还比例 0.60→0.90",
        "grown": "返还比例 0.60→0.30（企业划型 小型→大型）",
        "first": "返还比例 不明→0.90（政策：社会组织等单位返还比例 无→0.90）",
    }


def test_parameters_with_the_same_two_values_are_named_together(refund: TwoRuns) -> None:
    refund.connection.execute(
        "update before.policy_values set value_text = '0.60' where parameter like 'refund_share%'"
    )
    refund.connection.execute(
        "update now.policy_values set value_text = '0.9' where parameter like 'refund_share_s%'"
    )
    row = refund.change(refund_share="0.90", refund_amount_yuan=900)
    assert row["causes"] == (
        "返还比例 0.60→0.90（政策：中小微企业返还比例/社会组织等单位返还比例 0.60→0.9）"
    )


def test_an_amount_that_comes_or_goes_with_the_verdict_says_so(refund: TwoRuns) -> None:
    refund.both("1", {}, NO | {"is_not_zombie": False})
    more = {"paid_for_year": 1100, "refund_amount_yuan": 660}
    refund.both("2", {}, UNKNOWN | more | {"is_not_zombie": None})
    refund.both("3", {}, UNKNOWN | {"is_not_zombie": None})
    refund.both("4", NO | {"is_not_zombie": False}, more)
    found = refund.changes()
    assert {key[0]: row["causes"] for key, row in found.items()} == {
        "1": "结论变化",
        "2": "全年缴费金额 1000.00→1100.00",
        "3": None,
        "4": "结论变化；全年缴费金额 1000.00→1100.00",
    }


def test_nothing_is_due_to_who_is_refused(notice: TwoRuns) -> None:
    """The notice works out an amount for everybody; of who is refused, it is no money."""
    refused = {"outcome": "not_eligible", "is_alive": False}
    notice.both("1", refused, refused | {"total_amount_yuan": 9999})
    notice.both("2", refused | {"total_amount_yuan": 9999}, {})
    found = notice.changes()
    assert set(found) == {("2", "verdict")}
    row = found["2", "verdict"]
    assert (row["amount_before_yuan"], row["amount_now_yuan"]) == (None, 2000)


def test_a_person_is_told_of_by_the_same_rules(notice: TwoRuns) -> None:
    notice.policy("benefit_share_first_year", "0.8")
    notice.both(
        "1",
        {},
        {
            "granted_months": None, "total_amount_yuan": None, "is_older_worker": True,
            "monthly_amount_first_year_yuan": 1200,
        },
    )  # fmt: skip
    row = notice.changes()["1", "amount"]
    assert row["causes"] == (
        "应领月数 2→不明；月标准（1-12月） 1000.00→1200.00（大龄 否→是、"
        "政策：第1至12个月发放比例 0.7→0.8）"
    )


def test_a_screening_that_one_run_has_not_decided_is_not_compared(refund: TwoRuns) -> None:
    refund.decide("now", "1")
    refund.connection.execute(f"drop table before.{refund.screening.decision}")
    assert refund.changes() == {}


def test_a_run_of_an_earlier_program_is_compared_in_what_both_have(refund: TwoRuns) -> None:
    refund.both("1", {}, NO | {"is_not_zombie": False, "is_in_operation": False})
    for dropped in ("is_not_zombie", "paid_for_year", "size_class"):
        refund.connection.execute(
            f"alter table before.{refund.screening.decision} drop column {dropped}"
        )
    refund.connection.execute(f"drop table before.{REFUND}_reasons")
    assert refund.changes()["1", "verdict"]["conditions"] == "正常经营：是→否"


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_causes_are_columns_of_the_decision_and_parameters_of_the_policy(
    screening: Screening,
) -> None:
    policy = next(item for item in load_policies() if item.screening == screening.name)
    known = {parameter.name for parameter in policy.parameters}
    columns = column_types(screening.decision)
    for cause in screening.amount_causes.values():
        assert set(cause.columns) <= columns.keys()
        assert {*cause.policy, *cause.takes} <= known


# Nights of a small region: the second with other files, the third as the second.

DAY = date(2022, 3, 22)
NOTHING_IS_HELD = Hold(9, 9, 10**9, 10**9, 1)


def change_extracts(extracts: Path) -> None:
    """What the second night delivers: units that moved, grew, paid less, or are there no more."""
    (units,) = extracts.glob("insured_units*")
    rows = read(units)
    ids = sorted({row["unit_id"] for row in rows})
    gone, moved, owing = set(ids[:3]), set(ids[3:6]), set(ids[6:12])
    for row in rows:
        if row["unit_id"] in moved:
            row["division_code"] = "150102" if row["division_code"] != "150102" else "150202"
    write(units, [row for row in rows if row["unit_id"] not in gone])
    for path in extracts.glob("payroll*"):
        rows = [row for row in read(path) if row["unit_id"] not in gone]
        for number, row in enumerate(rows):
            if row["unit_id"] in owing and number % 2:
                row["unit_paid"] = "0.00"
        # who stands last in the file is paid for no more
        write(path, rows[:-40])
    for path in extracts.glob("separations*"):
        rows = read(path)
        for row in rows[::2]:
            row["reason_code"] = "6304"
        write(path, rows)
    for path in extracts.glob("*registers*"):
        write(path, read(path)[:1])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Nights:
    """Three nights in one publication folder."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        extracts = folder / "extracts"
        write_random_extracts(extracts, 11, units=30, people=300, as_of=DAY)
        asked = make_order(extracts, self.out, DAY)
        self.order = replace(
            asked, settings=replace(asked.settings, hold=NOTHING_IS_HELD, xlsx=False)
        )
        self.runs = [self.night(self.order)]
        change_extracts(extracts)
        self.runs.append(self.night(self.order))
        self.compared_in_the_third = 0
        self.runs.append(self.night(self.order))

    @staticmethod
    def night(order: Order) -> HandedOver:
        with run_lock(order.out):
            prepare(order)
            return run_plainly(order)

    def rows(self, night: int, select: str) -> list[tuple[Any, ...]]:
        path = self.runs[night].run.folder / "results.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(select).fetchall()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    compared: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "run_checks", lambda *given: [])
        write = changes.write_changes

        def counting(*given: Any) -> int:
            compared.append(len(published))
            return write(*given)

        published: list[int] = []

        def publishing(out: Path, run: publish.Run) -> publish.Run:
            published.append(1)
            return publish.publish(out, run)

        patch.setattr("pipelines.steps.publish", publishing)
        patch.setattr(changes, "write_changes", counting)
        made = Nights(tmp_path_factory.mktemp("nights"))
    made.compared_in_the_third = compared.count(2)
    assert compared.count(1) == len(screenings())
    yield made


def decided(nights: Nights, night: int, screening: Screening) -> dict[str, tuple[Any, ...]]:
    """Bureau, outcome and money of every subject, as a run has them."""
    rows = nights.rows(
        night,
        f"select {screening.key}, bureau_code, outcome, {screening.amount}"
        f" from {screening.decision}",
    )
    return {
        key: (bureau, outcome, None if outcome == "not_eligible" else amount)
        for key, bureau, outcome, amount in rows
    }


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_the_changes_are_those_that_sets_of_both_runs_show(
    nights: Nights, screening: Screening
) -> None:
    was, given = (decided(nights, night, screening) for night in (0, 1))
    should: Counter[tuple[str, str, str]] = Counter()
    for key in was.keys() | given.keys():
        if key not in was or key not in given or was[key][0] != given[key][0]:
            if key in given:
                should[given[key][0], "entered", key] += 1
            if key in was:
                should[was[key][0], "left", key] += 1
        elif was[key][1] != given[key][1]:
            should[given[key][0], "verdict", key] += 1
        elif was[key][2] != given[key][2]:
            should[given[key][0], "amount", key] += 1
    found = nights.rows(
        1,
        "select bureau_code, change, subject_id from run_changes"
        f" where screening = '{screening.name}'",
    )
    assert Counter(found) == should
    assert len({change for _, change, _ in should}) > 2, "too little changes to show anything"
    # and in the lists of the bureaus
    label = {"entered": "新增", "left": "移除", "verdict": "结论变化", "amount": "金额变化"}
    number = "单位编号" if screening.key == "unit_id" else "社会保障号码"
    listed: Counter[tuple[str, str, str]] = Counter()
    title = "稳岗返还" if screening.name == REFUND else "失业保险金"
    for path in nights.runs[1].run.folder.glob(f"*/{title}_变动清单.csv"):
        for row in csv.DictReader(path.open(encoding="utf-8-sig", newline="")):
            listed[path.parent.name[:6], row["变动"], row[number]] += 1
    assert listed == Counter({(bureau, label[change], key): 1 for bureau, change, key in should})


@pytest.mark.parametrize("night", [0, 2])
def test_without_a_run_before_and_without_a_change_every_bureau_has_empty_lists(
    nights: Nights, night: int
) -> None:
    assert nights.rows(night, "from run_changes") == []
    folder = nights.runs[night].run.folder
    bureaus = [path for path in folder.iterdir() if re.match(r"\d{6}-", path.name)]
    assert len(bureaus) == 15
    for bureau in bureaus:
        for title in ("稳岗返还", "失业保险金"):
            lines = (bureau / f"{title}_变动清单.csv").read_text(encoding="utf-8-sig").splitlines()
            assert len(lines) == 1 and lines[0].startswith("序号,筛查事项,变动,")


def test_an_unchanged_night_compares_nothing(nights: Nights) -> None:
    assert nights.compared_in_the_third == 0


def test_the_command_counts_and_names_nobody(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [handed_over.run.run_id for handed_over in nights.runs]
    assert run_command(["compare", ids[1], "--out", str(nights.out)]) == 0
    one = capsys.readouterr().out
    assert run_command(["compare", ids[0], ids[1], "--out", str(nights.out)]) == 0
    both = capsys.readouterr().out
    assert one == both
    assert f"{ids[0]} → {ids[1]}" in one
    totals = [line for line in one.splitlines() if line.startswith("│ 合计")]
    assert len(totals) == 2
    for line, screening in zip(totals, screenings(), strict=True):
        rows = nights.rows(1, f"select change from run_changes where screening='{screening.name}'")
        counted = Counter(change for (change,) in rows)
        shown = [int(cell.replace(",", "")) for cell in line.split("│")[2:-1]]
        assert shown == [counted[change] for change in ("entered", "left", "verdict", "amount")]
    subjects = {key for (key,) in nights.rows(1, "select subject_id from run_changes")}
    assert subjects and not [key for key in subjects if key in one]
    # back again: who entered left
    assert run_command(["compare", ids[1], ids[0], "--out", str(nights.out)]) == 0
    assert run_command(["compare", ids[2], "--out", str(nights.out)]) == 0
    assert capsys.readouterr().out.count("没有变动") == 2


def test_the_command_writes_the_lists_that_the_run_delivered(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, now = (handed_over.run for handed_over in nights.runs[:2])
    bureaus = Counter(code for (code,) in nights.rows(1, "select bureau_code from run_changes"))
    (code, _), (second, _) = bureaus.most_common(2)
    asked = [before.run_id, now.run_id, "--bureau", code, second, "--out", str(nights.out)]
    target = tmp_path / "deep" / "lists"
    assert run_command(["compare", *asked, "--to", str(target)]) == 0
    written = sorted(path for path in target.rglob("*") if path.is_file())
    assert {path.parent.name[:6] for path in written} == {code, second}
    assert len(written) == 8
    assert Counter(path.suffix for path in written) == {".csv": 4, ".xlsx": 4}
    for path in written:
        if path.suffix == ".csv":
            assert path.read_bytes() == (now.folder / path.parent.name / path.name).read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
    assert all(
        path.parent.stat().st_mode & 0o777 == 0o700 for path in [*written, written[0].parent]
    )
    entry = read_log(nights.out)[-1]
    assert (entry["action"], entry["result"]) == ("compare", "lists")
    assert entry["details"]["bureaus"] == sorted([code, second])
    assert (entry["details"]["before"], entry["details"]["run"]) == (before.run_id, now.run_id)
    # nothing is written over
    capsys.readouterr()
    assert run_command(["compare", *asked, "--to", str(target)]) == 2
    assert "不是空文件夹" in capsys.readouterr().err


def test_what_cannot_be_compared_is_said_in_one_line(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(nights.out)]
    first = nights.runs[0].run.run_id
    for asked in ([first], ["2022-01-01-1"], [first, first, "--bureau", "999999"]):
        assert run_command(["compare", *asked, *out]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_counts_are_by_bureau_and_kind(nights: Nights) -> None:
    path = nights.runs[1].run.folder / "results.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        counted = changes_counted(connection)
        rows = connection.execute("select screening, bureau_code, change from run_changes")
        should = Counter(rows.fetchall())
    found = {(item.screening, item.bureau_code, item.change): item.subjects for item in counted}
    assert found == should

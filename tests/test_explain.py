"""Explanations: exact distances, the rows behind them, what is masked, runs left in peace."""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pipelines import ROOT
from pipelines.audit import read_log, subject_hash
from pipelines.cli import run_command
from pipelines.conditions import screenings
from pipelines.errors import RunLocked
from pipelines.explain import explain
from pipelines.labels import labels_of
from pipelines.lock import reading_lock, run_lock
from pipelines.messages import use_language
from pipelines.results import Results, open_run
from pipelines.subjects import find_subjects, hidden_number, shown_number
from pipelines.verdicts import exhibits
from tests.case_tables import CASES, read_cases
from tests.case_warehouse import run_select, warehouse

ENTITLED, LAYOFFS = "entitled_leavers_over_average", "layoffs_over_layoffs_and_year_end"


@pytest.fixture(autouse=True)
def chinese():
    yield
    use_language("zh")


@pytest.fixture(scope="session")
def out(sample_run) -> Path:
    return sample_run.run.folder.parent.parent


@pytest.fixture
def own_out(out, tmp_path) -> Path:
    """A publication folder of the sample's run that a test may spoil."""
    return shutil.copytree(out, tmp_path / "out")


@pytest.fixture(scope="session")
def results(sample_run):
    with Results(sample_run.run) as opened:
        yield opened


def one(results, select: str) -> str:
    return results.rows(select)[0][0]


def person_of(results, outcome: str = "cannot_tell") -> str:
    return one(
        results,
        "select min(person_id) from unemployment_benefit_notice_people"
        f" where outcome = '{outcome}' and length(person_id) = 18",
    )


def unit_of(results, test: str) -> str:
    return one(results, f"select min(unit_id) from job_retention_refund_units where {test}")


def changed(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update import_log set sha256 = 'f' where file_name like 'benefit%'")


def within(numerator: int, heads: int, months: int, limit: Fraction) -> bool:
    return Fraction(numerator * months, heads) <= limit


def random_rates() -> dict[str, tuple]:
    chance = random.Random(20220322)
    rates = {}
    for number in range(1500):
        method = chance.choice([ENTITLED, LAYOFFS])
        months = 1 if method == LAYOFFS else chance.choice([1, 1, 12, 7])
        stay = chance.randint(1, chance.choice([12, 200, 3000]))
        known = chance.randint(0, max(3, stay // 8))
        possible = known + chance.choice([0, 0, 1, 5])
        inside = 1 if method == LAYOFFS else 0
        rates[f"{number:04}"] = (
            method, known, possible, stay + known * inside, stay + possible * inside, months,
            chance.choice([True, False, None]),
        )  # fmt: skip
    return rates


def insert(connection, table: str, **columns: list) -> None:
    """Insert rows, column by column."""
    cells = ", ".join("unnest(?)" for _ in columns)
    connection.execute(
        f"insert into {table} ({', '.join(columns)}) select {cells}", list(columns.values())
    )


def test_a_distance_is_the_smallest_that_changes_the_verdict():
    """Against fractions: one person less than told does not do, as many as told do."""
    connection = warehouse()
    rates = random_rates()
    connection.execute("begin")
    try:
        bureau = connection.execute("select min(bureau_code) from ref_bureaus").fetchall()[0][0]
        general, small = connection.execute(
            "select max_layoff_rate, max_layoff_rate_small_unit from policy_job_retention_refund"
            " where bureau_code = ?",
            [bureau],
        ).fetchall()[0]
        methods = "policy_job_retention_refund_layoff_rate_methods"
        connection.execute(f"delete from {methods}")
        connection.execute(
            f"insert into {methods} (bureau_code, value) values ($1, $2), ($1, $3)",
            [bureau, ENTITLED, LAYOFFS],
        )
        units = list(rates)
        method, known, possible, heads, more, months, is_small = map(
            list, zip(*rates.values(), strict=True)
        )
        insert(
            connection,
            "job_retention_refund_units",
            unit_id=units,
            bureau_code=[bureau] * len(units),
        )
        insert(connection, "job_retention_refund_limits", unit_id=units, is_small_unit=is_small)
        insert(
            connection, "unit_layoff_rates", unit_id=units, method=method, numerator_known=known,
            numerator_possible=possible, denominator_heads=heads, denominator_heads_possible=more,
            denominator_months=months,
        )  # fmt: skip
        found = run_select(connection, "job_retention_refund_distances")
    finally:
        connection.execute("rollback")
    told = [row for row in found if row["condition"] == "is_within_layoff_limit"]
    wanted = sum(2 if rate[6] is None else 1 for rate in rates.values())
    assert len(told) == wanted
    seen = set()
    for row in told:
        method, known, possible, heads, more, months, _ = rates[row["unit_id"]]
        limit = Fraction(small if row["position"] == 4 else general)
        stay = heads - known * (method == LAYOFFS)

        def is_within(numerator: int, stay=stay, method=method, months=months, limit=limit) -> bool:
            moving = numerator if method == LAYOFFS else 0
            return within(numerator, stay + moving, months, limit)

        side, count = row["label_code"].split(":")[1], int(row["third_text"])
        seen.add(side)
        if side in ("within", "at"):
            assert is_within(possible + count) and not is_within(possible + count + 1)
        elif side == "open":
            assert is_within(known + count) and not is_within(known + count + 1)
            assert int(row["fourth_text"]) == count + 1 <= possible - known
        else:
            assert count >= 1 and is_within(known - count) and not is_within(known - count + 1)
            assert (side == "over") is (known == possible)
        if side != "open":
            rate = Fraction((possible if side in ("within", "at") else known) * months)
            rate /= more if side in ("within", "at") else heads
            distance, text = abs(rate - limit) * 100, row["fourth_text"]
            digits = len(text.split(".")[1])
            assert abs(Fraction(text) - distance) <= Fraction(1, 2 * 10**digits)
            assert (Fraction(text) == 0) is (distance == 0) is (side == "at")
    assert seen == {"within", "at", "open", "over", "over_and_open"}


def test_every_distance_has_its_wording_in_both_languages():
    codes = {
        case.expected["label_code"]
        for screening in screenings()
        for case in read_cases(CASES / f"{screening.name}_distances.csv").cases
    } - {"no row"}
    for language in ("zh", "en"):
        use_language(language)
        assert codes <= labels_of("distance").keys()


@pytest.mark.parametrize("outcome", ["eligible", "cannot_tell", "not_eligible"])
def test_the_verdict_is_that_of_the_decision(results, out, outcome):
    unit = unit_of(results, f"outcome = '{outcome}' and months_insured > 0")
    (found,), _ = find_subjects(results, unit)
    told = explain(results, out, found)
    (verdict,) = told.verdicts
    row = dict(
        zip(
            [item.name for item in verdict.conditions],
            results.rows(
                f"select {', '.join(item.name for item in verdict.conditions)}"
                " from job_retention_refund_units where unit_id = ?",
                [unit],
            )[0],
            strict=True,
        )
    )
    assert verdict.outcome == outcome
    assert {item.name: item.value for item in verdict.conditions} == row
    reasons = results.rows(
        "select reason from job_retention_refund_reasons where unit_id = ? order by position",
        [unit],
    )
    assert [text for item in verdict.conditions for text in item.reasons] == [
        text for (text,) in reasons
    ]
    assert all(item.reasons for item in verdict.conditions if not item.value)
    paid = next(item for item in verdict.conditions if item.name == "has_paid_in_full")
    assert paid.distances and paid.bases[0].title == "足额缴费月数"
    layoffs = next(item for item in verdict.conditions if item.name == "is_within_layoff_limit")
    assert any("5.5%" in basis.wording for basis in layoffs.bases)
    rates = next(table for table in verdict.tables if len(table.header) == 8 and table.rows[10:])
    assert len(rates.rows) == len(labels_of("method")) == 11
    assert sum(row[0].startswith("★") for row in rates.rows) == 1


def test_the_lines_told_are_those_of_the_files(results, out):
    """Each file and line of a person names him, in the file itself."""
    person = one(
        results,
        "select min(person_id) from unemployment_benefit_notice_people where outcome = 'eligible'",
    )
    (found,), _ = find_subjects(results, person)
    told = explain(results, out, found)
    origins = next(table for table in told.tables if table.title == "数据来源")
    checked = 0
    for _, file, count, lines in origins.rows:
        numbers = [int(number) for number in lines.split("、")]
        assert len(numbers) == int(count)
        if not file.startswith("payroll_2021") or not file.endswith(".csv"):
            continue
        encoding = one(results, f"select encoding from import_log where file_name = '{file}'")
        rows = (ROOT / "data" / "sample" / file).read_text(encoding=encoding).splitlines()
        for number in numbers:
            assert person in rows[number - 1]
            checked += 1
    assert checked > 5
    months = next(table for table in told.tables if table.title == "个人各月缴费")
    payroll = sum(int(row[2]) for row in origins.rows if row[0] == "缴费明细")
    assert 0 < len(months.rows) <= payroll


def test_a_units_months_are_those_of_the_payroll_from_december_to_december(results, out):
    unit = unit_of(results, "months_insured = 12 and prior_year_end_heads > 0")
    (found,), _ = find_subjects(results, unit)
    table = explain(results, out, found).tables[0]
    assert [row[0] for row in table.rows] == ["2020-12", *(f"2021-{n:02}" for n in range(1, 13))]
    rows = results.rows(
        "select prior_year_end_heads, january_heads, year_end_heads from unit_facts"
        " where unit_id = ?",
        [unit],
    )[0]
    assert tuple(int(table.rows[at][1]) for at in (0, 1, 12)) == rows


def test_a_month_without_rows_is_told_not_left_out(results, out):
    unit = one(
        results,
        "select min(unit_id) from unit_facts where months_insured between 1 and 10"
        " and unit_id in (select unit_id from unit_months)",
    )
    (found,), _ = find_subjects(results, unit)
    table = explain(results, out, found).tables[0]
    assert len(table.rows) == 13
    assert any(row[-1] == "无缴费明细" for row in table.rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_is_masked_and_the_question_is_audited(results, own_out, capsys, lang):
    person = person_of(results)
    name = one(results, f"select person_name from people where person_id = '{person}'")
    before = len(read_log(own_out))
    asked = ["explain", person, "--out", str(own_out), "--lang", lang]
    page = own_out / "page.html"
    assert run_command(asked) == 0
    assert run_command([*asked, "--html", str(page)]) == 0
    shown = capsys.readouterr().out
    for text in (shown, page.read_text(encoding="utf-8")):
        assert person not in text and name not in text
        assert hidden_number(person) in text or text is shown
    assert hidden_number(person) in shown
    entries = read_log(own_out)[before:]
    assert [entry["action"] for entry in entries] == ["explain", "explain"]
    assert {entry["subject"] for entry in entries} == {subject_hash(own_out, person)}
    assert page.stat().st_mode & 0o777 == 0o600

    assert run_command([*asked, "--unmask"]) == 0
    shown = capsys.readouterr().out
    assert person in shown and name in shown
    assert ("已记入审计" if lang == "zh" else "audit log") in shown
    assert [entry["action"] for entry in read_log(own_out)[-2:]] == ["explain", "unmask"]


def test_a_page_that_others_could_read_is_closed_to_them(results, own_out):
    page = own_out / "page.html"
    page.write_text("old", encoding="utf-8")
    page.chmod(0o644)
    asked = ["explain", person_of(results), "--out", str(own_out), "--html", str(page)]
    assert run_command(asked) == 0
    assert page.stat().st_mode & 0o777 == 0o600
    assert run_command([*asked[:-1], str(own_out / "nowhere" / "page.html")]) == 8


def test_without_an_entry_in_the_log_nothing_is_shown(results, own_out, capsys, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.audit.record", fail)
    assert run_command(["explain", person_of(results), "--out", str(own_out)]) == 8
    assert capsys.readouterr().out == ""


def test_a_unit_is_no_secret(results, own_out, capsys):
    before = len(read_log(own_out))
    assert run_command(["explain", unit_of(results, "true"), "--out", str(own_out)]) == 0
    assert len(read_log(own_out)) == before
    assert "审计" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("150104000057", "150104000057"),
        ("9115990105EMEME95Y", "9115990105EMEME95Y"),
        ("15990119800101123X", "159901********123X"),
        ("159901800101123", "159901*****1123"),
    ],
)
def test_a_units_number_that_may_be_a_persons_is_masked(number, shown):
    assert shown_number(number) == shown


@pytest.mark.parametrize("number", ["15990119800101123X", "H12345678", "QZZ150012003456", "A12345"])
def test_a_persons_number_loses_its_middle(number):
    seen = hidden_number(number)
    assert len(seen) == len(number) and number not in seen and seen.count("*") >= 2


def test_a_business_with_its_owners_number_is_masked_and_audited(results, own_out, capsys):
    person = person_of(results)
    unit = unit_of(results, "outcome = 'eligible'")
    path = next((own_out / "runs").iterdir()) / "results.duckdb"
    with duckdb.connect(str(path)) as connection:
        for table in ("units", "unit_facts", "job_retention_refund_units"):
            connection.execute(f"update {table} set unit_id = ? where unit_id = ?", [person, unit])
    before = len(read_log(own_out))
    assert run_command(["explain", person, "--out", str(own_out)]) == 0
    shown = capsys.readouterr().out
    assert person not in shown
    assert "稳岗返还" in shown and "失业保险金主动告知" in shown
    assert len(read_log(own_out)) == before + 2


def test_units_are_found_by_number_code_and_name_in_any_width(results):
    unit, code, name = results.rows(
        "select unit_id, uscc, unit_name from units where uscc is not null and is_valid_uscc"
        " and units.uscc in (select uscc from units group by uscc having count(*) = 1)"
        " and normalised_name in (select normalised_name from units group by normalised_name"
        " having count(*) = 1) and not contains(unit_id, 'X') order by unit_id limit 1"
    )[0]
    wide = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "".join(
        chr(ord(sign) + 0xFEE0) for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ))  # fmt: skip
    half = len(name) // 2
    for asked in (
        unit, unit.translate(wide), f" {unit}\t", code, code.lower(), name, name.translate(wide),
        f"{name[:half]}（{name[half:]}）", f"【{name[:half]} {name[half:]}】", name[1:-1],
    ):  # fmt: skip
        found, is_choice = find_subjects(results, asked)
        assert [item.number for item in found] == [unit], asked
        assert not is_choice


def test_people_are_found_by_their_number_in_any_width(results):
    person = one(results, "select min(person_id) from people where person_id like '%X'")
    for asked in (person, person.lower(), f"{person[:6]} {person[6:14]} {person[14:]}"):
        (found,), _ = find_subjects(results, asked)
        assert found.number == person and found.is_person


def test_several_units_of_one_code_are_each_explained(results, out, capsys):
    code = one(
        results,
        "select min(uscc) from units group by uscc having count(*) > 1 and uscc is not null",
    )
    units = results.rows("select unit_id from units where uscc = ? order by all", [code])
    assert run_command(["explain", code, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert [shown.count(f"{unit} · ") for (unit,) in units] == [1] * len(units)


def test_several_units_of_one_name_are_listed_and_chosen_from(results, out, capsys):
    name = one(
        results,
        "select min(unit_name) from units group by normalised_name"
        " having count(*) > 1 and count(distinct uscc) > 1",
    )
    units = results.rows(
        "select unit_id from units where normalised_name ="
        " (select any_value(normalised_name) from units where unit_name = ?)",
        [name],
    )
    assert run_command(["explain", name, "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == len(units)
    assert all(unit in told.out for (unit,) in units)
    assert str(len(units)) in told.err and "单位编号" in told.err


@pytest.mark.parametrize("asked", ["没有这个单位", "159901199001010000", "（）", ""])
def test_nobody_found_says_where_was_looked(out, capsys, asked):
    assert run_command(["explain", asked, "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1
    assert "2022-03-22-1" in told.err and "159901199001010000" not in told.err


def test_another_run_and_a_held_one(results, own_out, capsys):
    unit = unit_of(results, "true")
    asked = ["explain", unit, "--out", str(own_out), "--run"]
    assert run_command([*asked, "2022-03-22-9"]) == 2
    (own_out / "held").mkdir()
    (own_out / "runs" / "2022-03-22-1").rename(own_out / "held" / "2022-03-22-1")
    capsys.readouterr()
    assert run_command([*asked, "2022-03-22-1"]) == 0
    assert "已扣留" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.unlink(), "工作库已清除"),
        (lambda path: path.write_bytes(b"damaged" * 1000), "不完整"),
        (changed, "另一批提取文件"),
    ],
    ids=["missing", "damaged", "of other extracts"],
)
def test_a_working_database_that_cannot_tell_is_said(results, own_out, capsys, spoil, why):
    spoil(own_out / ".state" / "warehouse.duckdb")
    assert run_command(["explain", unit_of(results, "true"), "--out", str(own_out)]) == 0
    shown = capsys.readouterr().out
    assert why in shown and "数据来源" not in shown.replace("没有数据来源", "")
    assert "各月缴费" in shown


def test_a_question_during_a_run_does_not_touch_the_working_database(results, own_out, capsys):
    with run_lock(own_out):
        assert run_command(["explain", unit_of(results, "true"), "--out", str(own_out)]) == 0
    shown = capsys.readouterr().out
    assert "正在运行" in shown and "各月缴费" in shown


def test_who_reads_a_database_keeps_writers_out(own_out):
    """The reason for the lock: DuckDB refuses a file that another process has open for reading."""
    path = own_out / ".state" / "warehouse.duckdb"
    reader = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
        " print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reader, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin and other.stdout and other.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(path))
        other.stdin.close()
    duckdb.connect(str(path)).close()


def test_a_run_waits_for_readers_and_readers_never_join_a_run(tmp_path):
    taken = threading.Event()

    def run() -> None:
        with run_lock(tmp_path):
            taken.set()

    with reading_lock(tmp_path), reading_lock(tmp_path):
        waiting = threading.Thread(target=run)
        waiting.start()
        assert not taken.wait(0.3)
    assert taken.wait(2)
    waiting.join()
    with run_lock(tmp_path), pytest.raises(RunLocked), reading_lock(tmp_path):
        pass
    with reading_lock(tmp_path):
        pass


def test_a_second_run_is_still_refused_at_once(tmp_path):
    (tmp_path / ".state").mkdir()
    holder = (
        "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX);"
        " print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / ".state" / "lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin and other.stdout and other.stdout.readline() == "held\n"
        began = time.monotonic()
        with pytest.raises(RunLocked), run_lock(tmp_path):
            pass
        assert time.monotonic() - began < 1
        other.stdin.close()


class _Page(HTMLParser):
    """The texts and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_has_everything_and_loads_nothing(results, own_out):
    unit = unit_of(results, "outcome = 'not_eligible' and not is_within_layoff_limit")
    page = own_out / "page.html"
    assert run_command(["explain", unit, "--out", str(own_out), "--html", str(page)]) == 0
    parser = _Page()
    parser.feed(page.read_text(encoding="utf-8"))
    assert parser.open == []
    text = "".join(parser.texts)
    (found,), _ = find_subjects(results, unit)
    told = explain(results, own_out, found)
    (verdict,) = told.verdicts
    wanted = [told.heading, verdict.title, verdict.list_name, *verdict.open_reasons]
    for condition in verdict.conditions:
        wanted += [condition.title, *condition.reasons, *condition.distances]
        for basis in condition.bases:
            wanted += [basis.title, basis.value, basis.source, basis.wording]
    for table in (*verdict.tables, *told.tables):
        wanted += [table.title, *table.header, *(cell for row in table.rows for cell in row)]
    assert not [item for item in wanted if item not in text]
    assert not [value for name, value in parser.attributes if name in {"src", "action"}]


@pytest.mark.parametrize("screening", screenings(), ids=lambda item: item.name)
def test_what_stands_beside_a_verdict_are_columns_of_finished_tables(screening, sample_results):
    for table, shown in exhibits(screening.name).items():
        columns = {row[0] for row in sample_results.execute(f'describe "{table}"').fetchall()}
        assert {screening.key, *shown["columns"]} <= columns
        for title in (shown["title"], *shown["columns"].values()):
            assert set(title) == {"zh", "en"}


def test_slow_packages_stay_away(results, out):
    code = (
        "import sys; from pipelines.cli import run_command; run_command(sys.argv[1:]);"
        " print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "explain", unit_of(results, "true"), "--out", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip
    loaded = set(done.stderr.split())
    assert not loaded & {"pandas", "numpy", "prefect", "great_expectations", "altair", "jinja2"}
    assert "稳岗返还" in done.stdout


def test_the_python_api_is_as_short_as_it_looks(out):
    with open_run(out=out) as results:
        (subject,), _ = find_subjects(results, unit_of(results, "outcome = 'eligible'"))
        told = explain(results, out, subject)
    assert told.verdicts[0].outcome == "eligible"
    assert not told.verdicts[0].open_reasons

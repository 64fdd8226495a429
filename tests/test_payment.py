"""Batches for payment: exact, nothing more than payment needs, and nobody paid twice unseen."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import audit, payment_record
from pipelines.cli import run_command
from pipelines.errors import PolicyError, StaleError, UsageError
from pipelines.order import CHINA
from pipelines.payees import Payee, payees_of
from pipelines.payment import Exported, export_payments, withdraw
from pipelines.payment_files import write_batch
from pipelines.payment_plan import load_plans
from pipelines.policy import SCREENINGS
from pipelines.purge import purge
from pipelines.results import Results
from pipelines.rmb import capital_yuan
from pipelines.settings import Settings
from pipelines.which_run import named_run
from tests.fake_run import audited
from tests.finished_run import copied, rows_of

SCREENING, LIST = "job_retention_refund", "稳岗返还_可直接发放"
HEADER = ["批次号", "序号", "户名", "开户银行", "银行账号", "金额", "用途"]
DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.fixture(scope="module")
def exported(sample_folder, tmp_path_factory):
    """A publication folder whose published run was exported once."""
    out = copied(sample_folder, tmp_path_factory.mktemp("payment") / "out")
    return SimpleNamespace(out=out, made=export_payments(out))


@pytest.fixture
def out(sample_folder, tmp_path):
    return copied(sample_folder, tmp_path / "out")


def spoken(text: str) -> Decimal:
    """The sum that capital numerals say, read the way a cashier does."""
    whole, fen = text, 0
    for sign, worth in (("分", 1), ("角", 10)):
        if sign in text:
            fen += DIGITS[text[text.index(sign) - 1]] * worth
    whole = text.split("元")[0] if "元" in text else ""
    total = group = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in UNITS:
            group, digit = group + digit * UNITS[sign], 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[sign]
            group = digit = 0
    return Decimal(total + group + digit) + Decimal(fen) / 100


# Those in 正确填写票据和结算凭证的基本规定, and what follows from its rules.
@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1815.08", "壹仟捌佰壹拾伍元零捌分"),
        ("100000.00", "壹拾万元整"),
        ("0.05", "伍分"),
        ("10.00", "壹拾元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("200000000.01", "贰亿元零壹分"),
        ("0", "零元整"),
    ],
)
def test_capital_numerals_are_those_of_the_rules(amount, capitals):
    assert capital_yuan(Decimal(amount)) == capitals


@given(st.integers(0, 10**14 - 1))
def test_capital_numerals_say_the_sum_and_nothing_that_could_be_read_otherwise(fen):
    text = capital_yuan(Decimal(fen) / 100)
    assert spoken(text) == Decimal(fen) / 100
    assert "零零" not in text and not text.startswith("零") or fen == 0
    assert text.endswith("整") == (fen % 100 == 0)


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000"])
def test_sums_that_no_voucher_holds_are_refused(amount):
    with pytest.raises(ValueError):
        capital_yuan(Decimal(amount))


def test_a_batch_holds_what_the_decision_pays_and_the_control_totals_agree(exported):
    with Results(named_run(exported.out, None)) as results:
        decided = results.rows(
            "select units.bureau_code, units.unit_name, units.bank_name, units.bank_account,"
            " decided.refund_amount_yuan, units.uscc, units.unit_id"
            " from job_retention_refund_units as decided"
            " join units on decided.unit_id = units.unit_id"
            " join job_retention_refund_listed as listed on decided.unit_id = listed.unit_id"
            f" where listed.list_name = '{LIST}'"
        )
        everyone = results.rows("select bank_account, coalesce(uscc, unit_id) from units")
    owners: dict[str, set[str]] = {}
    for account, owner in everyone:
        owners.setdefault(account, set()).add(owner)
    assert sum(item.count for item in exported.made) + sum(
        item.doubtful for item in exported.made
    ) == len(decided)
    for item in exported.made:
        mine = [row for row in decided if row[0] == item.bureau_code]
        sound = [row for row in mine if len(owners[row[3]]) == 1]
        paid = rows_of(item.folder / f"支付_{item.batch}.csv")
        assert sorted(
            (row["户名"], row["开户银行"], row["银行账号"], row["金额"]) for row in paid
        ) == (
            sorted(
                (name, bank, account, f"{yuan:.2f}") for _, name, bank, account, yuan, *_ in sound
            )
        )
        assert list(paid[0]) == HEADER
        assert [row["序号"] for row in paid] == [str(at + 1) for at in range(len(paid))]
        assert {row["批次号"] for row in paid} == {item.batch}
        assert item.batch == f"2022-03-22-1-{item.bureau_code}-WG"
        (control,) = rows_of(item.folder / f"控制_{item.batch}.csv")
        total = sum(Decimal(row["金额"]) for row in paid)
        assert control["笔数"] == str(len(paid)) and Decimal(control["合计金额"]) == total
        assert spoken(control["合计金额大写"]) == total
        digest = sha256((item.folder / f"支付_{item.batch}.csv").read_bytes()).hexdigest()
        assert control["支付文件SHA-256"] == digest
        doubts = item.folder / f"须核对_{item.batch}.csv"
        shared = {row[6] for row in mine} - {row[6] for row in sound}
        assert doubts.exists() == bool(shared)
        if shared:
            assert {row["单位编号"] for row in rows_of(doubts)} == shared
            assert all("同一账号" in row["须核对"] for row in rows_of(doubts))
    assert any(item.doubtful for item in exported.made)


def test_accounts_stay_text_and_amounts_are_numbers_in_the_workbook(tmp_path):
    # A short account that begins with 0: a longer one would stay text whatever its column is.
    payee = Payee("1", 7, "甲", "银行", "0012345678", Decimal("1815.08"))
    made = Exported("B-1", "150100", "某市", tmp_path / "x", 1, Decimal("1815.08"), 1, "返还")
    write_batch(made, [payee], [replace(payee, doubts=("缺户名",))])
    for stem in ("支付", "须核对"):
        sheet = openpyxl.load_workbook(made.folder / f"{stem}_B-1.xlsx").worksheets[0]
        header, first = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
        row = dict(zip(header, first, strict=True))
        assert row["银行账号"] == "0012345678" and row["金额"] == 1815.08
    (control,) = rows_of(made.folder / "控制_B-1.csv")
    assert control["合计金额大写"] == "壹仟捌佰壹拾伍元零捌分"


def test_files_are_private_and_nothing_half_done_is_left(exported):
    paths = list((exported.out / "payments").rglob("*"))
    assert paths
    for path in paths:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
        assert not path.name.startswith(".")


def test_exports_are_in_the_audit_log_without_accounts(exported):
    entries = [entry["details"] for entry in audited(exported.out, "payment")]
    by_batch = {item["batch"]: item for item in entries}
    for item in exported.made:
        assert by_batch[item.batch]["count"] == item.count
        assert Decimal(by_batch[item.batch]["yuan"]) == item.sum_yuan
    record = (exported.out / ".state" / "payments.jsonl").read_text(encoding="utf-8")
    for row in rows_of(exported.made[0].folder / f"支付_{exported.made[0].batch}.csv"):
        assert row["银行账号"] not in record and row["户名"] not in record


def test_a_batch_is_not_exported_twice_unless_it_is_said(out, capsys):
    first = export_payments(out, bureaus=("150500",))[0]
    path = first.folder / f"支付_{first.batch}.csv"
    content = path.read_bytes()
    before = sorted(item.name for item in first.folder.iterdir())
    asked = ["payment", "--out", str(out), "--bureau", "150500"]
    assert run_command(asked) == 2
    told = capsys.readouterr().err
    assert first.batch in told and "--again" in told and datetime.now().strftime("%Y-%m-%d") in told
    # Of several batches none is written when one was exported before.
    with pytest.raises(UsageError):
        export_payments(out, bureaus=("150100", "150500"))
    assert not (first.folder.parent / "150100-呼和浩特市").exists()
    assert run_command([*asked, "--again"]) == 0
    assert "第 2 次导出，请勿重复支付" in capsys.readouterr().out
    assert path.read_bytes() == content
    assert sorted(item.name for item in first.folder.iterdir()) == before
    (control,) = rows_of(first.folder / f"控制_{first.batch}.csv")
    assert "第 2 次导出" in control["提示"]


def note_earlier(out, unit: str, amount: str, batch: str = "2022-03-21-1-150500-WG") -> None:
    amounts = {audit.subject_hash(out, unit): amount}
    payment_record.note(
        out, "exported", batch, {"screening": SCREENING, "year": 2021, "amounts": amounts}
    )


def test_who_is_in_another_batch_and_not_seen_as_paid_waits(out, capsys):
    with Results(named_run(out, None)) as results:
        listed = results.rows(
            f'select unit_id, "返还金额", "已发放金额", bureau_code from "list_{LIST}" order by 3'
        )
    unit, amount, _, code = listed[0]
    topped_up, _, paid, other = listed[-1]
    assert paid > 0  # of his refund a part was paid: that part was the earlier batch
    note_earlier(out, unit, str(amount))
    note_earlier(out, topped_up, str(paid), "2022-02-01-1-150000-WG")
    made = {item.bureau_code: item for item in export_payments(out)}
    doubts = rows_of(made[code].folder / f"须核对_{made[code].batch}.csv")
    (row,) = [row for row in doubts if row["单位编号"] == unit]
    assert "2022-03-21-1-150500-WG" in row["须核对"] and str(amount) in row["须核对"]
    held_back = [
        row["单位编号"] for path in made[other].folder.glob("须核对_*.csv") for row in rows_of(path)
    ]
    assert topped_up not in held_back
    # Once it is known that the earlier batch was not paid, he is in this one.
    asked = ["payment", "--out", str(out), "--withdraw", "2022-03-21-1-150500-WG"]
    assert run_command(asked) == 2
    assert run_command([*asked, "--reason", "银行退回"]) == 0
    capsys.readouterr()
    again = {item.bureau_code: item for item in export_payments(out, again=True)}
    assert again[code].count == made[code].count + 1
    assert again[code].sum_yuan == made[code].sum_yuan + amount
    with pytest.raises(UsageError):
        withdraw(out, "2022-03-21-1-150500-WG", "再次")


def test_a_record_that_lost_an_export_stops_everything(out):
    export_payments(out, bureaus=("152900",))
    path = out / ".state" / "payments.jsonl"
    text = path.read_text(encoding="utf-8")
    # What a crash cut off was never audited, and harms nothing.
    path.write_text(text + '\n{"number": 2, "ev', encoding="utf-8")
    export_payments(out, bureaus=("152501",))
    assert len(payment_record.batches(out)) == 2
    path.write_text("", encoding="utf-8")
    with pytest.raises(StaleError, match=r"payments\.jsonl"):
        export_payments(out, bureaus=("150100",))
    assert run_command(["payment", "--out", str(out), "--bureau", "150100"]) == 9


def test_a_batch_is_not_in_its_place_unless_it_was_recorded(out, monkeypatch):
    def full(*arguments, **details):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit, "record", full)
    assert run_command(["payment", "--out", str(out), "--bureau", "152900"]) == 8
    assert not [path for path in (out / "payments").rglob("*") if path.is_file()]


def test_the_command_refuses_what_is_not_published_or_unknown(out, capsys):
    asked = ["payment", "--out", str(out)]
    for wrong in (["--bureau", "999999"], ["2022-01-01-1"], ["--reason", "无"]):
        assert run_command([*asked, *wrong]) == 2
        assert "Traceback" not in capsys.readouterr().err
    run = named_run(out, None)
    (out / "held").mkdir(exist_ok=True)
    run.folder.rename(out / "held" / "2022-03-23-1")
    assert run_command([*asked, "2022-03-23-1"]) == 2


def test_exports_go_with_their_time_and_the_record_stays(out):
    export_payments(out, bureaus=("152900",))
    day = datetime.now(CHINA).date() + timedelta(days=31)
    found = purge(out, Settings(), 30, today=day)
    assert "payment" in {item.kind for item in found.aged}
    assert not list((out / "payments").iterdir())
    assert len(payment_record.batches(out)) == 1


def table(rows: list[tuple]) -> SimpleNamespace:
    """A run whose list and units are these: id, name, bank, account, amount, paid, uscc."""
    connection = duckdb.connect()
    connection.execute(
        "create table given (unit_id varchar, name varchar, bank varchar, bank_account varchar,"
        " amount decimal(18, 2), paid decimal(18, 2), uscc varchar)"
    )
    for row in rows:
        connection.execute("insert into given values (?, ?, ?, ?, ?, ?, ?)", row)
    connection.execute("create table units as select unit_id, bank_account, uscc from given")
    connection.execute(
        f"create table \"list_{LIST}\" as select '150100' as bureau_code, unit_id,"
        ' row_number() over () as "序号", name as "单位名称", bank as "开户银行",'
        ' bank_account as "银行账号", amount as "返还金额", paid as "已发放金额" from given'
        " where unit_id <> 'elsewhere'"
    )
    return SimpleNamespace(
        run=SimpleNamespace(run_id="2022-03-22-1"),
        has=lambda name: name == f"list_{LIST}",
        rows=lambda select: connection.execute(select).fetchall(),
    )


def test_whatever_speaks_against_a_payment_keeps_it_back(tmp_path):
    results = table(
        [
            ("good", "甲", "银行", "9999000000000001", Decimal("0.01"), None, "A"),
            ("branch1", "乙", "银行", "9999000000000002", Decimal(1), None, "B"),
            ("branch2", "乙", "银行", "9999000000000002", Decimal(1), None, "B"),
            ("zero", "丙", "银行", "9999000000000003", Decimal(0), None, "C"),
            ("below", "丙", "银行", "9999000000000004", Decimal(-1), None, "D"),
            ("open", "丙", "银行", "9999000000000005", None, None, "E"),
            ("no_bank", "丁", None, "9999000000000006", Decimal(1), None, "F"),
            ("no_name", None, "银行", "9999000000000007", Decimal(1), None, "G"),
            ("no_account", "戊", "银行", None, Decimal(1), None, "H"),
            ("formula", "=己", "银行", "9999000000000008", Decimal(1), None, "I"),
            ("letters", "庚", "银行", "99990000O0000009", Decimal(1), None, "J"),
            ("shared", "辛", "银行", "9999000000000010", Decimal(1), None, "K"),
            ("elsewhere", "壬", "银行", "9999000000000010", Decimal(1), None, None),
            ("twice", "癸", "银行", "9999000000000011", Decimal(1), None, "L"),
            ("twice", "癸", "银行", "9999000000000011", Decimal(1), None, "L"),
        ]
    )
    (plan,) = load_plans(results)  # type: ignore[arg-type]
    found = payees_of(tmp_path, results, plan, 2021, {})["150100"]  # type: ignore[arg-type]
    sound = {item.subject_id for item in found if not item.doubts}
    assert sound == {"good", "branch1", "branch2"}
    assert len(found) == 14
    assert plan.purpose(2021) == "2021年度失业保险稳岗返还"


@pytest.mark.parametrize(
    ("part", "wrong", "named"),
    [
        ("payee: 单位名称", "payee: 名称", "名称"),
        ("mark: WG\n", "", "mark"),
        (f"list: {LIST}", "list: 没有", "没有"),
        ("数据年度", "年度", "年度"),
        ("owner: uscc", "owner: code", "code"),
    ],
)
def test_a_plan_that_does_not_fit_is_told_by_its_file(tmp_path, part, wrong, named):
    folder = tmp_path / "refund"
    folder.mkdir()
    (folder / f"list_{LIST}.sql").touch()
    text = (SCREENINGS / SCREENING / "payment.yaml").read_text(encoding="utf-8")
    assert part in text
    (folder / "payment.yaml").write_text(text.replace(part, wrong), encoding="utf-8")
    with pytest.raises(PolicyError) as told:
        load_plans(table([]), tmp_path)  # type: ignore[arg-type]
    assert named in str(told.value) and str(folder / "payment.yaml") in str(told.value)


def test_the_record_says_no_more_than_it_must(exported):
    path = exported.out / ".state" / "payments.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
        entry = json.loads(line)
        assert set(entry) == {"number", "at", "event", "batch", "screening", "year", "amounts"}
        assert all(len(key) == 64 for key in entry["amounts"])

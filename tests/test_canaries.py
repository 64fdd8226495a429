"""Nobody's id, phone, account or name gets anywhere but into the lists of the own bureau.

Canaries are planted wherever extracts can hold something; a whole job runs on them, and then every
byte that it wrote or said is searched.
"""

import csv
import gzip
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines import ROOT
from pipelines.sample import make_sample
from tests.canaries import leaks, numbers_in

NAMES = ("钱百灵燕", "孙千鹤鸣", "李万鸿雁")
# Valid, with a wrong check digit, of 15 digits, in lower case; as sample ids, none was ever given.
IDS = ("159901199001010015", "159902199002020029", "15990319900303003X", "15990419900404004x")
OLD_ID = "159905900505005"
PHONES = ("19900077001", "19900077002", "19900077003")
ACCOUNT = "999977770000123"
CANARIES = (*NAMES, *IDS, *(item.upper() for item in IDS), OLD_ID, *PHONES, ACCOUNT)
# Where persons may stand: the lists of a bureau that are not public, and the two databases.
ALLOWED = (
    r"runs/[^/]+/[0-9]{6}-[^/]+/(?!稳岗返还_公示)[^/]+\.(csv|xlsx)",
    r"runs/[^/]+/results\.duckdb",
    r"\.state/warehouse\.duckdb",
)
PAYROLL = "period,unit_id,person_id,insurance_code,unit_paid,person_paid"
JOB = """
import os, sys
os.umask(0)
from pipelines import steps
from pipelines.cli import run_command
extracts, out = sys.argv[1:]
asked = ["run", "--plain", "--extracts", extracts, "--out", out]
real = steps.build_and_check
def fail(order):
    raise RuntimeError({told!r})
steps.build_and_check = fail
codes = [run_command(asked)]
steps.build_and_check = real
codes.append(run_command(asked))
codes.append(run_command(["check", extracts]))
print(codes)
"""


@pytest.fixture(scope="module")
def extracts(tmp_path_factory) -> Path:
    """A small region, in whose files canaries sit."""
    folder = tmp_path_factory.mktemp("canaries") / "extracts"
    make_sample(folder, 60, 200, 1, date(2022, 3, 22), 0.02)
    _name_units_after_people(folder / "insured_units.csv")

    def put(name, text, encoding="utf-8"):
        (folder / name).write_bytes(text.encode(encoding))

    person, other, third, fourth = IDS
    ahead = f"202112,150125000001,{person},210"
    put("insured_people_2.csv", f"person_id,person_name,phone\n{person},{NAMES[0]},{PHONES[0]}\n")
    # accepted, and set aside for several reasons
    put(
        "payroll_202112_2.csv",
        f"{PAYROLL}\n{ahead},1.00,1.00\n{ahead},{PHONES[1]}元,1\n某月,1,{other},210,1,1\n"
        f"202112,{NAMES[1]},{third},210,1\n202112,{OLD_ID},{fourth},210,1,1,{ACCOUNT}\n"
        f'202112,"{NAMES[2]},{other},210,1,1\n',
    )
    # a row of data where headers should be: beside known ones, and instead of all of them
    put(
        "payroll_202112_3.csv",
        f"{PAYROLL},{NAMES[0]},{other},{PHONES[0]}\n{ahead},2.00,2.00,x,y,z\n",
        "utf-16",
    )
    wide = other.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    put("payroll_202112_7.csv", f"{PAYROLL},{NAMES[0]},{wide},199-0007-7001\n{ahead},5,5,x,y,z\n")
    put("payroll_202112_4.csv", f"{ahead},1.00,1.00\n202112,{NAMES[0]},{other},210,1,1\n")
    put("payroll_202112_5.csv", f"{person},{NAMES[0]}\n" * 3, "gb18030")
    (folder / "payroll_202112_6.csv.gz").write_bytes(
        gzip.compress(f"{PAYROLL},{person}\n{ahead},3,3,{NAMES[0]}\n".encode())[:-9]
    )
    # a code that is an id; a file that is refused as a whole; names of files
    put(
        "separations_core_2.csv",
        f"person_id,unit_id,separated_on,reason_code,reason_text\n"
        f"{person},150125000001,2021-12-31,{other},{NAMES[1]}\n",
    )
    put("refund_payments_2.csv", f"unit_id,{NAMES[0]}\n{person},{PHONES[0]}\n")
    put(f"payroll_{IDS[1]}.csv", f"{PAYROLL}\n{ahead},4.00,4.00\n")
    put(f"{IDS[0]}_{PHONES[0]}.doc", "x")
    book = Workbook()
    for sheet, name in ((book.active, NAMES[0]), (book.create_sheet(), IDS[0])):
        sheet.title = name
        sheet.append(["person_id", "register", "listed_from"])
        sheet.append([person, "死亡", "2021-01-01"])
    book.save(folder / "person_registers_2.xlsx")
    with (folder / "delivery.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  {IDS[0]}*: {{system: core}}\n# {NAMES[0]} {PHONES[0]} {ACCOUNT}\n")
    return folder


def _name_units_after_people(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [f"青城{IDS[0]}店", f"便民{PHONES[0]}店", f"建行{ACCOUNT}店", NAMES[1]]
    for number, row in enumerate(rows):
        row["unit_name"] = names[number % len(names)]
        row["contact_name"] = NAMES[1]
        row["contact_phone"] = PHONES[1]
        row["bank_account"] = ACCOUNT
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def job(extracts):
    """The whole job as the command runs it, after one that fails unexpectedly; the folder and
    what was said."""
    out = extracts.parent / "out"
    script = JOB.replace("{told!r}", repr(f"{NAMES[0]} {IDS[0]} {PHONES[0]} {ACCOUNT}"))
    ended = subprocess.run(
        [sys.executable, "-c", script, str(extracts), str(out)],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "[1, 0, 0]" in ended.stdout, ended.stderr[-2000:]
    return out, ended.stdout + ended.stderr


def test_the_canaries_were_planted_where_they_can_sing(job):
    """Else the other tests would show nothing."""
    out, said = job
    found = leaks(out, CANARIES, [r".*\.(duckdb|xlsx)"])
    told = {canary for hit in found.values() for canary in hit}
    assert {NAMES[0], NAMES[1], IDS[0], PHONES[0], ACCOUNT} <= told
    assert len([name for name in found if name.endswith("稳岗返还_可直接发放.csv")]) > 3
    (run,) = (out / "runs").iterdir()
    report = (run / "运行报告.md").read_text(encoding="utf-8")
    for file in ("payroll_202112_2", "payroll_202112_3", "payroll_202112_4", "refund_payments_2"):
        assert file in report and file in said
    assert "未知代码" in report and "| change_reason_codes |  | 159902********0029 |" in report
    assert "159901********0015_199****7001.doc" in report
    assert "第 7 列" in report and "RuntimeError" in said
    assert list((out / ".state" / "errors").iterdir())


def test_nothing_that_was_written_holds_a_person_but_the_lists_and_databases(job):
    out, _ = job
    assert leaks(out, CANARIES, ALLOWED, any_number=True) == {}


def test_nothing_that_was_said_holds_a_person(job):
    _, said = job
    assert {canary for canary in CANARIES if canary in said} == set()
    assert numbers_in(said.encode()) == set()


def test_public_lists_still_say_whose_refund_it_is(job):
    out, _ = job
    names = {
        row["单位名称"]
        for path in out.glob("runs/*/*/稳岗返还_公示.csv")
        for row in csv.DictReader(path.open(encoding="utf-8-sig", newline=""))
    }
    assert names == {
        "青城159901********0015店",
        "便民199****7001店",
        "建行***********0123店",
        "孙***",
    }


def test_everything_is_for_one_user_only_whatever_the_umask(job):
    out, _ = job
    for path in (out, *out.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == wanted, path
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-1\n", (out / "CURRENT").read_text(encoding="utf-8"))

"""Policy files: quotes word for word, days and ends, bureaus, exact numbers, clear refusals."""

import csv
import hashlib
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import ROOT, messages
from pipelines.errors import PolicyError, UsageError
from pipelines.policy import in_force, load_policies
from pipelines.policy_file import NOTICE, Policy, documents, load_policy
from pipelines.policy_print import changes, notices, values_in_force
from pipelines.policy_tables import value_for
from tests.case_warehouse import DAY, warehouse

NOTICE_FILE = ROOT / "sql" / "notices" / f"{NOTICE}.txt"
NOTICE_SHA256 = "025141176d1f1486a2a73e52adbb8a60108e2025d0a9d47fad2b90e94c850d16"
POLICIES = load_policies()
REFUND, BENEFIT = (
    next(item for item in POLICIES if item.screening == name)
    for name in ("job_retention_refund", "unemployment_benefit_notice")
)
# From which day the refund pays which share: large, SME, SME in services, social kinds.
SHARES = {
    "2021-05-20": ("0.30", "0.60", "0.60", "0.60"),
    "2021-12-31": ("0.30", "0.60", "0.60", "0.60"),
    "2022-03-21": ("0.30", None, "0.90", None),
    "2022-04-24": ("0.30", None, "0.90", None),
    "2022-04-25": ("0.30", "0.90", "0.90", "0.90"),
    "2022-05-31": ("0.50", "0.90", "0.90", "0.90"),
    "2022-12-31": ("0.50", "0.90", "0.90", "0.90"),
    "2023-01-01": ("0.30", "0.60", "0.60", "0.60"),
    "2024-01-01": ("0.30", "0.60", "0.60", "0.60"),
    "2025-12-31": ("0.30", "0.60", "0.60", "0.60"),
}


@pytest.fixture
def english() -> Iterator[None]:
    before = messages.language()
    messages.use_language("en")
    yield
    messages.use_language(before)


def value(policy: Policy, name: str, day: date, bureau: str = "150200") -> Any:
    entry = next(item for item in policy.parameters if item.name == name).on(day)
    assert entry is not None
    return value_for(entry, bureau)


def test_the_notice_is_the_one_that_was_published() -> None:
    assert hashlib.sha256(NOTICE_FILE.read_bytes()).hexdigest() == NOTICE_SHA256


def paragraphs(article: str) -> str:
    """The text of an article such as 一（二）（三）: of chapter 一 the paragraphs 二 and 三."""
    lines = NOTICE_FILE.read_text(encoding="utf-8").splitlines()
    chapter, *numbers = article.replace("）", "").split("（")
    begin = next(place for place, line in enumerate(lines) if line.startswith(f"{chapter}、"))
    ends = [place for place, line in enumerate(lines) if re.match("[一二三四五]、", line)]
    end = min([place for place in ends if place > begin], default=len(lines))
    return "\n".join(
        line for line in lines[begin:end] if any(line.startswith(f"（{n}）") for n in numbers)
    )


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.screening)
def test_quotes_stand_word_for_word_in_their_article(policy: Policy) -> None:
    for parameter in policy.parameters:
        for entry in parameter.entries:
            if entry.document == NOTICE:
                assert entry.quote and entry.article, parameter.name
                assert entry.quote in paragraphs(entry.article), f"{parameter.name} {entry.since}"
            else:
                assert entry.quote is None, f"{parameter.name}: {entry.document} was not seen whole"


def quoted(text: str) -> list[str]:
    """What stands in Chinese quotation marks, in pieces where … leaves something out."""
    return [piece for found in re.findall("“([^”]*)”", text) for piece in found.split("…")]


def test_quotes_in_sql_and_case_tables_stand_word_for_word_in_the_notice() -> None:
    notice = NOTICE_FILE.read_text(encoding="utf-8")
    pieces: dict[str, Path] = {}
    for path in (ROOT / "sql" / "screenings").rglob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()
        comments = "".join(line.strip().removeprefix("-- ") for line in lines if "--" in line)
        pieces |= {piece: path for piece in quoted(comments)}
    for path in (ROOT / "tests" / "cases").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if path.stem != "stories" and "why" in row:
                    pieces |= {piece: path for piece in quoted(row["why"])}
    assert len(pieces) > 10
    missing = {piece: path.name for piece, path in pieces.items() if piece not in notice}
    assert not missing


def test_every_document_is_listed_with_how_it_was_seen() -> None:
    for policy in POLICIES:
        for parameter in policy.parameters:
            for entry in parameter.entries:
                assert entry.document or entry.note, f"{parameter.name} {entry.since}"
                if entry.document:
                    assert documents()[entry.document]["seen"], entry.document
                    assert entry.document == NOTICE or entry.says, parameter.name


def floats(content: Any) -> list[float]:
    if isinstance(content, dict):
        return [found for item in content.values() for found in floats(item)]
    if isinstance(content, list):
        return [found for item in content for found in floats(item)]
    return [content] if isinstance(content, float) else []


def test_numbers_are_exact() -> None:
    for policy in POLICIES:
        for parameter in policy.parameters:
            assert not floats(list(parameter.values())), parameter.name
    assert value(REFUND, "max_layoff_rate", DAY) == Decimal("0.055")
    found = warehouse().execute(
        "select distinct max_layoff_rate, max_layoff_rate_small_unit, small_unit_headcount"
        " from policy_job_retention_refund"
    )
    assert found.fetchall() == [(Decimal("0.055"), Decimal("0.2"), 30)]


@pytest.mark.parametrize("day", SHARES)
def test_shares_by_day(day: str) -> None:
    names = ("large", "sme", "sme_service", "social")
    found = [value(REFUND, f"refund_share_{name}", date.fromisoformat(day)) for name in names]
    assert found == [share and Decimal(share) for share in SHARES[day]]


@pytest.mark.parametrize(
    ("day", "screenings"),
    [
        ("2021-05-20", ["job_retention_refund"]),
        ("2021-11-30", ["job_retention_refund"]),
        ("2021-12-01", ["job_retention_refund", "unemployment_benefit_notice"]),
        ("2021-12-31", ["job_retention_refund", "unemployment_benefit_notice"]),
        ("2022-01-01", ["unemployment_benefit_notice"]),
        ("2022-03-20", ["unemployment_benefit_notice"]),
        ("2022-03-21", ["job_retention_refund", "unemployment_benefit_notice"]),
        ("2025-12-31", ["job_retention_refund", "unemployment_benefit_notice"]),
        ("2026-01-01", ["unemployment_benefit_notice"]),
    ],
)
def test_what_is_in_force(day: str, screenings: list[str]) -> None:
    chosen, missing = in_force([REFUND, BENEFIT], date.fromisoformat(day))
    assert [item.screening for item in chosen] == screenings
    assert len(chosen) + len(missing) == 2


@pytest.mark.usefixtures("english")
def test_a_day_out_of_force_is_told_in_one_line() -> None:
    path = "sql/screenings/job_retention_refund/policy.yaml"
    only = ("job_retention_refund",)
    with pytest.raises(PolicyError) as early:
        in_force([REFUND, BENEFIT], date(2018, 1, 1))
    assert str(early.value) == (
        f"{path}: covered_unit_types has no value on 2018-01-01; its first is from 2021-05-20."
        " Run with a later --as-of, or add the earlier value with its notice."
    )
    with pytest.raises(PolicyError, match=r"refund_share_large has no value from 2022-01-01 on"):
        in_force([REFUND, BENEFIT], date(2022, 2, 1), only)
    with pytest.raises(UsageError, match="--only nothing: there is no such screening; known: job"):
        in_force([REFUND, BENEFIT], DAY, ("nothing",))


def test_values_of_single_bureaus() -> None:
    registers = "required_registers"
    assert value(REFUND, registers, DAY, "150100")[-1] == "environmental_penalty"
    assert value(REFUND, registers, DAY) == ["dishonest", "zombie"]
    assert value(REFUND, "penalty_since", DAY, "150100") == date(2021, 1, 1)
    assert value(REFUND, "penalty_since", DAY) is None
    wages = {
        bureau: value(BENEFIT, "minimum_wage_seat_class", DAY, bureau)
        for (bureau,) in warehouse().execute("select bureau_code from ref_bureaus").fetchall()
    }
    low = {bureau for bureau, wage in wages.items() if wage == 1910}
    assert low == {"150400", "150500", "150700", "150800", "150900", "152200"}
    assert len(wages) == 15
    assert set(wages.values()) == {1910, 1980}
    rows = warehouse().execute(
        "select bureau_code, count(*) from policy_job_retention_refund_required_registers"
        " group by bureau_code having count(*) <> 2"
    )
    assert rows.fetchall() == [("150100", 3)]


@pytest.mark.usefixtures("english")
def test_what_changes_within_sixty_days() -> None:
    def told(policy: Policy, day: date) -> list[str]:
        return [line.split("（")[1] for line in changes(policy, day, 60)]

    assert told(REFUND, date(2022, 3, 22)) == [
        f"refund_share_{name}） is 0.90 from 2022-04-25 on"
        for name in ("sme", "sme_service", "social")
    ]
    assert "refund_share_large） is 0.50 from 2022-05-31 on" in told(REFUND, date(2022, 4, 1))
    assert not told(REFUND, date(2022, 5, 31))
    ending = changes(REFUND, date(2025, 11, 15), 60)
    assert len(ending) == 4
    assert all("policy ends soon" in line and "2026-01-01" in line for line in ending)
    assert not told(REFUND, date(2025, 11, 1))


@pytest.mark.usefixtures("english")
def test_a_run_after_the_last_comparison_says_so() -> None:
    day = BENEFIT.checked_on
    lines = notices([BENEFIT], day, 60)
    assert not [line for line in lines if "checked up to" in line]
    lines = notices([BENEFIT], date(day.year + 1, day.month, day.day), 60)
    assert [line for line in lines if line.endswith(f"checked up to {day}")]


def test_a_printed_value_names_its_source() -> None:
    lines = {line.parameter: line for line in values_in_force(REFUND, DAY)}
    assert len(lines) == len(REFUND.parameters)
    limit = lines["max_layoff_rate"]
    assert (limit.value, str(limit.since)) == ("0.055", "2022-03-21")
    assert NOTICE in limit.source and "一（三）" in limit.source and "所见：全文" in limit.source
    assert "控制目标5.5%" in limit.wording
    assert "150100: 2021-01-01" in lines["penalty_since"].value


HEAD = "title: {zh: 甲, en: A}\nchecked_on: 2022-03-22\n"
PARAMETER = "share:\n  title: {zh: 比例, en: Share}\n  unit: {zh: 比例, en: share}\n"
SOURCE = "    document: uibr\n    says: {zh: 甲, en: A}\n"
FAULTS = {
    "no title": ("checked_on: 2022-03-22\n", "title: should have a wording in zh and en"),
    "one language": ("title: {zh: 甲}\n", "title: should have a wording in zh and en"),
    "no checked_on": ("title: {zh: 甲, en: A}\n", "checked_on: should be a day"),
    "no mapping": ("- 1\n", "should be a mapping"),
    "broken": ("title: [\n", "can't be read"),
    "no unit": (HEAD + "share:\n  title: {zh: 甲, en: A}\n", "share.unit: should have a wording"),
    "no value": (HEAD + PARAMETER, "share: has no value at all"),
    "no day": (HEAD + PARAMETER + "  then:\n    value: 1\n", "share.then: is no known key"),
    "misspelt": (
        HEAD + PARAMETER + "  2022-03-21:\n    valeu: 1\n" + SOURCE,
        "share.2022-03-21: not known: valeu",
    ),
    "empty entry": (
        HEAD + PARAMETER + "  2022-03-21:\n" + SOURCE,
        "share.2022-03-21: has neither value nor note",
    ),
    "no source": (
        HEAD + PARAMETER + "  2022-03-21:\n    value: 1\n",
        "share.2022-03-21: has neither document nor note",
    ),
    "unlisted document": (
        HEAD + PARAMETER + "  2022-03-21:\n    value: 1\n    document: nowhere-1\n",
        "share.2022-03-21: nowhere-1 is not in documents.csv",
    ),
    "notice without quote": (
        HEAD + PARAMETER + f"  2022-03-21:\n    value: 1\n    document: {NOTICE}\n",
        "a value of the notice needs article and quote",
    ),
    "quote of a copy": (
        HEAD + PARAMETER + "  2022-03-21:\n    value: 1\n" + SOURCE + "    quote: 甲\n",
        "other documents are told with says, never quoted",
    ),
    "unknown reading": (
        HEAD + PARAMETER + "  readings: {a: 甲}\n  2022-03-21:\n    value: b\n" + SOURCE,
        "share: b is no known reading: a",
    ),
    "a day twice": (
        HEAD + PARAMETER + ("  2022-03-21:\n    value: 1\n" + SOURCE) * 2,
        "2022-03-21 stands twice",
    ),
    "unknown bureau": (
        HEAD + PARAMETER + "  2022-03-21:\n    value: 1\n    by_bureau: {150199: 2}\n" + SOURCE,
        "share.2022-03-21: 150199 is no bureau",
    ),
    "a number as text": (
        HEAD + PARAMETER + '  2022-03-21:\n    value: 5\n    by_bureau: {150100: "6%"}\n' + SOURCE,
        "share: values of different kinds",
    ),
    "no number": (
        HEAD + PARAMETER + "  2022-03-21:\n    value: .inf\n" + SOURCE,
        "can't be read",
    ),
}


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_is_refused_in_one_line(fault: str, tmp_path: Path) -> None:
    text, message = FAULTS[fault]
    path = tmp_path / "screening" / "policy.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)

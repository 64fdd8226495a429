"""Messages and notices say what the decision says, to everybody on the list, and no more."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.cli import run_command
from pipelines.errors import PolicyError, UsageError
from pipelines.letter_rows import UNKNOWN_BANNER, parts_of, units_of
from pipelines.letters import write_letters
from pipelines.lock import run_lock
from pipelines.messages import use_language
from pipelines.order import CHINA, make_order
from pipelines.purge import purge
from pipelines.reference import code_table
from pipelines.results import Results
from pipelines.settings import Settings
from pipelines.steps import prepare, run_plainly
from pipelines.texts import hidden, load_texts
from pipelines.which_run import named_run
from tests.fake_run import audited
from tests.finished_run import copied, rows_of
from tests.programs import CSV, converted, program

TOLD = "失业保险金_告知名单"
LISTS = ("可直接发放", "信息缺失", "补缴后可享受", "待核")
TEXTED = (TOLD, *(f"稳岗返还_{name}" for name in LISTS))


@pytest.fixture(scope="module")
def out(sample_folder, tmp_path_factory):
    return copied(sample_folder, tmp_path_factory.mktemp("letters") / "out")


@pytest.fixture(scope="module")
def written(out):
    """The folder of all letters of the run, by bureau."""
    return write_letters(out)[0].folder.parent


@pytest.fixture(scope="module")
def run_tables(out):
    with Results(named_run(out, None)) as results:
        yield results


class Page(HTMLParser):
    """The letters of a page: of each its text, and the cells of its tables by their label."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self._inside = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.texts.append("")
            self._inside = True
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "article"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def messages(folder: Path, name: str) -> dict[tuple[str, str], dict[str, str]]:
    """Rows of both files of messages by bureau and number."""
    found = {}
    for path in [*folder.glob(f"*/{name}_短信.csv"), *folder.glob(f"*/{name}_无手机号.csv")]:
        for row in rows_of(path):
            key = (path.parent.name[:6], row["序号"])
            assert key not in found
            found[key] = row
    return found


@pytest.mark.parametrize("name", TEXTED)
def test_everybody_on_a_list_is_told_once_and_has_a_letter(out, written, name):
    told = messages(written, name)
    for path in sorted(named_run(out, None).folder.glob(f"*/{name}.csv")):
        code, listed = path.parent.name[:6], rows_of(path)
        assert {number for found, number in told if found == code} == {
            row["序号"] for row in listed
        }
        letter = written / path.parent.name / f"{name}_告知书.html"
        assert letter.exists() == bool(listed)
        if listed:
            page = Page(letter)
            assert len(page.texts) == len(listed) and page.language == "zh-CN"
            assert set(page.links) <= {"data:,"}
            names = [row.get("姓名") or row.get("单位名称") or "" for row in listed]
            for text, expected in zip(page.texts, names, strict=True):
                assert expected in text


def test_people_read_the_months_and_amounts_of_the_decision(written, run_tables):
    told = messages(written, TOLD)
    decided = run_tables.rows(
        'select people.bureau_code, cast(listed."序号" as varchar), people.granted_months,'
        " people.months_at_least, people.monthly_amount_first_year_yuan,"
        " people.monthly_amount_later_yuan, people.total_amount_yuan, people.is_registered"
        " from unemployment_benefit_notice_people as people"
        f' join "list_{TOLD}" as listed on people.person_id = listed.person_id'
        " where people.outcome = 'eligible' order by people.bureau_code, listed.\"序号\""
    )
    assert len(decided) == len(told)
    letters: dict[str, list[str]] = {}
    kinds = set()
    for code, number, months, at_least, first, later, total, is_registered in decided:
        folder = next(written.glob(f"{code}-*"))
        if code not in letters:
            letters[code] = Page(folder / f"{TOLD}_告知书.html").texts
        letter, text = letters[code].pop(0), told[code, number]["短信内容"]
        for said in (letter, text):
            if months is None:
                assert f"待核定（至少{at_least}个月）" in said and str(total) not in said
            else:
                assert f"{months}个月" in said and "待核定" not in said
            assert f"{first}元" in said
            # The later amount concerns those alone who may draw that long.
            assert (f"{later}元" in said) == (months is None or months > 12)
            assert ("先办理失业登记" in said) == (not is_registered)
            assert "参考" in said and "以经办机构核定为准" in said and "12333" in said
            assert "不需要离职证明" in said and "没有申领期限" in said
        assert months is None or f"{total}元（参考）" in letter
        kinds.add((months is None, (months or 0) > 12, bool(is_registered)))
    assert {item[0] for item in kinds} == {item[1] for item in kinds} == {True, False}


def test_units_read_the_amounts_of_the_decision(written, run_tables):
    decided = dict(
        run_tables.rows(
            "select unit_id, refund_amount_yuan from job_retention_refund_units"
            " where outcome = 'eligible'"
        )
    )
    accounts = dict(run_tables.rows("select unit_id, bank_account from units"))
    told = messages(written, "稳岗返还_可直接发放")
    assert told
    for row in told.values():
        assert f"拟返还{decided[row['单位编号']]:.2f}元" in row["短信内容"]
        assert f"尾号{accounts[row['单位编号']][-4:]}的" in row["短信内容"]
    arrears = dict(run_tables.rows("select unit_id, arrears_yuan from job_retention_refund_units"))
    for row in messages(written, "稳岗返还_补缴后可享受").values():
        said = f"欠费{arrears[row['单位编号']]:.2f}元" in row["短信内容"]
        assert said == bool(row["欠费月份"])


def test_what_a_policy_has_to_settle_is_not_asked_of_a_unit(written):
    told = messages(written, "稳岗返还_信息缺失")
    seen = set()
    for row in told.values():
        is_asked = "请书面（加盖公章）报" in row["短信内容"]
        asked = set(row["缺失信息"].split("、")) - {"返还比例（待政策出台）"}
        assert is_asked == bool(asked)
        assert ("暂不需要提供材料" in row["短信内容"]) == (not asked)
        for name in asked:
            assert name in row["短信内容"]
        seen.add(is_asked)
    assert seen == {True, False}


def test_no_id_phone_or_account_stands_in_a_text(written, run_tables):
    numbers = {
        str(number)
        for column, table in (
            ("person_id", "people"), ("phone", "people"), ("bank_account", "units"),
            ("contact_phone", "units"),
        )
        for (number,) in run_tables.rows(f"select distinct {column} from {table}")
        if number
    }  # fmt: skip
    texts = [row["短信内容"] for name in TEXTED for row in messages(written, name).values()]
    texts += [text for path in written.glob("*/*.html") for text in Page(path).texts]
    digits = {found for text in texts for found in re.findall(r"[0-9A-Za-z]{9,}", text)}
    assert not digits & numbers
    # In a letter stands the id by 6 and 4, in the file that a platform may get it is no more.
    ids = {(code, str(number)): person for code, number, person in run_tables.rows(
        f'select bureau_code, "序号", person_id from "list_{TOLD}"')}  # fmt: skip
    for key, row in messages(written, TOLD).items():
        stars = "*" * (len(ids[key]) - 10)
        assert row["社会保障号码"] == f"{ids[key][:6]}{stars}{ids[key][-4:]}" and stars
    assert not any(sign in text for text in texts for sign in ("http", "www", "点击", "链接"))


def test_who_has_no_mobile_phone_is_on_a_file_of_his_own(written, run_tables):
    for name in TEXTED:
        for path in written.glob(f"*/{name}_*.csv"):
            for row in rows_of(path):
                is_mobile = re.fullmatch(r"1[3-9]\d{9}", row["联系电话"]) is not None
                assert is_mobile == path.stem.endswith("_短信")
    ((missing,),) = run_tables.rows(f'select count(*) from "list_{TOLD}" where "联系电话" is null')
    alone = [row for path in written.glob(f"*/{TOLD}_无手机号.csv") for row in rows_of(path)]
    assert len(alone) == missing > 0


def test_a_message_is_as_long_as_phones_count(written):
    for row in messages(written, TOLD).values():
        assert row["字数"] == str(len(row["短信内容"]))
    assert [parts_of(length) for length in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]
    assert units_of("𠮷a中") == 4
    parts = [int(row["条数"]) for row in messages(written, TOLD).values()]
    assert max(parts) <= 3 and parts.count(2) > len(parts) / 2


def test_the_banners_of_a_bureau_are_the_whole_of_it(out, tmp_path):
    run, bureaus = named_run(out, None), ("150000", "150100", "150400")
    write_letters(out, bureaus=bureaus, by_banner=True, to=tmp_path / "split")
    for folder in (next(run.folder.glob(f"{code}-*")) for code in bureaus):
        for path in folder.glob("*.csv"):
            listed = rows_of(path)
            parts = sorted((tmp_path / "split" / folder.name).glob(f"*/{path.name}"))
            if "公示" in path.stem or "旗县" not in (listed[0] if listed else {}):
                assert not parts
                continue
            found = [row for part in parts for row in rows_of(part)]
            assert sorted(found, key=lambda row: int(row["序号"])) == listed
            for part in parts:
                for row in rows_of(part):
                    unknown = row["旗县"] == "归属不明"
                    assert part.parent.name == (UNKNOWN_BANNER if unknown else row["旗县"])
                if path.stem in TEXTED:
                    told = messages(part.parent.parent, path.stem)
                    numbers = {number for at, number in told if at == part.parent.name[:6]}
                    assert numbers == {row["序号"] for row in rows_of(part)}
    assert list((tmp_path / "split").glob(f"*/{UNKNOWN_BANNER}"))


def test_letters_are_private_and_in_the_audit_log(out, written):
    for path in (out / "letters").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
        assert not path.name.startswith(".")
    entries = [entry["details"] for entry in audited(out, "letters")]
    listed = {
        (entry["bureau"], entry["notices"], entry["messages"] + entry["without_phone"])
        for entry in entries
        if not entry["by_banner"]
    }
    for code, notices, texts in listed:
        folder = next(written.glob(f"{code}-*"))
        pages = [Page(path) for path in folder.glob("*_告知书.html")]
        assert notices == texts == sum(len(page.texts) for page in pages)
    assert len(listed) == len(list(written.iterdir())) == 15


def test_the_command_tells_what_it_made_and_what_is_wrong(out, tmp_path, capsys):
    asked = ["letters", "--out", str(out), "--to", str(tmp_path / "to")]
    assert run_command([*asked, "--bureau", "152900", "--list", TOLD, "稳岗返还_公示"]) == 0
    shown = capsys.readouterr().out
    assert "阿拉善盟 · 短信 9 · 无手机号 0 · 告知书 9" in shown
    (folder,) = (tmp_path / "to").iterdir()
    assert {path.stem for path in folder.iterdir()} == {f"{TOLD}_短信", f"{TOLD}_告知书"}
    for wrong in (
        ["--bureau", "999999"],
        ["--list", "没有"],
        ["--split", "unit"],
        ["2022-01-01-1"],
    ):
        assert run_command([*asked, *wrong]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_a_run_that_was_changed_since_is_not_used(sample_folder, tmp_path):
    out = copied(sample_folder, tmp_path / "out")
    path = next(named_run(out, None).folder.glob(f"*/{TOLD}.csv"))
    path.write_bytes(path.read_bytes() + b"1\r\n")
    assert run_command(["letters", "--out", str(out)]) == 9
    assert not list((out / "letters").glob("*/*")) if (out / "letters").exists() else True


@pytest.mark.parametrize(
    ("part", "wrong", "named"),
    [
        ("{{ 姓名 }}您好", "{{ 名字 }}您好", "名字"),
        ("beside: [姓名,", "beside: [名字,", "名字"),
        ("通知: nmg-2022-03-21", "通知: nmg-1999", "nmg-1999"),
        ("{{ 合计 }}元（参考）", "{{ 合计 | 四舍五入 }}元", "四舍五入"),
        ("phone: 联系电话", "fax: 联系电话", "fax, phone"),
        (f"{TOLD}:", "没有的名单:", "没有的名单"),
    ],
)
def test_texts_that_do_not_fit_are_told_by_file_and_name(tmp_path, run_tables, part, wrong, named):
    from pipelines.policy import SCREENINGS

    source = SCREENINGS / "unemployment_benefit_notice"
    folder = tmp_path / "notice"
    folder.mkdir()
    (folder / f"list_{TOLD}.sql").touch()
    text = (source / "texts.yaml").read_text(encoding="utf-8")
    assert part in text
    (folder / "texts.yaml").write_text(text.replace(part, wrong, 1), encoding="utf-8")
    columns = [row[0] for row in run_tables.rows(f'describe "list_{TOLD}"')]
    with pytest.raises(PolicyError) as told:
        load_texts(lambda name: columns, tmp_path)
    assert named in str(told.value) and str(folder / "texts.yaml") in str(told.value)
    (folder / "texts.yaml").write_text(text, encoding="utf-8")
    (found,) = load_texts(lambda name: columns, tmp_path)
    assert found.list_name == TOLD
    assert load_texts(lambda name: None, tmp_path) == []


def test_numbers_are_hidden_however_short():
    assert hidden("id", "15990119900101100X") == "159901********100X"
    assert hidden("id", "E12345678") == "E******78"
    assert hidden("id", "") == ""
    assert hidden("account", "999900000000000063") == "*" * 14 + "0063"


def test_every_bureau_signs_with_its_own_name():
    authorities = {row["bureau_code"]: row for row in code_table("authorities")}
    bureaus = {row["bureau_code"]: row["bureau_name"] for row in code_table("bureaus")}
    assert authorities.keys() == bureaus.keys()
    for code, name in bureaus.items():
        if code != "150000":  # the region's own: signed by the department
            assert authorities[code]["authority"] == f"{name}人力资源和社会保障局"
            assert authorities[code]["authority_short"] == f"{name}人社局"


def test_letters_go_with_their_time(out, tmp_path, sample_folder):
    mine = copied(sample_folder, tmp_path / "out")
    write_letters(mine, bureaus=("152900",))
    today = datetime.now(CHINA).date()
    settings = Settings()
    assert "letters" not in {item.kind for item in purge(mine, settings, 30, today=today).aged}
    found = purge(mine, settings, 30, today=today + timedelta(days=31))
    assert "letters" in {item.kind for item in found.aged}
    assert not list((mine / "letters").iterdir())


def test_a_held_run_is_not_written_about(out, tmp_path):
    with pytest.raises(UsageError):
        write_letters(out, "2022-03-21-1")


def test_a_letter_is_one_page_of_paper(written):
    sync = pytest.importorskip("playwright.sync_api")
    browser_path = program("chromium", "chromium-browser", "google-chrome")
    pages = [next(written.glob(f"*/{name}_告知书.html")) for name in TEXTED]
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path)
        for path in pages:
            # A4 without its margins, and a phone.
            for media, width in (("print", 703), ("screen", 390)):
                page = browser.new_page(viewport={"width": width, "height": 1017})
                page.emulate_media(media=media)
                page.goto(path.as_uri())
                wide, heights = page.evaluate(
                    "[document.documentElement.scrollWidth,"
                    " [...document.querySelectorAll('article')].map(item => item.offsetHeight)]"
                )
                assert wide <= width
                if media == "print":
                    assert max(heights) <= 1017, path
                page.close()
        browser.close()


@pytest.mark.full
def test_a_run_made_in_english_tells_people_the_same(written, tmp_path):
    use_language("en")
    try:
        order = make_order(ROOT / "data" / "sample", tmp_path / "out")
        with run_lock(order.out):
            prepare(order)
            run_plainly(order)
        english = write_letters(order.out)[0].folder.parent
    finally:
        use_language("zh")
    for path in written.glob("*/*.html"):
        assert path.read_bytes() == (english / path.relative_to(written)).read_bytes()
    for name in TEXTED:
        ours, theirs = messages(written, name), messages(english, name)
        assert {key: row["短信内容"] for key, row in ours.items()} == {
            key: row["短信内容"] for key, row in theirs.items()
        }


@pytest.mark.full
def test_libreoffice_reads_the_messages_as_they_are(written, tmp_path):
    source = next(written.glob(f"150400-*/{TOLD}_短信.csv"))
    made = converted([source.with_suffix(".xlsx")], CSV, tmp_path)
    assert rows_of(made[source.stem]) == rows_of(source)


def test_in_english_too_citizens_read_chinese(written, out, tmp_path):
    use_language("en")
    try:
        write_letters(out, to=tmp_path / "en", bureaus=("150800",))
    finally:
        use_language("zh")
    (folder,) = (tmp_path / "en").iterdir()
    for path in folder.glob("*.html"):
        assert path.read_bytes() == (written / folder.name / path.name).read_bytes()

"""From files to staged rows: encodings, layouts, dirt, and a balance that adds up."""

import gzip
import os
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import decoding
from pipelines.errors import ExtractError
from pipelines.staged import transaction
from tests.folders import HEADER, Folder, payroll_row, person


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


TEXT = "\n".join([HEADER, *(payroll_row(number) for number in range(50))]) + "\n"
NAMES = "单位编号,单位名称,行政区划代码\nU1,呼和浩特𠮷市商贸有限公司,150102\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r").encode(), "utf-8"),
        (TEXT.rstrip("\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r\n").encode("gb18030"), "gb18030"),
    ],
)
def test_every_encoding_and_line_end_gives_the_same_rows(folder, content, encoding):
    folder.put("payroll.csv", content)
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 50, 0, 0, 0)
    assert folder.log("payroll.csv", "encoding") == (encoding,)
    assert folder.rows("select distinct period, unit_id, person_paid from stg_payroll") == [
        (2021 * 12 + 12, "U1", Decimal("16.92"))
    ]
    people = folder.rows("select line_number, person_id from stg_payroll order by line_number")
    assert people == [(number + 2, person(number)) for number in range(50)]


def test_a_gzip_is_read_and_a_cut_one_refused(folder):
    folder.put("payroll_1.csv.gz", gzip.compress(TEXT.encode("gb18030")))
    folder.put("payroll_2.csv.gz", gzip.compress(TEXT.encode())[:-20])
    folder.take_in()
    assert folder.fates("payroll_1.csv.gz") == (1, 0, 50, 0, 0, 0)
    status, refusal = folder.log("payroll_2.csv.gz", "status", "refusal")
    assert status == "refused" and "payroll_2.csv.gz" in refusal and "\n" not in refusal


def test_four_byte_characters_of_gb18030_stay(folder):
    folder.payroll(payroll_row(1))
    folder.put("参保单位.csv", NAMES, "gb18030")
    folder.take_in()
    assert folder.rows("select unit_name from stg_insured_units") == [("呼和浩特𠮷市商贸有限公司",)]


def test_damaged_bytes_set_only_their_lines_aside(folder):
    lines = TEXT.encode().split(b"\n")
    lines[7] = b"\xff\xfe" + lines[7]
    lines[9] = lines[9].replace(b"U1", b"U\x001")
    lines[11] = lines[11].replace(b"U1", b"U\r1")
    folder.put("payroll.csv", b"\n".join(lines))
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 47, 0, 0, 3)
    assert folder.rows("select line_number from set_aside order by all") == [(8,), (10,), (12,)]


ASCII = [b"a,b", b"\n", b"\r\n", b"\r", b"1,2,3\n" * 3]
PIECES = {
    "utf-8": [*ASCII, b"\0", b"\x01", "中文".encode(), "𠮷".encode()],
    "utf-16": ASCII,
    "gb18030": [
        *ASCII,
        b"\x81",
        *("中文失业保险\n".encode("gb18030"),) * 3,
        "𠮷".encode("gb18030"),
    ],
    "ascii": ASCII,
}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(PIECES)).flatmap(
        lambda kind: st.tuples(st.just(kind), st.lists(st.sampled_from(PIECES[kind]), max_size=30))
    ),
    st.sampled_from([3, 4, 5, 7, 16]),
)
def test_a_file_reads_alike_in_chunks_of_any_size(tmp_path_factory, kind_and_pieces, size):
    path, plain = (tmp_path_factory.getbasetemp() / name for name in ("chunked.csv", "plain.csv"))
    kind, pieces = kind_and_pieces
    content = b"".join(pieces)
    path.write_bytes(content.decode().encode(kind) if kind == "utf-16" else content)

    def read():
        try:
            found = decoding.look_at(path)
        except ExtractError as error:
            return str(error)
        return found, decoding.write_plain(path, found, plain), plain.read_bytes()

    whole = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "CHUNK", size)
        assert read() == whole


def test_a_file_of_no_encoding_is_refused(folder):
    folder.payroll(payroll_row(1))
    folder.put("separations.csv", bytes(range(128, 256)) * 40)
    folder.take_in()
    assert folder.log("separations.csv", "status") == ("refused",)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_delimiters_and_quoted_fields(folder, delimiter, quote):
    rows = [HEADER, *(payroll_row(number) for number in range(5))]
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row.split(",")) for row in rows]
    folder.put("payroll.csv", "\n".join(lines))
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 5, 0, 0, 0)
    assert folder.log("payroll.csv", "delimiter") == (delimiter,)
    assert folder.rows("select sum(unit_paid) from stg_payroll") == [(Decimal("84.60"),)]


def test_titles_codes_blank_lines_and_footers_are_no_data(folder):
    folder.payroll(
        "AAE003,AAB001,AAC002,AAE180,AAE080,AAE082",
        "",
        payroll_row(1),
        "   ",
        payroll_row(2),
        ",,,,,",
        "合计,,,6768.00,33.84,33.84",
        "填表人：某某,,审核：某某,,,",
        "",
        header="失业保险缴费明细,,,,,\n单位：元,,,,,\n\n" + HEADER,
    )
    folder.take_in()
    assert folder.fates("payroll.csv") == (6, 5, 2, 0, 0, 0)
    assert folder.rows("select line_number from stg_payroll order by all") == [(7,), (9,)]


def test_a_subtotal_among_the_rows_is_set_aside(folder):
    folder.payroll(payroll_row(1), "小计,,,3384.00,16.92,16.92", payroll_row(2))
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 2, 0, 0, 1)


@pytest.mark.parametrize(
    "header",
    [
        "AAE003,AAB001,AAC002,AAE180,AAE080,AAE082",
        "aae003,bab001,aac002,AAC040,aae080,aae082",
        "period,unit_id,person_id,wage_base,unit_paid,person_paid",
        " 费款 所属期,单位编码,公民身份号码,ＡＡＥ１８０,\u200b单位实缴金额,个人实缴金额\u3000",
        '"费款所属期","单位编号","身份证号","缴费基数","单位实缴金额","个人实缴金额"',
    ],
)
def test_headers_arrive_under_many_names(folder, header):
    folder.payroll(payroll_row(1), header=header)
    folder.take_in()
    assert folder.rows("select person_id, wage_base, unit_id from stg_payroll") == [
        (person(1), Decimal("3384"), "U1")
    ]


def test_columns_in_any_order_and_more_of_them(folder):
    folder.put(
        "payroll.csv",
        "备注,个人实缴金额,单位实缴金额,证件号码,单位编号,费款所属期\n"
        f"甲,1.5,2.5,{person(1)},U1,2021-12\n",
    )
    folder.take_in()
    select = "select person_paid, unit_paid, period, wage_base, paid_on from stg_payroll"
    assert folder.rows(select) == [(Decimal("1.5"), Decimal("2.5"), 2021 * 12 + 12, None, None)]
    assert folder.log("payroll.csv", "unknown_headers") == ("备注",)
    delivered = folder.rows("select column_name from delivered_columns order by all")
    assert delivered == [
        ("period",),
        ("person_id",),
        ("person_paid",),
        ("unit_id",),
        ("unit_paid",),
    ]


def test_codes_of_the_second_row_name_what_the_first_leaves_open(folder):
    folder.payroll(
        "AAE003,AAB001,AAC002,AAE180,AAE080,AAE082",
        payroll_row(1),
        header="所属期,单位编号,社会保障号码,基数,单位实缴金额,个人实缴金额",
    )
    folder.take_in()
    assert folder.rows("select period, wage_base from stg_payroll") == [
        (2021 * 12 + 12, Decimal("3384"))
    ]


def test_a_second_header_fills_the_blanks_of_the_first(folder):
    folder.put(
        "payroll.csv",
        "费款所属期,单位编号,AAE135,AAC002,单位实缴金额,个人实缴金额,AAE180,AAC040\n"
        f"202112,U1,{person(1)},{person(1)},1,1,10,10\n"
        f"202112,U1,{person(2)},,1,1,,20\n"
        f"202112,U1,{person(3)},{person(4)},1,1,30,30\n"
        f"202112,U1,E1234567,{person(5)},1,1,40,41\n",
    )
    folder.take_in()
    assert folder.rows("select person_id, wage_base from stg_payroll order by wage_base") == [
        (person(1), Decimal(10)),
        (person(2), Decimal(20)),
        (person(5), Decimal(40)),
    ]
    assert folder.rows("select line_number, column_name from set_aside") == [(4, "社会保障号码")]
    assert "缴费基数：两列不一致 1 行" in folder.log("payroll.csv", "first_reasons")[0]


def test_dirt_is_set_aside_with_line_column_reason_and_row(folder):
    dirty = [
        payroll_row(1) + ",",
        payroll_row(2).rsplit(",", 1)[0],
        payroll_row(3).replace("U1", 'U"1'),
        payroll_row(4).replace("202112", "202113"),
        payroll_row(5, unit=""),
        payroll_row(6, paid="十元"),
        payroll_row(7).replace(person(7), "1.50102E+17"),
        payroll_row(8).replace("U1", '"U\n1"'),
    ]
    folder.payroll(payroll_row(0), *dirty, payroll_row(9))
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 2, 0, 0, 9)
    rows = folder.rows(
        "select line_number, column_name, reason, raw_row from set_aside order by line_number"
    )
    assert [(line, column) for line, column, _, _ in rows] == [
        (3, None),
        (4, None),
        (5, None),
        (6, "费款所属期"),
        (7, "单位编号"),
        (8, "单位实缴金额"),
        (9, "社会保障号码"),
        (10, None),
        (11, None),
    ]
    assert rows[1][2] == "列数与表头不符" and rows[5][2] == "不是金额"
    assert [row[3] for row in rows[:7]] == dirty[:7]


def test_rows_set_aside_still_name_their_unit_and_month(folder):
    folder.payroll(
        payroll_row(0),
        payroll_row(1, unit="U7", paid="十元"),
        payroll_row(2, unit="U8", period="某月"),
        "202112,U9,缺列",
        payroll_row(4, unit="", paid="十元"),
    )
    folder.take_in()
    found = folder.rows("select line_number, unit_id, period from set_aside_mentions order by all")
    assert (3, "U7", 2021 * 12 + 12) in found and (4, "U8", None) in found
    assert {unit for line, unit, period in found if line == 5 and period is None} >= {"U9"}
    assert not [unit for line, unit, _ in found if line in {2, 6}]


def test_two_files_joined_into_one_keep_their_rows(folder):
    folder.payroll(payroll_row(1), HEADER, payroll_row(2))
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 2, 0, 0, 1)


INSURED = HEADER + ",险种"


def test_other_insurances_are_out_of_scope_and_unknown_ones_set_aside(folder):
    codes = ["210", "失业保险", "110", "工伤保险", "999", ""]
    rows = [f"{payroll_row(number)},{code}" for number, code in enumerate(codes)]
    folder.payroll(*rows, header=INSURED)
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 0, 2, 0, 2, 2)
    reasons = folder.rows("select line_number, column_name, reason from set_aside order by all")
    assert reasons == [(6, "险种", "代码表中没有的代码"), (7, "险种", "必填项为空")]


def test_codes_are_read_in_the_system_of_their_file(folder):
    files = [("payroll_x.csv", "02"), ("payroll_core.csv", "02"), ("payroll_s.csv", "210")]
    for number, (name, code) in enumerate(files):
        folder.payroll(f"{payroll_row(number)},{code}", name=name, header=INSURED)
    folder.put(
        "delivery.yaml",
        'files:\n  "payroll_x*": {system: xian}\n  "payroll_core*": {system: core}\n'
        '  "payroll_s*": {system: shaanxi}\n',
    )
    folder.take_in()
    assert folder.fates("payroll_x.csv") == (1, 0, 1, 0, 0, 0)
    assert folder.fates("payroll_core.csv") == (1, 0, 0, 0, 0, 1)
    assert folder.fates("payroll_s.csv") == (1, 0, 1, 0, 0, 0)


def test_a_required_column_that_is_missing_refuses_the_file(folder):
    folder.payroll(payroll_row(1))
    folder.put("separations.csv", f"社会保障号码,单位编号\n{person(1)},U1\n")
    folder.take_in()
    status, refusal = folder.log("separations.csv", "status", "refusal")
    assert status == "refused"
    for word in ("separations.csv", "变更日期", "AAE035", "停保日期"):
        assert word in refusal
    assert folder.rows("select count(*) from stg_separations") == [(0,)]


@pytest.mark.parametrize("content", ["", "\n\n", "a,b\n1,2\n", "202112,U1\n", "\0\0\0"])
def test_a_file_without_a_header_is_refused(folder, content):
    folder.payroll(payroll_row(1), name="payroll_good.csv")
    folder.put("payroll_bad.csv", content)
    folder.take_in()
    assert folder.log("payroll_bad.csv", "status") == ("refused",)


def test_without_payroll_there_is_no_night(folder, tmp_path):
    with pytest.raises(ExtractError, match="payroll"):
        folder.take_in()
    folder.payroll("202113,U1,1,1,1,1")
    with pytest.raises(ExtractError, match=r"payroll\.csv"):
        folder.take_in()
    folder.payroll(f"{payroll_row(1)},110", header=INSURED)
    with pytest.raises(ExtractError, match=r"payroll\.csv"):
        folder.take_in()
    folder.path = tmp_path / "nowhere"
    with pytest.raises(ExtractError, match="nowhere"):
        folder.take_in()


def test_what_is_no_ordinary_file_is_refused_and_named(folder, tmp_path):
    outside = tmp_path / "payroll.csv"
    outside.write_text(TEXT, encoding="utf-8")
    folder.payroll(payroll_row(1), name="payroll_good.csv")
    (folder.path / "payroll_link.csv").symlink_to(outside)
    (folder.path / "payroll_folder.csv").mkdir()
    os.mkfifo(folder.path / "payroll_pipe.csv")
    folder.put("payroll.pdf", b"%PDF")
    folder.put("notes.txt", "x")
    folder.put(".payroll.csv", TEXT)
    folder.put("~$payroll.xlsx", "x")
    folder.take_in()
    log = dict(folder.rows("select file_name, status from import_log"))
    assert log == {
        "payroll_good.csv": "accepted",
        "payroll_link.csv": "refused",
        "payroll_folder.csv": "refused",
        "payroll_pipe.csv": "refused",
        "payroll.pdf": "refused",
        "notes.txt": "not_recognised",
    }


def test_refusals_and_reasons_name_no_person(folder):
    folder.payroll(
        payroll_row(1), payroll_row(2).replace(person(2), "15990119X"), payroll_row(3, paid="x")
    )
    folder.put("separations.csv", f"社会保障号码,单位编号\n{person(7)},U1\n")
    folder.take_in()
    told = str(folder.rows("select refusal, first_reasons from import_log")) + str(folder.said)
    assert "159901" not in told


def test_a_blank_number_of_months_is_told_from_a_column_not_delivered(folder):
    folder.payroll(payroll_row(1))
    folder.put(
        "参保人员_1.csv", f"社会保障号码,姓名,AJC092\n{person(1)},某甲,\n{person(2)},某乙,7\n"
    )
    folder.put("参保人员_2.csv", f"社会保障号码,姓名\n{person(3)},某丙\n")
    folder.take_in()
    assert folder.rows(
        "select person_id, paid_months_before, has_paid_months_column from stg_insured_people"
        " order by file_name, line_number"
    ) == [(person(1), None, True), (person(2), 7, True), (person(3), None, False)]


def test_line_numbers_hold_when_a_file_is_read_in_parallel(folder):
    rows = [f"202112,U{line},159901199001010011,1,1,1" for line in range(2, 400_002)]
    for line in (50_000, 200_000, 399_000):
        rows[line - 2] = f"坏行{line}"
        rows[line - 1] = ""
    folder.payroll(*rows)
    folder.take_in()
    assert folder.fates("payroll.csv") == (1, 3, 399_994, 0, 0, 3)
    assert folder.rows("select count(*) from stg_payroll where unit_id <> 'U' || line_number") == [
        (0,)
    ]
    assert folder.rows("select line_number, raw_row from set_aside order by all") == [
        (line, f"坏行{line}") for line in (50_000, 200_000, 399_000)
    ]


def test_a_transaction_of_a_closed_connection_ends_quietly():
    connection = duckdb.connect()
    connection.execute("create table t (i integer)")
    block = transaction(connection)
    block.__enter__()
    connection.execute("insert into t values (1)")
    connection.close()
    # it says nothing but the interruption itself
    assert not block.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

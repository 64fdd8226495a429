"""Cells that are no value of their column, and odd ones that are."""

from tests.dirty.case import (
    BASE,
    EMPTY,
    ID,
    NAMELESS,
    NOT_DAY,
    NOT_DIVISION,
    NOT_FLAG,
    NOT_ID,
    NOT_INDUSTRY,
    NOT_INTEGER,
    NOT_MONEY,
    NOT_MONTH,
    PERIOD,
    PERSON_PAID,
    RUINED,
    SHEET_ERROR,
    UNIT,
    UNKNOWN_CODE,
    UNKNOWN_VALUE,
    Damaged,
    all_good,
    row,
    rows,
    table,
)
from tests.folders import HEADER


def _month(text: str) -> str:
    return row(2, period=text)


def _paid(text: str) -> str:
    return row(2).removesuffix("16.92") + text


def _base(text: str) -> str:
    return row(2).replace("3384.00", text)


def _id(text: str) -> str:
    return row(2).replace("@2", text)


def _unit(text: str) -> str:
    return row(2).replace("@U", text)


# what, the damaged row, its column and reason
WRONG: list[tuple[str, str, tuple[str, str]]] = [
    ("十三月", _month("202113"), (PERIOD, NOT_MONTH)),
    ("零月", _month("202100"), (PERIOD, NOT_MONTH)),
    ("只有两位年份", _month("21-12"), (PERIOD, NOT_MONTH)),
    ("汉字", _month("某月"), (PERIOD, NOT_MONTH)),
    ("只有年份", _month("2021"), (PERIOD, NOT_MONTH)),
    ("字母 O 代替零", _month("2O2112"), (PERIOD, NOT_MONTH)),
    ("CSV 中的电子表格序号", _month("44531"), (PERIOD, NOT_MONTH)),
    ("不存在的日期", _month("2021-02-30"), (PERIOD, NOT_MONTH)),
    ("空", _month("暂无"), (PERIOD, EMPTY)),
    ("科学计数法", _id("1.59901E+17"), (ID, RUINED)),
    ("长科学计数法", _id("1.59901196001011e+17"), (ID, RUINED)),
    ("末三位为 000 而校验不符", _id("159901199001017000"), (ID, RUINED)),
    ("浮点数", _id("159901196001011000.0"), (ID, RUINED)),
    ("五位", _id("15990"), (ID, NOT_ID)),
    ("姓名", _id("某某"), (ID, NOT_ID)),
    ("打了星号", _id("159901********1234"), (ID, NOT_ID)),
    ("电子表格的列宽不够", _id("########"), (ID, NOT_ID)),
    ("空", _id("\\N"), (ID, EMPTY)),
    ("科学计数法", _unit("1.59901E+11"), (UNIT, RUINED)),
    ("电子表格的错误值", _unit("#N/A"), (UNIT, SHEET_ERROR)),
    ("电子表格的错误值", _unit("#REF!"), (UNIT, SHEET_ERROR)),
    ("空", _unit("/"), (UNIT, EMPTY)),
    ("大写金额", _paid("壹拾陆元"), (PERSON_PAID, NOT_MONEY)),
    ("带单位", _paid("16.92元"), (PERSON_PAID, NOT_MONEY)),
    ("约数", _base("约3000"), (BASE, NOT_MONEY)),
    ("两个小数点", _base("33.84.00"), (BASE, NOT_MONEY)),
    ("千分位错位", _paid('"12,34.50"'), (PERSON_PAID, NOT_MONEY)),
    ("逗号作小数点", _paid('"16,92"'), (PERSON_PAID, NOT_MONEY)),
    ("小数点成了空格", _paid("16 92"), (PERSON_PAID, NOT_MONEY)),
    ("科学计数法", _base("3.384E+3"), (BASE, NOT_MONEY)),
    ("括号表示负数", _paid("(16.92)"), (PERSON_PAID, NOT_MONEY)),
    ("小于万分之一元", _paid("16.92345"), (PERSON_PAID, NOT_MONEY)),
    ("超出金额范围", _base("999999999999999.00"), (BASE, NOT_MONEY)),
    ("非数", _paid("NaN"), (PERSON_PAID, NOT_MONEY)),
    ("公式", _paid("=SUM(E2:E9)"), (PERSON_PAID, NOT_MONEY)),
    ("字母 l 代替一", _paid("l6.92"), (PERSON_PAID, NOT_MONEY)),
]  # fmt: skip

# what, the odd row, a column and its value
GOOD: list[tuple[str, str, str, object]] = [
    ("月份写法", _month("2021-12"), "period", 2021 * 12 + 12),
    ("月份写法", _month("2021年12月"), "period", 2021 * 12 + 12),
    ("月份写成日期", _month("2021-12-01 00:00:00"), "period", 2021 * 12 + 12),
    ("全角数字", _month("２０２１１２"), "period", 2021 * 12 + 12),
    ("全角的号码", _id("１５９９０１１９９００１０１００１Ｘ"), "person_id", "15990119900101001X"),
    ("小写 x", _id("15990119900101002x"), "person_id", "15990119900101002X"),
    ("前导撇号", _id("'159901199001010030"), "person_id", "159901199001010030"),
    ("校验码不对：仍计人数和金额", _id("159901199001010041"), "person_id",
     "159901199001010041"),
    ("外国人社保号码", _id("USA123456789012"), "person_id", "USA123456789012"),
    ("号码前后有制表符和零宽字符", _id("\t159901199001010050\u200b"), "person_id",
     "159901199001010050"),
    ("等号和引号包着的编号", _unit('"=""@U"""'), "unit_id", "@U"),
    ("人民币符号和千分位", _base('"￥3,384.00"'), "wage_base", "3384"),
    ("全角金额", _base("３３８４．００"), "wage_base", "3384"),
    ("实缴为空：未缴", _paid(""), "person_paid", None),
    ("实缴为全角横线：空", _paid("－"), "person_paid", None),
    ("负数", _paid("-16.92"), "person_paid", "-16.92"),
]  # fmt: skip


def _payroll() -> list[Damaged]:
    """One file of wrong cells and one of odd but good ones, a row each; the first row is plain."""
    wrong = [line.replace("@2", f"@{at}") for at, (_, line, _) in enumerate(WRONG, start=2)]
    good = [line.replace("@2", f"@{at}") for at, (_, line, _, _) in enumerate(GOOD, start=2)]
    return [
        Damaged("payroll_wrong_cells.csv", "、".join(what for what, *_ in WRONG),
                table(row(1), *wrong), (1, 0, 1, 0, 0, len(wrong)),
                {line: why for line, (_, _, why) in enumerate(WRONG, start=3)}),
        Damaged("payroll_odd_cells.csv", "、".join(what for what, *_ in GOOD),
                table(row(1), *good), all_good(1 + len(good)),
                values={f"line {line} {column}": value
                        for line, (_, _, column, value) in enumerate(GOOD, start=3)}),
    ]  # fmt: skip


def _one(name: str, what: str, header: str, good: str, bad: str, why: tuple[str, str]) -> Damaged:
    """A file of another extract: a good row, a bad one."""
    return Damaged(
        f"{name}.csv", what, table(good, bad, header=header), (1, 0, 1, 0, 0, 1), {3: why}
    )


UNITS = "单位编号,单位名称,行政区划代码,行业代码,企业划型,从业人员,营业收入,劳务派遣标志,参保年月,银行账号"
A_UNIT = "@U,某某公司,159901,H6210,小型,12,100.5,否,201503,6222020000000000001"
PEOPLE = "社会保障号码,姓名,性别,出生日期,农民工标志,未计发待遇缴费月数"
A_PERSON = "@1,某甲,女,1990-01-01,否,30"
DAYS = "到账日期"


def _unit_with(old: str, new: str) -> str:
    return A_UNIT.replace("@U", "@UB").replace(old, new)


def _person_with(old: str, new: str) -> str:
    return A_PERSON.replace("@1", "@2").replace(old, new)


def _wrong_days(*days: str) -> Damaged:
    lines = [f"{row(number)},{day}" for number, day in enumerate(days, start=2)]
    return Damaged("payroll_days.csv", "不存在或写法不明的日期",
                   table(row(1) + ",2021-12-15", *lines, header=f"{HEADER},{DAYS}"),
                   (1, 0, 1, 0, 0, len(days)),
                   {line: (DAYS, NOT_DAY) for line in range(3, 3 + len(days))})  # fmt: skip


def _insurance(name: str, codes: list[str], fates: tuple[int, int, int, int, int, int],
               aside: dict[int, tuple[str | None, str]]) -> Damaged:  # fmt: skip
    lines = [f"{row(number)},{code}" for number, code in enumerate(codes, start=1)]
    return Damaged(f"payroll_insurance_{name}.csv", "险种",
                   table(*lines, header=f"{HEADER},险种"), fates, aside)  # fmt: skip


CELLS: list[Damaged] = [
    *_payroll(),
    _wrong_days("2021-02-30", "20210229", "2021-13-01", "0000-00-00", "44561", "12/31/2021",
                "2021-12-31后", "待定"),
    _insurance("others", ["210", "110", "失业保险", "工伤保险"], (1, 0, 2, 0, 2, 0), {}),
    _insurance("unknown", ["210", "999", ""], (1, 0, 1, 0, 0, 2),
               {3: ("险种", UNKNOWN_CODE), 4: ("险种", EMPTY)}),
    _insurance("only_others", ["110", "310"], (1, 0, 0, 0, 2, 0), {}),
    Damaged("payroll_202101_other_year.csv", "文件名是 2021 年 1 月，内容是上一年的",
            table(*(row(number, period="202001") for number in (1, 2))), all_good(2),
            remark="其中没有该月的行"),
    Damaged("payroll_far_future.csv", "遥远将来的月份：原样收下，由筛查日之后不予理会的规则处理",
            table(row(1), row(2, period="209912"), row(3)), all_good(3)),
    Damaged("payroll_twice_a.csv", "同一文件两个名字", table(*rows(1, 3)), all_good(3), key="twice"),
    Damaged("payroll_twice_b.csv", "同一文件两个名字", table(*rows(1, 3)), (1, 0, 0, 3, 0, 0),
            key="twice"),
    Damaged("payroll_twice_c.csv", "同样的行换了编码和换行", table(*rows(1, 3), end="\r\n"),
            (1, 0, 0, 3, 0, 0), key="twice", encode=lambda text: text.encode("gb18030")),
    Damaged("payroll_row_twice.csv", "同一行两次", table(row(1), row(2), row(1)), (1, 0, 2, 1, 0, 0)),
    _one("参保单位_无名", "名称为空", UNITS, A_UNIT, _unit_with("某某公司", ""), ("单位名称", EMPTY)),
    _one("参保单位_区划", "区划不是六位", UNITS, A_UNIT, _unit_with("159901", "1599"),
         ("行政区划代码", NOT_DIVISION)),
    _one("参保单位_行业", "行业是文字", UNITS, A_UNIT, _unit_with("H6210", "餐饮业"),
         ("行业代码", NOT_INDUSTRY)),
    _one("参保单位_划型", "划型不在取值之内", UNITS, A_UNIT, _unit_with("小型", "中小微"),
         ("企业划型", UNKNOWN_VALUE)),
    _one("参保单位_人数", "人数是约数", UNITS, A_UNIT, _unit_with(",12,", ",约20人,"),
         ("从业人员", NOT_INTEGER)),
    _one("参保单位_收入", "收入带单位", UNITS, A_UNIT, _unit_with("100.5", "100万"),
         ("营业收入", NOT_MONEY)),
    _one("参保单位_派遣", "标志不是是或否", UNITS, A_UNIT, _unit_with(",否,", ",也许,"),
         ("劳务派遣标志", NOT_FLAG)),
    _one("参保单位_年月", "参保年月不存在", UNITS, A_UNIT, _unit_with("201503", "201500"),
         ("参保年月", NOT_MONTH)),
    _one("参保单位_账号", "账号成了科学计数法", UNITS, A_UNIT,
         _unit_with("6222020000000000001", "6.22202E+18"), ("银行账号", RUINED)),
    _one("参保人员_无名", "姓名为空", PEOPLE, A_PERSON, _person_with("某甲", ""), ("姓名", EMPTY)),
    _one("参保人员_生日", "出生日期不存在", PEOPLE, A_PERSON, _person_with("1990-01-01", "1990-02-29"),
         ("出生日期", NOT_DAY)),
    _one("参保人员_月数", "月数是文字", PEOPLE, A_PERSON, _person_with(",30", ",三十"),
         ("未计发待遇缴费月数", NOT_INTEGER)),
    _one("减员变更_日期", "变更日期不存在", "社会保障号码,单位编号,变更日期", "@1,@U,2021-12-01",
         "@2,@U,2021-11-31", ("变更日期", NOT_DAY)),
    _one("减员变更_无单位", "单位为空", "社会保障号码,单位编号,变更日期", "@1,@U,2021-12-01",
         "@2,NULL,2021-11-30", ("单位编号", EMPTY)),
    _one("失业待遇核定_失业时间", "失业时间只有年月", "社会保障号码,失业时间,应领月数",
         "@1,2021-12-01,12", "@2,2021-12,12", ("失业时间", NOT_DAY)),
    _one("失业登记_日期", "登记日期为空", "社会保障号码,登记日期", "@1,2021-12-01", "@2,",
         ("登记日期", EMPTY)),
    _one("人员比对库_未知库", "不认识的比对库", "比对库,社会保障号码,起始日期",
         "养老待遇,@1,2021-12-01", "低保,@2,2021-12-01", ("比对库", UNKNOWN_VALUE)),
    _one("单位比对库_无名无码", "名称和代码都为空", "比对库,统一社会信用代码,单位名称,起始日期",
         "僵尸企业,,某某公司,2021-12-01", "僵尸企业,,,2021-12-01", ("单位名称", NAMELESS)),
    _one("稳岗返还发放_年度", "年度是汉字", "单位编号,返还所属年度,发放金额", "@U,2021,100.00",
         "@U,二〇二一,100.00", ("返还所属年度", NOT_INTEGER)),
    _one("稳岗返还发放_金额", "金额为空", "单位编号,返还所属年度,发放金额", "@U,2021,100.00",
         "@U,2021,-", ("发放金额", EMPTY)),
]  # fmt: skip

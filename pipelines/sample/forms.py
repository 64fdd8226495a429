"""The forms that the files of the sample have: as messy as real deliveries, content untouched."""

from dataclasses import dataclass

CODES = {
    "period": "AAE003", "settled_period": "AAE002", "unit_id": "AAB001", "person_id": "AAC002",
    "insurance_code": "AAE140", "wage_base": "AAE180", "unit_due": "AAE020",
    "person_due": "AAE022", "unit_paid": "AAE080", "person_paid": "AAE082", "late_fee": "AAB204",
    "payment_kind": "AAE143", "payment_status": "AAB165", "uscc": "BAB010", "unit_name": "AAB004",
    "unit_type_code": "AAB019", "industry_code": "AAB022", "division_code": "AAB301",
    "insured_from": "AAB050", "unit_status": "AAB051", "unit_change_code": "AAB100",
    "is_labour_dispatch": "ABC955", "person_name": "AAC003", "sex_code": "AAC004",
    "ethnic_code": "AAC005", "birth_date": "AAC006", "is_rural_worker": "AJC101",
    "phone": "AAE005", "paid_months_before": "AJC092", "separated_on": "AAE035",
    "reason_code": "AAE160", "unemployed_on": "AJC090", "registered_on": "AJC094",
    "benefit_kind": "AJA001", "granted_months": "AJC097", "used_months": "AJC098",
    "ended_on": "AJC056",
}  # fmt: skip
LABELS = {
    "period": "费款所属期", "settled_period": "结算年月", "unit_id": "单位编号",
    "person_id": "社会保障号码", "insurance_code": "险种", "wage_base": "缴费基数",
    "unit_due": "单位应缴金额", "person_due": "个人应缴金额", "unit_paid": "单位实缴金额",
    "person_paid": "个人实缴金额", "late_fee": "滞纳金", "paid_on": "到账日期",
    "payment_kind": "缴费类别", "payment_status": "足额标志", "uscc": "统一社会信用代码",
    "unit_name": "单位名称", "unit_type_code": "单位类型", "industry_code": "行业代码",
    "division_code": "行政区划代码", "insured_from": "参保年月", "unit_status": "单位缴费状态",
    "unit_change_code": "单位变更类型", "size_class": "企业划型", "employees": "从业人员",
    "revenue_10k": "营业收入（万元）", "assets_10k": "资产总额（万元）",
    "is_labour_dispatch": "劳务派遣标志", "bank_name": "开户银行", "bank_account": "银行账号",
    "contact_name": "联系人", "contact_phone": "联系电话", "person_name": "姓名",
    "sex_code": "性别", "ethnic_code": "民族", "birth_date": "出生日期",
    "is_rural_worker": "农民工标志", "phone": "联系电话",
    "paid_months_before": "未计发待遇缴费月数",
    "paid_months_to": "缴费月数截至年月", "separated_on": "变更日期", "reason_code": "变更原因",
    "reason_text": "变更原因名称", "register": "比对库", "listed_from": "起始日期",
    "listed_to": "终止日期", "data_year": "返还所属年度", "amount_yuan": "发放金额",
    "batch": "批次", "returned_on": "退票日期", "cancelled_on": "注销日期",
    "wants_work": "求职意愿", "unemployed_on": "失业时间", "benefit_kind": "待遇类型",
    "granted_months": "应领月数", "used_months": "已领月数", "ended_on": "终止日期",
    "first_paid_period": "首次发放年月", "is_lump_sum": "一次性领取",
}  # fmt: skip
NOTE = "备注"
NOTES = [
    "㐂丰店",
    "𠮷祥门市",
    "",
    "䶮泉分部",
    "",
]  # GBK has none of the three: four bytes in GB18030


@dataclass(frozen=True)
class Form:
    """How one file looks. Headers: `canonical`, `codes`, `labels`, `wide` (full-width codes)."""

    file_name: str
    sheet: str
    columns: str
    headers: str = "canonical"
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    titles: tuple[str, ...] = ()
    second_header: bool = False
    footers: tuple[str, ...] = ()
    months: str = "{year}{month:02d}"
    days: str = "%Y-%m-%d"
    money: str = "plain"
    empty: tuple[str, ...] = ("",)
    messy_ids: bool = False
    has_notes: bool = False
    system: str = ""
    control: bool = False


PAY = "period unit_id person_id insurance_code wage_base unit_due person_due unit_paid person_paid "
PAY_END = "payment_kind payment_status paid_on"
UNITS = (
    "unit_id uscc unit_name unit_type_code industry_code division_code insured_from unit_status "
    "unit_change_code size_class employees revenue_10k assets_10k is_labour_dispatch bank_name "
    "bank_account contact_name contact_phone"
)
PERSON = "person_id person_name sex_code ethnic_code birth_date is_rural_worker division_code phone"
SEPARATION = "person_id unit_id separated_on reason_code reason_text"

FORMS = [
    Form("payroll_202012.csv", "payroll_202012", PAY + PAY_END, system="core"),
    Form("payroll_202101.csv", "payroll_202101", PAY + PAY_END, "labels", "utf-8-sig",
         newline="\r\n", months="{year}-{month:02d}", system="core"),
    Form("payroll_202102.csv", "payroll_202102", "person_id unit_id period insurance_code "
         "wage_base unit_paid person_paid unit_due person_due " + PAY_END, delimiter="\t",
         days="%Y%m%d", system="core"),
    Form("payroll_202103.csv", "payroll_202103", PAY + "late_fee " + PAY_END, "labels", "gb18030",
         newline="\r\n", titles=("2021年3月失业保险缴费明细表",), footers=("合计",),
         months="{year}年{month}月", has_notes=True, system="core"),
    Form("payroll_202104.csv.gz", "payroll_202104", PAY + PAY_END, system="core", control=True),
    Form("payroll_202105.csv", "payroll_202105", PAY + PAY_END, "codes", days="%Y%m%d",
         system="core"),
    Form("payroll_202106.csv", "payroll_202106", PAY + PAY_END, "labels", delimiter=";",
         days="%Y/%m/%d", money="thousands", system="core"),
    Form("payroll_202107.csv", "payroll_202107", PAY + PAY_END, "labels", delimiter="|",
         second_header=True, months="{year}/{month:02d}", days="%Y年%m月%d日", system="core"),
    Form("payroll_202107b.csv", "payroll_202107b", PAY + PAY_END, system="core"),
    Form("payroll_202108.csv", "payroll_202108", PAY + PAY_END, "labels", "utf-16",
         delimiter="\t", newline="\r\n", system="core"),
    Form("payroll_202109.csv", "payroll_202109", PAY + PAY_END, "wide",
         months="{year}-{month:02d}-01", messy_ids=True, system="core"),
    Form("payroll_202110.csv", "payroll_202110", PAY + PAY_END, "labels", money="sign",
         messy_ids=True, system="core"),
    Form("payroll_202111.csv", "payroll_202111", PAY + "late_fee " + PAY_END, "labels",
         titles=("失业保险缴费明细", "单位：元"), footers=("填表人：某某", "审核人：某某"),
         empty=("", "\\N", "NULL", "无", "/", "-", "暂无"), system="core"),
    Form("缴费明细_202112.csv", "payroll_202112", PAY + PAY_END, "labels",
         days="%Y-%m-%d 10:20:30", system="core"),
    Form("payroll_202201.csv", "payroll_202201", "period unit_id person_id wage_base unit_due "
         "person_due unit_paid person_paid paid_on", system="core"),
    Form("payroll_202202.csv", "payroll_202202", PAY + PAY_END + " settled_period", "codes",
         system="core"),
    Form("insured_units_core.xlsx", "insured_units_core", UNITS, "labels",
         titles=("参保单位基本信息",), system="core"),
    Form("参保单位_旧系统.xlsx", "insured_units_shaanxi", UNITS, "codes",
         titles=("单位信息导出", "单位：万元"), footers=("合计",), system="shaanxi"),
    Form("insured_people_1.csv", "insured_people_1", PERSON + " paid_months_before paid_months_to",
         "labels", "utf-8-sig", messy_ids=True, newline="\r\n"),
    Form("参保人员_2.csv", "insured_people_2", PERSON, "codes", "gb18030", days="%Y%m%d"),
    Form("separations_core.csv", "separations_core", SEPARATION, days="%Y/%m/%d", messy_ids=True,
         system="core"),
    Form("减员变更_旧系统.csv", "separations_shaanxi", SEPARATION, "labels", "gb18030",
         newline="\r\n", days="%Y年%m月%d日", system="shaanxi", control=True),
    Form("benefit_grants.csv", "benefit_grants", "person_id unit_id unemployed_on registered_on "
         "benefit_kind granted_months used_months first_paid_period ended_on is_lump_sum", "codes",
         messy_ids=True),
    Form("失业登记.csv", "unemployment_registrations", "person_id registered_on cancelled_on "
         "wants_work", "labels", "gb18030", days="%Y/%m/%d"),
    Form("person_registers.csv", "person_registers", "register person_id listed_from listed_to",
         "labels", days="%Y%m%d", empty=("", "-", "无"), messy_ids=True),
    Form("单位比对库.csv", "unit_registers", "register uscc unit_name listed_from listed_to",
         "labels", "utf-8-sig", empty=("", "暂无")),
    Form("refund_payments.csv", "refund_payments", "unit_id data_year amount_yuan paid_on batch "
         "returned_on", "labels", "utf-16", delimiter="\t", footers=("合计",), money="thousands"),
]  # fmt: skip

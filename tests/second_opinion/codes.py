"""Code tables, written down a second time."""

from typing import Any

INSURANCES = {"110", "210", "310", "410", "510"}
UNEMPLOYMENT = "210"
SIZES = {"大型": "large", "中型": "medium", "小型": "small", "微型": "micro"} | dict(
    zip("1234", ("large", "medium", "small", "micro"), strict=True)
)
REGISTERS = {
    "养老待遇": "pension",
    "死亡": "death",
    "服兵役": "military",
    "出境定居": "emigration",
    "服刑": "custody",
    "工商登记": "business_owner",
    "在校": "student",
    "就业登记": "employed_elsewhere",
    "机关事业参保": "employed_elsewhere",
    "区外参保": "employed_elsewhere",
    "严重违法失信": "dishonest",
    "僵尸企业": "zombie",
    "环保处罚": "environmental_penalty",
    "经营异常": "abnormal_operation",
    "注销": "deregistered",
    "吊销": "revoked",
}


def _spread(words: dict[str, str]) -> dict[str, str]:
    return {code: name for codes, name in words.items() for code in codes.split()}


USCC_PREFIXES = _spread(
    {
        "31": "law_firm",
        "32 33 34 35 39": "other_judicial",
        "51": "social_organization",
        "52": "social_service",
        "53": "foundation",
        "91": "enterprise",
        "92": "individual_business",
        "93": "farmer_cooperative",
        "11 19 A1 A9": "government",
        "12": "public_institution",
        "13 81 89": "mass_organization",
        "N1 N2 N3 N9": "rural_collective",
        "21 29 41 49 59 61 62 69 71 72 79 Y1": "other",
    }
)
COMMON_UNIT_TYPES = _spread(
    {
        "10": "enterprise",
        "20 21 22 23 56": "public_institution",
        "30": "government",
        "40": "social_organization",
        "50": "social_service",
        "60 62 81": "individual_business",
    }
)
AGENCY_CODES = {"shaanxi": {"70", "80", "90"}, "zhangjiagang": {"91"}, "shanxi": set[str]()}
THREE_DIGIT = _spread(
    {
        "211": "death",
        "212": "emigration",
        "221": "mixed",
        "222": "own_will",
        "223": "employer_initiative",
        "224 225 226": "service_study_custody",
        "227 228 229": "other",
        "231 241": "transfer",
        "251": "retirement",
    }
)
FOUR_DIGIT = _spread(
    {
        "6301": "mixed",
        "6302 6351 6404": "transfer",
        "6303 6304 6305": "service_study_custody",
        "6306 6307 6318": "other",
        "6308 6501": "retirement",
        "6313 6314 6319": "own_will",
        "6315 6316": "employee_fault",
        "6317 6321": "employer_initiative",
        "6320": "employer_breach",
        "6322": "contract_expiry",
        "6323": "closure",
        "6401": "death",
        "6402 6403 6406": "emigration",
    }
)
REASONS = {"shaanxi": THREE_DIGIT, "core": FOUR_DIGIT}
REASON_TEXTS = {
    "解除劳动合同": "mixed",
    "辞职": "own_will",
    "自动离职": "own_will",
    "被辞退": "employer_initiative",
    "除名": "employee_fault",
    "开除": "employee_fault",
    "合同期满终止": "contract_expiry",
    "在职转退休": "retirement",
    "单位调动": "transfer",
}
# Of two records of one day, the first of these stands; all classes not named here come after.
RECORD_ORDER = (
    "employer_initiative",
    "employer_breach",
    "closure",
    "contract_expiry",
    "employee_fault",
    "mixed",
    "unknown",
)


def reason_class(record: dict[str, Any]) -> str:
    """The class of a separation's reason: by its code, without a code by its text."""
    code, text = record["reason_code"], record["reason_text"]
    if code is None:
        return REASON_TEXTS.get(text or "", "unknown")
    table = REASONS.get(record["system"] or "", THREE_DIGIT | FOUR_DIGIT)
    return table.get(code, "unknown")


def unit_type_of_code(code: str | None, system: str | None) -> str | None:
    """What AAB019 says in the file's system; nothing for 92, 99 and codes nobody knows."""
    if code in COMMON_UNIT_TYPES:
        return COMMON_UNIT_TYPES[code]
    if system in AGENCY_CODES:
        return "agency_account" if code in AGENCY_CODES[system] else None
    return "agency_account" if code in {"80", "90", "91"} else None

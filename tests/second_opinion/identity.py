"""Identity codes: social credit codes, resident ids, names made comparable."""

import re
import unicodedata
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check(first_17: str) -> str:
    """The 18th character of a social credit code (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(sign) * 3**place for place, sign in enumerate(first_17))
    return USCC_ALPHABET[-total % 31]


def is_valid_uscc(code: str | None) -> bool:
    """Whether a social credit code has the right signs, length and check character."""
    if not code or len(code) != 18 or any(sign not in USCC_ALPHABET for sign in code):
        return False
    return uscc_check(code[:17]) == code[17]


def id_check(first_17: str) -> str:
    """The 18th character of a resident id (MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def clean_person_id(text: str) -> str:
    """Upper case, and 15 digits lifted to 18."""
    code = unicodedata.normalize("NFKC", text).upper().strip()
    if re.fullmatch(r"\d{15}", code):
        code = code[:6] + "19" + code[6:]
        code += id_check(code)
    return code


def birth_and_sex(person_id: str) -> tuple[date, str] | None:
    """Birth date and sex ('1' man, '2' woman) of a valid 18-character id, else None."""
    if not re.fullmatch(r"\d{17}[\dX]", person_id) or id_check(person_id[:17]) != person_id[17]:
        return None
    try:
        born = date(int(person_id[6:10]), int(person_id[10:12]), int(person_id[12:14]))
    except ValueError:
        return None
    return born, "1" if int(person_id[16]) % 2 else "2"


def is_valid_person_id(person_id: str) -> bool:
    """A resident id that checks, or a foreigner's number, which is accepted by its shape."""
    if re.fullmatch(r"[A-Z][0-9A-Z()]{5,19}", person_id):
        return True
    return birth_and_sex(person_id) is not None


def age_on(born: date, day: date) -> int:
    """Full years of age."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def plain_name(name: str | None) -> str | None:
    """A unit name without what differs by keyboard: width, brackets, spaces."""
    if not name:
        return None
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"[\[{【〔〈]", "(", text)
    text = re.sub(r"[\]}】〕〉]", ")", text)
    return re.sub(r"\s", "", text).upper() or None

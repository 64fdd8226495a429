"""Hiding the middle of what names or reaches a person: ids, phones, accounts, names."""

import re
from typing import Any

ID_BEGIN, ID_END = 6, 4
PHONE_BEGIN, PHONE_END = 3, 4
ACCOUNT_END = 4
# A digest is no number of a person, whatever digits stand in it.
_DIGEST = r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"
# What is told: ids and accounts of 15 digits and more, mobile numbers; also as people group them.
_NUMBER = (
    r"(?<!\d)\d{6}[ \-]\d{8}[ \-]\d{3}[\dXx]"
    r"|\d{15,}[Xx]?"
    r"|(?<!\d)(?<!\d\.)(?:86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d|\.\d)"
)
_TOLD = re.compile(f"(?P<digest>{_DIGEST})|(?P<number>{_NUMBER})")
# What is published: any digits that stand together once spaces and the like are taken out.
_BETWEEN = r"[\s\-‐-―－·・._\u200b-\u200f\u2060\ufeff]"
RUN = re.compile(rf"\d(?:{_BETWEEN}*\d)*(?:{_BETWEEN}*[XxＸｘ](?![A-Za-z0-9]))?")
_DECIMAL = re.compile(r"(\d+)\.(\d+)")
_LANDLINE = re.compile(r"0\d{9,11}")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")


def masked(text: str) -> str:
    """A text for logs, reports and errors, without any full id, account or mobile number in it."""
    return _TOLD.sub(lambda found: found[0] if found["digest"] else _hidden(found[0]), text)


def masked_value(value: Any) -> Any:
    """The same for texts within lists and mappings; other values stay as they are."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {masked_value(key): masked_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(item) for item in value]
    return value


def is_personal(run: str) -> bool:
    """Whether a run of digits is an id or account, or a phone number."""
    if parts := _DECIMAL.fullmatch(run):  # an amount or a rate, long as it may be
        return any(is_personal(part) for part in parts.groups())
    digits = plain_digits(run)
    return (
        len(digits) >= ID_BEGIN + ID_END + 5
        or _MOBILE.fullmatch(digits) is not None
        or _LANDLINE.fullmatch(digits) is not None
    )


def plain_digits(run: str) -> str:
    """The digits of a run as ASCII, with the X of an id, and nothing between them."""
    if run.isascii() and run.isdecimal():
        return run
    return "".join(
        str(int(sign)) if sign.isdecimal() else "X"
        for sign in run
        if sign.isdecimal() or sign in "XxＸｘ"
    )


def mask_id(number: str) -> str:
    """An id with its first 6 and last 4 characters: what the notices on publication ask for."""
    return number[:ID_BEGIN] + "*" * (len(number) - ID_BEGIN - ID_END) + number[-ID_END:]


def mask_phone(number: str) -> str:
    """A phone number with its first 3 and last 4 digits."""
    return (
        number[:PHONE_BEGIN] + "*" * (len(number) - PHONE_BEGIN - PHONE_END) + number[-PHONE_END:]
    )


def mask_account(number: str) -> str:
    """An account with its last 4 digits."""
    return "*" * (len(number) - ACCOUNT_END) + number[-ACCOUNT_END:]


def mask_name(name: str) -> str:
    """A person's name by its first character."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_number(digits: str) -> str:
    """An id, account or phone number, each in its own way."""
    number = digits.removeprefix("86") if _MOBILE.fullmatch(digits) else digits
    return mask_phone(number) if len(number) < ID_BEGIN + ID_END + 5 else mask_id(number)


def _hidden(number: str) -> str:
    return mask_number(plain_digits(number))

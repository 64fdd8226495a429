"""Sums of money in the capital numerals of Chinese cheques and vouchers (大写金额)."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def capital_yuan(amount: Decimal) -> str:
    """1815.08 → 壹仟捌佰壹拾伍元零捌分, after 正确填写票据和结算凭证的基本规定.

    整 follows 元 alone; several zeros are one 零; 零 stands where the digit of yuan or of jiao is
    nought and a smaller one follows. Raises ValueError for sums that are negative, not of whole
    fen, or of 10^12 yuan and more.
    """
    fen = amount * 100
    if fen < 0 or fen != int(fen) or amount >= 10**12:
        raise ValueError(amount)
    yuan, rest = divmod(int(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        is_apart = bool(yuan) and yuan % 10 == 0
        text += ("零" if is_apart else "") + _DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "")


def _whole(number: int) -> str:
    """A whole number above nought, in groups of four digits."""
    text, is_apart = "", False
    for at in reversed(range(len(_GROUPS))):
        group = number // 10_000**at % 10_000
        if group:
            if text and (is_apart or group < 1000):
                text += "零"
            text += _group(group) + _GROUPS[at]
        is_apart = not group
    return text


def _group(number: int) -> str:
    """A number below ten thousand."""
    text = ""
    for at in reversed(range(4)):
        digit = number // 10**at % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[at]
        elif text and not text.endswith("零") and number % 10**at:
            text += "零"
    return text

"""What a bureau wrote as 告知结果 → one of six results, by data/reference/feedback_results.csv."""

import re
import unicodedata
from functools import cache

from pipelines.reference import REFERENCE, read_table

RESULTS = ("reached", "wrong_number", "no_answer", "declined", "claimed", "other")
# Who declines or has claimed was reached.
IN_TOUCH = ("reached", "declined", "claimed")
_NEGATION = re.compile(r"[未没不无非否勿别]|not|no")
_BESIDE = re.compile(r"[\s，。、；：！？,.;:!?()（）\[\]【】\"'“”‘’\-—~～_/]+")


def result_of(text: str) -> str:
    """The result that a text tells: a known wording, or one in which known words stand.

    Words of different results, or a negation beside the words, make it `other`: nothing is
    guessed. `declined` and `claimed` win over `reached`, which they imply.
    """
    words = _words()
    plain = _plain(text)
    if plain in words:
        return words[plain]
    found, rest = set(), plain
    # The longest first, so that 未联系上 is not read as 联系上.
    for word in sorted(words, key=len, reverse=True):
        if word in rest:
            found.add(words[word])
            rest = rest.replace(word, " ")
    if len(found) > 1:
        found.discard("reached") if found <= set(IN_TOUCH) else None
    if len(found) != 1 or _NEGATION.search(rest):
        return "other"
    return found.pop()


def percent(part: int, whole: int) -> str:
    """A share in percent to one digit, rounded half up; `—` of nothing."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def _plain(text: str) -> str:
    return _BESIDE.sub("", unicodedata.normalize("NFKC", text).lower())


@cache
def _words() -> dict[str, str]:
    _, rows = read_table(REFERENCE / "feedback_results.csv")
    return {_plain(words): result for words, result in rows}

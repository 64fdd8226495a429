"""The words of lists in Chinese, also of a run made in English: what people get is Chinese."""

import re
from functools import cache

from pipelines.reference import code_table

# What stands between the labels of a cell.
_BETWEEN = re.compile(r"(；|、|, )")
_PLACE = re.compile(r"\{(\d)\}")


@cache
def in_chinese(text: str) -> str:
    """A cell of a list with the labels in it in Chinese; what is no label stays as it is."""
    if not text or (whole := _label(text)) is None:
        parts = _BETWEEN.split(text)
        if len(parts) == 1:
            return text
        return "".join(_said(part) for part in parts)
    return whole


def _said(part: str) -> str:
    if part == ", ":
        return "、"
    return part if part in "；、" else in_chinese(part)


def _label(text: str) -> str | None:
    """The Chinese label of an English one, its blanks filled in the same way."""
    exact, patterns = _labels()
    if text in exact:
        return exact[text]
    for pattern, places, chinese in patterns:
        if found := pattern.fullmatch(text):
            for place in places:
                chinese = chinese.replace(f"{{{place[1:]}}}", in_chinese(found[place]))
            return chinese
    return None


@cache
def _labels() -> tuple[dict[str, str], list[tuple[re.Pattern[str], list[str], str]]]:
    """English labels without blanks, and those with, the most words first."""
    exact: dict[str, str] = {}
    patterns = []
    for row in code_table("labels"):
        if _PLACE.search(row["en"]):
            text = re.sub(r"\\\{(\d)\\\}", r"(?P<p\1>.+?)", re.escape(row["en"]))
            places = [f"p{place}" for place in _PLACE.findall(row["en"])]
            patterns.append((re.compile(text), places, row["zh"]))
        else:
            exact.setdefault(row["en"], row["zh"])
    return exact, sorted(patterns, key=lambda item: -len(item[0].pattern))

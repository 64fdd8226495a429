"""The words of lists in Chinese, also of a run made in English: what people get is Chinese."""

import re
from functools import cache

from pipelines.reference import code_table

_PLACE = re.compile(r"\{(\d)\}")


@cache
def in_chinese(text: str) -> str:
    """A cell of a list with the labels in it in Chinese; what is no label stays as it is."""
    if "；" in text:
        return "；".join(map(in_chinese, text.split("；")))
    if (whole := _label(text)) is not None:
        return whole
    for between in ("、", ", "):
        if between in text:
            return "、".join(map(in_chinese, text.split(between)))
    return text


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

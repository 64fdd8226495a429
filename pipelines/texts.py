"""What is said to those on a list: sql/screenings/<name>/texts.yaml, checked when it is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipelines.errors import PolicyError
from pipelines.exact_yaml import read_exactly
from pipelines.masking import ID_BEGIN, ID_END, mask_account, mask_id, masked
from pipelines.messages import say
from pipelines.policy import SCREENINGS
from pipelines.reference import code_table

# What every text may name beside the columns of its list.
SURROUNDINGS = ("盟市", "机关", "机关简称", "经办地", "数据年度", "筛查日期")
_KEYS = {"phone", "beside", "masked", "words", "values", "cites", "message", "notice"}
_NOTICE_KEYS = {"title", "greeting", "opening", "facts", "note", "sections", "reply"}
_LINE_END = re.compile(r"[ \t]*\n[ \t]*")


@dataclass(frozen=True)
class Notice:
    """A printed letter: everything in it is a template but the headings."""

    title: str
    greeting: Template
    opening: Template
    facts: dict[str, Template]
    note: str
    sections: dict[str, tuple[Template, ...]]
    reply_title: str
    reply: dict[str, Template]


@dataclass(frozen=True)
class Texts:
    """The texts of one list; `values` are the columns behind the names, `cites` documents."""

    list_name: str
    phone: str
    beside: tuple[str, ...]
    masked: dict[str, str]
    words: tuple[str, ...]
    values: dict[str, str]
    cites: dict[str, str]
    message: Template
    notice: Notice


def load_texts(
    columns_of: Callable[[str], list[str] | None], folder: Path = SCREENINGS
) -> list[Texts]:
    """The texts of every list that has some and that `columns_of` knows the columns of.

    Raises PolicyError, naming the file, for keys, documents, columns or names that don't exist.
    """
    found = []
    for path in sorted(folder.glob("*/texts.yaml")):
        name = ""
        try:
            for name, body in read_exactly(path).items():
                if not (path.parent / f"list_{name}.sql").exists():
                    raise ValueError(say("没有这个名单", "there is no such list"))
                columns = columns_of(name)
                if columns is not None:
                    found.append(_texts(name, body, columns))
        except Exception as error:
            reason = " ".join(str(error).split())
            raise PolicyError(
                say(
                    f"{path}：{name}：无法使用（{reason}），请改正",
                    f"{path}: {name}: not usable ({reason}); correct it",
                )
            ) from None
    return found


def said(template: Template, values: dict[str, str]) -> str:
    """A text for people: line ends are no spaces, and no full id, account or phone is in it."""
    return masked(_LINE_END.sub("", template.render(values)).strip())


def hidden(kind: str, number: str) -> str:
    """An id by its first 6 and last 4 characters, a short one by 1 and 2; an account by 4."""
    if kind == "account":
        return mask_account(number)
    if len(number) > ID_BEGIN + ID_END + 2:
        return mask_id(number)
    return number[:1] + "*" * (len(number) - 3) + number[-2:] if number else ""


def _texts(name: str, body: dict[str, Any], columns: list[str]) -> Texts:
    _same_keys(body, _KEYS)
    notice, values = body["notice"], dict(body["values"])
    _same_keys(notice, _NOTICE_KEYS)
    named = [body["phone"], *body["beside"], *body["masked"], *body["words"], *values.values()]
    if missing := [item for item in named if item not in columns]:
        raise ValueError(say("名单中没有列 ", "no column ") + "、".join(missing))
    documents = {item["id"]: item for item in code_table("documents")}
    cites = {key: _cited(documents, item) for key, item in body["cites"].items()}
    known = {*SURROUNDINGS, *columns, *values, *cites}

    def template(text: str) -> Template:
        parsed = _ENVIRONMENT.parse(text)
        unknown = sorted(meta.find_undeclared_variables(parsed) - known)
        # In a branch these are looked up when the branch is taken, and no sooner.
        used = [item.name for item in parsed.find_all((nodes.Filter, nodes.Test))]
        unknown += sorted(set(used) - {*_ENVIRONMENT.filters, *_ENVIRONMENT.tests})
        if unknown:
            raise ValueError(say("没有 ", "there is no ") + "、".join(unknown))
        return _ENVIRONMENT.from_string(text)

    return Texts(
        name,
        body["phone"],
        tuple(body["beside"]),
        dict(body["masked"]),
        tuple(body["words"]),
        values,
        cites,
        template(body["message"]),
        Notice(
            notice["title"],
            template(notice["greeting"]),
            template(notice["opening"]),
            {label: template(text) for label, text in notice["facts"].items()},
            notice["note"],
            {key: tuple(map(template, texts)) for key, texts in notice["sections"].items()},
            notice["reply"]["title"],
            {label: template(text) for label, text in notice["reply"]["rows"].items()},
        ),
    )


def _same_keys(given: dict[str, Any], wanted: set[str]) -> None:
    if set(given) != wanted:
        raise ValueError(", ".join(sorted(set(given) ^ wanted)))


def _cited(documents: dict[str, dict[str, str]], name: str) -> str:
    """A document by its number, or by who issued it and when."""
    if name not in documents:
        raise ValueError(say(f"没有文件 {name}", f"there is no document {name}"))
    item = documents[name]
    if item["number"]:
        return item["number"]
    dated = date.fromisoformat(item["dated"])
    return f"{item['issuer_zh']}{dated.year}年{dated.month}月{dated.day}日"


def _month(text: str) -> str:
    """202110 → 2021年10月; other texts as they stand."""
    return f"{text[:4]}年{int(text[4:])}月" if re.fullmatch(r"\d{6}", text) else text


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters |= {"年月": _month, "尾号": lambda text: text[-4:]}
_ENVIRONMENT.tests |= {"整数": lambda text: text.isascii() and text.isdecimal()}

"""sql/staging/<extract>.yaml: what may arrive, under which headers, of which type."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines import ROOT
from pipelines.errors import WengangError
from pipelines.forms import FORMS
from pipelines.messages import say

STAGING = ROOT / "sql" / "staging"

# value: a row without it is set aside; value_if_delivered: the same where the file has the column;
# column: the file is refused without it, a cell may be empty; no: it may be missing.
REQUIREMENTS = ("value", "value_if_delivered", "column", "no")


@dataclass(frozen=True)
class Codes:
    """The code table that knows a column's codes; `closed`: a code it lacks sets the row aside."""

    table: str
    meaning: str
    closed: bool


@dataclass(frozen=True)
class Column:
    """One column of an extract; `values` maps what may arrive to what it is kept as."""

    name: str
    label: str
    headers: tuple[str, ...]
    type: str
    required: str
    values: dict[str, str]
    is_closed: bool
    codes: Codes | None

    @property
    def aliases(self) -> list[str]:
        """Every header that means this column, in the order in which they win."""
        return [normalise_header(text) for text in (self.name, self.label, *self.headers)]


@dataclass(frozen=True)
class Contract:
    """What one extract may hold; `mentions` tells how a row set aside still names its unit."""

    extract: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]
    mentions: dict[str, str]
    select: str
    digest: str

    @property
    def judges(self) -> bool:
        """Whether the staging select finds problems of its own, beside those of the columns."""
        return "as problem_reason" in self.select

    @property
    def title(self) -> str:
        """The extract's title in the language in use."""
        return say(self.title_zh, self.title_en)


def normalise_header(text: str) -> str:
    """A header as it is compared: half width, lower case, without spaces and quotes."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s'\"`“”‘’\u200b-\u200f\u2060\ufeff]", "", text)


@cache
def load_contracts(folder: Path = STAGING) -> dict[str, Contract]:
    """The contracts of `folder` by extract, each with its staging select.

    Raises WengangError naming the file and the key for a contract that is not complete.
    """
    return {path.stem: _contract(path) for path in sorted(folder.glob("*.yaml"))}


def _contract(path: Path) -> Contract:
    select = path.with_name(f"stg_{path.stem}.sql")
    try:
        text = path.read_text(encoding="utf-8")
        given = yaml.safe_load(text)
        statement = select.read_text(encoding="utf-8")
        columns = tuple(_column(path, name, item) for name, item in given["columns"].items())
        title = given["title"]
        contract = Contract(
            extract=path.stem,
            title_zh=title["zh"],
            title_en=title["en"],
            columns=columns,
            mentions=given.get("mentions", {}),
            select=statement.rstrip().rstrip(";"),
            digest=hashlib.sha256((text + statement).encode()).hexdigest(),
        )
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise _wrong(path, " ".join(str(error).split())) from None
    seen: dict[str, str] = {}
    for column in columns:
        for alias in set(column.aliases):
            if alias in seen:
                raise _wrong(path, f"{column.name}, {seen[alias]}: {alias}")
            seen[alias] = column.name
    return contract


def _column(path: Path, name: str, given: dict[str, Any]) -> Column:
    kind = given["type"]
    required = given.get("required", "no")
    if kind not in FORMS:
        raise _wrong(path, f"{name}: type {kind}; {', '.join(FORMS)}")
    if required not in REQUIREMENTS:
        raise _wrong(path, f"{name}: required {required}; {', '.join(REQUIREMENTS)}")
    codes = given.get("codes")
    return Column(
        name=name,
        label=given["label"],
        headers=tuple(str(header) for header in given.get("headers", [])),
        type=kind,
        required=required,
        values={str(key): str(value) for key, value in given.get("values", {}).items()},
        is_closed=given.get("other_values") == "set_aside",
        codes=codes
        and Codes(codes["table"], codes["meaning"], codes.get("unknown") == "set_aside"),
    )


def _wrong(path: Path, what: str) -> WengangError:
    return WengangError(
        say(
            f"{path}：契约有误：{what}，请改正",
            f"{path}: the contract is wrong: {what}; correct it",
        )
    )

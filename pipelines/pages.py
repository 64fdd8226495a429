"""Pages for people, from pipelines/templates/: one self-contained HTML file each."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.messages import language, say

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """A page as text. Whatever is given is escaped, unless it is Markup."""
    return _environment().get_template(template).render(language=language(), **values)


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write a page; the file is 0600."""
    path.touch(mode=0o600)
    path.write_text(render(template, **values), encoding="utf-8")


def count(value: int | None) -> str:
    """1,234; nothing for what is not known."""
    return "" if value is None else f"{value:,}"


def yuan(value: Decimal | None) -> str:
    """1,234.50; nothing for what is not known."""
    return "" if value is None else f"{value:,.2f}"


def percent(value: Decimal | float | None, places: int = 2) -> str:
    """0.055 → 5.50%; nothing for what is not known."""
    return "" if value is None else f"{value * 100:.{places}f}%"


def exact_percent(value: Decimal) -> str:
    """0.055 → 5.5%, 0.2 → 20%: all digits and no others."""
    return f"{(value * 100).normalize():f}%"


def chinese_day(value: date | None) -> str:
    """2022年3月22日, or 2022-03-22 in English."""
    if value is None:
        return ""
    return say(f"{value.year}年{value.month}月{value.day}日", value.isoformat())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    environment.filters |= {
        "count": count, "yuan": yuan, "percent": percent,
        "exact_percent": exact_percent, "chinese_day": chinese_day,
    }  # fmt: skip
    return environment

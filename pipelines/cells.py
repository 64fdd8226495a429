"""Values of finished tables as people read them: money, shares, months, codes in words."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.results import CODED
from pipelines.subjects import shown_number

NOTHING = "—"


def cell(column: str, value: Any, is_unmasked: bool = False) -> str:
    """The text of a value by the house's names of columns; numbers of people are hidden."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if column in CODED:
        return labels_of(CODED[column]).get(value, str(value))
    for ending, shown in _ENDINGS.items():
        if column.endswith(ending):
            return shown(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if is_unmasked or not column.endswith("_id") else shown_number(value)


def is_number(value: Any) -> bool:
    """Whether a value stands to the right of its column."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def month(period: int) -> str:
    """A period, year × 12 + month, as 2021-12."""
    return f"{(period - 1) // 12}-{(period - 1) % 12 + 1:02}"


def rate(value: Any) -> str:
    """0.055 → 5.50%; up to four digits where there are more, so that few rates look alike."""
    percent = (Decimal(str(value)) * 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    text = f"{percent:f}"
    return (text[:-2] if text.endswith("00") else text) + "%"


_ENDINGS: dict[str, Callable[[Any], str]] = {
    "period": month,
    "_month": lambda value: f"{value // 100}-{value % 100:02}",
    "_rate": rate, "_share": rate, "rate_known": rate, "rate_possible": rate,
    "_factor": lambda value: f"{value.normalize():f}",
}  # fmt: skip

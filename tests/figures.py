"""Figures that tests measure, written into the READMEs when the full dose has passed.

A test says `record_property("figure: kills", 100)`; the READMEs hold `<!--kills-->100<!---->`.
What several tests measure under one name is added up.
"""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import ROOT
from pipelines.order import CHINA

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PREFIX = "figure: "
_PLACE = re.compile(r"<!--([a-z0-9_]+)-->[^<]*<!---->")


def add_figures(figures: Counter[str], properties: list[tuple[str, Any]]) -> None:
    """Add the figures among the properties of a test."""
    for name, value in properties:
        if name.startswith(PREFIX):
            figures[name.removeprefix(PREFIX)] += value


def write_figures(figures: Counter[str], readmes: tuple[Path, ...] = READMES) -> None:
    """Put figures where the READMEs name them, with today as `measured_on`; others stay."""
    known = {name: f"{value:,}" for name, value in figures.items()}
    known["measured_on"] = datetime.now(CHINA).date().isoformat()
    for path in readmes:
        text = path.read_text(encoding="utf-8")
        path.write_text(
            _PLACE.sub(
                lambda place: (
                    f"<!--{place[1]}-->{known[place[1]]}<!---->" if place[1] in known else place[0]
                ),
                text,
            ),
            encoding="utf-8",
        )

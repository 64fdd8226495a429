"""Charts as SVG that stands in a page: drawn here, with a text for who can't see them."""

import itertools
import re
from contextlib import AbstractContextManager
from typing import Any
from xml.sax.saxutils import escape

import altair
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

FONT = "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
INK, QUIET, GRID = "#1b2a41", "#5c6b80", "#e3e8ef"
# Told apart also by who confuses red and green, and on grey paper: eligible, can't tell, not.
OUTCOMES = {"eligible": "#2b7a5b", "cannot_tell": "#d9a13b", "not_eligible": "#9b4a5c"}
ACCENT = "#2f6db5"
_numbers = itertools.count(1)


def svg(chart: Any, title: str, description: str) -> Markup:
    """An Altair chart as inline SVG; `description` tells in words what the chart shows.

    It scales with the page down from its own width, and loads nothing from outside.
    """
    import vl_convert

    # The picture has one name and one text: its parts need none of their own.
    styled = chart.configure(font=FONT, background="transparent", aria=False)
    styled = styled.configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK, titleColor=QUIET, gridColor=GRID, domainColor=QUIET, tickColor=QUIET,
        labelFontSize=12, titleFontSize=12, labelLimit=220,
    )  # fmt: skip
    styled = styled.configure_legend(
        labelColor=INK, titleColor=QUIET, labelFontSize=12, orient="top"
    )
    drawn = vl_convert.vegalite_to_svg(styled.to_dict(), vl_version=_version())
    number = next(_numbers)
    names = (
        f'<title id="chart-{number}-title">{escape(title)}</title>'
        f'<desc id="chart-{number}-text">{escape(description)}</desc>'
    )
    head, body = drawn.split(">", 1)
    # Its own size is the widest: a narrow page makes it smaller.
    width = re.search(r'\bwidth="([\d.]+)"', head)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    style = f' style="width:100%;max-width:{width[1]}px;height:auto"' if width else ""
    label = f'role="img" aria-labelledby="chart-{number}-title chart-{number}-text"'
    return Markup(f"{head} {label}{style}>{names}{body}")


def unchecked() -> AbstractContextManager[None]:
    """Charts made inside are not held against Vega-Lite's schema: that takes longer than drawing.

    For charts that are drawn every night; tests draw them checked.
    """
    return debug_mode(False)


def _version() -> str:
    """The version of Vega-Lite that Altair writes for, as vl-convert names it: 6.1.0 → 6.1."""
    return ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])

"""report.html in a real browser without network: nothing is asked for, nothing is cut off."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.order import make_order
from pipelines.publish import Run
from pipelines.report import write_report
from tests.browser import look_at

PICTURES = """[...document.querySelectorAll('svg')].map(svg => ({
    role: svg.getAttribute('role'),
    title: svg.querySelector('title').textContent,
    text: svg.querySelector('desc').textContent,
    named: svg.getAttribute('aria-labelledby').split(' ').every(id => document.getElementById(id)),
    right: Math.round(svg.getBoundingClientRect().right),
    cut: [...svg.querySelectorAll('text')].filter(text => {
        const inner = text.getBoundingClientRect(), outer = svg.getBoundingClientRect();
        return text.textContent && (inner.left < outer.left - 1 || inner.right > outer.right + 1
            || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1);
    }).map(text => text.textContent),
    over: [...svg.querySelectorAll('text')].filter(text =>
        text.textContent && !text.getAttribute('transform')?.includes('rotate')).flatMap(
        (one, at, all) => all.slice(at + 1).filter(other => {
            const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
            return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
        }).map(other => one.textContent + ' / ' + other.textContent)),
}))"""
OPENED = """(() => {
    document.querySelectorAll('details').forEach(part => part.open = true);
    return [...document.querySelectorAll('nav a')].map(link => [
        link.getAttribute('href'), document.querySelector(link.getAttribute('href')) !== null]);
})()"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_asks_for_nothing_and_fits(sample_folder: Path, width: int) -> None:
    looked = look_at(sample_folder / "report.html", width, PICTURES, prints=width == 1280)
    assert looked.requests == [] and looked.errors == []
    assert looked.overflow <= 0
    assert looked.screenshot.startswith(b"\x89PNG")
    assert width == 390 or looked.printed.startswith(b"%PDF")
    pictures: list[dict[str, Any]] = looked.answer
    # two funnels, two maps, two limits, reasons, months
    assert len(pictures) == 8
    for picture in pictures:
        assert picture["role"] == "img" and picture["named"]
        assert picture["title"] and any(sign.isdigit() for sign in picture["text"])
        assert picture["right"] <= width and picture["cut"] == [], picture["title"]
        assert picture["over"] == [], picture["title"]
    assert len({picture["title"] for picture in pictures}) == 8


def test_with_everything_opened_it_still_fits_and_the_contents_lead_somewhere(
    sample_folder: Path,
) -> None:
    looked = look_at(sample_folder / "report.html", 390, OPENED)
    assert looked.overflow <= 0 and looked.errors == []
    assert len(looked.answer) == 10 and all(found for _, found in looked.answer)


def test_the_numbers_of_a_whole_region_have_room(sample_folder: Path, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_folder / 'results.duckdb'}' as done (read_only)")
        for table in ("ref_bureaus", "labels"):
            connection.execute(f"create table {table} as from done.{table}")
        for table in ("job_retention_refund_units", "unemployment_benefit_notice_people"):
            connection.execute(
                f"create table {table} as select decided.* from done.{table} as decided,"
                " range(1500)"
            )
        order = make_order(sample_folder, as_of=date(2022, 3, 22))
        write_report(connection, Run("2022-03-22-1", tmp_path), order, [], None, [])
    looked = look_at(tmp_path / "report.html", 1280, PICTURES)
    assert len(looked.answer) == 7
    for picture in looked.answer:
        assert picture["over"] == [] and picture["cut"] == [], picture["title"]

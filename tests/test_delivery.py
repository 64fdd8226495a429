"""delivery.yaml: what it may say, and one line for whatever else it says."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.delivery import Delivery, read_delivery
from pipelines.errors import ExtractError


def read(tmp_path, text):
    (tmp_path / "delivery.yaml").write_text(text, encoding="utf-8")
    return read_delivery(tmp_path)


def test_without_the_file_nothing_is_said(tmp_path):
    assert read_delivery(tmp_path) == Delivery()
    assert read(tmp_path, "") == Delivery()


def test_day_completeness_systems_and_controls(tmp_path):
    delivery = read(
        tmp_path,
        "as_of: 2022-03-22\ncomplete: [dishonest, 死亡, 失业待遇核定, payroll]\nfiles:\n"
        '  "payroll_2021*": {system: core, control: {rows: 4210, unit_paid: "150,233.10"}}\n'
        '  "separations*":  {system: shaanxi}\n  "separations_2*":  {system: zhangjiagang}\n',
    )
    assert delivery.as_of == date(2022, 3, 22)
    assert delivery.complete == ("dishonest", "death", "benefit_grants", "payroll")
    assert delivery.system_of("payroll_202101.csv") == "core"
    assert delivery.system_of("payroll.csv") is None
    assert delivery.system_of("separations_1.csv") == "shaanxi"
    assert delivery.system_of("separations_2.csv") == "zhangjiagang"
    assert delivery.notes[0].control == {"rows": Decimal(4210), "unit_paid": Decimal("150233.10")}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("as_of: soon", "soon"),
        ("as_of: 2022-13-01", "month"),
        ("complete: dishonest", "complete"),
        ("complete: [honest]", "honest"),
        ("day: 2022-03-22", "day"),
        ("files: [a]", "files"),
        ('files: {"payroll*": core}', "payroll*"),
        ('files: {"payroll*": {system: mars}}', "mars"),
        ('files: {"payroll*": {sytem: core}}', "sytem"),
        ('files: {"payroll*": {control: {lines: 3}}}', "lines"),
        ('files: {"payroll*": {control: {rows: many}}}', "control"),
        ("files: {", "delivery.yaml"),
        ("- a", "delivery.yaml"),
    ],
)
def test_whatever_else_it_says_is_told_in_one_line(tmp_path, text, word):
    with pytest.raises(ExtractError) as error:
        read(tmp_path, text)
    assert word in str(error.value) and str(error.value).startswith("delivery.yaml")
    assert "\n" not in str(error.value)

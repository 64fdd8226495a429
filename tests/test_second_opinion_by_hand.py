"""The second opinion itself, on small regions whose answer is worked out by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.second_opinion import decide

DAY = date(2022, 6, 13)
MONTHS = ["202012", *(f"2021{number:02}" for number in range(1, 13)), "202201", "202202", "202203"]
Row = dict[str, str]


def person(number: int) -> str:
    """An invented foreigner's number: it has no check digit to work out."""
    return f"USA{number:012}"


def staff(count: int, unit: str = "1", months: list[str] | None = None) -> list[Row]:
    """Rows of people 0, 1, … of a unit, each with 20 yuan due and paid by each side."""
    return [
        {
            "period": month,
            "unit_id": unit,
            "person_id": person(number),
            "wage_base": "4000",
            "unit_due": "20",
            "person_due": "20",
            "unit_paid": "20",
            "person_paid": "20",
            "paid_on": "2021-01-20",
            "payment_kind": "1",
            "payment_status": "1",
        }
        for month in months or MONTHS
        for number in range(count)
    ]


class World:
    """A folder of extracts that starts with one unit of ten people and everything in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.payroll = staff(10)
        self.others: dict[str, list[Row]] = {
            "insured_units": [
                {
                    "unit_id": "1",
                    "unit_name": "示例有限公司",
                    "division_code": "150202",
                    "unit_type_code": "10",
                    "size_class": "小型",
                }
            ],
            "insured_people": [
                {
                    "person_id": person(number),
                    "person_name": "示例",
                    "sex_code": "1",
                    "birth_date": "1990-01-01",
                    "paid_months_before": "30",
                    "paid_months_to": "202011",
                }
                for number in range(10)
            ],
        }

    def add(self, extract: str, **cells: str) -> None:
        """One more row of an extract."""
        self.others.setdefault(extract, []).append(cells)

    def leaves(self, number: int, after: str, unit: str = "1") -> None:
        """Take a person's later rows at a unit away."""
        self.payroll = [
            row
            for row in self.payroll
            if (row["person_id"], row["unit_id"]) != (person(number), unit)
            or row["period"] <= after
        ]

    def row(self, number: int, month: str) -> Row:
        """A person's payroll row of a month."""
        return next(
            row
            for row in self.payroll
            if row["person_id"] == person(number) and row["period"] == month
        )

    def again(self, number: int, month: str, **cells: str) -> None:
        """A second row of a person and month that differs in some cells."""
        self.payroll.append(self.row(number, month) | cells)

    def decided(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """(units, people) by their keys."""
        self.folder.mkdir(exist_ok=True)
        complete = "[dishonest, zombie, death, pension, benefit_grants]"
        text = f"complete: {complete}\nfiles: {{separations*: {{system: core}}}}\n"
        (self.folder / "delivery.yaml").write_text(text, encoding="utf-8")
        for extract, rows in {"payroll": self.payroll, **self.others}.items():
            names = list(dict.fromkeys(name for row in rows for name in row))
            lines = [names] + [[row.get(name, "") for name in names] for row in rows]
            told = "\n".join(",".join(line) for line in lines) + "\n"
            (self.folder / f"{extract}.csv").write_text(told, encoding="utf-8")
        units, people, _ = decide(self.folder, DAY)
        return (
            {row["unit_id"]: row for row in units.to_dict("records")},
            {row["person_id"]: row for row in people.to_dict("records")},
        )

    def unit(self) -> dict[str, Any]:
        """The decision of the first unit."""
        return self.decided()[0]["1"]

    def separate(self, number: int, day: str, code: str) -> None:
        """A separation record at the first unit."""
        self.add(
            "separations", person_id=person(number), unit_id="1", separated_on=day, reason_code=code
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "extracts")


def test_unit_in_order_gets_its_share(world: World) -> None:
    unit = world.unit()
    assert unit["outcome"] == "eligible"
    assert (unit["head_months"], unit["months_insured"]) == (120, 12)
    assert unit["paid_for_year"] == Decimal(4800)
    assert unit["refund_amount_yuan"] == Decimal("4320.00")


def test_raised_share_leaves_the_difference(world: World) -> None:
    world.add("refund_payments", unit_id="1", data_year="2021", amount_yuan="2880")
    assert world.unit()["refund_amount_yuan"] == Decimal("1440.00")
    world.add("refund_payments", unit_id="1", data_year="2021", amount_yuan="1440", batch="2")
    assert world.unit()["is_not_paid_yet"] is False


@pytest.mark.parametrize(
    ("cells", "months"),
    [
        ({"unit_paid": "0", "payment_status": "0"}, 11),
        ({"unit_paid": "0", "payment_status": "2"}, 12),
        ({"unit_paid": "19.90"}, 12),
        ({"unit_paid": "19.89"}, 11),
        ({"paid_on": "2022-06-14"}, 11),
    ],
)
def test_month_in_full(world: World, cells: Row, months: int) -> None:
    world.row(0, "202105").update(cells)
    unit = world.unit()
    assert unit["months_paid_in_full"] == months
    assert unit["has_paid_in_full"] is (months == 12)


def test_refund_takes_the_person_and_the_money(world: World) -> None:
    world.again(0, "202105", payment_kind="18")
    unit = world.unit()
    assert (unit["head_months"], unit["months_paid_in_full"]) == (119, 12)
    assert unit["paid_for_year"] == Decimal(4760)


def test_back_payment_repeats_the_due(world: World) -> None:
    world.again(0, "202105", payment_kind="2")
    world.row(0, "202105").update(unit_paid="0", person_paid="0", payment_status="0")
    assert world.unit()["has_paid_in_full"] is True


def test_contradiction_makes_the_money_unknown(world: World) -> None:
    world.again(0, "202105", unit_due="30")
    unit = world.unit()
    assert (unit["head_months"], unit["paid_for_year"]) == (120, None)
    assert unit["has_paid_in_full"] is None


def test_instalments_add_up(world: World) -> None:
    world.row(0, "202105").update(unit_paid="5")
    world.again(0, "202105", unit_paid="15", person_paid="0")
    assert world.unit()["has_paid_in_full"] is True


def test_recorded_leaver_is_entitled(world: World) -> None:
    world.leaves(0, "202106")
    world.separate(0, "2021-06-30", "6317")
    unit = world.unit()
    assert (unit["entitled_leavers"], unit["possible_leavers"]) == (1, 0)
    assert unit["head_months"] == 114


def test_unrecorded_leaver_is_possible(world: World) -> None:
    world.leaves(0, "202106")
    unit = world.unit()
    assert (unit["entitled_leavers"], unit["possible_leavers"]) == (0, 1)
    world.add(
        "benefit_grants",
        person_id=person(0),
        benefit_kind="11",
        unemployed_on="2021-08-31",
        granted_months="4",
        used_months="4",
        ended_on="2022-01-01",
    )
    assert world.unit()["entitled_leavers"] == 1


def test_void_record_and_new_work_do_not_count(world: World) -> None:
    world.separate(1, "2021-06-30", "6317")
    world.leaves(0, "202106")
    world.separate(0, "2021-06-30", "6317")
    world.payroll += [
        row | {"unit_id": "2"} for row in staff(1, months=["202107"]) if row["unit_id"] == "1"
    ]
    unit = world.unit()
    assert (unit["entitled_leavers"], unit["possible_leavers"]) == (0, 0)


def test_leaver_with_record_may_claim(world: World) -> None:
    world.leaves(0, "202201")
    world.separate(0, "2022-01-31", "6322")
    told = world.decided()[1][person(0)]
    assert told["outcome"] == "eligible"
    assert told["last_insured_month"] == 202201
    # 30 months before, and December 2020 to January 2022: 44 months, three full years
    assert (told["paid_months"], told["granted_months"]) == (44, 8)
    assert told["total_amount_yuan"] == Decimal("1782.00") * 8


def test_without_a_record_the_reason_is_unknown(world: World) -> None:
    world.leaves(0, "202201")
    told = world.decided()[1][person(0)]
    assert told["left_on"] == date(2022, 1, 31)
    assert (told["is_not_reemployed"], told["is_involuntary"]) == (True, None)


def test_record_of_the_month_before_needs_later_rows(world: World) -> None:
    world.payroll = [row for row in world.payroll if row["period"] <= "202201"]
    world.payroll += staff(1, unit="2")
    world.leaves(0, "202112", unit="2")
    world.separate(1, "2021-12-31", "6322")
    people = world.decided()[1]
    assert people[person(1)]["is_not_reemployed"] is None
    assert person(2) not in people


def test_who_works_again_is_reemployed(world: World) -> None:
    world.leaves(0, "202106")
    world.separate(0, "2021-06-30", "6322")
    world.payroll += staff(1, unit="2", months=["202202", "202203"])
    told = world.decided()[1][person(0)]
    assert (told["is_not_reemployed"], told["last_unit_id"]) == (False, "2")
    assert told["left_on"] == date(2021, 6, 30)


def test_earlier_grant_cuts_the_count_and_leaves_unused_months(world: World) -> None:
    world.leaves(0, "202201")
    world.separate(0, "2022-01-31", "6322")
    world.add(
        "benefit_grants",
        person_id=person(0),
        benefit_kind="11",
        unemployed_on="2020-12-15",
        granted_months="12",
        used_months="2",
        ended_on="2021-01-31",
    )
    told = world.decided()[1][person(0)]
    # January 2021 to January 2022: 13 months, one full year; ten months unused
    assert (told["paid_months"], told["unused_months"]) == (13, 10)
    assert (told["granted_months"], told["is_not_drawing"]) == (12, True)


def test_of_two_grants_of_one_day_the_later_row_stands(world: World) -> None:
    world.leaves(0, "202201")
    world.separate(0, "2022-01-31", "6322")
    for used in ("12", "5"):
        world.add(
            "benefit_grants",
            person_id=person(0),
            benefit_kind="11",
            unemployed_on="2020-12-15",
            granted_months="12",
            used_months=used,
            ended_on="2021-01-31",
        )
    assert world.decided()[1][person(0)]["unused_months"] == 7

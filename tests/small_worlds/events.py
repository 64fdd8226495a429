"""What may happen to the people and units of a small world: one strategy for each extract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.random_region.region import start_of
from tests.random_region.units import make_uscc
from tests.second_opinion.read import last_day
from tests.small_worlds.world import Row

if TYPE_CHECKING:
    from tests.small_worlds.strategy import Setting

Event = st.SearchStrategy[tuple[str, Row]]
# Days from the day of the run.
NEAR = [0, -1, 1, -200, 30, -900]
REASONS = [None, "6317", "6322", "6313", "6301", "6501", "6401", "6316", "6323", "9998", "223"]
TEXTS = [None, "辞职", "被辞退", "说不清"]
PERSON_REGISTERS = (
    *("death", "pension", "military", "emigration", "custody"),
    *("business_owner", "student", "employed_elsewhere"),
)
UNIT_REGISTERS = (
    *("dishonest", "zombie", "environmental_penalty"),
    *("deregistered", "revoked", "abnormal_operation"),
)


def _days_about(setting: Setting) -> st.SearchStrategy[date]:
    """First and last days of months about a leaving, of any other month, and of the run itself."""
    ends = [job.last for job in setting.jobs if job.last < setting.months[-1]]
    about = st.sampled_from(ends or [setting.months[-1]])
    period = st.builds(lambda at, by: at + by, about, st.sampled_from([0, 1, 2, 3, -1, -2]))
    period |= st.sampled_from(setting.months)
    in_month = st.builds(
        lambda at, is_last: last_day(at) if is_last else start_of(at), period, st.booleans()
    )
    return in_month | _days_near(setting)


def _days_near(setting: Setting) -> st.SearchStrategy[date]:
    day = setting.world.day
    return st.sampled_from([day + timedelta(days=by) for by in NEAR])


def _people(setting: Setting) -> st.SearchStrategy[str]:
    return st.sampled_from(setting.people or ["USA000000000000"])


def _units(setting: Setting) -> st.SearchStrategy[str]:
    return st.sampled_from([row["unit_id"] for row in setting.units])


def _event(extract: str, **cells: st.SearchStrategy[Any]) -> Event:
    return st.tuples(st.just(extract), st.fixed_dictionaries(cells))


def separation(setting: Setting) -> Event:
    """A record that somebody left."""
    return _event(
        "separations",
        person_id=_people(setting),
        unit_id=_units(setting),
        separated_on=_days_about(setting),
        reason_code=st.sampled_from(REASONS),
        reason_text=st.sampled_from(TEXTS),
        system=st.sampled_from(["core", "shaanxi", None]),
    )


def grant(setting: Setting) -> Event:
    """A benefit granted, running or ended."""
    few = st.sampled_from([12, 1, 2, 24, None])
    first_paid = st.sampled_from(setting.months) | st.none()
    return _event(
        "benefit_grants",
        person_id=_people(setting),
        unit_id=st.none() | _units(setting),
        unemployed_on=_days_about(setting),
        benefit_kind=st.sampled_from(["11", "11", "11", "21"]),
        granted_months=few,
        used_months=few,
        first_paid_period=first_paid,
        ended_on=st.none() | _days_about(setting),
        is_lump_sum=st.sampled_from([None, False, True]),
    )


def registration(setting: Setting) -> Event:
    """A registration as unemployed, cancelled or not."""
    return _event(
        "unemployment_registrations",
        person_id=_people(setting),
        registered_on=_days_near(setting),
        cancelled_on=st.none() | _days_near(setting),
    )


def _entry(extract: str, setting: Setting, **cells: st.SearchStrategy[Any]) -> Event:
    until = st.none() | _days_near(setting)
    return _event(extract, **cells, listed_from=_days_about(setting), listed_to=until)


def person_entry(setting: Setting) -> Event:
    """An entry of a person on a register."""
    register = st.sampled_from(PERSON_REGISTERS)
    return _entry("person_registers", setting, register=register, person_id=_people(setting))


def unit_entry(setting: Setting) -> Event:
    """An entry of a unit on a register: by its number, by its name, or of another unit."""
    usccs = [row["uscc"] for row in setting.units]
    return _entry(
        "unit_registers",
        setting,
        register=st.sampled_from(UNIT_REGISTERS),
        uscc=st.sampled_from([*usccs, None, make_uscc("91", 9000)]),
        unit_name=st.sampled_from([row["unit_name"] for row in setting.units]),
    )


def refund(setting: Setting) -> Event:
    """A refund paid before, for this data year or another."""
    return _event(
        "refund_payments",
        unit_id=_units(setting),
        data_year=st.sampled_from([setting.year, setting.year - 1]),
        amount_yuan=st.sampled_from([Decimal("10.00"), Decimal("432.00"), Decimal("99999.00")]),
        paid_on=st.none() | _days_near(setting),
        returned_on=st.none() | _days_near(setting),
    )


@st.composite
def payroll_change(draw: st.DrawFn, setting: Setting, due: Decimal) -> Callable[[list[Row]], None]:
    """Something in a person's month that is not in order: another row instead, or besides."""
    cent = Decimal("0.01")
    money = st.sampled_from([due, Decimal(0), due - cent, due - 2 * cent, None, due * 2, -due])
    cells: dict[str, st.SearchStrategy[Any]] = {
        "unit_due": money,
        "person_due": money,
        "unit_paid": money,
        "person_paid": money,
        "wage_base": st.sampled_from([Decimal(0), None, Decimal(5000)]),
        "payment_kind": st.sampled_from(["18", "2", "11", "12", None]),
        "payment_status": st.sampled_from(["2", "0", "3", None]),
        "paid_on": st.none() | _days_near(setting),
    }
    names = draw(st.sets(st.sampled_from(sorted(cells)), max_size=5))
    changes = {name: draw(cells[name]) for name in sorted(names)}
    job = draw(st.sampled_from(setting.jobs))
    at = draw(st.sampled_from(setting.months))
    for_all, is_besides = draw(st.booleans()), draw(st.booleans())

    def change(rows: list[Row]) -> None:
        for row in list(rows):
            is_his = for_all or row["person_id"] == job.person
            if is_his and (row["unit_id"], row["period"]) == (job.unit, at):
                rows.append(row | changes)
                if not is_besides:
                    rows.remove(row)

    return change

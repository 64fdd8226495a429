"""The job-retention refund, decided once more for every unit."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.second_opinion import policy
from tests.second_opinion.counts import Counts
from tests.second_opinion.leavers import People
from tests.second_opinion.logic import Truth, all_of, any_of, outcome
from tests.second_opinion.payroll import Payroll, UnitMonth
from tests.second_opinion.rates import Rate, UnitNumbers, is_within_limit, rates_of
from tests.second_opinion.read import Extracts, Row, month
from tests.second_opinion.register_units import (
    UnitType,
    bureau_of,
    is_number_in_conflict,
    section_of,
    unit_type_of,
)
from tests.second_opinion.registers import is_off_register, is_on, unit_entries
from tests.second_opinion.sizes import size_of
from tests.second_opinion.transfers import moves_by_unit

CONDITIONS = (
    "is_covered_type",
    "is_in_operation",
    "is_not_dishonest",
    "is_not_zombie",
    "has_no_environmental_penalty",
    "has_paid_in_full",
    "is_within_layoff_limit",
    "is_not_restructured",
    "is_not_labour_dispatch",
    "has_whole_data",
    "is_not_paid_yet",
)


def decide_units(
    extracts: Extracts, payroll: Payroll, people: People, as_of: date
) -> tuple[list[dict[str, Any]], list[tuple[str, str, Rate]]]:
    """(decisions, layoff rates by unit and method); both empty when the day has no policy."""
    in_force = policy.refund_policy(as_of)
    if in_force is None:
        return [], []
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for row in extracts.rows["insured_units"]:
        rows_of[row["unit_id"]].append(row)
    counts = Counts(extracts, payroll, people, as_of)
    moves = moves_by_unit(payroll, as_of.year - 1)
    units: list[dict[str, Any]] = []
    rates: list[tuple[str, str, Rate]] = []
    for unit_id in sorted(rows_of.keys() | set(payroll.units())):
        numbers = counts.of(unit_id)
        methods = rates_of(numbers)
        rates += [(unit_id, name, rate) for name, rate in methods.items()]
        rows, moved = rows_of.get(unit_id, []), moves.get(unit_id, [])
        unit = _Unit(extracts, payroll, as_of, in_force, unit_id, rows, moved)
        units.append(unit.decision(numbers, methods[policy.METHOD]))
    return units, rates


class _Unit:
    """One unit on the day of the run."""

    def __init__(
        self,
        extracts: Extracts,
        payroll: Payroll,
        as_of: date,
        in_force: policy.RefundPolicy,
        unit_id: str,
        rows: list[Row],
        moves: list[tuple[int, int]],
    ) -> None:
        self.extracts, self.payroll, self.as_of = extracts, payroll, as_of
        self.in_force, self.unit_id, self.rows = in_force, unit_id, rows
        self.moves = moves
        self.year = as_of.year - 1
        self.row = rows[-1] if rows else None
        self.months = payroll.months_of(unit_id)
        bureau = bureau_of(self.row["division_code"]) if self.row else None
        self.is_placed, self.bureau = bureau is not None, bureau or "150000"
        self.type = unit_type_of(self.row) if self.row else UnitType(None, None)
        self.size, self.size_basis = size_of(self.row) if self.row else (None, "unknown")

    def decision(self, numbers: UnitNumbers, rate: Rate) -> dict[str, Any]:
        """The unit's row of the decision table."""
        heads = numbers.rounded_average
        is_small = self.is_small(heads)
        paid = self.paid_for_year()
        share = self.refund_share()
        gross = refund_of(paid, share)
        already = self.paid_already()
        tests: dict[str, Truth] = {
            "is_covered_type": self.is_covered_type(),
            "is_in_operation": self.is_in_operation(),
            "is_not_dishonest": self.is_off("dishonest"),
            "is_not_zombie": self.is_off("zombie"),
            "has_no_environmental_penalty": self.has_no_environmental_penalty(),
            "has_paid_in_full": self.has_paid_in_full(),
            "is_within_layoff_limit": self.is_within_layoff_limit(rate, is_small),
            "is_not_restructured": self.is_not_restructured(),
            "is_not_labour_dispatch": self.is_not_labour_dispatch(),
            "has_whole_data": self.has_whole_data(),
            "is_not_paid_yet": None
            if already is not None and already < 0
            else not (already is not None and gross is not None and already >= gross),
        }
        verdict = outcome(tests[name] for name in CONDITIONS)
        amount = None
        if verdict != "not_eligible" and gross is not None and (already or 0) >= 0:
            amount = gross - (already or 0)
        known, possible = rate.known(), rate.possible()
        return {
            "unit_id": self.unit_id,
            **tests,
            "outcome": verdict,
            "bureau_code": self.bureau,
            "unit_type": self.type.name,
            "unit_type_source": self.type.source,
            "size_class": self.size,
            "size_basis": self.size_basis,
            "head_months": numbers.head_months,
            "months_insured": numbers.months_insured,
            "january_heads": numbers.january,
            "year_end_heads": numbers.year_end,
            "prior_year_end_heads": numbers.prior_year_end,
            "months_paid_in_full": sum(at.is_paid_in_full is True for at in self.of_year()),
            "paid_for_year": paid,
            "entitled_leavers": numbers.leavers.entitled,
            "possible_leavers": numbers.leavers.possible,
            "layoff_rate_known": known,
            "layoff_rate_possible": possible,
            "layoff_rate_limit": (
                policy.SMALL_UNIT_LIMIT if is_small is True else self.in_force.max_layoff_rate
            ),
            "refund_share": share,
            "refund_amount_yuan": amount,
        }

    def of_year(self) -> list[UnitMonth]:
        """The unit's months of the data year that have rows."""
        first, last = month(self.year, 1), month(self.year, 12)
        return [at for period, at in self.months.items() if first <= period <= last]

    def paid_for_year(self) -> Decimal | None:
        """What was paid for the months of the data year."""
        paid = [at.paid for at in self.of_year()]
        if None in paid:
            return None
        return sum((amount for amount in paid if amount is not None), Decimal(0))

    def paid_already(self) -> Decimal | None:
        """Refunds for the data year that were paid and not returned; None when there is none."""
        amounts = [
            row["amount_yuan"]
            for row in self.extracts.having("refund_payments", "unit_id", self.unit_id)
            if row["data_year"] == self.year
            and (row["paid_on"] is None or row["paid_on"] <= self.as_of)
            and (row["returned_on"] is None or row["returned_on"] > self.as_of)
        ]
        return sum(amounts, Decimal(0)) if amounts else None

    def refund_share(self) -> Decimal | None:
        """The share for the unit's type, size and industry; None when not fixed or not covered."""
        if self.type.name not in policy.COVERED:
            return None
        if self.type.name != "enterprise":
            return self.in_force.share_social
        if self.size in {None, "large"}:
            return self.in_force.share_large
        section = section_of(self.row["industry_code"]) if self.row else None
        if section and section in policy.SERVICE_SECTIONS:
            return self.in_force.share_sme_service
        return self.in_force.share_sme

    def is_off(self, register: str, is_required: bool | None = None) -> Truth:
        """Whether the unit is not on a register on the day."""
        if is_required is None:
            is_required = register in policy.required_unit_registers(self.bureau)
        return is_off_register(self.extracts, register, self.row, self.as_of, is_required)

    def is_covered_type(self) -> Truth:
        """Whether the notice covers the unit's type."""
        kind = self.type.name
        if not self.is_placed or kind is None or self.type.is_in_conflict:
            return None
        return None if kind in policy.DOUBTFUL else kind in policy.COVERED

    def is_in_operation(self) -> Truth:
        """False when the unit has ended; unknown where only its name is on a register."""
        if self.row and self.row["unit_status"] == "3":
            return False
        return all_of(self.is_off(name, is_required=False) for name in ("deregistered", "revoked"))

    def has_no_environmental_penalty(self) -> Truth:
        """No penalty; where penalties count since a day, also a removed one refuses."""
        register = "environmental_penalty"
        on_day = self.is_off(register)
        since = policy.penalty_since(self.bureau)
        if since is None:
            return None if on_day is False else on_day
        entries = [
            (row, is_sure)
            for row, is_sure in unit_entries(self.extracts, register, self.row)
            if row["listed_from"] <= self.as_of
            and (row["listed_from"] >= since or is_on(row, self.as_of))
        ]
        if any(is_sure and row["listed_from"] >= since for row, is_sure in entries):
            return False
        return None if entries else on_day

    def has_paid_in_full(self) -> Truth:
        """All twelve months of the data year in full."""
        full = sum(at.is_paid_in_full is True for at in self.of_year())
        if full == policy.FULL_PAYMENT_MONTHS:
            return True
        for period in range(month(self.year, 1), month(self.year, 12) + 1):
            at = self.months.get(period)
            if period in self.payroll.delivered and (at is None or at.is_paid_in_full is False):
                return False
        return None

    def is_small(self, heads: int | None) -> Truth:
        """Whether the limit of small units applies: few heads, and small or no enterprise."""
        kind = self.type.name
        in_scope = any_of(
            (
                None if self.size is None else self.size in {"small", "micro"},
                None if kind is None else kind != "enterprise",
            )
        )
        return all_of((None if heads is None else heads <= policy.SMALL_UNIT_HEADS, in_scope))

    def is_within_layoff_limit(self, rate: Rate, is_small: Truth) -> Truth:
        """True if even the possible rate is within, false if even the known one is not."""
        limit = self.in_force.max_layoff_rate
        if is_within_limit(rate.possible(), limit, is_small) is True:
            return True
        return False if is_within_limit(rate.known(), limit, is_small) is False else None

    def is_not_restructured(self) -> Truth:
        """Unknown after a merger, split or transfer of many people at once."""
        if self.row and self.row["unit_change_code"] in {"2", "3", "5", "6"}:
            return None
        for left, moved in self.moves:
            if moved >= policy.BLOCK_HEADS and 2 * moved >= left:
                return None
        return True

    def is_not_labour_dispatch(self) -> Truth:
        """Unknown where mark, industry or name speak of labour dispatch."""
        row = self.row
        if row is None:
            return True
        is_suspect = (
            row["is_labour_dispatch"] is True
            or row["industry_code"] == "7263"
            or any(word in row["unit_name"] for word in ("劳务派遣", "人力资源"))
        )
        return None if is_suspect else True

    def has_whole_data(self) -> Truth:
        """Unknown where rows of the unit were set aside or its number means two units."""
        first, last = month(self.year - 1, 12), month(self.year, 12)
        for _, period in self.extracts.rows_set_aside(self.unit_id):
            if period is None or first <= period <= last:
                return None
        return None if is_number_in_conflict(self.rows) else True


def refund_of(paid: Decimal | None, share: Decimal | None) -> Decimal | None:
    """Paid × share in yuan, half up to the fen; None when one of them is not known."""
    if paid is None or share is None:
        return None
    return (paid * share).quantize(Decimal("0.01"), ROUND_HALF_UP)

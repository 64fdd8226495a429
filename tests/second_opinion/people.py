"""The unemployment-benefit notice, decided once more for every person."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.second_opinion import policy
from tests.second_opinion.identity import age_on, birth_and_sex, is_valid_person_id
from tests.second_opinion.leavers import People, Record, benefit_grants, standing_records
from tests.second_opinion.logic import Truth, outcome
from tests.second_opinion.payroll import Payroll
from tests.second_opinion.read import Extracts, Row, first_day, last_day, month_of
from tests.second_opinion.register_units import bureau_of
from tests.second_opinion.registers import is_delivered, is_on, unit_entries

# Condition → the person register that answers it.
REGISTER_CONDITIONS = {
    "is_alive": "death",
    "is_not_on_pension": "pension",
    "is_not_in_service": "military",
    "is_not_abroad": "emigration",
    "is_not_in_custody": "custody",
}
CONDITIONS = (
    "is_identifiable",
    "is_not_reemployed",
    "is_involuntary",
    "has_paid_one_year",
    "is_not_drawing",
    *REGISTER_CONDITIONS,
    "is_below_pension_age",
    "is_not_business_owner",
)


@dataclass
class Spell:
    """A person's last insurance and how it ended."""

    last_month: int
    unit: str
    is_out_of_work: Truth
    left_on: date
    reason: str | None


@dataclass
class Entitlement:
    """Months paid, unused and granted."""

    paid_months: int
    is_known: bool
    unused_months: int

    @property
    def granted_months(self) -> int | None:
        """Benefit months; None while the paid months are not known."""
        if not self.is_known:
            return None
        return min(policy.ladder(self.paid_months) + self.unused_months, policy.MOST_MONTHS)


def decide_people(
    extracts: Extracts, payroll: Payroll, people: People, as_of: date
) -> list[dict[str, Any]]:
    """Decisions of all persons looked at; empty when the screening is not in force."""
    in_force = policy.benefit_policy(as_of)
    if in_force is None:
        return []
    return _People(extracts, payroll, people, as_of, in_force).decisions()


class _People:
    def __init__(
        self,
        extracts: Extracts,
        payroll: Payroll,
        people: People,
        as_of: date,
        in_force: policy.BenefitPolicy,
    ) -> None:
        self.extracts, self.payroll, self.people = extracts, payroll, people
        self.as_of, self.in_force = as_of, in_force
        self.units: dict[str, Row] = {r["unit_id"]: r for r in extracts.rows["insured_units"]}
        self.records: dict[str, list[Record]] = defaultdict(list)
        for record in standing_records(extracts, payroll, as_of):
            self.records[record.person].append(record)
        self.grants: dict[str, list[Row]] = defaultdict(list)
        for grant in benefit_grants(extracts, as_of):
            self.grants[grant["person_id"]].append(grant)
        self.entries: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in extracts.rows["person_registers"]:
            if row["listed_from"] <= as_of:
                self.entries[row["register"], row["person_id"]].append(row)

    def decisions(self) -> list[dict[str, Any]]:
        """One row per person looked at."""
        found = []
        for person in self.payroll.insured_persons():
            spell = self.spell(person)
            if spell is not None:
                found.append(self.decision(person, spell))
        return found

    def spell(self, person: str) -> Spell | None:
        """How the last insurance ended; None for who is not looked at."""
        last = self.payroll.last_insured(person, self.payroll.last_period)
        if last is None:
            return None
        at, unit = last
        own = min(
            (record for record in self.records[person] if record.unit == unit),
            key=lambda record: record.rank,
            default=None,
        )
        if own and month_of(own.day) < at - 1:
            own = None
        has_later_rows = any(p > at for p in self.payroll.regular_months(unit))
        has_closed = self.is_closed(unit)
        is_silent = bool(self.payroll.delivered) and (
            max(self.payroll.delivered) - at > policy.SILENT_MONTHS
        )
        left_on, reason = (own.day, own.reason) if own else (last_day(at), None)
        if own and month_of(own.day) >= at:
            return Spell(at, unit, True, left_on, reason)
        if has_later_rows or has_closed:
            is_certain = not self.has_rows_set_aside(unit, at)
            return Spell(at, unit, True if is_certain else None, left_on, reason)
        if own or is_silent:
            return Spell(at, unit, None, left_on, reason)
        return self.reemployed(person, at, unit)

    def reemployed(self, person: str, at: int, unit: str) -> Spell | None:
        """Who left within the months looked back on and is insured again since."""
        since = self.payroll.last_period - policy.LOOK_BACK_MONTHS
        earlier = [r for r in self.records[person] if since <= month_of(r.day) < at]
        if not earlier:
            return None
        record = min(earlier, key=lambda record: (*record.rank, record.unit))
        return Spell(at, unit, False, record.day, record.reason)

    def is_closed(self, unit: str) -> bool:
        """Ended or struck off for sure, and nobody insured in the last two delivered months."""
        row = self.units.get(unit)
        if row is None:
            return False
        is_ended = row["unit_status"] == "3" or any(
            is_sure and is_on(entry, self.as_of)
            for register in ("deregistered", "revoked")
            for entry, is_sure in unit_entries(self.extracts, register, row)
        )
        latest = sorted(self.payroll.delivered)[-2:]
        return is_ended and not any(self.payroll.heads(unit, p) for p in latest)

    def has_rows_set_aside(self, unit: str, at: int) -> bool:
        """Whether payroll rows of the unit of a later or unreadable month were set aside."""
        return any(
            extract == "payroll" and (period is None or at < period <= self.payroll.last_period)
            for extract, period in self.extracts.rows_set_aside(unit)
        )

    def decision(self, person: str, spell: Spell) -> dict[str, Any]:
        """The person's row of the decision table."""
        spell_start = min(first_day(spell.last_month - 1), spell.left_on.replace(day=1))
        entitlement = self.entitlement(person, spell_start)
        bureau = bureau_of(self.units.get(spell.unit, {}).get("division_code")) or "150000"
        age, sex = self.age_and_sex(person)
        tests: dict[str, Truth] = {
            "is_identifiable": True if is_valid_person_id(person) else None,
            "is_not_reemployed": self.is_not_reemployed(person, spell),
            "is_involuntary": self.is_involuntary(spell.reason),
            "has_paid_one_year": self.has_paid_one_year(entitlement),
            "is_not_drawing": self.is_not_drawing(person, spell_start),
            **{name: self.is_off(name, person) for name in REGISTER_CONDITIONS},
            "is_below_pension_age": self.is_below_pension_age(age, sex),
            "is_not_business_owner": self.is_not_business_owner(person),
        }
        first, later = self.monthly_amounts(bureau, entitlement, age, sex)
        months, total = entitlement.granted_months, None
        if months is not None and first is not None and later is not None:
            total = first * min(months, 12) + later * max(months - 12, 0)
        year, number = divmod(spell.last_month - 1, 12)
        return {
            "person_id": person,
            **tests,
            "outcome": outcome(tests[name] for name in CONDITIONS),
            "bureau_code": bureau,
            "last_unit_id": spell.unit,
            "last_insured_month": year * 100 + number + 1,
            "left_on": spell.left_on,
            "reason_class": spell.reason,
            "paid_months": entitlement.paid_months,
            "unused_months": entitlement.unused_months,
            "granted_months": months,
            "monthly_amount_first_year_yuan": first,
            "monthly_amount_later_yuan": later,
            "total_amount_yuan": total,
            "is_registered": self.is_registered(person),
        }

    def hits(self, register: str, person: str) -> list[Row]:
        """A person's entries on a register that stand on the day."""
        return [row for row in self.entries[register, person] if is_on(row, self.as_of)]

    def is_off(self, condition: str, person: str) -> Truth:
        """Whether the person is not on the register of a condition."""
        register = REGISTER_CONDITIONS[condition]
        if self.hits(register, person):
            return False
        if register in policy.REQUIRED_PERSON_REGISTERS and not is_delivered(
            self.extracts, "person_registers", register
        ):
            return None
        return True

    def is_not_reemployed(self, person: str, spell: Spell) -> Truth:
        """Out of work, and no employment elsewhere that began after leaving."""
        for row in self.hits("employed_elsewhere", person):
            if row["listed_from"] > spell.left_on:
                return False
        return spell.is_out_of_work

    def is_involuntary(self, reason: str | None) -> Truth:
        """Whether the person left against his will."""
        if reason is None or reason in policy.UNSETTLED:
            return None
        return reason in policy.INVOLUNTARY

    def has_paid_one_year(self, entitlement: Entitlement) -> Truth:
        """Twelve months paid, or months left over from an earlier grant."""
        if entitlement.paid_months >= policy.MIN_PAID_MONTHS or entitlement.unused_months > 0:
            return True
        return False if entitlement.is_known else None

    def is_running(self, grant: Row) -> bool:
        """Whether a grant is still being drawn on the day."""
        granted, used = grant["granted_months"], grant["used_months"]
        return grant["ended_on"] is None and (granted is None or used is None or used < granted)

    def is_not_drawing(self, person: str, spell_start: date) -> Truth:
        """No grant for this spell and none still running."""
        if not self.extracts.rows["benefit_grants"] and (
            "benefit_grants" not in self.extracts.complete
        ):
            return None
        return not any(
            grant["unemployed_on"] >= spell_start or self.is_running(grant)
            for grant in self.grants[person]
        )

    def is_below_pension_age(self, age: int | None, sex: str | None) -> Truth:
        """Below the lowest age; unknown between the lowest and the highest."""
        if age is None or sex not in policy.PENSION_AGE_LOWEST:
            return None
        if age < policy.PENSION_AGE_LOWEST[sex]:
            return True
        return False if age >= self.in_force.pension_age_highest[sex] else None

    def is_not_business_owner(self, person: str) -> Truth:
        """Unknown for owners and students: to be verified, never refused."""
        has_hit = any(self.hits(name, person) for name in ("business_owner", "student"))
        return None if has_hit else True

    def is_registered(self, person: str) -> bool:
        """Registered as unemployed and not cancelled by the day."""
        return any(
            row["registered_on"] <= self.as_of
            and (row["cancelled_on"] is None or row["cancelled_on"] > self.as_of)
            for row in self.extracts.having("unemployment_registrations", "person_id", person)
        )

    def age_and_sex(self, person: str) -> tuple[int | None, str | None]:
        """From a valid id, else from what insured_people says."""
        said = birth_and_sex(person)
        if said:
            return age_on(said[0], self.as_of), said[1]
        row = self.people.rows.get(person)
        born = row["birth_date"] if row else None
        return (age_on(born, self.as_of) if born else None), (row["sex_code"] if row else None)

    def entitlement(self, person: str, spell_start: date) -> Entitlement:
        """Months to count after the latest earlier grant, and what that grant left unused."""
        last_period = self.payroll.last_period
        # Of one day the later row stands: the order of the rows is kept.
        earlier = sorted(
            (grant for grant in self.grants[person] if grant["unemployed_on"] < spell_start),
            key=lambda grant: grant["unemployed_on"],
        )
        before, paid_to = self.people.paid_before(person), self.people.paid_to(person)
        cuts = [month_of(g["unemployed_on"]) for g in earlier]
        cuts = [cut for cut in cuts if cut > paid_to]
        if cuts:
            paid = self.people.paid_in_payroll(person, max(cuts), last_period)
        elif before is not None:
            paid = before + self.people.paid_in_payroll(person, paid_to, last_period)
        else:
            paid = self.people.paid_in_payroll(person, 0, last_period)
        finished = [grant for grant in earlier if not self.is_running(grant)]
        unused = 0
        if finished:
            granted, used = finished[-1]["granted_months"], finished[-1]["used_months"]
            if granted is not None and used is not None:
                unused = max(granted - used, 0)
        return Entitlement(paid, bool(cuts) or before is not None, unused)

    def monthly_amounts(
        self, bureau: str, entitlement: Entitlement, age: int | None, sex: str | None
    ) -> tuple[Decimal | None, Decimal | None]:
        """(months 1 to 12, months from 13), yuan; None where the minimum wage is not known."""
        if not self.in_force.wages_known:
            return None, None
        wage = policy.minimum_wage(bureau)
        is_older = (
            entitlement.paid_months >= 120
            and age is not None
            and sex in {"1", "2"}
            and age >= {"1": 50, "2": 45}[sex]
        )
        return policy.monthly_amounts(wage, self.in_force, is_older)

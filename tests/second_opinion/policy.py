"""The values in force on a day in Inner Mongolia, written down a second time."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

COVERED = {
    "enterprise",
    "social_organization",
    "foundation",
    "social_service",
    "law_firm",
    "accounting_firm",
    "individual_business",
}
DOUBTFUL = {"farmer_cooperative", "rural_collective", "other_judicial", "other"}
LAYOFF_CLASSES = {
    "granted",
    "employer_initiative",
    "employer_breach",
    "contract_expiry",
    "closure",
    "employee_fault",
}
UNSETTLED = {"mixed", "other", "unknown", "unrecorded"}
RETIRED_OR_DIED = {"retirement", "death"}
NATURAL = RETIRED_OR_DIED | {
    "own_will",
    "contract_expiry",
    "employee_fault",
    "transfer",
    "service_study_custody",
    "emigration",
}
INVOLUNTARY = LAYOFF_CLASSES - {"granted"}
METHOD = "entitled_leavers_over_average"
MIN_PAID_MONTHS = 12
SMALL_UNIT_HEADS = 30
SMALL_UNIT_LIMIT = Fraction("0.20")
BLOCK_HEADS = 10
LOOK_BACK_MONTHS = 24
SILENT_MONTHS = 3
FULL_PAYMENT_MONTHS = 12
SERVICE_SECTIONS = "FGHIJKLMNOPQR"
LADDER = {1: 2, 2: 4, 3: 8, 4: 12, 5: 14, 6: 15, 7: 16, 8: 17, 9: 18}
MOST_MONTHS = 24
PENSION_AGE_LOWEST = {"1": 60, "2": 50}
REQUIRED_PERSON_REGISTERS = {"death", "pension"}

# From day: large, small and medium, those in services, social kinds. None: not in force.
SHARES: list[tuple[date, tuple[str | None, ...] | None]] = [
    (date(2021, 5, 20), ("0.30", "0.60", "0.60", "0.60")),
    (date(2022, 1, 1), None),
    (date(2022, 3, 21), ("0.30", None, "0.90", None)),
    (date(2022, 4, 25), ("0.30", "0.90", "0.90", "0.90")),
    (date(2022, 5, 31), ("0.50", "0.90", "0.90", "0.90")),
    (date(2023, 1, 1), ("0.30", "0.60", "0.60", "0.60")),
    (date(2026, 1, 1), None),
]
MINIMUM_WAGE_1910 = {"150400", "150500", "150700", "150800", "150900", "152200"}


@dataclass(frozen=True)
class RefundPolicy:
    """Values of the job-retention refund that change by day or bureau."""

    max_layoff_rate: Fraction
    share_large: Decimal | None
    share_sme: Decimal | None
    share_sme_service: Decimal | None
    share_social: Decimal | None


@dataclass(frozen=True)
class BenefitPolicy:
    """Values of the unemployment benefit that change by day."""

    first_year: Decimal
    later: Decimal
    older: Decimal
    wages_known: bool
    pension_age_highest: dict[str, int]


def refund_policy(day: date) -> RefundPolicy | None:
    """The refund's values on a day; None when the screening is not in force."""
    shares = None
    for since, values in SHARES:
        if since <= day:
            shares = values
    if shares is None:
        return None
    limit = Fraction("0.06") if day.year == 2021 else Fraction("0.055")
    return RefundPolicy(limit, *(None if share is None else Decimal(share) for share in shares))


def benefit_policy(day: date) -> BenefitPolicy | None:
    """The benefit's values on a day; None when the screening is not in force."""
    if day < date(2021, 12, 1):
        return None
    raised = day >= date(2024, 8, 1)
    return BenefitPolicy(
        first_year=Decimal("0.95" if raised else "0.90"),
        later=Decimal("0.85" if raised else "0.80"),
        older=Decimal("1" if raised else "1.2"),
        wages_known=day < date(2024, 12, 1),
        pension_age_highest={"1": 63, "2": 58} if day.year >= 2025 else {"1": 60, "2": 55},
    )


def minimum_wage(bureau: str) -> Decimal:
    """The minimum wage by the class of the bureau's seat, from 2021-12-01, yuan a month."""
    return Decimal(1910 if bureau in MINIMUM_WAGE_1910 else 1980)


def required_unit_registers(bureau: str) -> set[str]:
    """The unit registers without which a bureau's units can't be told."""
    extra = {"environmental_penalty"} if bureau == "150100" else set()
    return {"dishonest", "zombie"} | extra


def penalty_since(bureau: str) -> date | None:
    """Since when an environmental penalty excludes; None: the league confirms each hit."""
    return date(2021, 1, 1) if bureau == "150100" else None


def ladder(paid_months: int) -> int:
    """Benefit months for months paid: by full years, none below one."""
    years = paid_months // 12
    return 0 if years == 0 else LADDER.get(years, MOST_MONTHS)


def monthly_amounts(
    wage: Decimal, in_force: BenefitPolicy, is_older: bool
) -> tuple[Decimal, Decimal]:
    """(months 1 to 12, months from 13) of the benefit, yuan, half up to the fen."""
    factor = wage * (in_force.older if is_older else 1)
    fen = Decimal("0.01")
    return (
        (factor * in_force.first_year).quantize(fen, ROUND_HALF_UP),
        (factor * in_force.later).quantize(fen, ROUND_HALF_UP),
    )

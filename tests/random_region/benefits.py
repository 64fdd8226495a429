"""Benefit grants of this spell and earlier ones, and registrations."""

from datetime import timedelta
from typing import Any

from tests.random_region.region import Job, Region, text_of


def benefit_rows(region: Region) -> list[dict[str, Any]]:
    """Grants: for some who left, for some long before, running, ended, lump sums."""
    rows = []
    for job in region.jobs:
        if job.end is not None and region.chance(0.2):
            rows.append(_grant(region, job, job.end + region.rng.choice([-1, 0, 0, 1, 1, 2, 3])))
        if region.chance(0.06 if job.end is None else 0.15):
            rows.append(_grant(region, job, region.first - region.rng.randint(-4, 14)))
    return rows


def _grant(region: Region, job: Job, period: int) -> dict[str, Any]:
    rng = region.rng
    january = region.year * 12 + 1
    first_paid = period + rng.choice([0, 1, 1, 2]) if region.chance(0.8) else january
    granted = rng.choice([2, 4, 8, 12, 14, 24, 24, None])
    used = rng.choice([0, 1, 2, (granted or 3) - 1, granted, granted, None])
    day = region.day_in(period)
    ended = None
    if region.chance(0.6):
        ended = max(day + timedelta(days=10), region.day_in(first_paid + rng.randint(0, 12)))
        ended = ended if region.chance(0.1) else min(ended, region.day)
    return {
        "person_id": job.person.written(rng),
        "unit_id": rng.choice([job.unit, job.unit, None]),
        "unemployed_on": day,
        "registered_on": day,
        "benefit_kind": rng.choice(["11"] * 8 + ["21", "31"]),
        "granted_months": granted,
        "used_months": used,
        "first_paid_period": text_of(first_paid) if region.chance(0.95) else None,
        "ended_on": ended,
        "is_lump_sum": rng.choice([None, False, False, False, True]),
    }


def registration_rows(region: Region) -> list[dict[str, Any]]:
    """Registrations, some cancelled on the day or after, some of a later day."""
    rng = region.rng
    rows = []
    for job in region.jobs:
        if job.end is not None and region.chance(0.4):
            day = region.day_in(job.end + 1)
            cancelled = rng.choice([None, None, region.day, region.day + timedelta(days=1)])
            rows.append(
                {
                    "person_id": job.person.written(rng),
                    "registered_on": day,
                    "cancelled_on": cancelled,
                    "wants_work": True,
                }
            )
    return rows

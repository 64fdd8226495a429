"""Separation records: true, missing, late, double, contradicted."""

from datetime import date, timedelta
from typing import Any

from tests.random_region.region import Job, Region

CODES = {
    "shaanxi": "211 212 221 222 223 223 224 227 231 241 251 999 6322",
    "core": (
        "6301 6302 6303 6306 6308 6313 6315 6316 6317 6317 6318 6319 6320 6321 6322 6322 6323 "
        "6401 6402 6404 6351 6501 9998 223"
    ),
}
TEXTS = ("辞职", "被辞退", "开除", "合同期满终止", "说不清")
LAYOFFS = {"shaanxi": "223 223 221", "core": "6317 6321 6322 6320 6301"}


def separation_rows(region: Region) -> list[dict[str, Any]]:
    """Records of most who left, near the month they left, and some of who never did."""
    rng = region.rng
    rows = []
    for job in region.jobs:
        if job.end is not None and job.end <= region.last and job.leaves_record:
            if region.chance(0.8):
                period = job.end + rng.choice([0, 0, 0, 0, 0, 1, 1, -1, -2, 3])
                rows += _records(region, job, region.day_in(period))
        elif region.chance(0.03):
            period = rng.randint(region.first, min(region.last, region.first + 16))
            rows += _records(region, job, region.day_in(period))
    if region.chance(0.2):
        rows.append(_row(region, region.jobs[0], region.day + timedelta(days=1)))
    if region.chance(0.15) and rows:
        rows.append(rows[0] | {"separated_on": "2021-13-40"})
    return rows


def _records(region: Region, job: Job, day: date) -> list[dict[str, Any]]:
    rows = [_row(region, job, day)]
    if region.chance(0.08):
        rows.append(_row(region, job, day))
    if region.chance(0.06):
        rows.append(_row(region, job, day - timedelta(days=region.rng.choice([1, 33, 200]))))
    return rows


def _row(region: Region, job: Job, day: date) -> dict[str, Any]:
    rng = region.rng
    system = region.systems.get("separations") or rng.choice(["core", "shaanxi"])
    code: str | None = rng.choice(rng.choice([CODES, LAYOFFS])[system].split())
    text = None
    if region.chance(0.15):
        code, text = None, rng.choice([*TEXTS, None])
    return {
        "person_id": job.person.written(rng),
        "unit_id": job.unit,
        "separated_on": day,
        "reason_code": code,
        "reason_text": text,
    }

"""Every case of tests/cases says of the real SQL what an official would say of the rules."""

from pathlib import Path

import pytest

from pipelines import models, policy
from tests.case_run import complaints
from tests.case_tables import case_files, read_cases

DECISIONS = {"job_retention_refund_units", "unemployment_benefit_notice_people"}
# A person decides, or nothing speaks against it: these are never false, or never unknown.
NEVER_FALSE = {
    "is_not_restructured",
    "is_not_labour_dispatch",
    "has_whole_data",
    "is_identifiable",
    "is_not_business_owner",
}
# Columns that tell something else than a condition.
NO_CONDITIONS = {"is_registered", "is_paid_months_known", "is_older_worker"}
NEVER_UNKNOWN = {"is_not_in_service", "is_not_abroad", "is_not_in_custody"}


@pytest.mark.parametrize(
    ("path", "case"),
    [
        pytest.param(path, case.id, id=f"{path.stem}: {case.id}")
        for path in case_files()
        for case in read_cases(path).cases
    ],
)
def test_case(path: Path, case: str) -> None:
    if wrong := complaints(path)[case]:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("path", [path for path in case_files() if path.stem in DECISIONS])
def test_every_condition_decides_alone_as_true_false_and_unknown(path: Path) -> None:
    cases = read_cases(path).cases
    columns = [name for name in cases[0].expected if name.startswith(("is_", "has_"))]
    conditions = [name for name in columns if name not in NO_CONDITIONS]
    seen = {(name, case.expected[name]) for case in cases for name in conditions}
    wanted = {(name, value) for name in conditions for value in ("true", "false", "")}
    wanted -= {(name, "false") for name in NEVER_FALSE} | {(name, "") for name in NEVER_UNKNOWN}
    assert not wanted - seen
    # alone: the only one that is not true
    alone = set()
    for case in cases:
        others = [
            (name, case.expected[name]) for name in conditions if case.expected[name] != "true"
        ]
        if len(others) == 1:
            alone.add((*others[0], case.expected["outcome"]))
    for name, value in sorted(wanted):
        if value != "true":
            outcome = "not_eligible" if value == "false" else "cannot_tell"
            assert (name, value, outcome) in alone, f"{name} {value or 'unknown'}"


def test_every_model_has_a_case_table() -> None:
    folders = [models.FACTS, models.MEASURES, *policy.SCREENINGS.iterdir()]
    paths = [path for folder in folders for path in folder.glob("*.sql")]
    assert {path.stem for path in paths} == {path.stem for path in case_files()}

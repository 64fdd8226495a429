"""Rules that are changed in one place are noticed by the case tables, policy values by theirs."""

import pytest

from pipelines.policy import load_policies
from tests.case_tables import case_files
from tests.mutants.make import mutants_of
from tests.mutants.policy_values import nudged, values_expected, values_of
from tests.mutants.tables import CAUGHT, EQUIVALENT, judged, read_table

SAMPLE = 150
AGAIN = "python -m tests.mutants writes caught.csv anew and names the survivors"


def sample() -> set[tuple[str, str]]:
    """Mutants from all over the models, the same ones every time."""
    every = [(item.model, item.name) for path in case_files() for item in mutants_of(path.stem)]
    return set(every[:: len(every) // SAMPLE])


def test_a_sample_of_changed_rules_is_noticed() -> None:
    caught, survivors = judged(sample())
    equivalent = set(read_table(EQUIVALENT))
    assert not survivors - equivalent, AGAIN
    assert not caught.keys() & equivalent, "listed as no change, and caught"
    assert caught.keys() <= read_table(CAUGHT).keys(), AGAIN
    assert len(caught) > SAMPLE * 3 // 4


@pytest.mark.full
def test_every_changed_rule_is_noticed_or_told_of() -> None:
    caught, survivors = judged()
    assert survivors == set(read_table(EQUIVALENT)), AGAIN
    assert caught == read_table(CAUGHT), AGAIN


def test_policy_values_are_those_of_the_rules() -> None:
    assert values_of(load_policies()) == values_expected()


def test_every_nudged_policy_value_is_noticed() -> None:
    expected = values_expected()
    names = [name for name, policies in nudged(load_policies()) if values_of(policies) == expected]
    assert names == []
    assert sum(1 for _ in nudged(load_policies())) > 400

"""Rules that are changed in one place are noticed by the case tables, policy values by theirs."""

from pipelines.policy import load_policies
from tests.mutants.policy_values import nudged, values_expected, values_of


def test_policy_values_are_those_of_the_rules() -> None:
    assert values_of(load_policies()) == values_expected()


def test_every_nudged_policy_value_is_noticed() -> None:
    expected = values_expected()
    names = [name for name, policies in nudged(load_policies()) if values_of(policies) == expected]
    assert names == []
    assert sum(1 for _ in nudged(load_policies())) > 400

"""A second opinion: both screenings decided once more, from the rules, without any of the SQL."""

from tests.second_opinion.decide import decide

__all__ = ["decide"]

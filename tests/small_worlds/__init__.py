"""Small worlds that hypothesis composes, with values beside every boundary of the rules."""

from tests.small_worlds.strategy import small_worlds
from tests.small_worlds.world import SmallWorld

__all__ = ["SmallWorld", "small_worlds"]

"""What a run tells of its own time."""

import pytest

from pipelines import timings
from pipelines.timings import measured, timed


def test_parts_stand_in_one_another_and_small_ones_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 9.0, 0.0, 1.0, 3.0, 4.0, 4.01, 5.0, 5.02, 6.0, 7.0, 9.0])
    monkeypatch.setattr(timings, "perf_counter", lambda: next(clock))
    with timed("the night before"):
        pass
    timings.begin()
    with timed("whole"):
        with timed("large"):
            pass
        with timed("small"):
            pass
        with timed("smaller"):
            pass
    with timed("next"):
        pass
    found = [(part.name, part.depth, round(part.seconds, 2)) for part in measured()]
    assert found == [
        ("whole", 0, 6.0),
        ("large", 1, 2.0),
        ("其余", 1, 0.03),
        ("next", 0, 2.0),
    ]

"""Rows that are found by the number of an id: an id's rows are one slice of sorted columns."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd


class ByNumber:
    """Columns of whole numbers, sorted by a column that holds numbers of ids."""

    def __init__(self, frame: pd.DataFrame, key: str, ids: pd.Index, columns: list[str]) -> None:
        """`frame` is sorted by `key`, whose numbers are positions in `ids`."""
        self.ids = ids
        self.places = {name: place for place, name in enumerate(ids)}
        self.starts = np.searchsorted(frame[key].to_numpy(), np.arange(len(ids) + 1))
        self.columns = [frame[name].to_numpy() for name in columns]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """An id's rows in their order; none for an id that is not known."""
        place = self.places.get(name)
        return [] if place is None else self._rows(place)

    def names(self) -> Iterator[str]:
        """The ids that have rows, in their order."""
        for place in np.flatnonzero(np.diff(self.starts)):
            yield self.ids[place]

    def _rows(self, place: int) -> list[tuple[Any, ...]]:
        start, end = self.starts[place], self.starts[place + 1]
        return list(zip(*(column[start:end].tolist() for column in self.columns), strict=True))

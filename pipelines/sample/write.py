"""Writing one invented extract as CSV, piece by piece, clean or with a share of damaged rows."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipelines.sample.dirt import damaged

OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")


class Sheet:
    """A CSV file (UTF-8, comma, LF) that grows by Arrow tables; `rows` counts its data rows.

    `dirty` is the share of rows that arrive damaged; which ones and how depends on `seed` and
    the file's name alone.
    """

    def __init__(self, path: Path, columns: list[str], dirty: float = 0.0, seed: int = 0) -> None:
        self.columns = columns
        self.dirty = dirty
        self.rows = 0
        self.damaged = 0
        self._random = np.random.default_rng([seed, *path.name.encode()])
        self._file: BinaryIO = path.open("wb")
        self._file.write((",".join(columns) + "\n").encode())

    def add(self, table: pa.Table) -> None:
        """Append the rows of a table whose columns are in the file's order."""
        if not table.num_rows:
            return
        text = pa.BufferOutputStream()
        pyarrow.csv.write_csv(table.select(self.columns), text, OPTIONS)
        buffer = text.getvalue()
        self.rows += table.num_rows
        if self.dirty:
            content, count = damaged(bytes(buffer), self.columns, self.dirty, self._random)
            self.damaged += count
            self._file.write(content)
        else:
            self._file.write(buffer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

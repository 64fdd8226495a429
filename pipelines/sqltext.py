"""Names and texts as they stand in SQL."""

import re
from pathlib import Path


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """A path as read_csv and read_parquet take it: `[`, `*` and `?` stand for themselves."""
    return quoted(re.sub(r"[\[*?]", r"[\g<0>]", str(path)))


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'

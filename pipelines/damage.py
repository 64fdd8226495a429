"""The working database when it is damaged: removed, and made again from the extracts."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from pipelines.errors import WarehouseDamaged
from pipelines.messages import say
from pipelines.progress import tell

Made = TypeVar("Made")

# How DuckDB says that a file is not what it wrote, or was written by another version.
_SIGNS = (
    "corrupt",
    "not a valid duckdb database",
    "could not read enough bytes",
    "replaying wal",
    "with version number",
)


def is_damage(error: duckdb.Error) -> bool:
    """Whether an error of DuckDB says that a database file is damaged."""
    text = str(error).lower()
    return isinstance(error, duckdb.SerializationException) or any(sign in text for sign in _SIGNS)


def remove_damaged(database: Path) -> WarehouseDamaged:
    """Remove a damaged working database with its journal; what to raise about it.

    Nothing is lost: the folder of extracts is the truth, and what is published lies elsewhere.
    """
    for path in (database, database.with_name(database.name + ".wal")):
        path.unlink(missing_ok=True)
    return WarehouseDamaged(
        say(
            f"{database}：工作库已损坏，已删除，由提取文件重建；已发布的名单未受影响。请检查磁盘",
            f"{database}: the working database was damaged and is removed, it is made again from"
            " the extracts; what is published is untouched. Check the disk",
        )
    )


def begun_again(work: Callable[[], Made]) -> Made:
    """What the work gives; from its beginning once more if the working database was damaged.

    Raises WarehouseDamaged when the new one is damaged too.
    """
    try:
        return work()
    except WarehouseDamaged as damage:
        tell(str(damage))
        return work()

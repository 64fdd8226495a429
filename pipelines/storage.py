"""Storage: folders for one user only; and when it fails, one line with step and path."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import StorageError
from pipelines.messages import say

_SIGNS = (
    "no space left",
    "file too large",
    "read-only file system",
    "input/output error",
    "disk quota",
    "i/o error",
)


def private_folder(folder: Path) -> Path:
    """A folder for this user only, made with all that is missing above it: each 0700."""
    for path in reversed((folder, *folder.parents)):
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def storage_of(step: str, folder: Path, but: Path | None = None) -> Iterator[None]:
    """Tell failures of storage in a step that writes under `folder` as StorageError.

    An OSError of a path inside `but` goes through unchanged, so that reading can be tried again.
    """
    try:
        yield
    except OSError as error:
        if but is not None and is_of(error, but):
            raise
        raise storage_error(step, error, folder) from None
    except duckdb.Error as error:
        if not is_storage_failure(error):
            raise
        raise storage_error(step, error, folder) from None


def is_of(error: BaseException, folder: Path) -> bool:
    """Whether an error is an OSError of a path in `folder`."""
    if not isinstance(error, OSError) or error.filename is None:
        return False
    return Path(str(error.filename)).resolve().is_relative_to(folder.resolve())


def is_storage_failure(error: duckdb.Error) -> bool:
    """Whether an error of DuckDB comes from the disk or from a spill folder that is full."""
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        return True
    return _tells_of_disk(error)


def is_of_this_machine(error: duckdb.Error) -> bool:
    """Whether reading a file failed of what is around it: no space, no memory, an interruption."""
    kinds = duckdb.OutOfMemoryException | duckdb.InterruptException
    return isinstance(error, kinds) or _tells_of_disk(error)


def _tells_of_disk(error: duckdb.Error) -> bool:
    return any(sign in str(error).lower() for sign in _SIGNS)


def storage_error(step: str, error: OSError | duckdb.Error, folder: Path) -> StorageError:
    """The one line for a failure of storage."""
    if isinstance(error, OSError):
        where = error.filename or folder
        reason = error.strerror or type(error).__name__
    else:
        # Only what the disk said: DuckDB's messages may hold paths, never more is shown.
        text = str(error).lower()
        where = folder
        reason = next((sign for sign in _SIGNS if sign in text), type(error).__name__)
        if isinstance(error, duckdb.OutOfMemoryException):
            reason = say("内存或临时空间不足", "memory or spill space is used up")
        elif "lock" in text:
            reason = say(
                "数据库文件正被其他程序打开", "another program holds the database file open"
            )
    return StorageError(
        say(
            f"{step}：{where}：{reason}。请检查磁盘空间与权限后重新运行；已发布的名单未受影响",
            f"{step}: {where}: {reason}. Check space and permissions, then run again;"
            " what is published is untouched",
        )
    )

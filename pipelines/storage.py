"""Storage: folders for one user only; and when it fails, one line with step and path."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import StorageError
from pipelines.messages import say

# How the system and DuckDB name what is wrong with a disk.
_SIGNS = {
    "no space left": ("磁盘已满", "no space left"),
    "disk quota": ("超出磁盘配额", "the disk quota is exceeded"),
    "file too large": ("超出文件大小上限", "the file would be too large"),
    "read-only file system": ("文件系统只读", "the file system is read-only"),
    "input/output error": ("磁盘读写错误", "input/output error"),
    "i/o error": ("磁盘读写错误", "input/output error"),
}
# What else may keep a path from being used; of DuckDB's errors these can have other causes.
_REASONS = _SIGNS | {
    "permission denied": ("没有权限", "permission denied"),
    "no such file": ("文件或文件夹不存在", "no such file or folder"),
    "no files found": ("文件或文件夹不存在", "no such file or folder"),
    "not a directory": ("不是文件夹", "not a folder"),
    "file exists": ("同名文件已存在", "a file of that name is there"),
    "could not set lock": ("数据库文件正被其他程序打开", "another program holds the database open"),
}


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
        text = error.strerror or ""
    else:
        # Only what the disk said and of which file: more of other errors could hold data.
        text = str(error)
        named = re.search(r'"(/[^"]+)"', text) if isinstance(error, duckdb.IOException) else None
        where = named[1] if named else folder
    reason = next((say(*told) for sign, told in _REASONS.items() if sign in text.lower()), None)
    if isinstance(error, duckdb.OutOfMemoryException) and not _tells_of_disk(error):
        reason = say("内存或临时空间不足", "memory or spill space is used up")
    reason = reason or getattr(error, "strerror", None) or type(error).__name__
    return StorageError(
        say(
            f"{step}：{where}：{reason}。请检查磁盘空间与权限后重新运行；已发布的名单未受影响",
            f"{step}: {where}: {reason}. Check space and permissions, then run again;"
            " what is published is untouched",
        )
    )

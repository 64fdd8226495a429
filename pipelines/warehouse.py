"""Opening the DuckDB file: its limits and its walls."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.damage import is_damage, remove_damaged
from pipelines.settings import Settings
from pipelines.sqltext import quoted
from pipelines.storage import private_folder


def state_folder(out: Path) -> Path:
    """Where a publication folder keeps what only the pipeline reads; made on first use, 0700."""
    return private_folder(out / ".state")


@contextmanager
def open_warehouse(
    database: Path, settings: Settings, readable: tuple[Path, ...] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a DuckDB file that can read and write only beside it and in `readable`.

    No extension can be loaded and the limits can't be changed by a query. The spill folder is
    `tmp` beside the file. A damaged file is removed; raises WarehouseDamaged, then and for damage
    that the block meets.
    """
    try:
        with _opened(database, settings, readable) as connection:
            yield connection
    except duckdb.Error as error:
        if is_damage(error):
            raise remove_damaged(database) from None
        raise


@contextmanager
def _opened(
    database: Path, settings: Settings, readable: tuple[Path, ...]
) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = private_folder(database.parent / "tmp")
    connection = duckdb.connect(str(database))
    try:
        database.chmod(0o600)
        allowed = [str(path.resolve()) for path in (database.parent, *readable)]
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set timezone = 'Asia/Shanghai'")
        connection.execute(f"set memory_limit = {quoted(settings.memory_limit)}")
        if settings.threads:
            connection.execute(f"set threads = {int(settings.threads)}")
        connection.execute(f"set temp_directory = {quoted(str(spill))}")
        folders = ", ".join(quoted(folder) for folder in allowed)
        connection.execute(f"set allowed_directories = [{folders}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()

"""The audit log of runs: when one begins, and how it ends when it is not published or held."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from pipelines import audit
from pipelines.errors import RunHeld
from pipelines.failures import behind, is_interruption
from pipelines.messages import say
from pipelines.storage import storage_of

_going_on: set[Path] = set()


@contextmanager
def recorded(out: Path, as_of: date) -> Iterator[None]:
    """Record that a run begins and how it fails; a run inside of it is the same one.

    Of a failure its class alone is recorded. Publishing and holding record themselves; a run of
    which no end is recorded was killed. Raises StorageError when the begin can't be recorded.
    """
    if out in _going_on:
        yield
        return
    with storage_of(say("准备", "preparing"), out):
        audit.record(out, "run", "begun", as_of=as_of.isoformat())
    _going_on.add(out)
    try:
        yield
    except RunHeld:
        raise
    except BaseException as error:
        result = "interrupted" if is_interruption(error) else "failed"
        # What the run failed of is what has to be told, also where nothing can be written.
        with suppress(OSError):
            audit.record(
                out, "run", result, as_of=as_of.isoformat(), kind=type(behind(error)).__name__
            )
        raise
    finally:
        _going_on.discard(out)

"""Expected failures: one class per cause, each with the exit code that the README documents."""

from pipelines.masking import masked


class WengangError(Exception):
    """A failure that is told in one line: where, what was asked, what was found, what to do.

    A full id, account or phone number in it is hidden: the line goes to terminals, logs and
    Prefect, and names of files and keys of delivery.yaml are whatever somebody wrote.
    """

    exit_code = 1

    def __init__(self, text: str = "") -> None:
        super().__init__(masked(text))


class UsageError(WengangError):
    """A command, option or setting that does not exist or does not fit."""

    exit_code = 2


class ExtractError(WengangError):
    """Extracts that can't be used: no folder, no payroll, a required column missing."""

    exit_code = 3


class PolicyError(WengangError):
    """A policy file that is wrong, or has no value in force on the day asked for."""

    exit_code = 4


class CheckFailed(WengangError):
    """A critical expectation that did not hold: nothing is handed over."""

    exit_code = 5


class RunLocked(WengangError):
    """Another run is going on in the same output folder."""

    exit_code = 6


class RunHeld(WengangError):
    """A run that was built but is kept from being published."""

    exit_code = 7


class StorageError(WengangError):
    """Storage that is full, read-only or gone."""

    exit_code = 8


class StaleError(WengangError):
    """Something that is too old, damaged or tampered with."""

    exit_code = 9


class WarehouseDamaged(StaleError):
    """A working database that was damaged and is removed: the run can begin again."""

"""Three-valued logic: True, False and None for unknown."""

from collections.abc import Iterable

Truth = bool | None


def all_of(tests: Iterable[Truth]) -> Truth:
    """One false is false; else one unknown is unknown; else true."""
    values = list(tests)
    if False in values:
        return False
    return None if None in values else True


def any_of(tests: Iterable[Truth]) -> Truth:
    """One true is true; else one unknown is unknown; else false."""
    values = list(tests)
    if True in values:
        return True
    return None if None in values else False


def outcome(conditions: Iterable[Truth]) -> str:
    """The outcome that follows from a subject's conditions."""
    return {True: "eligible", False: "not_eligible", None: "cannot_tell"}[all_of(conditions)]

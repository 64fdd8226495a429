"""The command line before it is parsed: options where people put them, and its language."""

from pathlib import Path

from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.settings import load_settings

EVERYWHERE = ("--lang", "--settings")
# Options that take several values in a row.
SEVERAL = ("--only", "--bureau", "--list")


def arranged(arguments: list[str]) -> list[str]:
    """The arguments with `--lang` and `--settings` behind the command, and `--only a b` as two."""
    front: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0].split("=")[0] in EVERYWHERE:
        front.append(rest.pop(0))
        if "=" not in front[-1] and rest:
            front.append(rest.pop(0))
    result: list[str] = []
    several = ""
    for item in [*rest[:1], *front, *rest[1:]]:
        if several and not item.startswith("-") and result[-1] != several:
            result.append(several)
        if item.startswith("-"):
            several = item if item in SEVERAL else ""
        result.append(item)
    return result


def language_asked_for(arguments: list[str]) -> str:
    """The value of `--lang`, else of the settings file that is named, else of settings.yaml.

    Raises UsageError for another language than zh and en, and for settings that can't be read.
    """
    asked = _value(arguments, "--lang")
    if asked in {"zh", "en"}:
        return asked
    if asked is not None:
        raise UsageError(
            say(f"--lang {asked}：应为 zh 或 en", f"--lang {asked}: should be zh or en")
        )
    named = _value(arguments, "--settings")
    return load_settings(Path(named) if named else None).language


def _value(arguments: list[str], option: str) -> str | None:
    for index, item in enumerate(arguments):
        if item.startswith(option + "="):
            return item.split("=", 1)[1]
        if item == option and index + 1 < len(arguments):
            return arguments[index + 1]
    return None

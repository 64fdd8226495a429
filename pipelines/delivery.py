"""delivery.yaml: what the deliverer says of the folder and of its files."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import load_contracts
from pipelines.errors import ExtractError
from pipelines.messages import say
from pipelines.reference import known_systems

NAME = "delivery.yaml"


@dataclass(frozen=True)
class FileNote:
    """What holds for the files of one pattern; `control` is of all of them together."""

    pattern: str
    system: str | None = None
    control: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """The day of the delivery, what is complete, and the notes on files in their order.

    `sha256` is that of the file as it was read, empty without one.
    """

    as_of: date | None = None
    complete: tuple[str, ...] = ()
    notes: tuple[FileNote, ...] = ()
    sha256: str = field(default="", compare=False)

    def system_of(self, file_name: str) -> str | None:
        """The system that wrote a file: of the last pattern that fits and names one."""
        found = [note.system for note in self.notes if fnmatchcase(file_name, note.pattern)]
        return next((system for system in reversed(found) if system), None)


def read_delivery(extracts: Path) -> Delivery:
    """What delivery.yaml of a folder says; without the file, nothing.

    Raises ExtractError in one line for a file that can't be read, and for a key, system, name of a
    register or column, or total that is not known.
    """
    path = extracts / NAME
    if not path.exists():
        return Delivery()
    if not path.is_file():
        raise _wrong(say("不是文件", "not a file"))
    try:
        content = path.read_bytes()
        given = yaml.safe_load(content.decode("utf-8-sig")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(getattr(error, "problem", "") or error).split())
        raise _wrong(say(f"无法读取（{reason}）", f"can't be read ({reason})")) from None
    _known_keys(given, ("as_of", "complete", "files"), "")
    complete = given.get("complete") or []
    if not isinstance(complete, list):
        raise _wrong(say("complete 应为列表", "complete should be a list"))
    return Delivery(
        as_of=_day(given.get("as_of")),
        complete=tuple(_complete(str(name)) for name in complete),
        notes=tuple(_notes(given.get("files") or {})),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def registers() -> dict[str, str]:
    """Every name of a register, Chinese or canonical, with its canonical name."""
    found = {}
    for contract in load_contracts().values():
        for column in contract.columns:
            if column.name == "register":
                found.update(column.values | {value: value for value in column.values.values()})
    return found


def _notes(files: Any) -> list[FileNote]:
    if not isinstance(files, dict):
        raise _wrong(say("files 应为“文件名模式: 说明”", "files should map patterns to notes"))
    notes = []
    for pattern, note in files.items():
        _known_keys(note, ("system", "control"), f"files.{pattern}")
        system = note.get("system")
        if system is not None and str(system) not in known_systems():
            names = ", ".join(sorted(known_systems()))
            raise _wrong(
                say(
                    f"files.{pattern}：没有系统 {system}，可用：{names}",
                    f"files.{pattern}: no system {system}; known: {names}",
                )
            )
        notes.append(FileNote(str(pattern), system, _control(pattern, note.get("control") or {})))
    return notes


def _control(pattern: str, given: Any) -> dict[str, Decimal]:
    money = {
        column.name
        for contract in load_contracts().values()
        for column in contract.columns
        if column.type == "money"
    }
    _known_keys(given, ("rows", *sorted(money)), f"files.{pattern}.control")
    try:
        return {name: Decimal(str(total).replace(",", "")) for name, total in given.items()}
    except InvalidOperation:
        raise _wrong(
            say(f"files.{pattern}.control 应为数字", f"files.{pattern}.control should be numbers")
        ) from None


def _complete(name: str) -> str:
    known = registers() | {extract: extract for extract in load_contracts()}
    known |= {contract.title_zh: name for name, contract in load_contracts().items()}
    if name not in known:
        names = ", ".join(sorted(set(known.values())))
        raise _wrong(
            say(f"complete：没有 {name}，可用：{names}", f"complete: no {name}; known: {names}")
        )
    return known[name]


def _day(given: Any) -> date | None:
    if given is None or type(given) is date:
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise _wrong(
            say(f"as_of 应为 YYYY-MM-DD，现为 {given}", f"as_of should be YYYY-MM-DD, is {given}")
        ) from None


def _known_keys(given: Any, known: tuple[str, ...], where: str) -> None:
    if not isinstance(given, dict):
        raise _wrong(say(f"{where}应为键值表", f"{where} should be a mapping"))
    for key in given:
        if key not in known:
            at = f"{where}." if where else ""
            names = ", ".join(known)
            raise _wrong(
                say(f"没有 {at}{key} 这一项，可用：{names}", f"no key {at}{key}; known: {names}")
            )


def _wrong(what: str) -> ExtractError:
    return ExtractError(say(f"{NAME}：{what}，请改正", f"{NAME}: {what}; correct it"))

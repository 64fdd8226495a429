"""更正来源 and 更正处理: the columns by which a row sent back names the row that it mends.

A mark is WG-<file>-<line>-<row>-<system>: the first digits of the SHA-256 of the source file and of
its row as it came, the line, and the system in which the file was read (0 = none). It names bytes,
not a name: it holds while the source file is the same, also under another name, and names nothing
any more once the file, the row or its reading is another.
"""

from dataclasses import dataclass

from pipelines.contracts import normalise_header

SOURCE = "更正来源"
ORDER = "更正处理"
VOID = "作废"
# What a kit tells beside the columns of the contract; nobody reads it back.
FILE, LINE, WRONG, REASON, EXPECTED, RAW = "文件", "行号", "出错列", "原因", "应为", "原始内容"
TOLD = (FILE, LINE, WRONG, REASON, EXPECTED, RAW)
# What stands between extract and bureau in the name of a kit, and the sheet that tells how to mend.
KIT = "_待更正_"
HOW_TO = "说明"

DIGITS = 16
PATTERN = f"WG-[0-9a-f]{{{DIGITS}}}-[0-9]+-[0-9a-f]{{{DIGITS}}}-.+"
NO_SYSTEM = "0"


@dataclass(frozen=True)
class RepairPlaces:
    """The fields of a file, from 1, that hold marks and orders; None where it has none."""

    source: int | None = None
    order: int | None = None

    def __bool__(self) -> bool:
        return self.source is not None or self.order is not None


def repair_places(header: list[str]) -> RepairPlaces:
    """Where a header has the two columns."""
    texts = [normalise_header(text) for text in header]
    found = [texts.index(name) + 1 if name in texts else None for name in (SOURCE, ORDER)]
    return RepairPlaces(*found)


def is_of_kit(header: str) -> bool:
    """Whether a header is one of a kit's own columns."""
    return normalise_header(header) in {SOURCE, ORDER, *TOLD}


def mark_of(sha256: str, line: str, raw_row: str, system: str) -> str:
    """SQL: the mark of a row, from SQL of its file's SHA-256, its line, text and system."""
    return (
        f"'WG-' || left({sha256}, {DIGITS}) || '-' || {line} || '-'"
        f" || left(sha256({raw_row}), {DIGITS}) || '-' || coalesce({system}, '{NO_SYSTEM}')"
    )


def system_in(mark: str) -> str | None:
    """The system that a mark names: a row is read again in the system of the row that it mends."""
    system = mark.split("-", maxsplit=4)[4]
    return None if system == NO_SYSTEM else system

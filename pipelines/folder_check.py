"""What a look at a folder of extracts finds: files, months, codes, rows to be set aside."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class FileCheck:
    """One file: `columns` it has, `missing_columns` of its contract, both by canonical name.

    `headers` are what stands above the columns in the file.
    """

    file_name: str
    extract: str | None
    status: str
    refusal: str | None
    encoding: str | None
    system: str | None
    rows_read: int
    rows_accepted: int
    rows_duplicate: int
    rows_out_of_scope: int
    rows_set_aside: int
    rows_mended: int
    rows_void: int
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    missing_columns: tuple[str, ...]
    unknown_headers: str | None
    first_reasons: str | None


@dataclass(frozen=True)
class BureauMonths:
    """Payroll rows of a bureau by period (year × 12 + month); `missing`: periods without any."""

    bureau_code: str
    bureau_name: str
    rows: dict[int, int]
    missing: tuple[int, ...]


@dataclass(frozen=True)
class UnknownCode:
    """A code that the code table does not know in its file's system, or reads in several ways."""

    extract: str
    column: str
    code: str
    system: str | None
    rows: int


@dataclass(frozen=True)
class SetAside:
    """How many rows of a file would be set aside for one reason."""

    file_name: str
    column: str | None
    reason: str
    rows: int


@dataclass(frozen=True)
class FolderCheck:
    """A folder of extracts as a night would find it; `failure`: why it could not run."""

    as_of: date | None
    failure: str | None
    files: tuple[FileCheck, ...]
    months: tuple[BureauMonths, ...]
    unknown_codes: tuple[UnknownCode, ...]
    set_aside: tuple[SetAside, ...]
    not_delivered: tuple[str, ...]
    registers: tuple[str, ...]
    complete: tuple[str, ...] = field(default=())

"""What is known of a file that was read: a row of the ledger."""

from dataclasses import dataclass


@dataclass
class FileRead:
    """What the ledger says of one file; its fields are the columns of `files_read`, in order."""

    extract: str
    file_name: str
    sha256: str
    fingerprint: str
    encoding: str
    delimiter: str
    code_system: str | None
    physical_lines: int
    heading_lines: int
    blank_lines: int = 0
    rows_read: int = 0
    rows_out_of_scope: int = 0
    rows_set_aside: int = 0
    unknown_headers: str = ""
    remarks: str = ""
    is_compared: bool = False

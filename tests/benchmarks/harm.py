"""Files of a region with dirt, or in another encoding."""

from pathlib import Path


def harm_payroll(path: Path, every: int) -> None:
    """Make the money of every so many rows of a payroll file unreadable."""
    if not path.name.startswith("payroll"):
        return
    lines = path.read_bytes().split(b"\n")
    for number in range(every, len(lines) - 1, every):
        cells = lines[number].split(b",")
        cells[4] = b"x" + cells[4]
        lines[number] = b",".join(cells)
    path.write_bytes(b"\n".join(lines))


def in_gb18030(path: Path) -> None:
    """Write a UTF-8 file in GB18030, with one Chinese header so that it is no ASCII."""
    text = path.read_text(encoding="utf-8")
    header, mark, rest = text.partition("\n")
    path.write_bytes((header.replace("unit_id", "单位编号") + mark + rest).encode("gb18030"))

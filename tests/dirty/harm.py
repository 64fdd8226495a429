"""Random harm to a text file of rows: bytes, cells, rows and whole parts of it."""

from collections import Counter
from collections.abc import Callable
from random import Random

LINE = b"\n"
# Cells that spreadsheets, hands and old systems leave behind, and the largest that are read.
CELLS = [
    "", "无", "\\N", "1.59901E+17", "159901199001010000.0", "#N/A", "合计", "12元", "-1", "0",
    "99999999999999.99", "-99999999999999.99", "999999999999", "999999", "9999-12-31", "1900-01-01",
    "999912", "190001", "2021-02-30", "２０２１１２", "=1+1", '"', '""', "'", "\ufeff", "\u200b",
    "15990119900101", "159901000101001", "Z" * 20, "某" * 300, "\t", "1 2", "true", "NaN", "1e5",
]  # fmt: skip
LINES = [
    "",
    ",",
    ",,,,,,,,",
    "合计,,,,",
    "锟斤拷烫烫烫",
    '"',
    "x" * 5000,
    "\x1a",
    "\ufeff",
    "\u3000",
]

Harm = Callable[[bytes, Random], bytes]


def _place(content: bytes, rng: Random) -> int:
    """A byte after the header."""
    start = content.find(LINE) + 1
    return rng.randrange(start, len(content)) if start < len(content) else start


def flip_a_bit(content: bytes, rng: Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]


def change_a_byte(content: bytes, rng: Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + rng.randbytes(1) + content[at + 1 :]


def delete_bytes(content: bytes, rng: Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at + rng.choice((1, 1, 1, 2, 5, 20)) :]


def insert_bytes(content: bytes, rng: Random) -> bytes:
    at = _place(content, rng)
    odd = rng.choice((b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe"))
    return content[:at] + rng.choice((odd, rng.randbytes(rng.randint(1, 6)))) + content[at:]


def duplicate_bytes(content: bytes, rng: Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at : at + rng.randint(1, 60)] + content[at:]


def _rows(content: bytes) -> list[bytes]:
    return content.removesuffix(LINE).split(LINE)


def _joined(rows: list[bytes]) -> bytes:
    return LINE.join(rows) + LINE


def _row(rows: list[bytes], rng: Random) -> int:
    return rng.randrange(1, len(rows)) if len(rows) > 1 else 0


def drop_a_row(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    del rows[_row(rows, rng)]
    return _joined(rows)


def repeat_a_row(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    rows.insert(_row(rows, rng), rows[_row(rows, rng)])
    return _joined(rows)


def cut_a_row(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    at = _row(rows, rng)
    rows[at] = rows[at][: rng.randint(0, len(rows[at]))]
    return _joined(rows)


def join_two_rows(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    at = _row(rows, rng)
    rows[at : at + 2] = [b"".join(rows[at : at + 2])]
    return _joined(rows)


def swap_two_rows(content: bytes, rng: Random) -> bytes:
    """Both also change, so that the rows between which they move count as harmed."""
    rows = _rows(content)
    one, other = _row(rows, rng), _row(rows, rng)
    rows[one], rows[other] = rows[other] + b" ", rows[one] + b" "
    return _joined(rows)


def swap_two_cells(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    at = _row(rows, rng)
    cells = rows[at].split(b",")
    one, other = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[one], cells[other] = cells[other], cells[one]
    rows[at] = b",".join(cells)
    return _joined(rows)


def swap_cells_of_two_rows(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    one, other = _row(rows, rng), _row(rows, rng)
    cells, others = rows[one].split(b","), rows[other].split(b",")
    at = rng.randrange(min(len(cells), len(others)))
    cells[at], others[at] = others[at], cells[at]
    rows[one], rows[other] = b",".join(cells), b",".join(others)
    return _joined(rows)


def put_an_odd_cell(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    at = _row(rows, rng)
    cells = rows[at].split(b",")
    cells[rng.randrange(len(cells))] = rng.choice(CELLS).encode()
    rows[at] = b",".join(cells)
    return _joined(rows)


def insert_a_line(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    rows.insert(_row(rows, rng), rng.choice((rows[0], rng.choice(LINES).encode())))
    return _joined(rows)


def cut_the_file(content: bytes, rng: Random) -> bytes:
    return content[: _place(content, rng)]


def insert_another_table(content: bytes, rng: Random) -> bytes:
    rows = _rows(content)
    at = _row(rows, rng)
    cells = [row.split(b",") for row in rows[at - 3 : at]]
    turned = [b",".join(reversed(row)) for row in [rows[0].split(b","), *cells]]
    return _joined([*rows[:at], *turned, *rows[at:]])


def harm_the_header(content: bytes, rng: Random) -> bytes:
    header, _, rest = content.partition(LINE)
    harm = rng.choice((flip_a_bit, delete_bytes, insert_bytes, change_a_byte))
    return harm(b"\n" + header, rng)[1:] + LINE + rest


# What harms a few rows that can be told by comparing lines.
LOCAL: list[Harm] = [
    flip_a_bit, change_a_byte, delete_bytes, insert_bytes, duplicate_bytes, drop_a_row,
    repeat_a_row, cut_a_row, join_two_rows, swap_two_rows, swap_two_cells, swap_cells_of_two_rows,
    put_an_odd_cell, put_an_odd_cell, put_an_odd_cell, insert_a_line,
]  # fmt: skip
# What may take the whole file, or the rest of it.
GREAT: list[Harm] = [cut_the_file, insert_another_table, harm_the_header]


def harmed_lines(before: bytes, after: bytes) -> list[bytes]:
    """The lines of which one content has more than the other; the last one if it has no end."""
    old, new = Counter(before.split(LINE)), Counter(after.split(LINE))
    found = list((old - new) + (new - old))
    return [*found, after.split(LINE)[-1]] if not after.endswith(LINE) else found

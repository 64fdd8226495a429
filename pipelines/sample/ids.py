"""Invented identity numbers with valid check digits and county codes that were never assigned."""

from datetime import date

import numpy as np
import pyarrow as pa

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RESIDENT_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)], dtype=np.int32)
COUNTIES = 99  # 159901 to 159999
SEQUENCES = 998  # 001 to 998


def uscc_check_digit(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(
        USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(first_17)
    )
    return USCC_ALPHABET[-total % 31]


def invented_uscc(prefix: str, number: int, county: int = 1) -> str:
    """A credit code of the invented county 1599<county>, for the running number of a unit."""
    body = ""
    rest = number
    for _ in range(9):
        rest, letter = divmod(rest, 31)
        body = USCC_ALPHABET[letter] + body
    first_17 = f"{prefix}1599{county:02d}{body}"
    return first_17 + uscc_check_digit(first_17)


def _coprime_step(total: int, seed: int) -> int:
    step = (total * 618_033 // 1_000_000 + 2 * seed + 1) | 1
    while np.gcd(step, total) != 1:
        step += 2
    return step


def birth_days(first: date, last: date) -> np.ndarray:
    """Every day from first to last as yyyymmdd numbers."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return years * 10000 + month * 100 + day


class ResidentIds:
    """Distinct resident ids by running number: the same number has the same id, whatever the count.

    Born between 62 and 18 years before `as_of`; even sequences are women's.
    """

    def __init__(self, seed: int, as_of: date) -> None:
        self.days = birth_days(date(as_of.year - 62, 1, 1), date(as_of.year - 18, 1, 1))
        self.total = COUNTIES * len(self.days) * SEQUENCES
        self.step = _coprime_step(self.total, seed)
        self.offset = seed * 7_919 % self.total

    def parts(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """County (1–99), birth day (yyyymmdd) and sequence (1–998) of running numbers."""
        place = (numbers.astype(np.int64) * self.step + self.offset) % self.total
        place, sequence = np.divmod(place, SEQUENCES)
        county, day = np.divmod(place, len(self.days))
        return county + 1, self.days[day], sequence + 1

    def array(self, numbers: np.ndarray) -> pa.StringArray:
        """The ids of running numbers, as text."""
        county, day, sequence = self.parts(numbers)
        return _with_check_digit(159900 + county, day, sequence)


def _with_check_digit(area: np.ndarray, day: np.ndarray, sequence: np.ndarray) -> pa.StringArray:
    count = len(area)
    digits = np.empty((count, 18), dtype=np.uint8)
    for values, start, width in ((area, 0, 6), (day, 6, 8), (sequence, 14, 3)):
        rest = values.astype(np.int64)
        for place in range(start + width - 1, start - 1, -1):
            rest, digits[:, place] = np.divmod(rest, 10)
    check = digits[:, :17].astype(np.int32) @ RESIDENT_WEIGHTS % 11
    digits[:, :17] += ord("0")
    digits[:, 17] = np.frombuffer(b"10X98765432", dtype=np.uint8)[check]
    return fixed_text(digits)


def fixed_text(letters: np.ndarray) -> pa.StringArray:
    """Text from a matrix of ASCII bytes, one row per value."""
    count, width = letters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))
    )


def numbered(prefixes: np.ndarray, numbers: np.ndarray, width: int) -> pa.StringArray:
    """`<prefix><number with leading zeros>` for whole-number prefixes of one length."""
    first = prefixes.astype(str)
    size = len(first[0]) if len(first) else 0
    letters = np.empty((len(first), size + width), dtype=np.uint8)
    letters[:, :size] = np.frombuffer("".join(first).encode(), dtype=np.uint8).reshape(-1, size)
    rest = numbers.astype(np.int64)
    for place in range(size + width - 1, size - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    return fixed_text(letters)

"""Invented ids, phones, accounts and names that must not turn up, and a search of every byte."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
# The invented numbers of all samples: ids of counties that were never assigned, phones, accounts.
ANY_NUMBER = re.compile(r"1599[0-9]{13}[0-9Xx]|199000[0-9]{5}|9999[0-9]{14}")


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of what is compressed in it, each with where it stands."""
    raw = path.read_bytes()
    yield str(path), raw
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            for name in book.namelist():
                yield f"{path}!{name}", book.read(name)
    if raw[:2] == b"\x1f\x8b":
        yield f"{path}!gz", gzip.decompress(raw)


def found_in(content: bytes, canaries: Iterable[str]) -> set[str]:
    """The canaries that stand in some bytes, in any encoding."""
    return {
        canary
        for canary in canaries
        for encoding in ENCODINGS
        if canary.encode(encoding) in content
    }


def numbers_in(content: bytes) -> set[str]:
    """Every number of the samples that stands in some bytes, of one or two bytes each."""
    texts = (content.decode("latin-1"), content.replace(b"\0", b"").decode("latin-1"))
    return {match for text in texts for match in ANY_NUMBER.findall(text)}


def leaks(
    folder: Path, canaries: Iterable[str], allowed: Iterable[str] = (), any_number: bool = False
) -> dict[str, set[str]]:
    """Where canaries stand under a folder, but in files whose path fits a pattern of `allowed`.

    With `any_number` also every id, phone and account of the samples.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(re.fullmatch(pattern, name) for pattern in allowed):
            continue
        for where, content in [(name, name.encode()), *(contents(path) if path.is_file() else ())]:
            hit = found_in(content, canaries) | (numbers_in(content) if any_number else set())
            if hit:
                found[where.removeprefix(f"{folder}/")] = hit
    return found

"""SHA-256 of files and of texts."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_texts(texts: Iterable[str]) -> str:
    """The SHA-256 of texts in their order, told apart by a sign that none of them holds."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()

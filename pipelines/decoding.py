"""The bytes of a delivered file: digest, encoding, and a form that DuckDB reads as lines."""

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, cast

from pipelines.errors import ExtractError
from pipelines.messages import say

CHUNK = 1 << 22
# What stands in a line instead of bytes that are no text; such a line is set aside.
DAMAGE = "\x1a"
# Two bytes of a common Chinese character in GB18030; a flipped bit leaves one odd byte alone.
_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
# Lines that are looked at when a file is not all UTF-8 and may be GB18030 or damaged UTF-8.
LINES_ASKED = 5_000
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

codecs.register_error("damage", lambda error: (DAMAGE, cast(UnicodeDecodeError, error).end))


@dataclass(frozen=True)
class Bytes:
    """What one pass over a file's bytes tells; `can_be_read_in_place`: plain UTF-8 lines.

    `lines` is right for what can be read in place.
    """

    sha256: str
    encoding: str
    can_be_read_in_place: bool
    lines: int
    has_line_feeds: bool


def look_at(path: Path) -> Bytes:
    """Read a text file's bytes once, in chunks.

    Raises ExtractError for an archive that is damaged and for bytes that are no known encoding.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, is_odd, lines, last = "utf-8", False, 0, b"\n"
    with _opened(path, digest) as stream:
        for number, chunk in enumerate(_chunks(stream)):
            if number == 0:
                encoding = next(
                    (name for bom, name in _BOMS.items() if chunk.startswith(bom)), encoding
                )
            if encoding.startswith("utf-8") and not (chunk.isascii() and not decoder.getstate()[0]):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    encoding = ""
            is_odd = is_odd or b"\r" in chunk or b"\0" in chunk or b"\x01" in chunk
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    if encoding.startswith("utf-8") and decoder.getstate()[0]:
        encoding = ""
    in_place = encoding == "utf-8" and not is_odd and not _is_gzip(path)
    encoding = encoding or _likelier_encoding(path)
    has_line_feeds = _has_line_feeds(path, encoding) if encoding == "utf-16" else lines > 0
    return Bytes(digest.hexdigest(), encoding, in_place, lines + (last != b"\n"), has_line_feeds)


def write_plain(path: Path, found: Bytes, target: Path) -> int:
    """Write a text file as UTF-8 with LF to `target`; the number of its lines.

    Bytes that are no text, NUL and stray carriage returns become DAMAGE. Carriage returns end the
    lines of a file that has no line feed at all.
    """
    stray = DAMAGE if found.has_line_feeds else "\n"
    controls = {0: DAMAGE, 1: DAMAGE}
    lines, last = 0, b"\n"
    encoding = "utf-8-sig" if found.encoding == "utf-8" else found.encoding
    decoder = codecs.getincrementaldecoder(encoding)(errors="damage")
    with _opened(path) as stream, target.open("wb") as plain:
        is_first, kept = True, ""
        for chunk in chain(_chunks(stream), [b""]):
            is_whole = not (is_first or kept or decoder.getstate()[0])
            if chunk and is_whole and encoding != "utf-16" and _is_plain(chunk):
                data = chunk
            else:
                text = kept + decoder.decode(chunk, final=not chunk)
                kept = "\r" if text.endswith("\r") and chunk else ""
                text = text.removesuffix(kept).replace("\r\n", "\n").replace("\r", stray)
                data = text.translate(controls).encode() if _has_controls(text) else text.encode()
            is_first = False
            plain.write(data)
            lines += data.count(b"\n")
            last = data[-1:] or last
    return lines + (last != b"\n")


def _is_plain(chunk: bytes) -> bool:
    """Whether bytes are the same in every encoding but UTF-16, and nothing in them is odd."""
    return chunk.isascii() and not (b"\r" in chunk or b"\0" in chunk or b"\x01" in chunk)


def _has_controls(text: str) -> bool:
    return "\0" in text or "\x01" in text


def _has_line_feeds(path: Path, encoding: str) -> bool:
    """Whether the text has a line feed; in UTF-16 the byte alone is also half of a character."""
    with _opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding, errors="damage", newline="")
        return any("\n" in chunk for chunk in iter(lambda: text.read(CHUNK), ""))


def _likelier_encoding(path: Path) -> str:
    """UTF-8 or GB18030 by the lines that are not ASCII: a few damaged ones change nothing.

    A line speaks for GB18030 when it holds a common Chinese character of it. Lines that speak for
    neither are damaged where most lines are ASCII.
    """
    all_lines = asked = as_utf8 = as_gb18030 = 0
    with _opened(path) as stream:
        while asked < LINES_ASKED and (chunk := stream.read(CHUNK)):
            chunk += stream.readline()
            if chunk.isascii():
                all_lines += chunk.count(b"\n") + (not chunk.endswith(b"\n"))
                continue
            for line in io.BytesIO(chunk):
                all_lines += 1
                if line.isascii():
                    continue
                asked += 1
                as_utf8 += _decodes(line, "utf-8")
                as_gb18030 += _PAIR.search(line) is not None and _decodes(line, "gb18030")
                if asked == LINES_ASKED:
                    break
    if as_utf8 * 2 >= asked:
        return "utf-8"
    if as_gb18030 * 2 > asked:
        return "gb18030"
    if asked * 2 <= all_lines:
        return "gb18030" if as_gb18030 > as_utf8 else "utf-8"
    raise ExtractError(
        say(
            f"{path.name}：编码无法识别，既不是 UTF-8、UTF-16，也不是 GB18030，请重新导出",
            f"{path.name}: neither UTF-8, UTF-16 nor GB18030; export it again",
        )
    )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_gzip(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


@contextmanager
def _opened(path: Path, digest: "hashlib._Hash | None" = None) -> Iterator[IO[bytes]]:
    """The text bytes of a file, unzipped; the digest is fed with the bytes as they lie."""
    try:
        with path.open("rb") as file:
            raw = cast(IO[bytes], _Hashing(file, digest)) if digest else file
            if not _is_gzip(path):
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unzipped:
                yield cast(IO[bytes], io.BufferedReader(unzipped, CHUNK))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ExtractError(
            say(
                f"{path.name}：压缩文件已损坏或不完整，请重新提供",
                f"{path.name}: the archive is damaged or cut off; deliver it again",
            )
        ) from None


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


class _Hashing:
    """A binary file that feeds a digest with all that is read from it."""

    def __init__(self, file: IO[bytes], digest: "hashlib._Hash") -> None:
        self._file, self._digest = file, digest

    def read(self, size: int = -1) -> bytes:
        """The next bytes, after the digest has seen them."""
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk

"""What a file's first bytes say that it is, whatever its name says."""

import codecs
from pathlib import Path

from pipelines.errors import ExtractError
from pipelines.messages import say

_GZIP = b"\x1f\x8b"
_KINDS = {
    b"PK\x03\x04": ("xlsx 工作簿或 zip 压缩包", "an xlsx workbook or a zip archive"),
    b"\xd0\xcf\x11\xe0": ("旧式 xls 或已加密的工作簿", "an old xls or an encrypted workbook"),
    _GZIP: ("gzip 压缩文件", "a gzip archive"),
    b"PAR1": ("Parquet 文件", "a Parquet file"),
    b"%PDF": ("PDF 文件", "a PDF file"),
}
_PAGES = (b"<html", b"<!doctype", b"<table", b"<head", b"<?xml")


def refuse_disguised(path: Path) -> None:
    """Raise ExtractError for a text file by name whose bytes are those of another kind of file."""
    with path.open("rb") as file:
        head = file.read(512)
    if path.suffix.lower() == ".gz":
        if head and not head.startswith(_GZIP):
            raise ExtractError(
                say(
                    f"{path.name}：内容不是 gzip 压缩文件，请去掉 .gz 或重新压缩",
                    f"{path.name}: no gzip archive; drop .gz from its name, or compress it again",
                )
            )
        return
    words = next((words for begin, words in _KINDS.items() if head.startswith(begin)), None)
    if words is None and head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGES):
        words = ("网页（HTML 或 XML）", "a page of HTML or XML")
    if words:
        raise ExtractError(
            say(
                f"{path.name}：内容是{words[0]}，与扩展名不符，请改扩展名或另存为 csv",
                f"{path.name}: it is {words[1]}, not what its name says; rename it, or save it"
                " as csv",
            )
        )

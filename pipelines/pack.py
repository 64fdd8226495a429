"""A published run → one encrypted package per bureau, with its own rows and key alone."""

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import py7zr
from py7zr import FILTER_CRYPTO_AES256_SHA256, FILTER_LZMA2

from pipelines import audit
from pipelines.bureau_files import BureauFiles, bureau_files
from pipelines.deliver import SUMMARY_HEADER
from pipelines.digest import sha256
from pipelines.keys import load_keys
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.publish import Run
from pipelines.receipt import Sent, receipt
from pipelines.storage import private_folder, storage_of
from pipelines.verify import verify
from pipelines.which_run import must_know, published_run

CHECKLIST = "校验清单.sha256"
SUMMARY = "汇总.csv"
RECEIPT = "回执.xlsx"
# Workbooks are compressed already, and CSV gains nearly all with a low preset.
_FILTERS = [{"id": FILTER_LZMA2, "preset": 3}, {"id": FILTER_CRYPTO_AES256_SHA256}]


@dataclass(frozen=True)
class Package:
    """One bureau's package: where it lies, how many files it holds, its own SHA-256."""

    bureau_code: str
    path: Path
    files: int
    sha256: str


def packages_folder(out: Path) -> Path:
    """Where packages lie, in one folder per run."""
    return out / "packages"


def pack(
    out: Path,
    run_id: str | None = None,
    bureaus: tuple[str, ...] = (),
    to: Path | None = None,
    keys_file: Path | None = None,
    sender: str = "",
) -> list[Package]:
    """Write `<run>-<code>-<name>.7z` for each bureau, by default of the run that is published.

    A package is written aside, entered into the audit log, and only then given its name; none is
    begun before all keys and files are found good. Raises UsageError for a run that is not
    published, an unknown bureau, and keys that are missing or weak; StaleError for a run that is
    not as it was published; RunLocked, StorageError.
    """
    with storage_of(say("打包", "packing"), to or out), run_lock(out):
        run = published_run(out, run_id)
        verify(out, run)
        found = bureau_files(out, run)
        must_know(run, bureaus, [item.code for item in found])
        chosen = [item for item in found if not bureaus or item.code in bureaus]
        keys = load_keys([item.code for item in chosen], keys_file)
        target = private_folder(to or packages_folder(out) / run.run_id)
        return [_pack(out, run, item, target, keys[item.code], sender) for item in chosen]


def _pack(out: Path, run: Run, bureau: BureauFiles, target: Path, key: str, sender: str) -> Package:
    top = f"{run.run_id}-{bureau.folder}"
    aside = target / f".{top}.{os.getpid()}"
    made = _made_for(run, bureau, sender)
    try:
        with py7zr.SevenZipFile(
            aside, "w", password=key, header_encryption=True, filters=_FILTERS
        ) as archive:
            for item in bureau.files:
                archive.write(run.folder / item.path, f"{top}/{_inside(bureau, item.path)}")
            for name, content in made.items():
                archive.writestr(content, f"{top}/{name}")
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        package = Package(
            bureau.code, target / f"{top}.7z", len(bureau.files) + len(made), sha256(aside)
        )
        audit.record(
            out, "pack", "done", run=run.run_id, bureau=bureau.code, files=package.files,
            sha256=package.sha256,
        )  # fmt: skip
        aside.replace(package.path)
    finally:
        aside.unlink(missing_ok=True)
    return package


def _made_for(run: Run, bureau: BureauFiles, sender: str) -> dict[str, bytes]:
    """What is made for a package beside the bureau's files: totals, receipt, checklist."""
    sent = [Sent(_inside(bureau, item.path), item.rows, item.sha256) for item in bureau.files]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([SUMMARY_HEADER, *bureau.summary])
    made = {SUMMARY: text.getvalue().encode("utf-8-sig")}
    sent.append(Sent(SUMMARY, len(bureau.summary), hashlib.sha256(made[SUMMARY]).hexdigest()))
    made[RECEIPT] = receipt(sender, bureau.name, run.run_id, sent, CHECKLIST)
    sent.append(Sent(RECEIPT, None, hashlib.sha256(made[RECEIPT]).hexdigest()))
    made[CHECKLIST] = "".join(f"{item.sha256}  {item.name}\n" for item in sent).encode()
    return made


def _inside(bureau: BureauFiles, path: str) -> str:
    return path.removeprefix(bureau.folder + "/")

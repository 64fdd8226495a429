"""A published run → what the clerk sends: messages and notices per bureau or banner."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

from pipelines import audit
from pipelines.letter_job import LetterJob, Written
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.results import Results
from pipelines.storage import private_folder, storage_of
from pipelines.verify import verify
from pipelines.which_run import must_know, published_run


def letters_folder(out: Path) -> Path:
    """Where letters lie, in one folder per run."""
    return out / "letters"


def write_letters(
    out: Path,
    run_id: str | None = None,
    bureaus: tuple[str, ...] = (),
    lists: tuple[str, ...] = (),
    by_banner: bool = False,
    to: Path | None = None,
) -> list[Written]:
    """Messages (CSV and workbook) and notices (HTML) of the lists that have texts, per bureau.

    By banner each bureau's folder has one per banner, with the banner's rows of every list beside
    its texts. What leaves the run is in the audit log before it is in its place. Raises UsageError
    for a run that is not published, an unknown bureau or list; PolicyError for texts that don't
    fit; StaleError for a run that is not as it was published; RunLocked, StorageError.
    """
    with storage_of(say("制作告知材料", "writing letters"), to or out), run_lock(out):
        run = published_run(out, run_id)
        verify(out, run)
        target = private_folder(to or letters_folder(out) / run.run_id)
        aside = target / f".{run.run_id}.{os.getpid()}"
        try:
            with Results(run) as results:
                job = LetterJob(results, aside, by_banner)
                must_know(run, bureaus, list(job.bureaus))
                written = job.write(bureaus or tuple(job.bureaus), lists)
            done = []
            for item in written:
                folder = target / item.folder.name
                audit.record(
                    out, "letters", "written", run=run.run_id, bureau=item.bureau_code,
                    messages=item.messages, without_phone=item.without_phone,
                    notices=item.notices, listed=item.listed, by_banner=by_banner,
                )  # fmt: skip
                _put(item.folder, folder)
                done.append(replace(item, folder=folder))
            return done
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _put(made: Path, target: Path) -> None:
    """Give files their place, beside what was written of the same run before."""
    for path in sorted(made.rglob("*")):
        place = target / path.relative_to(made)
        if path.is_file():
            private_folder(place.parent)
            path.replace(place)

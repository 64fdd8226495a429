"""A published run → one batch per bureau for payment, with what payment needs and nothing else."""

import os
import shutil
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from pipelines import audit, payment_record
from pipelines.errors import UsageError
from pipelines.lock import run_lock
from pipelines.messages import say
from pipelines.payees import Payee, batch_name, payees_of
from pipelines.payment_files import put_in_place, write_batch
from pipelines.payment_plan import PaymentPlan, load_plans
from pipelines.payment_record import Batch, batches
from pipelines.publish import Run
from pipelines.results import Results
from pipelines.storage import private_folder, storage_of
from pipelines.verify import verify
from pipelines.which_run import must_know, published_run


@dataclass(frozen=True)
class Exported:
    """A batch that was written: how many are paid how much, and how many need a look."""

    batch: str
    bureau_code: str
    bureau_name: str
    folder: Path
    count: int
    sum_yuan: Decimal
    doubtful: int
    purpose: str
    times: int = 1


def payments_folder(out: Path) -> Path:
    """Where exports for payment lie, in one folder per run."""
    return out / "payments"


def export_payments(
    out: Path,
    run_id: str | None = None,
    bureaus: tuple[str, ...] = (),
    again: bool = False,
    to: Path | None = None,
) -> list[Exported]:
    """Write each bureau's batch: the payments, the control totals, and what needs a look first.

    A batch is recorded and audited before it is in its place. Who stands in another batch for the
    same year and is not seen as paid, whose account has several owners, or of whom something is
    missing is not in the batch but in the file of doubts. Raises UsageError for a run that is not
    published, an unknown bureau, and a batch that was exported before, unless `again`;
    PolicyError, StaleError, RunLocked, StorageError.
    """
    with storage_of(say("支付导出", "exporting payments"), to or out), run_lock(out):
        run = published_run(out, run_id)
        verify(out, run)
        known = batches(out)
        planned = []
        with Results(run) as results:
            names = dict(results.rows("select bureau_code, bureau_name from ref_bureaus"))
            must_know(run, bureaus, list(names))
            ((year,),) = results.rows("select data_year from run_calendar")
            for plan in load_plans(results):
                payees = payees_of(out, results, plan, year, known)
                for code in bureaus or sorted(payees):
                    if code in payees:
                        planned.append((plan, code, payees[code]))
        chosen = [batch_name(run, plan, code) for plan, code, _ in planned]
        if not again and (before := [known[name] for name in chosen if name in known]):
            raise UsageError(_exported_before(before))
        target = private_folder(to or payments_folder(out) / run.run_id)
        return [
            _export(out, run, target, plan, code, names[code], year, payees, known)
            for plan, code, payees in planned
        ]


def withdraw(out: Path, batch: str, reason: str) -> None:
    """Record that a batch was not paid, so that those in it may be exported again.

    Raises UsageError for a batch that was not exported, and without a reason.
    """
    if not reason.strip():
        raise UsageError(say("--reason 不能为空", "--reason must say why"))
    with storage_of(say("撤回支付批次", "withdrawing a batch"), out), run_lock(out):
        known = batches(out)
        if batch not in known:
            names = say("、", ", ").join(known) or say("无", "none")
            raise UsageError(
                say(
                    f"--withdraw {batch}：没有导出过这个批次。已导出：{names}",
                    f"--withdraw {batch}: no such batch was exported; exported: {names}",
                )
            )
        payment_record.note(out, "withdrawn", batch, {}, reason=reason.strip())


def _export(
    out: Path,
    run: Run,
    target: Path,
    plan: PaymentPlan,
    code: str,
    bureau_name: str,
    year: int,
    payees: list[Payee],
    known: dict[str, Batch],
) -> Exported:
    name = batch_name(run, plan, code)
    sound = [item for item in payees if not item.doubts]
    doubtful = [item for item in payees if item.doubts]
    before = known.get(name)
    made = Exported(
        name,
        code,
        bureau_name,
        target / f".{name}.{os.getpid()}",
        len(sound),
        sum((item.amount_yuan or Decimal() for item in sound), Decimal()),
        len(doubtful),
        plan.purpose(year),
        before.times + 1 if before else 1,
    )
    try:
        digest = write_batch(made, sound, doubtful)
        if sound:
            amounts = {
                audit.subject_hash(out, item.subject_id): str(item.amount_yuan) for item in sound
            }
            details = {"screening": plan.screening, "year": year, "amounts": amounts}
            payment_record.note(
                out, "exported", name, details, run=run.run_id, bureau=code, count=made.count,
                yuan=str(made.sum_yuan), doubtful=made.doubtful, sha256=digest, times=made.times,
            )  # fmt: skip
        folder = private_folder(target / f"{code}-{bureau_name}")
        put_in_place(made, folder)
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)
    return replace(made, folder=folder)


def _exported_before(before: list[Batch]) -> str:
    first = before[0]
    more = say(f" 等 {len(before)} 个批次", f" and {len(before) - 1} more") if before[1:] else ""
    return say(
        f"{first.batch}{more} 已于 {first.last_at} 导出过（共 {first.times} 次），"
        "再次支付会重复发放。只是要重新取得文件时用 --again；没有支付而要作废的用 --withdraw",
        f"{first.batch}{more} was exported on {first.last_at} already ({first.times} times): paying"
        " again pays twice. To get the files once more use --again; to withdraw what was not paid"
        " use --withdraw",
    )

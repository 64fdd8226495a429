"""Who is on a list that is paid from, and what speaks against paying each of them as it stands."""

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipelines import audit
from pipelines.deliver import neutral
from pipelines.messages import say
from pipelines.payment_plan import PaymentPlan
from pipelines.payment_record import Batch
from pipelines.publish import Run
from pipelines.results import Results

_ACCOUNT = re.compile(r"\d[\d-]{4,38}\d")


@dataclass(frozen=True)
class Payee:
    """One row of a list that is paid from; `doubts` say why it must be looked at first."""

    subject_id: str
    number: int
    payee: str
    bank: str
    account: str
    amount_yuan: Decimal | None
    doubts: tuple[str, ...] = ()


def batch_name(run: Run, plan: PaymentPlan, code: str) -> str:
    """The number of a bureau's batch."""
    return f"{run.run_id}-{code}-{plan.mark}"


def payees_of(
    out: Path, results: Results, plan: PaymentPlan, year: int, known: dict[str, Batch]
) -> dict[str, list[Payee]]:
    """Everybody on the list by bureau, in the list's order; `known` are the batches exported."""
    others = [
        item for item in known.values() if (item.screening, item.year) == (plan.screening, year)
    ]
    found: dict[str, list[Payee]] = defaultdict(list)
    for code, subject, number, payee, bank, account, amount, paid, owners, times in results.rows(
        plan.select
    ):
        own = batch_name(results.run, plan, code)
        doubts = _doubts(payee, bank, account, amount)
        if owners > 1:
            doubts.append(say(f"同一账号 {owners} 户", f"{owners} owners of one account"))
        if times > 1:
            doubts.append(say(f"名单中有 {times} 行", f"{times} rows of the list"))
        key = audit.subject_hash(out, subject) if others else ""
        earlier = [item for item in others if item.batch != own and key in item.amounts]
        total = sum((item.amounts[key] for item in earlier), Decimal())
        # What an earlier batch paid is seen in the next extracts; until then it may be under way.
        if total > (paid or 0):
            names = say("、", ", ").join(item.batch for item in earlier)
            doubts.append(
                say(
                    f"已在批次 {names} 导出 {total} 元，发放记录中尚未见到",
                    f"{total} yuan exported in {names}, not seen among the payments yet",
                )
            )
        found[code].append(
            Payee(subject, number, payee or "", bank or "", account or "", amount, tuple(doubts))
        )
    return found


def _doubts(
    payee: str | None, bank: str | None, account: str | None, amount: Decimal | None
) -> list[str]:
    """What is wrong with a payment by itself."""
    doubts = []
    if amount is None or amount <= 0:
        doubts.append(say("金额为空或不大于零", "the amount is missing or not above nought"))
    for name, cell in (("户名", payee), ("开户银行", bank), ("银行账号", account)):
        if not cell:
            doubts.append(say(f"缺{name}", f"{name} is missing"))
        elif cell != neutral(cell):
            doubts.append(say(f"{name}以特殊符号开头", f"{name} begins with a special sign"))
    if account and not _ACCOUNT.fullmatch(account):
        doubts.append(say("账号含其他字符或位数不对", "the account is no account number"))
    return doubts

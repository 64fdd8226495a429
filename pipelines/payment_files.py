"""The files of a payment batch: payments, control totals, and rows to look at first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.deliver import neutral, write_csv
from pipelines.digest import sha256
from pipelines.messages import say
from pipelines.rmb import capital_yuan
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import write_sheet
from pipelines.storage import private_folder

if TYPE_CHECKING:
    from pipelines.payees import Payee
    from pipelines.payment import Exported

_PAID = ("批次号", "序号", "户名", "开户银行", "银行账号", "金额", "用途")
_CONTROL = ("批次号", "笔数", "合计金额", "合计金额大写", "用途", "支付文件SHA-256", "提示")
_DOUBTS = ("批次号", "名单序号", "单位编号", "户名", "开户银行", "银行账号", "金额", "须核对")
# Columns of numbers, with their decimals.
_NUMBERS = {"序号": 0, "名单序号": 0, "笔数": 0, "金额": 2, "合计金额": 2}


def write_batch(made: Exported, sound: Sequence[Payee], doubtful: Sequence[Payee]) -> str:
    """Write a batch into its folder; the SHA-256 of the CSV of payments, empty without any."""
    folder, digest = private_folder(made.folder), ""
    rows: list[Row] = []
    if sound:
        rows = [
            (
                made.batch,
                str(number),
                item.payee,
                item.bank,
                item.account,
                f"{item.amount_yuan:.2f}",
                neutral(made.purpose),
            )
            for number, item in enumerate(sound, start=1)
        ]
        _write(folder / f"支付_{made.batch}", _PAID, rows)
        digest = sha256(folder / f"支付_{made.batch}.csv")
        times = made.times
        told = say(f"第 {times} 次导出，请勿重复支付", f"exported {times} times: don't pay twice")
        control = (
            made.batch,
            str(made.count),
            f"{made.sum_yuan:.2f}",
            capital_yuan(made.sum_yuan),
            neutral(made.purpose),
            digest,
            told if times > 1 else "",
        )
        _write(folder / f"控制_{made.batch}", _CONTROL, [control])
    if doubtful:
        rows = [
            (
                made.batch,
                str(item.number),
                item.subject_id,
                neutral(item.payee),
                neutral(item.bank),
                neutral(item.account),
                "" if item.amount_yuan is None else f"{item.amount_yuan:.2f}",
                "；".join(item.doubts),
            )
            for item in doubtful
        ]
        _write(folder / f"须核对_{made.batch}", _DOUBTS, rows)
    return digest


def put_in_place(made: Exported, target: Path) -> None:
    """Give the files of a batch their place; those of the same batch that are there go."""
    for path in target.glob(f"*_{made.batch}.*"):
        path.unlink()
    for path in sorted(made.folder.iterdir()):
        path.replace(target / path.name)


def _write(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    columns = [Column(title, "", title in _NUMBERS, _NUMBERS.get(title)) for title in header]
    write_csv(path.parent / f"{path.name}.csv", list(header), rows)
    write_sheet(path.parent / f"{path.name}.xlsx", columns, rows)

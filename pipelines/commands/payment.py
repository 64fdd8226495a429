"""`wengang payment`: a batch per bureau for payment, from a published run."""

from pathlib import Path

import typer

from pipelines.commands.options import (
    bureaus_option,
    console,
    described,
    lang_option,
    out_option,
    run_argument,
    settings_option,
)
from pipelines.errors import UsageError
from pipelines.messages import say
from pipelines.order import known_folder
from pipelines.publish import current
from pipelines.terminal import print_line


def add_to(app: typer.Typer) -> None:
    """Give the application the command."""

    @app.command(
        **described(
            "为每个盟市导出支付批次，只含支付所需内容",
            "Export a batch per bureau with nothing but what payment needs",
        )
    )
    def payment(
        run: str | None = run_argument(),
        bureau: list[str] = bureaus_option(),
        again: bool = typer.Option(
            False,
            "--again",
            help=say("重新取得已导出的批次", "get batches once more that were exported before"),
        ),
        withdraw: str | None = typer.Option(
            None,
            metavar="BATCH",
            help=say("登记某批次没有支付，作废", "record that a batch was not paid"),
        ),
        reason: str = typer.Option(
            "", metavar=say("理由", "WHY"), help=say("与 --withdraw 同用", "with --withdraw")
        ),
        to: Path | None = typer.Option(
            None,
            metavar="DIR",
            help=say("放在哪里，默认 <out>/payments/<run>", "where; <out>/payments/<run>"),
        ),
        out: Path | None = out_option(),
        settings: Path | None = settings_option(),
        lang: str | None = lang_option(),
    ) -> None:
        if reason and not withdraw:
            raise UsageError(say("--reason 只与 --withdraw 同用", "--reason needs --withdraw"))
        folder = known_folder(out, settings)
        if withdraw:
            _withdraw(folder, withdraw, reason)
        else:
            _export(folder, run, tuple(bureau), again, to)


def _withdraw(out: Path, batch: str, reason: str) -> None:
    from pipelines.payment import withdraw

    withdraw(out, batch, reason)
    print_line(
        console(), say(f"已登记 {batch} 没有支付", f"{batch} is recorded as not having been paid")
    )


def _export(
    out: Path, run: str | None, bureaus: tuple[str, ...], again: bool, to: Path | None
) -> None:
    from pipelines.payment import export_payments

    made = export_payments(out, run, bureaus, again, to)
    shown = console()
    now = current(out)
    if run and now and run != now.run_id:
        print_line(
            shown,
            say(
                f"注意：{run} 不是当前发布的运行（{now.run_id}），名单可能已经变化",
                f"Mind: {run} is not the published run ({now.run_id}); the lists may have changed",
            ),
        )
    for item in made:
        parts = [
            item.bureau_name,
            item.batch,
            say(f"{item.count} 笔", f"{item.count} payments"),
            say(f"{item.sum_yuan:.2f} 元", f"{item.sum_yuan:.2f} yuan"),
        ]
        if item.doubtful:
            parts.append(say(f"须核对 {item.doubtful} 户", f"{item.doubtful} to look at first"))
        if item.times > 1:
            parts.append(
                say(
                    f"第 {item.times} 次导出，请勿重复支付",
                    f"exported {item.times} times: don't pay twice",
                )
            )
        print_line(shown, " · ".join(parts))
    count, total = sum(item.count for item in made), sum(item.sum_yuan for item in made)
    folder = made[0].folder.parent if made else ""
    print_line(
        shown,
        say(
            f"共 {count} 笔，{total:.2f} 元：{folder}",
            f"{count} payments, {total:.2f} yuan: {folder}",
        ),
    )

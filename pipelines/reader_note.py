"""说明.txt in each bureau's folder: what the lists are, and on which values they rest."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.cover import LETTER, WITHOUT_PHONE
from pipelines.cover import NAME as COVER
from pipelines.deliver import list_names
from pipelines.labels import labels_of
from pipelines.messages import say
from pipelines.policy import title_of
from pipelines.policy_file import Policy
from pipelines.policy_print import values_in_force
from pipelines.public_sheets import APPROVAL, POSTED
from pipelines.repair_mark import KIT
from pipelines.sheets import LIST


def write_reader_notes(
    connection: duckdb.DuckDBPyConnection, folder: Path, policies: list[Policy], as_of: date
) -> None:
    """Write the note into every bureau's folder of a run; `policies` are those in force.

    Call when the workbooks of rows to mend are there: the note tells what to do with them.
    """
    about = labels_of("list")
    lists = [f"{name}：{about.get(name, '')}" for name in list_names(connection)]
    values = [line for policy in policies for line in _values(policy, as_of)]
    bureaus = connection.execute("select bureau_code, bureau_name from ref_bureaus").fetchall()
    for code, name in bureaus:
        path = folder / f"{code}-{name}" / "说明.txt"
        lines = [
            f"{name} · {as_of}",
            "",
            say("一、名单", "Lists"),
            *lists,
            say(
                f"工作簿首页“{COVER}”供核对和签字，名单在“{LIST}”页；人员名单另有"
                f"“{WITHOUT_PHONE}”页，公示名单另有“{POSTED}”“{APPROVAL}”页。"
                f"日期、批次、办理要求见“{LETTER}”。",
                f"Workbooks begin with {COVER}, to be checked and signed; the list is on {LIST}."
                f" {WITHOUT_PHONE}: people without a phone; {POSTED}, {APPROVAL}: to publish."
                f" Day, run and what to do: {LETTER}.",
            ),
            *csv_alone(path.parent),
            *_kits(path.parent),
            "",
            say(
                "二、所依据的政策取值（除通知外，各文件仅见转载，引用以原文为准）",
                "Policy values (all documents but the notice were seen as copies)",
            ),
            *values,
            "",
            say(
                "裁员率写成“甲～乙”的：甲为已确定，乙为把原因或缴费月数不明的人员全部计入。"
                "失业保险金的月标准和合计仅供参考，以经办机构核定为准。",
                "A layoff rate “a～b”: a is certain, b counts everyone whose reason or paid months"
                " are not known. Benefit amounts are for reference: the office decides.",
            ),
        ]
        path.touch(mode=0o600)
        # With a byte order mark and CRLF: clerks open it in Windows' own editor.
        path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")


def csv_alone(folder: Path) -> list[str]:
    """The lists that are there as CSV alone."""
    alone = [
        item.stem for item in sorted(folder.glob("*.csv")) if not item.with_suffix(".xlsx").exists()
    ]
    if not alone:
        return []
    return [
        say("只有 CSV、没有 xlsx 的：", "As CSV alone, without xlsx: ")
        + say("、", ", ").join(alone)
    ]


def _kits(folder: Path) -> list[str]:
    """What to do with the workbooks of rows to mend, where there are any."""
    kits = sorted(path.name for path in folder.glob(f"*{KIT}*.xlsx"))
    if not kits:
        return []
    return [
        "",
        say(
            "待更正数据（提取文件中未能采用的行；按各工作簿“说明”页改正、保存后放入提取文件夹，下次运行即采用）",
            "Rows to mend (of the extracts, not used; correct and save each workbook as its second"
            " sheet says and put it into the folder of extracts: the next run takes it in)",
        ),
        *kits,
    ]


def _values(policy: Policy, as_of: date) -> list[str]:
    lines = [f"【{title_of(policy)}】"]
    for line in values_in_force(policy, as_of):
        source = f"；{line.source}" if line.source else ""
        lines.append(f"{line.title}：{line.value}（{line.unit}）{source}；{line.wording}")
    return lines

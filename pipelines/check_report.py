"""What the checks found, as results.json and in words that people read; counts, never values."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.messages import say
from pipelines.storage import private_folder


@dataclass(frozen=True)
class Finding:
    """One expectation about one table: passed, failed, or crashed (it could not be run)."""

    table: str
    expectation: str
    about: list[str]
    severity: str
    why: str
    state: str
    rows: int | None
    failed_rows: int | None
    observed: str | None

    def told(self) -> str:
        """What was found, in a few words."""
        if self.state == "crashed":
            return say(f"检查无法执行（{self.observed}）", f"could not be run ({self.observed})")
        if self.state == "passed":
            return say("符合", "holds")
        if self.failed_rows:
            return say(f"{self.failed_rows} 行不符合", f"{self.failed_rows} rows do not keep to it")
        if self.observed is not None:
            return say(f"实际为 {self.observed}", f"found {self.observed}")
        return say("不符合", "does not hold")


def write_report(folder: Path, findings: list[Finding], skipped: list[str]) -> None:
    """Write results.json and 检查结果.md into `folder`, which is made when it is missing."""
    private_folder(folder)
    content = {"findings": [asdict(item) for item in findings], "skipped": skipped}
    _write(folder / "results.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    _write(folder / "检查结果.md", "\n".join(_lines(findings, skipped)) + "\n")


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _lines(findings: list[Finding], skipped: list[str]) -> Iterator[str]:
    failed = [item for item in findings if item.state != "passed"]
    critical = [item for item in failed if item.severity == "critical"]
    yield say("# 检查结果", "# What the checks found")
    yield ""
    yield say(
        f"共 {len(findings)} 项检查，{len(findings) - len(failed)} 项通过，"
        f"{len(critical)} 项关键检查未通过，{len(failed) - len(critical)} 项提示。",
        f"{len(findings)} checks: {len(findings) - len(failed)} hold, {len(critical)} critical ones"
        f" do not, {len(failed) - len(critical)} warnings.",
    )
    marks = {
        ("failed", "critical"): say("不通过", "FAILED"),
        ("failed", "warning"): say("提示", "warning"),
        ("crashed", "critical"): say("无法执行", "CRASHED"),
        ("crashed", "warning"): say("无法执行", "crashed"),
    }
    for table in dict.fromkeys(item.table for item in findings):
        yield from ("", f"## {table}", "")
        yield "| " + say("结果 | 为什么检查 | 发现", "result | why | found") + " |"
        yield "|---|---|---|"
        for item in findings:
            if item.table == table:
                mark = marks.get((item.state, item.severity), say("通过", "holds"))
                yield f"| {mark} | {_cell(item.why)} | {_cell(item.told())} |"
    if skipped:
        yield ""
        yield say(
            "未检查（本次没有这些表）：", "Not checked (not built in this run): "
        ) + ", ".join(skipped)


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")

"""Make a region, run everything on it one after the other, and write down what it took.

SCALE is the size (1 = 200,000 units and 3,000,000 people), BENCH_WITH the Python that has polars,
pyspark and dbt-duckdb (what is not installed is left out and said), BENCH_DIR where files may lie.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from pipelines import ROOT
from pipelines.results import open_run
from pipelines.settings import load_settings
from tests.benchmarks.harm import harm_payroll, in_gb18030

DAY = "2022-03-22"
UNITS, PEOPLE = 200_000, 3_000_000
LAST_MONTH = "payroll_202202.csv"
MEASURED = Path(__file__).parent / "measured.json"
BEGIN, END = "<!--bench-->\n", "<!--/bench-->"
# The README of each language, its words for the head of the table and for what was measured.
READMES = {
    "README.md": {},
    "README.zh-CN.md": {
        "what": "测量的内容",
        "seconds": "秒",
        "× floor": "为基准的倍数",
        "peak memory": "内存峰值",
        "floor: DuckDB by hand, no checks, no lists": "基准：手写 DuckDB 脚本，无检查，无名单",
        "full run, CSV lists": "整夜，CSV 名单",
        "again, nothing changed": "再跑一次，什么都没变",
        "wengang explain, a unit": "wengang explain，单位",
        "wengang explain, a person": "wengang explain，个人",
        "wengang what-if, the refund": "wengang what-if，稳岗返还",
        "wengang what-if, the notice": "wengang what-if，失业保险金",
        "full run, all xlsx": "整夜，全部 xlsx",
        "again with xlsx, nothing changed": "再跑一次（有 xlsx），什么都没变",
        "full run, a month less, all xlsx": "整夜，少一个月的缴费明细，全部 xlsx",
        "the night with a new month": "多了一个月的那一夜",
        "full run, 1 GB for DuckDB": "整夜，DuckDB 限 1 GB",
        "full run, 1% of payroll rows dirty": "整夜，缴费明细 1% 的行有错",
        "full run, 50% of payroll rows dirty": "整夜，缴费明细 50% 的行有错",
        "full run, all files in GB18030": "整夜，全部文件为 GB18030",
        "full run, twice the rows": "整夜，两倍的行",
        "dbt-duckdb": "dbt-duckdb",
        "pandas": "pandas",
        "polars, streaming": "polars，流式",
        "PySpark, local (without the memory of its JVM)": "PySpark 本机（内存不含 JVM）",
    },
}


@dataclass
class Took:
    """What one process took; `answer` is the last line that it printed."""

    what: str
    seconds: float
    peak_mb: int
    answer: str = ""


def took(what: str, command: list[str]) -> Took | None:
    """Run a command in a process of its own; None, with a word, when it fails."""
    print(f"{what} …", end=" ", flush=True)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as failed:
        started = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=failed)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
        said.seek(0)
        failed.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
        complaint = failed.read().decode(errors="replace").splitlines()
    if status:
        print("failed:", (complaint or ["no word"])[-1])
        return None
    print(f"{seconds:.1f} s, {usage.ru_maxrss // 1024} MB", flush=True)
    return Took(what, round(seconds, 2), usage.ru_maxrss // 1024, (lines or [""])[-1])


def make_region(folder: Path, scale: float) -> None:
    """The extracts of a region of a size, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pipelines", "sample", str(folder), "--seed", "1"]
    command += ["--units", str(int(UNITS * scale)), "--people", str(int(PEOPLE * scale))]
    subprocess.run([*command, "--as-of", DAY], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def settings_file(folder: Path, **values: object) -> Path:
    """The settings of the next run."""
    path = folder / "settings.yaml"
    # A month more moves the totals of a region; here no run may be held for it.
    given = {**values, "hold": {"bureau_share": 9.0, "region_share": 9.0, "set_aside_share": 1.0}}
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in given.items()))
    return path


class Bench:
    """The measurements of one sitting."""

    def __init__(self, folder: Path, scale: float) -> None:
        self.folder, self.scale = folder, scale
        self.extracts = folder / "extracts"
        self.results: list[Took] = []
        # what the floor counted; whoever counts something else measures something else
        self.counted = ""

    def ours(self, what: str, extracts: Path, out: str, afresh: bool, **values: object) -> None:
        """A run of this project; `afresh` forgets the nights before."""
        target = self.folder / out
        if afresh:
            shutil.rmtree(target, ignore_errors=True)
        command = [sys.executable, "-m", "pipelines", "run", "--plain", "--extracts", str(extracts)]
        command += ["--out", str(target), "--as-of", DAY]
        command += ["--settings", str(settings_file(self.folder, **values))]
        self.note(took(what, command))

    def questions(self, out: Path) -> None:
        """What people ask about the two runs that lie in a publication folder."""
        with open_run(out=out) as results:
            ((unit,),) = results.rows("select max(unit_id) from job_retention_refund_units")
            ((person,),) = results.rows(
                "select max(person_id) from unemployment_benefit_notice_people"
            )
        limit, months = "max_layoff_rate=0.06", "min_paid_months=6"
        for what, *question in (
            ("wengang status", "status"),
            ("wengang runs", "runs"),
            ("wengang explain, a unit", "explain", unit),
            ("wengang explain, a person", "explain", person),
            ("wengang what-if, the refund", "what-if", "job_retention_refund", "--set", limit),
            (
                "wengang what-if, the notice",
                "what-if",
                "unemployment_benefit_notice",
                "--set",
                months,
            ),
            ("wengang compare", "compare", f"{DAY}-1", f"{DAY}-2"),
        ):
            command = [sys.executable, "-m", "pipelines", *question, "--out", str(out)]
            self.note(took(what, command))

    def other(self, what: str, module: str, python: str = sys.executable) -> None:
        """One of the scripts by hand."""
        result = took(what, [python, "-m", f"tests.benchmarks.{module}", str(self.extracts)])
        if result and result.answer != (self.counted or result.answer):
            sys.exit(f"{what} counts {result.answer}, the floor {self.counted}")
        self.counted = result.answer if result else self.counted
        self.note(result)

    def note(self, result: Took | None) -> None:
        """Keep a measurement."""
        if result:
            self.results.append(result)

    def measure(self) -> None:
        """Everything, one after the other."""
        make_region(self.extracts, self.scale)
        subprocess.run(f"cat {self.extracts}/* > /dev/null", shell=True, check=True)
        self.other("floor: DuckDB by hand, no checks, no lists", "floor")
        self.ours("full run, CSV lists", self.extracts, "csv", afresh=True, xlsx=False)
        self.ours("again, nothing changed", self.extracts, "csv", afresh=False, xlsx=False)
        self.questions(self.folder / "csv")
        shutil.rmtree(self.folder / "csv", ignore_errors=True)
        self.ours("full run, all xlsx", self.extracts, "xlsx", afresh=True, xlsx=True)
        self.ours("again with xlsx, nothing changed", self.extracts, "xlsx", False, xlsx=True)
        self.one_new_month()
        shutil.rmtree(self.folder / "xlsx", ignore_errors=True)
        small = {"memory_limit": "1GB", "xlsx": False}
        self.ours("full run, 1 GB for DuckDB", self.extracts, "small", afresh=True, **small)
        shutil.rmtree(self.folder / "small", ignore_errors=True)
        for name, harm in (
            ("1% of payroll rows dirty", lambda path: harm_payroll(path, 100)),
            ("50% of payroll rows dirty", lambda path: harm_payroll(path, 2)),
            ("all files in GB18030", in_gb18030),
        ):
            harmed = self.folder / "harmed"
            shutil.rmtree(harmed, ignore_errors=True)
            shutil.copytree(self.extracts, harmed)
            for path in sorted(harmed.glob("*.csv")):
                harm(path)
            self.ours(f"full run, {name}", harmed, "harmed_out", afresh=True, xlsx=False)
            shutil.rmtree(self.folder / "harmed_out", ignore_errors=True)
            shutil.rmtree(harmed)
        with_others = os.environ.get("BENCH_WITH", sys.executable)
        self.other("dbt-duckdb", "with_dbt", with_others)
        self.other("pandas", "with_pandas")
        self.other("polars, streaming", "with_polars", with_others)
        self.other("PySpark, local (without the memory of its JVM)", "with_spark", with_others)
        twice = self.folder / "twice"
        make_region(twice, self.scale * 2)
        self.ours("full run, twice the rows", twice, "twice_out", afresh=True, xlsx=False)

    def one_new_month(self) -> None:
        """The night after the last payroll month was delivered."""
        late = self.folder / LAST_MONTH
        (self.extracts / LAST_MONTH).rename(late)
        try:
            self.ours("full run, a month less, all xlsx", self.extracts, "month", True, xlsx=True)
        finally:
            late.rename(self.extracts / LAST_MONTH)
        self.ours("the night with a new month", self.extracts, "month", False, xlsx=True)
        shutil.rmtree(self.folder / "month", ignore_errors=True)

    def table(self, words: dict[str, str]) -> str:
        """The measurements as markdown, each beside the floor; `words` say them in a language."""
        floor = next((item.seconds for item in self.results if item.what.startswith("floor")), 0.0)
        heads = [words.get(head, head) for head in ("what", "seconds", "× floor", "peak memory")]
        lines = [f"| {' | '.join(heads)} |", "|---|---:|---:|---:|"]
        for item in self.results:
            ratio = f"{item.seconds / floor:.2f}" if floor else ""
            what = words.get(item.what, item.what)
            peak = f"{item.peak_mb / 1024:.1f} GB"
            lines.append(f"| {what} | {item.seconds:.1f} | {ratio} | {peak} |")
        return "\n".join(lines)


def main() -> None:
    """Measure, print the table, keep it as JSON and, at full size, in the README."""
    scale = float(os.environ.get("SCALE", "1"))
    parent = os.environ.get("BENCH_DIR")
    with tempfile.TemporaryDirectory(prefix="wengang_bench_", dir=parent) as folder:
        bench = Bench(Path(folder), scale)
        bench.measure()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, Python"
        f" {platform.python_version()}, DuckDB limit {load_settings().memory_limit};"
        f" {json.loads(bench.counted)[0] / 1e6:.1f} M payroll rows"
    )
    print(f"\n{machine}\n\n{bench.table({})}")
    measured = {
        "scale": scale,
        "machine": machine,
        "took": [asdict(item) for item in bench.results],
    }
    MEASURED.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    if scale == 1:
        for name, words in READMES.items():
            text = (ROOT / name).read_text(encoding="utf-8")
            head, _, rest = text.partition(BEGIN)
            _, _, tail = rest.partition(END)
            table = f"{machine}\n\n{bench.table(words)}\n"
            (ROOT / name).write_text(f"{head}{BEGIN}{table}{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()

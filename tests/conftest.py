"""One published run of data/sample that many tests look at."""

import atexit
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import ROOT
from pipelines.lock import run_lock
from pipelines.order import make_order
from pipelines.steps import HandedOver, prepare, run_plainly
from tests.crash.processes import open_nursery
from tests.crash.stage import Stage, build_stage
from tests.figures import add_figures, write_figures

_figures: Counter[str] = Counter()


def silence() -> None:
    """Keep DuckDB's list of what is alive at exit off the screen: the result is the last line."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


atexit.register(silence)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-figures`: what the tests measured goes into the READMEs."""
    parser.addoption("--write-figures", action="store_true")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the figures of the tests that passed, also from other processes."""
    if report.when == "call" and report.passed:
        add_figures(_figures, report.user_properties)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write them where all tests passed; in the process that started the others."""
    is_first = not hasattr(session.config, "workerinput")
    if is_first and exitstatus == 0 and session.config.getoption("--write-figures"):
        write_figures(_figures)


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> HandedOver:
    """data/sample from extracts to lists, without Prefect."""
    order = make_order(ROOT / "data" / "sample", tmp_path_factory.mktemp("out"))
    with run_lock(order.out):
        prepare(order)
        return run_plainly(order)


@pytest.fixture(scope="session")
def light_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two days of one screening without expectations, for runs that are disturbed."""
    with open_nursery() as nursery:
        yield build_stage(nursery, tmp_path_factory.mktemp("light"), is_light=True)


@pytest.fixture(scope="session")
def whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two days of every screening with expectations, for runs that are disturbed."""
    with open_nursery("--with-expectations") as nursery:
        yield build_stage(nursery, tmp_path_factory.mktemp("whole"), is_light=False)


@pytest.fixture(scope="session")
def sample_folder(sample_run: HandedOver) -> Path:
    """The folder of the published run of data/sample."""
    return sample_run.run.folder


@pytest.fixture(scope="session")
def sample_results(sample_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its results.duckdb, for reading."""
    with duckdb.connect(str(sample_folder / "results.duckdb"), read_only=True) as connection:
        yield connection

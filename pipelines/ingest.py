"""The folder of extracts → staged tables: what is new is read, what is gone is forgotten."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import duckdb

from pipelines.ahead import FILES_AHEAD, Ahead, looking_ahead
from pipelines.contracts import Contract, load_contracts
from pipelines.delivery import NAME as DELIVERY
from pipelines.delivery import Delivery, read_delivery
from pipelines.duplicates import mark_duplicates
from pipelines.errors import ExtractError
from pipelines.import_log import Refusal, control_refusals, write_import_log
from pipelines.loading import refuse_special
from pipelines.messages import say
from pipelines.reference import load_reference
from pipelines.repairs import settle_repairs
from pipelines.settings import Settings
from pipelines.staged import forget, prepare, staged_name, transaction
from pipelines.staging import fingerprint, stage_file
from pipelines.timings import timed
from pipelines.warehouse import open_warehouse


def take_in(
    extracts: Path,
    warehouse: Path,
    settings: Settings,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Make the warehouse hold exactly what the files of `extracts` hold.

    Files whose bytes, contract and system are those of the last time are not read again. Each
    file is read in one transaction. Files that can't be used stand in `import_log`.
    Raises ExtractError without a folder or without one accepted row of payroll, for a wrong
    delivery.yaml, and WengangError when the rows of a file don't add up.
    """
    if not extracts.is_dir():
        raise ExtractError(
            say(
                f"数据文件夹不存在：{extracts}，请检查路径",
                f"{extracts}: no such folder of extracts",
            )
        )
    extracts = extracts.resolve()
    contracts = load_contracts()
    delivery = read_delivery(extracts)
    with open_warehouse(warehouse, settings, (extracts,)) as connection:
        load_reference(connection)
        prepare(connection, contracts)
        recognised, others = sort_files(extracts, contracts)
        _forget_vanished(connection, {(name, path.name) for path, name in recognised})
        refusals: list[Refusal] = []
        known = {
            path: _known_digest(connection, contracts[extract], path, delivery)
            for path, extract in recognised
        }
        with looking_ahead() as ahead:
            for place, (path, extract) in enumerate(recognised):
                for later, _ in recognised[place : place + 1 + FILES_AHEAD]:
                    ahead.begin(later, is_known=known[later] is not None)
                with timed(path.name):
                    line = _take_in_file(
                        connection,
                        contracts[extract],
                        path,
                        delivery,
                        warehouse.parent,
                        refusals,
                        known[path],
                        ahead,
                    )
                if line:
                    progress(line)
        for refusal in control_refusals(connection, delivery):
            refusals.append(refusal)
            with transaction(connection):
                forget(connection, refusal.extract, refusal.file_name)
        settle_repairs(connection)
        with timed(say("重复行", "duplicates")):
            for contract in contracts.values():
                with transaction(connection):
                    mark_duplicates(connection, contract)
        write_import_log(connection, delivery, refusals, others)
        for refusal in refusals:
            progress(refusal.text)
        _require_payroll(connection, contracts["payroll"], refusals)


def sort_files(
    extracts: Path, contracts: dict[str, Contract]
) -> tuple[list[tuple[Path, str]], list[Path]]:
    """The files of a folder with their extracts, in the order of names; and those of no extract.

    A file belongs to the extract whose name or Chinese title its own name begins with. One whose
    name is in an old encoding can't be named in any report, so it is of none.
    """
    recognised, others = [], []
    for path in sorted(extracts.iterdir(), key=lambda path: path.name):
        if path.name == DELIVERY or path.name.startswith((".", "~$")):
            continue
        extract = extract_of(path.name, contracts)
        if extract and is_text(path.name):
            recognised.append((path, extract))
        else:
            others.append(path)
    return recognised, others


def extract_of(file_name: str, contracts: dict[str, Contract]) -> str | None:
    """The extract that a file's name begins with; of several, the longest."""
    name = unicodedata.normalize("NFKC", file_name).lower()
    fitting = [
        (len(begin), contract.extract)
        for contract in contracts.values()
        for begin in (contract.extract, contract.title_zh)
        if name.startswith(begin)
    ]
    return max(fitting)[1] if fitting else None


def is_text(file_name: str) -> bool:
    """Whether every byte of a file's name is text."""
    return not any("\ud800" <= sign <= "\udfff" for sign in file_name)


def _take_in_file(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    delivery: Delivery,
    state: Path,
    refusals: list[Refusal],
    known: str | None,
    ahead: Ahead,
) -> str | None:
    """Read a file that is new or changed; a line for people, or None when there was no need."""
    system = delivery.system_of(path.name)
    scratch = state / "tmp" / "ingest"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        refuse_special(path)
        if known and known == ahead.digest(path):
            return None
        read = stage_file(connection, contract, path, system, scratch, ahead.look)
        return say(
            f"{path.name}：{contract.title_zh}，{read.rows_read} 行，搁置 {read.rows_set_aside} 行",
            f"{path.name}: {contract.extract}, {read.rows_read} rows,"
            f" {read.rows_set_aside} set aside",
        )
    except (ExtractError, PermissionError) as error:
        with transaction(connection):
            forget(connection, contract.extract, path.name)
        text = str(error)
        if isinstance(error, PermissionError):
            text = say(
                f"{path.name}：没有读取权限，请检查", f"{path.name}: no permission to read it"
            )
        refusals.append(Refusal(contract.extract, path.name, text))
        return None
    finally:
        rmtree(scratch, ignore_errors=True)


def _known_digest(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, delivery: Delivery
) -> str | None:
    """The SHA-256 of a file when it was read as it would be read now."""
    system = delivery.system_of(path.name)
    row = connection.execute(
        "select sha256 from files_read where extract = ? and file_name = ? and fingerprint = ?",
        [contract.extract, path.name, fingerprint(contract, system)],
    ).fetchone()
    return row[0] if row else None


def _forget_vanished(connection: duckdb.DuckDBPyConnection, present: set[tuple[str, str]]) -> None:
    known = connection.execute("select extract, file_name from files_read").fetchall()
    for extract, file_name in known:
        if (extract, file_name) not in present:
            with transaction(connection):
                forget(connection, extract, file_name)


def _require_payroll(
    connection: duckdb.DuckDBPyConnection, payroll: Contract, refusals: list[Refusal]
) -> None:
    row = connection.execute(f"select 1 from {staged_name(payroll.extract)} limit 1").fetchone()
    if row:
        return
    why = [refusal.text for refusal in refusals if refusal.extract == payroll.extract]
    found = (
        why[0]
        if why
        else say(
            f"没有名为 {payroll.extract}… 或 {payroll.title_zh}… 的文件",
            f"no file is called {payroll.extract}…",
        )
    )
    files = connection.execute(
        "select file_name, first_reasons from import_log where extract = ? and status = 'accepted'"
        " order by rows_read desc",
        [payroll.extract],
    ).fetchone()
    if files:
        found = say(f"{files[0]} 没有一行可用", f"{files[0]} has no row that can be used")
        found += f"（{files[1]}）" if files[1] else ""
    raise ExtractError(
        say(
            f"没有可用的缴费明细：{found}。请提供失业保险缴费明细后重试",
            f"there is no payroll to work with: {found}; deliver unemployment insurance payroll",
        )
    )

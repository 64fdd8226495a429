"""A screening's decision made again from a run's tables, beside the run, with other policy rows."""

import json
import re
from contextlib import AbstractContextManager
from datetime import date

import duckdb

from pipelines.conditions import Screening
from pipelines.errors import StaleError, UsageError
from pipelines.last_run import RESULTS
from pipelines.manifest import code_fingerprint
from pipelines.messages import say
from pipelines.models import needed_for
from pipelines.policy import SCREENINGS
from pipelines.policy_file import Policy
from pipelines.policy_tables import write_tables
from pipelines.publish import Run
from pipelines.results import Results
from pipelines.settings import Settings
from pipelines.sqltext import identifier, quoted
from pipelines.storage import is_storage_failure
from pipelines.verify import MANIFEST

RUN = "run"
BASE = "base"
_COMMENT = re.compile(r"--[^\n]*")


class Rebuilt(AbstractContextManager["Rebuilt"]):
    """Variants of a screening's decision, each in a schema of a database in memory.

    `base` is made with the policy of the run; every other by `add`. The run is only read.
    """

    def __init__(
        self, results: Results, screening: Screening, is_whole: bool | None = None
    ) -> None:
        """Make `base`: its decision always, what that is made from when `is_whole`.

        By default that is taken from a run of this very program, and made again for any other.
        Raises UsageError when the run has not the screening, StaleError when it was made by a
        program that kept less of it.
        """
        self.screening = screening
        folder = SCREENINGS / screening.name
        self._reads = needed_for(screening.decision, folder)
        self._selects = {
            name: (folder / f"{name}.sql").read_text(encoding="utf-8") for name in self._reads
        }
        read: set[str] = set().union(*self._reads.values())
        self._inputs = sorted((read | {"ref_bureaus", "labels"}) - self._reads.keys())
        self._policy_tables = [name for name in self._inputs if name.startswith("policy_")]
        _check_has(results, screening, self._inputs)
        self.connection = duckdb.connect()
        try:
            source = quoted(str((results.run.folder / RESULTS).resolve()))
            self.connection.execute(f"attach {source} as {RUN} (read_only)")
            for setting in (
                "autoinstall_known_extensions = false",
                "autoload_known_extensions = false",
                "timezone = 'Asia/Shanghai'",
                f"memory_limit = {quoted(Settings().memory_limit)}",
                "temp_directory = ''",  # nothing of a person is written anywhere
                "enable_external_access = false",
            ):
                self.connection.execute(f"set {setting}")
            self._open(BASE, self._inputs)
            if is_whole is None:
                is_whole = not is_of_this_program(results.run)
            self._build(BASE, set(self._reads) if is_whole else {screening.decision})
        except BaseException:
            self.connection.close()
            raise

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the run and of all variants."""
        self.connection.close()

    def add(self, variant: str, policy: Policy, as_of: date) -> None:
        """Make the variant with the values that `policy` has on `as_of`.

        What the changed values can't reach is that of `base`. Raises UsageError for values with
        which the models can't count.
        """
        self._open(variant, [name for name in self._inputs if name not in self._policy_tables])
        write_tables(self.connection, [policy], as_of)
        self._build(variant, self._reached(variant, policy))

    def differing(self) -> int | None:
        """How many subjects `base` judges otherwise than the run did; None: its columns differ."""
        ours, theirs = (
            f"{schema}.{identifier(self.screening.decision)}" for schema in (BASE, f"{RUN}.main")
        )
        if self._columns(ours) != self._columns(theirs):
            return None
        key = self.screening.key
        found = self.connection.execute(
            f"select count(*) from (select {key}, hash(made) as mark from {ours} as made) as made"
            f" full join (select {key}, hash(kept) as mark from {theirs} as kept) as kept"
            f" on made.{key} = kept.{key} where made.mark is distinct from kept.mark"
        ).fetchall()
        return int(found[0][0])

    def _open(self, variant: str, inputs: list[str]) -> None:
        self.connection.execute(f"create schema {variant}")
        self.connection.execute(f"use memory.{variant}")
        for name in inputs:
            table = identifier(name)
            self.connection.execute(f"create view {table} as from {RUN}.main.{table}")

    def _build(self, variant: str, made_again: set[str]) -> None:
        for name in self._reads:
            table = identifier(name)
            if name not in made_again:
                source = f"{RUN}.main" if variant == BASE else BASE
                self.connection.execute(f"create view {table} as from {source}.{table}")
                continue
            try:
                self.connection.execute(f"create table {table} as {self._selects[name]}")
            except duckdb.Error as error:
                if is_storage_failure(error) or isinstance(error, duckdb.InterruptException):
                    raise
                raise _failure(name, variant) from None

    def _reached(self, variant: str, policy: Policy) -> set[str]:
        """The models that read a value which is not that of the run, or a model that does."""
        wide = f"policy_{policy.screening}"
        changed = self._changed_columns(variant, wide)
        tables = {
            name
            for name in self._policy_tables
            if name != wide and self._differ(f"{variant}.{identifier(name)}", identifier(name))
        }
        reached: set[str] = set()
        for name, reads in self._reads.items():
            code = _COMMENT.sub("", self._selects[name])
            is_asking = wide in reads and any(
                re.search(rf"\b{column}\b", code) for column in changed
            )
            if is_asking or reads & (tables | reached):
                reached.add(name)
        return reached

    def _changed_columns(self, variant: str, wide: str) -> set[str]:
        """The single values that are not those of the run, also those that it did not know."""
        asked, kept = f"{variant}.{wide}", f"{RUN}.main.{wide}"
        known = {name for name, _ in self._columns(kept)}
        names = [name for name, _ in self._columns(asked) if name != "bureau_code"]
        tests = ", ".join(
            f"bool_or(asked.{name} is distinct from kept.{name})" if name in known else "true"
            for name in names
        )
        row = self.connection.execute(
            f"select {tests} from {asked} as asked full join {kept} as kept"
            " on asked.bureau_code = kept.bureau_code"
        ).fetchone()
        assert row is not None
        return {name for name, differs in zip(names, row, strict=True) if differs}

    def _differ(self, asked: str, name: str) -> bool:
        kept = f"{RUN}.main.{name}"
        found = self.connection.execute(
            f"select count(*) from ((from {asked} except all from {kept})"
            f" union all (from {kept} except all from {asked}))"
        ).fetchall()
        return bool(found[0][0])

    def _columns(self, table: str) -> list[tuple[str, str]]:
        described = self.connection.execute(f"describe {table}").fetchall()
        return [(row[0], row[1]) for row in described]


def is_of_this_program(run: Run) -> bool:
    """Whether a run was made by the program as it is now; False when its manifest can't tell."""
    try:
        manifest = json.loads((run.folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest["code"]["sha256"] == code_fingerprint())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _check_has(results: Results, screening: Screening, inputs: list[str]) -> None:
    there = set(results.tables())
    run = results.run.run_id
    if screening.decision not in there:
        raise UsageError(
            say(
                f"{run} 没有 {screening.name} 的结果（当日无政策，或只运行了部分筛查）",
                f"{run} has no results of {screening.name}: not in force on its day, or not run",
            )
        )
    if missing := [name for name in inputs if name not in there]:
        raise StaleError(
            say(
                f"{run} 由其他版本的程序生成，结果中没有 {'、'.join(missing)}。请重新运行后再试",
                f"{run} was made by another version of the program: no {', '.join(missing)} in its"
                " results. Run again first",
            )
        )


def _failure(model: str, variant: str) -> UsageError | StaleError:
    if variant == BASE:
        return StaleError(
            say(
                f"{model}：用该次运行的表无法重算（由其他版本的程序生成）。请重新运行后再试",
                f"{model}: can't be made again from this run, which another version of the program"
                " made. Run again first",
            )
        )
    return UsageError(
        say(
            f"{model}：用这些取值无法计算，请检查大小",
            f"{model}: can't be counted with these values; check their size",
        )
    )

"""What payment needs of a list: sql/screenings/<name>/payment.yaml, checked when it is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template

from pipelines.errors import PolicyError
from pipelines.exact_yaml import read_exactly
from pipelines.messages import say
from pipelines.policy import SCREENINGS
from pipelines.results import Results
from pipelines.sqltext import identifier

_COLUMNS = ("payee", "bank", "account", "amount", "already_paid")
_ACCOUNTS = ("table", "key", "account", "owner")


@dataclass(frozen=True)
class PaymentPlan:
    """A screening's list that is paid from, and the select of its rows."""

    screening: str
    list_name: str
    mark: str
    purpose_text: str
    select: str

    def purpose(self, year: int) -> str:
        """What the payments of a data year are for, as the bank is told."""
        return Template(self.purpose_text, undefined=StrictUndefined).render(数据年度=year)


def load_plans(results: Results, folder: Path = SCREENINGS) -> list[PaymentPlan]:
    """The plan of every screening that has one and whose list is in the run.

    Raises PolicyError, naming the file, for keys, tables or columns that don't exist.
    """
    plans = []
    for path in sorted(folder.glob("*/payment.yaml")):
        try:
            content: Any = read_exactly(path)
            plan = _plan(path, content)
            if results.has(f"list_{plan.list_name}"):
                results.rows(f"{plan.select} limit 0")
                plans.append(plan)
        except Exception as error:
            reason = " ".join(str(error).split())
            raise PolicyError(
                say(
                    f"{path}：无法使用（{reason}），请改正",
                    f"{path}: not usable ({reason}); correct it",
                )
            ) from None
    return plans


def _plan(path: Path, content: Any) -> PaymentPlan:
    _same(content, ("list", "mark", "purpose", "columns", "accounts"))
    _same(content["columns"], _COLUMNS)
    _same(content["accounts"], _ACCOUNTS)
    if not (path.parent / f"list_{content['list']}.sql").exists():
        raise ValueError(say(f"没有名单 {content['list']}", f"no list {content['list']}"))
    columns = ", ".join(
        f"listed.{identifier(content['columns'][name])} as {name}" for name in _COLUMNS
    )
    table, key, account, owner = (identifier(content["accounts"][name]) for name in _ACCOUNTS)
    listed_account = identifier(content["columns"]["account"])
    # Who has no credit code counts as an owner of his own: nobody knows whose account it is.
    select = (
        f'select listed.bureau_code, listed.{key}, listed."序号", {columns},'
        f" coalesce(owned.owners, 1), count(*) over (partition by listed.{key})"
        f" from {identifier('list_' + content['list'])} as listed"
        f" left join (select {account} as account,"
        f" count(distinct coalesce({owner}, {key})) as owners from {table} group by {account})"
        f" as owned on listed.{listed_account} = owned.account"
        ' order by listed.bureau_code, listed."序号"'
    )
    plan = PaymentPlan(
        path.parent.name, content["list"], str(content["mark"]), content["purpose"], select
    )
    plan.purpose(0)
    return plan


def _same(given: dict[str, Any], wanted: tuple[str, ...]) -> None:
    if set(given) != set(wanted):
        raise ValueError(", ".join(sorted(set(given) ^ set(wanted))))

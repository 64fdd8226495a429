"""The files of letters: which rows of which lists go to which bureau's or banner's folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.books import Books
from pipelines.deliver import list_names, list_parts, write_csv
from pipelines.errors import UsageError
from pipelines.letter_rows import BANNER, banner_of, message_columns, say_rows
from pipelines.messages import say
from pipelines.pages import write_page
from pipelines.reference import code_table
from pipelines.results import Results
from pipelines.sheet_rows import Column, Row
from pipelines.sheets import write_sheet
from pipelines.storage import private_folder
from pipelines.texts import Texts, load_texts

# No browser prints more pages from one file at once without effort.
NOTICES_A_FILE = 500


@dataclass(frozen=True)
class Written:
    """What a bureau got: rows by what they are, and its folder."""

    bureau_code: str
    bureau_name: str
    folder: Path
    messages: int = 0
    without_phone: int = 0
    notices: int = 0
    listed: int = 0


class LetterJob:
    """Writes the letters of a run under a folder aside, a folder per bureau."""

    def __init__(self, results: Results, aside: Path, by_banner: bool) -> None:
        self._results, self._aside, self._by_banner = results, aside, by_banner
        self._counts: dict[str, dict[str, int]] = {}
        self.bureaus: dict[str, str] = dict(
            results.rows("select bureau_code, bureau_name from ref_bureaus order by 1")
        )
        self._names = list_names(results.connection)
        ((self._year, self._day),) = results.rows("select data_year, as_of from run_calendar")

    def write(self, codes: tuple[str, ...], lists: tuple[str, ...]) -> list[Written]:
        """Everything for these bureaus; only these lists, if any are named."""
        if unknown := [name for name in lists if name not in self._names]:
            known = say("、", ", ").join(self._names)
            raise UsageError(
                say(
                    f"--list {unknown[0]}：没有这个名单，可用：{known}",
                    f"--list {unknown[0]}: there is no such list; known: {known}",
                )
            )
        texts = {item.list_name: item for item in load_texts(self._columns_of)}
        for name in self._names:
            if (lists and name not in lists) or not (self._by_banner or name in texts):
                continue
            columns, rows = list_parts(self._results.connection, name)
            for code in codes:
                for folder, part in self._parts(code, columns, rows.get(code, [])):
                    self._write_part(code, folder, name, texts.get(name), columns, part)
        return [
            Written(code, self.bureaus[code], self._folder(code), **self._counts[code])
            for code in codes
            if code in self._counts
        ]

    def _columns_of(self, name: str) -> list[str] | None:
        if name not in self._names:
            return None
        described = self._results.rows(
            "select column_name from duckdb_columns() where table_name = ?"
            " and not regexp_full_match(column_name, '[a-z0-9_]+')",
            [f"list_{name}"],
        )
        return [column for (column,) in described]

    def _folder(self, code: str) -> Path:
        return self._aside / f"{code}-{self.bureaus[code]}"

    def _parts(
        self, code: str, columns: list[Column], rows: list[Row]
    ) -> Iterator[tuple[Path, list[Row]]]:
        """The folder and rows of each file: of the bureau, or of each of its banners."""
        place = next((at for at, item in enumerate(columns) if item.title == BANNER), None)
        if not self._by_banner:
            yield self._folder(code), rows
        elif place is not None:
            banners: dict[str, list[Row]] = {}
            for row in rows:
                banners.setdefault(banner_of(row[place]), []).append(row)
            for banner, part in sorted(banners.items()):
                yield self._folder(code) / banner, part

    def _write_part(
        self,
        code: str,
        folder: Path,
        name: str,
        texts: Texts | None,
        columns: list[Column],
        rows: list[Row],
    ) -> None:
        if not rows:
            return
        counts = self._counts.setdefault(code, {})

        def count(what: str, number: int) -> None:
            counts[what] = counts.get(what, 0) + number

        private_folder(folder)
        if self._by_banner:
            is_book = Books().has_one(name, len(rows))
            _write_both(folder / name, columns, rows, is_book)
            count("listed", len(rows))
        if texts is None:
            return
        spoken = say_rows(texts, columns, rows, self._around(code))
        for suffix, what, part in (
            ("短信", "messages", spoken.messages),
            ("无手机号", "without_phone", spoken.without_phone),
        ):
            if part:
                _write_both(folder / f"{name}_{suffix}", message_columns(spoken.header), part)
                count(what, len(part))
        write_notices(folder / f"{name}_告知书.html", spoken.notices)
        count("notices", len(spoken.notices))

    def _around(self, code: str) -> dict[str, str]:
        authorities = {row["bureau_code"]: row for row in code_table("authorities")}
        name = self.bureaus[code]
        known = authorities.get(code, {"authority": name, "authority_short": name})
        return {
            "盟市": name,
            "机关": known["authority"],
            "机关简称": known["authority_short"],
            "数据年度": str(self._year),
            "筛查日期": f"{self._day.year}年{self._day.month}月{self._day.day}日",
        }


def write_notices(path: Path, notices: Sequence[dict[str, Any]]) -> None:
    """Notices for paper, one A4 page each; many go on in further files."""
    parts = [notices[at : at + NOTICES_A_FILE] for at in range(0, len(notices), NOTICES_A_FILE)]
    for number, part in enumerate(parts, start=1):
        name = path if number == 1 else path.with_stem(f"{path.stem}{number}")
        write_page(name, "notice.html", notices=part)


def _write_both(
    path: Path, columns: list[Column], rows: Sequence[Row], is_book: bool = True
) -> None:
    write_csv(path.parent / f"{path.name}.csv", [item.title for item in columns], rows)
    if is_book:
        write_sheet(path.parent / f"{path.name}.xlsx", columns, rows)

"""What the run says of the delivery: import_log, set_aside, delivery_complete, control totals."""

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from pipelines.contracts import load_contracts
from pipelines.delivery import Delivery, FileNote
from pipelines.messages import language, say
from pipelines.repairs import OPEN_ROWS
from pipelines.row_counts import row_counts

REASONS_SHOWN = 5

_LOG = """
create or replace table import_log (
    extract varchar, file_name varchar, sha256 varchar, encoding varchar, delimiter varchar,
    code_system varchar, status varchar, refusal varchar, physical_lines bigint,
    heading_lines bigint, blank_lines bigint, rows_read bigint, rows_accepted bigint,
    rows_duplicate bigint, rows_out_of_scope bigint, rows_set_aside bigint, rows_mended bigint,
    rows_void bigint, rows_standing bigint, first_reasons varchar, unknown_headers varchar
)
"""


@dataclass(frozen=True)
class Refusal:
    """A file that is not used as a whole, and why, in one line."""

    extract: str
    file_name: str
    text: str
    sha256: str = ""


def control_refusals(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> list[Refusal]:
    """The files whose pattern has control totals that their rows don't reach together."""
    refusals = []
    read = connection.execute("select extract, file_name, sha256 from files_read").fetchall()
    for note in delivery.notes:
        files = [row for row in read if fnmatchcase(row[1], note.pattern)]
        wrong = _differences(connection, note, [row[1] for row in files]) if files else []
        for extract, file_name, sha256 in files if wrong else []:
            text = say(
                f"{file_name}：与 delivery.yaml 的控制数不符：{'；'.join(wrong)}，请核对后重新提供",
                f"{file_name}: control totals of delivery.yaml don't match: {'; '.join(wrong)};"
                " check and deliver it again",
            )
            refusals.append(Refusal(extract, file_name, text, sha256))
    return refusals


def write_import_log(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    refusals: list[Refusal],
    others: list[Path],
) -> None:
    """Write the tables and the view that tell what was delivered; one log row per file."""
    word = language()
    connection.execute(
        "create or replace view set_aside as select extract, file_name, line_number, column_name,"
        f" coalesce(problems.{word}, open_rows.reason) as reason, raw_row from ({OPEN_ROWS})"
        " as open_rows left join ref_problems as problems on open_rows.reason = problems.code"
    )
    connection.execute("create or replace table delivery_complete (name varchar)")
    for name in delivery.complete:
        connection.execute("insert into delivery_complete values (?)", [name])
    connection.execute("create or replace table delivery_file (sha256 varchar)")
    if delivery.sha256:
        connection.execute("insert into delivery_file values (?)", [delivery.sha256])
    connection.execute(_LOG)
    for extract in load_contracts():
        connection.execute(
            "insert into import_log select files_read.extract, files_read.file_name, sha256,"
            " encoding, delimiter, code_system, 'accepted', null, physical_lines, heading_lines,"
            " blank_lines, rows_read, counts.rows_accepted, counts.rows_duplicate,"
            " counts.rows_out_of_scope, counts.rows_set_aside, counts.rows_mended,"
            " counts.rows_void, counts.rows_standing, null, nullif(unknown_headers, '')"
            f" from files_read inner join ({row_counts(extract)}) as counts"
            " on files_read.file_name = counts.file_name where files_read.extract = ?",
            [extract],
        )
    for refusal in refusals:
        connection.execute(
            "insert into import_log (extract, file_name, sha256, status, refusal)"
            " values (?, ?, ?, 'refused', ?)",
            [refusal.extract, refusal.file_name, refusal.sha256 or None, refusal.text],
        )
    for path in others:
        # A name in an old encoding is shown with its bytes.
        shown = path.name.encode("utf-8", "backslashreplace").decode()
        connection.execute(
            "insert into import_log (file_name, status) values (?, 'not_recognised')", [shown]
        )
    _write_reasons(connection)


def _write_reasons(connection: duckdb.DuckDBPyConnection) -> None:
    """first_reasons: the most frequent reasons of a file with their rows; no value of any cell."""
    rows = connection.execute(
        "select extract, file_name, coalesce(column_name || ?, '') || reason || ?"
        " || count(*) || ? as reason_text from set_aside"
        " group by extract, file_name, column_name, reason"
        " order by count(*) desc, reason_text",
        ["：", "（", "）"] if language() == "zh" else [": ", " (", ")"],
    ).fetchall()
    remarks = connection.execute(
        "select extract, file_name, remarks from files_read where remarks <> ''"
    ).fetchall()
    told: dict[tuple[str, str], list[str]] = {}
    for extract, file_name, text in [*remarks, *rows]:
        told.setdefault((extract, file_name), []).append(text)
    for (extract, file_name), texts in told.items():
        connection.execute(
            "update import_log set first_reasons = ? where extract = ? and file_name = ?",
            [say("；", "; ").join(texts[:REASONS_SHOWN]), extract, file_name],
        )


def _differences(
    connection: duckdb.DuckDBPyConnection, note: FileNote, files: list[str]
) -> list[str]:
    wrong = []
    for name, wanted in note.control.items():
        marks = ", ".join("?" for _ in files)
        select = (
            f"select sum(rows_read) - (select count(*) from repairs where file_name in ({marks}))"
            f" from files_read where file_name in ({marks})"
            if name == "rows"
            else f"select sum(total) from file_sums where file_name in ({marks})"
            " and column_name = ?"
        )
        values = [*files, *files] if name == "rows" else [*files, name]
        row = connection.execute(select, values).fetchone()
        found = Decimal(row[0]) if row and row[0] is not None else Decimal(0)
        if found != wanted:
            wrong.append(
                say(f"{name} 应为 {wanted}，实为 {found:f}", f"{name} {wanted}, found {found:f}")
            )
    return wrong

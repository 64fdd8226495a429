"""Writing the files of the sample in their forms; the same rows give the same bytes."""

import csv
import gzip
import io
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from pipelines.sample.book import Book, Row
from pipelines.sample.cells import cell, header
from pipelines.sample.forms import NOTE, NOTES, Form

Fates = Counter[str]


def write_form(folder: Path, form: Form, book: Book) -> Fates:
    """Write one file and return how many of its data rows will have which fate."""
    rows = book.sheets.get(form.sheet, [])
    path = folder / form.file_name
    if path.suffix == ".xlsx":
        _write_xlsx(path, form, book)
    else:
        text = _csv_text(form, [row for row, _ in rows], book)
        content = text.replace("\n", form.newline).encode(form.encoding)
        if form.encoding == "utf-16":
            content = b"\xff\xfe" + text.replace("\n", form.newline).encode("utf-16-le")
        if path.suffix == ".gz":
            content = gzip.compress(content, mtime=0)
        path.write_bytes(content)
    return Counter(fate for _, fate in rows)


def control_totals(form: Form, book: Book) -> dict[str, int | float]:
    """Rows, and the sum of unit_paid where there is one, of a file whose rows are all accepted."""
    rows = [row for row, _ in book.sheets[form.sheet]]
    totals: dict[str, int | float] = {"rows": len(rows)}
    if "unit_paid" in form.columns.split():
        totals["unit_paid"] = float(_sum(rows, "unit_paid"))
    return totals


def _sum(rows: list[Row], column: str) -> Decimal:
    return sum((Decimal(row.get(column, "") or "0") for row in rows), Decimal(0))


def _csv_text(form: Form, rows: list[Row], book: Book) -> str:
    columns = form.columns.split()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=form.delimiter, lineterminator="\n")
    more = [NOTE] if form.has_notes else []
    width = len(columns) + len(more)
    for number, title in enumerate(form.titles):
        writer.writerow([title, *[""] * (width - 1)] if number == 0 else [title])
    writer.writerow([header(form, column, form.headers) for column in columns] + more)
    if form.second_header:
        writer.writerow([header(form, column, "codes") for column in columns])
    for number, row in enumerate(rows):
        notes = [NOTES[number % len(NOTES)]] if form.has_notes else []
        cells = [cell(form, row, column, number, book.written) for column in columns]
        writer.writerow(cells + notes)
    for footer in form.footers:
        writer.writerow(_footer(footer, columns, rows) + [""] * len(more))
    return out.getvalue()


def _footer(footer: str, columns: list[str], rows: list[Row]) -> list[str]:
    """合计 with the sums of the money columns; other closing rows have one cell."""
    if footer != "合计":
        return [footer] + [""] * (len(columns) - 1)
    summed = {"unit_paid", "person_paid", "amount_yuan"}
    sums = [str(_sum(rows, column)) if column in summed else "" for column in columns]
    return [footer, *sums[1:]]


def _write_xlsx(path: Path, form: Form, book: Book) -> None:
    """Ids as text cells, staff and money as numbers, one month in five as a date cell."""
    columns = form.columns.split()
    with xlsxwriter.Workbook(path, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2022, 3, 1)})
        sheet = workbook.add_worksheet("Sheet1")
        day_form = workbook.add_format({"num_format": "yyyy-mm-dd"})
        line = 0
        for title in form.titles:
            sheet.write_string(line, 0, title)
            line += 1
        for place, column in enumerate(columns):
            sheet.write_string(line, place, header(form, column, form.headers))
        for number, (row, _) in enumerate(book.sheets.get(form.sheet, [])):
            line += 1
            for place, column in enumerate(columns):
                value = row.get(column, "")
                if column in {"employees", "revenue_10k", "assets_10k"} and value:
                    sheet.write_number(line, place, float(value))
                elif column == "insured_from" and number % 5 == 2:
                    day = date(int(value[:4]), int(value[4:]), 1)
                    sheet.write_datetime(line, place, day, day_form)
                elif value:
                    text = cell(form, row, column, number, book.written)
                    sheet.write_string(line, place, text)
        for footer in form.footers:
            line += 1
            sheet.write_string(line, 0, footer)

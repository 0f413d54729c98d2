"""Downloads of lists: XLSX, and CSV that a spreadsheet opens in Chinese."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .formulas import defused

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS = ("xlsx", "csv")


def download(
    kind: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """The rows as a file.

    Args:
        kind: one of ``KINDS``; anything else is not found.
        name: of the file, without its ending.
    """
    if kind == "xlsx":
        content, type_ = _xlsx(head, rows), _XLSX
    elif kind == "csv":
        content, type_ = _csv(head, rows), "text/csv; charset=utf-8"
    else:
        raise Http404
    response = HttpResponse(content, content_type=type_)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # already the city's clock; spreadsheets know no zones
    if isinstance(value, int | float):
        return value
    return str(value)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_safe(_plain(value)) for value in row])
    # The byte-order mark is how Excel knows that the file is UTF-8.
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(value: Any) -> Any:
    return defused(value) if isinstance(value, str) else value


def _xlsx(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24
    cells = []
    for title in head:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    for row in rows:
        sheet.append([_cell(sheet, _plain(value)) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text is never a formula, whatever it begins with
    return cell

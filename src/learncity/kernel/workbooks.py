"""Workbooks (XLSX) as lists: their first sheet becomes CSV, and CSV becomes a workbook again.

Everything else reads CSV, so memory stays the same however long a sheet is; only the table of words
that a workbook keeps apart is held whole, and may only be so large. A workbook is a packed archive
that somebody sends: what it would unpack to is looked at before anything of it is unpacked.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from .csv_text import Unreadable

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What an archive may unpack to, in bytes; a sheet of a million rows and ten columns is 400 MB.
MOST_UNPACKED = 800_000_000
MOST_WORDS = 150_000_000
# Spreadsheets pack XML about ten to one; a bomb packs a thousand to one.
MOST_PACKED_TO_ONE = 200
MOST_PARTS = 2_000
# A cell far to the right would make every row of a short list thousands of cells long.
MOST_COLUMNS = 256
_HEAD = 65_536
# What a spreadsheet makes of a long number that nobody marked as text; its last digits are lost.
_SIXTEEN = 10**15


def is_workbook(path: Path) -> bool:
    """Whether the file is an archive, as workbooks are; ``unpack`` says more."""
    with path.open("rb") as file:
        return file.read(4) in (_ZIP, _OLD)


@contextmanager
def as_csv(path: Path) -> Iterator[Path]:
    """The list as a CSV file: the file itself, or what its first sheet says, for the time being.

    Raises:
        Unreadable: it is a workbook that cannot be used.
    """
    if not path.exists() or not is_workbook(path):
        yield path
        return
    with TemporaryDirectory(prefix="learncity-") as folder:
        found = Path(folder) / path.name
        unpack(path, found)
        yield found


def unpack(path: Path, into: Path, *, most: int | None = None) -> None:
    """Write the first sheet of a workbook as CSV (UTF-8), row by row, empty rows included.

    Args:
        most: so many rows from the top; all when unset.

    Raises:
        Unreadable: it is no workbook, is damaged or locked, or would unpack to more than is
            bearable.
    """
    _look(path)
    try:
        # Opened here: the library goes by a file's name, which says nothing.
        with path.open("rb") as file:
            _write_first_sheet(file, into, most)
    except Exception as error:  # the library knows no common root of what a broken file raises
        raise _damaged(path) from error


def _write_first_sheet(file: IO[bytes], into: Path, most: int | None) -> None:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        with into.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=most):
                writer.writerow(_trimmed([_words(value) for value in row]))
    finally:
        book.close()


def _damaged(path: Path) -> Unreadable:
    return Unreadable(
        f"{path.name} is no workbook that can be read. Open it in a spreadsheet, save it as XLSX "
        "and try again.",
        code="damaged",
    )


def _look(path: Path) -> None:
    """Refuse an archive that unpacks to too much, or holds what no spreadsheet writes."""
    with path.open("rb") as file:
        if file.read(4) == _OLD:
            raise Unreadable(
                f"{path.name} is an old or locked workbook. Save it as XLSX without a password.",
                code="old_workbook",
            )
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _weigh(path, parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        _refuse_entities(path, file.read(_HEAD))
            if "xl/workbook.xml" not in archive.namelist():
                raise _damaged(path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _damaged(path) from error


def _weigh(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    # The sizes are what the archive says of itself; the reader of it gives no byte more.
    total, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    words = sum(p.file_size for p in parts if p.filename.endswith("sharedStrings.xml"))
    if (
        len(parts) > MOST_PARTS
        or total > MOST_UNPACKED
        or words > MOST_WORDS
        or total > max(packed, 1) * MOST_PACKED_TO_ONE + 1_000_000
    ):
        raise Unreadable(
            f"{path.name} unpacks to more than a list needs. Save it as CSV and try again.",
            code="too_large",
        )


def _refuse_entities(path: Path, head: bytes) -> None:
    # A document type stands before the first element; none is needed, and one can be a bomb.
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _damaged(path)


def _words(value: Any) -> str:
    """A cell as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | int):
        return _figure(value)
    return str(value)


def _figure(value: float) -> str:
    if abs(value) >= _SIXTEEN:
        # Said as a spreadsheet says it, so that whoever checks numbers knows that it was rounded.
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else repr(value)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet took a long number for a quantity and lost its last digits."""
    return re.fullmatch(r"\d([.,]\d+)?E\+?\d\d", text.strip(), re.IGNORECASE) is not None


def pack(head: Sequence[str], rows: Iterable[Sequence[str]], into: Path) -> None:
    """Write rows of text as a workbook; no text becomes a formula or a number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    titles = [WriteOnlyCell(sheet, value=_clean(title)) for title in head]
    for title in titles:
        title.font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([_text(sheet, value) for value in row])
    book.save(into)


def _text(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_clean(value))
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _clean(value: str) -> str:
    # XML has no room for control characters.
    return "".join(c if c >= " " or c in "\t\n" else " " for c in value)[:32_000]

"""Workbooks (XLSX) as lists: their first visible sheet becomes CSV, and CSV a workbook again.

Everything else reads CSV, so memory stays the same however long a sheet is; only the table of words
that a workbook keeps apart is held whole, and may only be so large. A workbook is a packed archive
that somebody sends: what it would unpack to is looked at before anything of it is unpacked, every
part is watched while it is read (``archives``), and what is written of it is counted: a word that
is kept once can stand in a million cells.
"""

import csv
import errno
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from . import sheets
from .archives import MOST_ROWS, TooMuch, opened
from .csv_text import LONGEST_ROW, Unreadable
from .sheets import MOST_COLUMNS, CellLost, Uncomputed

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What an archive may unpack to, in bytes; a sheet of a million rows and ten columns is 400 MB.
MOST_UNPACKED = 800_000_000
# What is written of a sheet, in characters: so many in all, and so many for one that it unpacks to.
MOST_WRITTEN = 800_000_000
MOST_WRITTEN_TO_ONE = 20
MOST_CELLS = 50_000_000
# Spreadsheets pack XML about ten to one; a bomb packs a thousand to one.
MOST_PACKED_TO_ONE = 200
MOST_PARTS = 2_000
# What a spreadsheet makes of a long number that nobody marked as text; its last digits are lost.
_SIXTEEN = 10**15


def is_workbook(path: Path) -> bool:
    """Whether the file is an archive, as workbooks are; ``unpack`` says more."""
    with path.open("rb") as file:
        return file.read(4) in (_ZIP, _OLD)


@contextmanager
def as_csv(path: Path) -> Iterator[Path]:
    """The list as a CSV file: the file itself, or what its sheet says, for the time being.

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
    """Write the first visible sheet of a workbook as CSV (UTF-8), row by row, empty rows included.

    Args:
        most: so many rows from the top; all when unset.

    Raises:
        Unreadable: it is no workbook, is damaged or locked, would unpack to more than is bearable,
            or holds a cell that cannot be taken.
    """
    unpacked = _look(path)
    is_whole = False
    try:
        # Opened here: the library goes by a file's name, which says nothing.
        with path.open("rb") as file:
            _write_sheet(file, into, most, unpacked)
        is_whole = True
    except TooMuch as error:
        raise _too_large(path) from error
    except CellLost as error:
        raise _lost(path, error) from error
    except Exception as error:  # the library knows no common root of what a broken file raises
        if _is_of_the_machine(error):
            raise
        raise _damaged(path) from error
    finally:
        if not is_whole:
            into.unlink(missing_ok=True)


def _write_sheet(file: IO[bytes], into: Path, most: int | None, unpacked: int) -> None:
    book = opened(file)
    left = min(MOST_WRITTEN, MOST_WRITTEN_TO_ONE * unpacked + 1_000_000)
    rows = cells = 0
    try:
        with into.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            for row in sheets.rows(book, most):
                said = [_words(value) for value in row]
                length = sum(map(len, said))
                rows, cells, left = rows + 1, cells + len(said), left - length - len(said) - 2
                if length > LONGEST_ROW or rows > MOST_ROWS or cells > MOST_CELLS or left < 0:
                    raise TooMuch
                writer.writerow(said)
    finally:
        book.close()


def _too_large(path: Path) -> Unreadable:
    return Unreadable(
        f"{path.name} unpacks to more than a list needs. Save it as CSV and try again.",
        code="too_large",
    )


def _lost(path: Path, cell: CellLost) -> Unreadable:
    if isinstance(cell, Uncomputed):
        return Unreadable(
            f"{path.name} holds a formula without its result in cell {cell.name}. Open it in a "
            "spreadsheet, save it and try again.",
            code="formulas",
            line=cell.row,
        )
    return Unreadable(
        f"{path.name} has something in cell {cell.name}, and a list has at most {MOST_COLUMNS} "
        "columns. Delete those beyond and try again.",
        code="too_wide",
        line=cell.row,
    )


def _damaged(path: Path) -> Unreadable:
    return Unreadable(
        f"{path.name} is no workbook that can be read. Open it in a spreadsheet, save it as XLSX "
        "and try again.",
        code="damaged",
    )


def _look(path: Path) -> int:
    """Refuse an archive that is too much, or no workbook; what it unpacks to, in bytes."""
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
            if "xl/workbook.xml" not in archive.namelist():
                raise _damaged(path)
            return sum(part.file_size for part in parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        if _is_of_the_machine(error):
            raise
        raise _damaged(path) from error


def _is_of_the_machine(error: Exception) -> bool:
    """Whether the disk or the rights are at fault: no other file would be read either."""
    # A damaged archive leads to a place before its beginning, which has no other name.
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _weigh(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    # The sizes are what the archive says of itself; the reader of it gives no byte more.
    total, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if (
        len(parts) > MOST_PARTS
        or total > MOST_UNPACKED
        or total > max(packed, 1) * MOST_PACKED_TO_ONE + 1_000_000
    ):
        raise _too_large(path)


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

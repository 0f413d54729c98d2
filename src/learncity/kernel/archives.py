"""What is read of a packed workbook, under watch: no byte is handed on that was not looked at.

The library that reads workbooks holds much of what it meets, and goes by what the archive says a
part is, not by its name. So every part is watched where it is read: the parser itself finds a
document type, and what would be held whole may only be so large.
"""

import zipfile
from typing import IO, Any
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

# What is held whole, in bytes: a part that is no sheet, and the table of words.
MOST_PART = 8_000_000
MOST_WORDS = 150_000_000
# From one end of an element to the next, in bytes: a cell holds 32,767 signs.
MOST_SILENCE = 1_000_000
# Elements from one end of a row to the next; 16,384 cells of four are the most a sheet can have.
MOST_IN_ROW = 100_000
MOST_ROWS = 1_048_576
# Elements that no row gives back once it is read.
MOST_OTHERS = 2_000_000
_CHUNK = 1 << 14
_OF_ROWS = ("row", "c", "v", "f", "is", "t", "si", "r")


class TooMuch(Exception):
    """A part holds more than a list needs."""


class Forbidden(Exception):
    """A part holds what no spreadsheet writes."""


class _Watch:
    """The bytes of one part as they are read; it only ever gets what came before."""

    def __init__(self, *, is_sheet: bool) -> None:
        # A table of words has no rows.
        self._most_in_row = MOST_IN_ROW if is_sheet else 0
        self._ended: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _forbid
        self._parser.EntityDeclHandler = _forbid
        # A list's own method: called for every cell, it must cost nothing.
        self._parser.EndElementHandler = self._ended.append
        self._silence = self._in_row = self._rows = self._others = 0

    def see(self, data: bytes) -> None:
        for at in range(0, len(data), _CHUNK):
            part = data[at : at + _CHUNK]
            self._parser.Parse(part, False)
            self._silence = 0 if self._ended else self._silence + len(part)
            self._count([name.rpartition(" ")[2] for name in self._ended])
            self._ended.clear()
            if (
                self._silence > MOST_SILENCE
                or self._rows > MOST_ROWS
                or self._others > MOST_OTHERS
                or 0 < self._most_in_row < self._in_row
            ):
                raise TooMuch

    def _count(self, ended: list[str]) -> None:
        rows = ended.count("row")
        self._rows += rows
        self._in_row = len(ended) if rows else self._in_row + len(ended)
        self._others += len(ended) - sum(map(ended.count, _OF_ROWS))


def _forbid(*_what: Any) -> None:
    raise Forbidden


class _Part:
    """One part while it is read."""

    def __init__(self, file: IO[bytes], size: int, *, is_sheet: bool) -> None:
        self._file, self._size, self._watch = file, size, _Watch(is_sheet=is_sheet)

    def __enter__(self) -> "_Part":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        if size < 0 and self._size > MOST_PART:
            raise TooMuch
        data = self._file.read(size)
        self._watch.see(data)
        return data


class _Archive(zipfile.ZipFile):
    """An archive of which every part is watched."""

    words = ""

    def open(self, name: Any, *args: Any, **kwargs: Any) -> Any:
        info = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        file = super().open(name, *args, **kwargs)
        return _Part(file, info.file_size, is_sheet=info.filename != self.words)


class _Reader(ExcelReader):
    """The library's reader, over a watched archive."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.archive = self._watched = _Archive(file)

    def read_strings(self) -> None:
        found = self.package.find(SHARED_STRINGS)
        if found is not None:
            self._watched.words = found.PartName[1:]
            if self._watched.getinfo(self._watched.words).file_size > MOST_WORDS:
                raise TooMuch
        super().read_strings()


def opened(file: IO[bytes]) -> Any:
    """The workbook in a file, its sheets to be read row by row.

    Raises:
        TooMuch: a part holds more than a list needs; also later, while rows are read.
        Forbidden: a part holds what no spreadsheet writes; also later.
    """
    reader = _Reader(file)
    reader.read()
    return reader.wb

"""The text of a file from a spreadsheet: unpacked, in the right encoding, and of bearable length.

It is read as a stream. What would have to be held whole, a line or a row over several lines, may
only be so long.
"""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

_CHUNK = 1 << 16
# Latin letters, with the marks of Vietnamese: they say nothing about which Chinese encoding it is.
_LATIN = re.compile(r"[\x00-\x7f\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]+")
# How much of a file is looked at to tell GB18030 from another old encoding.
_JUDGED = 500_000
# A line, and a row over all its lines, is held in memory whole. Characters.
LONGEST_ROW = 1_000_000
_SAVE_AS = "Save it as 'CSV UTF-8' and try again."


class Unreadable(Exception):
    """Nothing of the file can be used; the message says why, and what to do.

    Attributes:
        code: the kind of reason, for whoever says it in another language.
        line: where in the file; 0 where it is about all of it.
    """

    def __init__(self, says: str, *, code: str = "unreadable", line: int = 0) -> None:
        super().__init__(says)
        self.code, self.line = code, line


def examine(path: Path) -> tuple[str, int]:
    """The encoding, and how many lines there are.

    Raises:
        Unreadable: it is no text, or holds a line that is longer than ``LONGEST_ROW``.
    """
    with _opened_bytes(path) as file:
        head = file.read(4)
    if head.startswith(b"PK\x03\x04") or head == b"\xd0\xcf\x11\xe0":
        raise Unreadable(f"{path.name} is a workbook, not a CSV file. {_SAVE_AS}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", _count_lines(path, "utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return encoding, _count_lines(path, encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{path.name} is neither UTF-8 nor GB18030 text. {_SAVE_AS}", code="not_text")


def _count_lines(path: Path, encoding: str) -> int:
    lines, length, foreign, likely = 1, 0, 0, 0
    with opened(path, encoding) as text:
        while chunk := text.read(_CHUNK):
            if "\0" in chunk:
                raise Unreadable(f"{path.name} is not a text file. {_SAVE_AS}", code="not_text")
            lines += chunk.count("\n")
            end = max(chunk.rfind("\n"), chunk.rfind("\r"))
            length = length + len(chunk) if end < 0 else len(chunk) - end - 1
            if length > LONGEST_ROW:
                raise _too_long(path.name, lines)
            if encoding == "gb18030" and foreign < _JUDGED:
                letters = _LATIN.sub("", chunk)
                foreign += len(letters)
                likely += sum(map(_is_likely, letters))
    if likely * 2 < foreign:
        # GB18030 gives nearly every byte a meaning, so what it yields has to look like Chinese.
        raise UnicodeDecodeError(encoding, b"", 0, 0, "does not look like Chinese")
    return lines


class Lines:
    """The lines of a file for a reader of rows; a row that never ends is given up.

    Attributes:
        number: of the line that was read last, from 1.
        row: the lines of the row at hand, as they stand in the file.
    """

    def __init__(self, text: Iterable[str], name: str) -> None:
        self._text, self._name = iter(text), name
        self.number = self._taken = 0
        self.row: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self._taken += len(line)
        self.row.append(line)
        if self._taken > LONGEST_ROW:
            raise _too_long(self._name, self._begun)
        return line

    def begin(self) -> None:
        """What is read from now on is another row."""
        self._taken = 0
        self.row.clear()

    @property
    def _begun(self) -> int:
        return self.number - len(self.row) + 1

    def without_end(self) -> Unreadable:
        """That a quotation mark in the row at hand leaves open where it ends."""
        return Unreadable(
            f"{self._name}: in the row that begins at line {self._begun:,} a quotation mark is not "
            "closed, or stands where none can be, so nobody can tell where this row ends. Close, "
            "double or remove it and try again.",
            code="open_quote",
            line=self._begun,
        )


def _too_long(name: str, line: int) -> Unreadable:
    return Unreadable(
        f"{name} has a row of more than {LONGEST_ROW:,} characters at line {line:,}; no list needs "
        f"one. Is a quotation mark not closed, or is it no list? {_SAVE_AS}",
        code="too_long",
    )


def _is_likely(letter: str) -> bool:
    """Whether it is a character of the 6,763 of GB 2312, or punctuation that goes with them."""
    if "\u4e00" <= letter <= "\u9fff":
        try:
            letter.encode("gb2312")
        except UnicodeEncodeError:
            return False
        return True
    return "\u3000" <= letter <= "\u301f" or "\uff01" <= letter <= "\uff5e" or letter in "·–—‘’“”…"


@contextmanager
def _opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked when it is gzip.

    Raises:
        Unreadable: there is no file, it may not be read, or it is damaged.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            with gzip.open(plain) if packed else plain as file:
                yield cast(IO[bytes], file)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {path}. Is the name spelt right?")
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Unreadable(
            f"{path.name} is a damaged gzip file ({error}). Fetch it again.", code="damaged"
        )
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.")


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The text of a file, its ends of lines as they are.

    Raises:
        Unreadable: there is no file, it may not be read, or it is damaged.
    """
    with (
        _opened_bytes(path) as file,
        io.TextIOWrapper(file, encoding=encoding, newline="") as text,
    ):
        yield text

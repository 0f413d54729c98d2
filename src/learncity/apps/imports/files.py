"""The files of an import: a folder of its own, which nobody else on the machine may enter.

It lies beside ``files/`` and not in it: a list of people is in no backup, and no address leads to
it.
"""

import csv
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from learncity.kernel.csv_files import Columns, CsvFile
from learncity.kernel.csv_text import Unreadable
from learncity.kernel.workbooks import is_workbook, unpack

from .types import MOST_BYTES, ListTooLarge

# A header and the rows below it that a reader is shown.
_HEAD = 30
_PACKED = b"\x1f\x8b"


def folder_of(import_id: UUID) -> Path:
    """Where its files are."""
    return Path(settings.IMPORTS_ROOT) / str(import_id)


def failed_of(import_id: UUID) -> Path:
    """The rows that were left out, as CSV; there when there are some."""
    return folder_of(import_id) / "failed.csv"


def changes_of(import_id: UUID) -> Path:
    """What the list would change, cell by cell, as CSV; there once it was checked."""
    return folder_of(import_id) / "changes.csv"


def clashes_of(import_id: UUID) -> Path:
    """What its rows want and something else has, as CSV; there once it was checked."""
    return folder_of(import_id) / "clashes.csv"


class Noted:
    """Rows written beside a list while it is read; they take their name only at the end."""

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_suffix(".part")
        self._text = self._draft.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._text)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write some rows."""
        self._writer.writerows(rows)

    def close(self) -> None:
        """Put them in their place."""
        self._text.close()
        self._draft.replace(self._path)


def noted(path: Path) -> Iterator[list[str]]:
    """The rows that were written beside a list; none when there are none any more."""
    with suppress(FileNotFoundError), path.open(encoding="utf-8", newline="") as text:
        yield from csv.reader(text)


def keep(import_id: UUID, content: Iterable[bytes]) -> None:
    """Write down what was sent.

    Raises:
        ListTooLarge: it is more than ``MOST_BYTES``; the caller removes what is there.
    """
    # Of somebody who was killed while sending the same list, something may lie here still.
    remove(import_id)
    folder = folder_of(import_id)
    folder.mkdir(mode=0o700, parents=True)
    folder.parent.chmod(0o700)
    size = 0
    handle = os.open(folder / "sent", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in content:
            size += len(chunk)
            if size > MOST_BYTES:
                raise ListTooLarge
            file.write(chunk)


def remove(import_id: UUID) -> None:
    """Delete all its files; again is harmless."""
    shutil.rmtree(folder_of(import_id), ignore_errors=True)


def strays(before: datetime) -> list[UUID]:
    """Lists of which a folder is there that was last touched before a moment."""
    found = []
    for folder in Path(settings.IMPORTS_ROOT).glob("*"):
        with suppress(ValueError, FileNotFoundError):
            if folder.stat().st_mtime < before.timestamp():
                found.append(UUID(folder.name))
    return found


def remove_sent(import_id: UUID) -> None:
    """Delete the list; the rows that were left out stay."""
    kept = failed_of(import_id)
    # Drafts of whoever was killed among them.
    for path in kept.parent.glob("*"):
        if path != kept:
            path.unlink(missing_ok=True)


def head_of(import_id: UUID, known: Columns) -> CsvFile:
    """The list with its first rows at least, whatever its columns are called.

    Raises:
        Unreadable: nothing of it can be used.
    """
    sent = folder_of(import_id) / "sent"
    with sent.open("rb") as file:
        if file.read(2) == _PACKED:
            raise Unreadable("a packed file", code="packed")
    if is_workbook(sent):
        head = folder_of(import_id) / "head.csv"
        if not head.exists():
            unpack(sent, head, most=_HEAD)
        sent = head
    return CsvFile(sent, Columns((), known.all, known.words))


@contextmanager
def whole(import_id: UUID) -> Iterator[Path]:
    """The list as CSV; a workbook is unpacked once, while the list is needed.

    Raises:
        Unreadable: it is a workbook that cannot be used.
    """
    sent, made = (folder_of(import_id) / name for name in ("sent", "list.csv"))
    if not is_workbook(sent):
        yield sent
        return
    if not made.exists():
        draft = made.with_suffix(".part")
        unpack(sent, draft)
        draft.replace(made)
    yield made

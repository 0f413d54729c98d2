"""The rows of a list that were left out, in a file of their own: mended there, it is sent again."""

import csv
import os
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from . import workbooks
from .csv_files import CsvFile, Row, RowError, problem
from .csv_text import Unreadable


class ErrorFile:
    """The rows that were left out, as the file had them, each with its problem; made when needed.

    It takes its name only at the end, so that a file of mistakes may be read while it is written.
    Only its owner may read it: rows may be about people.

    Args:
        source: what was sent, where it is not the file itself; it is never written over.
        delimiter: between cells; that of the file unless it is said.
    """

    def __init__(
        self, path: Path, file: CsvFile, source: Path | None = None, *, delimiter: str = ""
    ) -> None:
        self.path, self._file = path, file
        self._delimiter = delimiter or file.delimiter
        self.rows = 0
        if path.absolute() == (source or file.path).absolute():
            raise Unreadable(f"--errors {path} is the file that is read. Give another name.")
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise Unreadable(
                f"The rows with mistakes cannot be written to {path.parent}: {error.strerror}. "
                "Say --errors PATH with a folder that this user may write to."
            )
        self._draft = Path(name)
        # The byte-order mark is how a spreadsheet knows that it is UTF-8.
        self._text = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text, delimiter=self._delimiter)
        self._writer.writerow([*file.without_problem(file.header), problem()])

    def add(self, row: Row, errors: Sequence[RowError]) -> None:
        """Write one row."""
        said = " · ".join(error.problem for error in errors)
        where = _("row %(n)s: %(problem)s") % {"n": row.number, "problem": said}
        self._writer.writerow([*self._file.without_problem(row.raw), where])
        self.rows += 1

    def close(self) -> None:
        """Put it in its place, or leave nothing behind when no row was wrong.

        A name that ends in ``.xlsx`` is given to a workbook. Whatever fails, no draft stays.
        """
        try:
            self._text.close()
            if not self.rows:
                return
            if self.path.suffix == ".xlsx":
                repack(self._draft, self._delimiter)
            self._draft.replace(self.path)
        finally:
            self._draft.unlink(missing_ok=True)


def repack(path: Path, delimiter: str) -> None:
    """Make a workbook of a file of failed rows, in its place; nobody else may ever read it."""
    made = path.with_name(f"{path.name}.made")
    try:
        # A workbook that is written over keeps the rights of what was there.
        os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with path.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text, delimiter=delimiter)
            (head,) = islice(rows, 1)
            workbooks.pack(head, rows, made)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)

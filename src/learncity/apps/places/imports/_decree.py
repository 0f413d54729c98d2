"""A decree as a table: one line for each region that goes into another.

Columns: ``from`` and ``to`` are codes, or names where those are certain (empty ``from``: founded;
empty ``to``: abolished); ``share`` of the residents, where published; and for a new region
``name_vi`` …, ``kind`` and ``parent``.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from learncity.apps.places import bulk, services
from learncity.apps.places.types import Line, PlaceKind, ReformRefused
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import Cells, in_languages
from learncity.kernel.csv_files import Columns, CsvFile, Outcome, Row, RowError
from learncity.kernel.texts import Text

COLUMNS = Columns(
    needed=(("from",), ("to",)),
    optional=("share", "kind", "parent", *in_languages("name")),
)


class DecreeImport:
    """Reads a decree and carries it out when no line of it is wrong."""

    def __init__(
        self, file: CsvFile, *, key: str, country: str, effective: date, act: str, by: By,
        at: datetime,
    ) -> None:  # fmt: skip
        self._file, self._key, self._country, self._act = file, key, country, act
        self._effective, self._by, self._at = effective, by, at
        self._lines: list[Line] = []
        self._errors: list[RowError] = []

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Read rows; they are carried out by ``finish``."""
        lines, errors = read_lines(self._file, rows)
        self._lines += lines
        self._errors += errors
        return Outcome()

    @transaction.atomic
    def finish(self) -> Outcome:
        """Carry it out; a decree is one thing, so one wrong line keeps back all."""
        if self._errors:
            return Outcome(errors=self._errors)
        try:
            done = bulk.reform_at_once(
                key=self._key,
                title={"en": self._key},
                act=self._act,
                country=self._country,
                effective=self._effective,
                lines=self._lines,
                by=self._by,
                at=self._at,
            )
        except ReformRefused as refusal:
            problems = [RowError(p.line, "", "", p.says) for p in refusal.args]
            return Outcome(errors=problems)
        services.redraw()
        services.take_effect(at=self._at)
        return Outcome(new=len(done), same=len(self._lines) - len(done))


def read_lines(file: CsvFile, rows: Iterable[Row]) -> tuple[list[Line], list[RowError]]:
    """The lines of rows, and what is wrong with the others."""
    lines: list[Line] = []
    errors: list[RowError] = []
    for row in rows:
        cells = Cells(row, file)
        line = None if row.trouble else _line(cells)
        errors += cells.errors
        if line and not cells.errors:
            lines.append(line)
    return lines, errors


def _line(cells: Cells) -> Line:
    for column in ("from", "to", "parent"):
        if len(cells.text(column)) > 80 or "\n" in cells.text(column):
            cells.wrong(column, _("write the code of a region, or its name"))
    name = Text({tag: words for tag, words in cells.texts("name").items() if words})
    return Line(
        cells.row.number,
        cells.text("from"),
        cells.text("to"),
        _share(cells),
        name,
        cells.choice("kind", PlaceKind),
        cells.text("parent"),
    )


def _share(cells: Cells) -> Fraction | None:
    said = cells.text("share")
    if not said:
        return None
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,8})?)\s*(%?)", said)
    if not found:
        cells.wrong("share", _("write a share of the residents, such as 0.35"))
        return None
    number = Fraction(found[1].replace(",", "."))
    return number / 100 if found[2] else number

"""Lists from spreadsheets: CSV files read row by row, and mistakes said so that they can be mended.

The most fundamental mistake comes first and alone: no file, no text, no header, missing columns.
Only then are rows read, and a mistake in one never stops the next. The file is read twice as a
stream, once for its encoding and length and once for its rows, so memory does not grow with it.
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from .csv_text import Lines, Unreadable, examine, opened
from .formulas import unmarked
from .outcomes import Change, Clash
from .words import fold

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
# Among so many rows from the top the header is looked for.
_TOP = 10
_SHOWN = 40


def problem() -> str:
    """The head of the column that says what is wrong, in the language that is spoken."""
    return _("problem")


@cache
def _problems() -> frozenset[str]:
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(folded(problem()))
    return frozenset(found)


def is_problem(name: str) -> bool:
    """Whether a column says what was wrong the last time, in whichever language: no data."""
    return folded(name) in _problems()


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell, or with a whole row when ``column`` is empty."""

    row: int
    column: str
    value: str
    says: str

    @property
    def shown(self) -> str:
        """The value on one line, cut where it is long."""
        flat = " ".join(self.value.split())
        return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 1]}…"

    @property
    def problem(self) -> str:
        """Where in the row and what to do: what stands in the column `problem`."""
        where = f"{self.column} {self.shown!r}" if self.value else self.column
        return f"{where}: {self.says}" if where else self.says

    def __str__(self) -> str:
        return f"row {self.row}, {self.problem}" if self.column else f"row {self.row}: {self.says}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        number: as a spreadsheet shows it; the header is mostly 1, and what stands above it no row.
        line: the line of the file it ends in; a cell may hold several lines.
        cells: trimmed, by our names of the columns, defaults filled in.
        raw: as they stand in the file; of a row that cannot be told into cells, all of it in one.
        trouble: why the row cannot be read; empty when it can.
    """

    number: int
    line: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]
    trouble: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns of a kind of list. Of each group in ``needed`` the file must have one."""

    needed: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...] = ()
    #: What others call our columns, in any language; a header that says so is understood.
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[str, ...]:
        """Every column that is read."""
        names = (*(name for group in self.needed for name in group), *self.optional)
        return tuple(dict.fromkeys(names))

    def guess(self, header: Sequence[str]) -> dict[str, str]:
        """Which of our columns each of the file's means, by name or by what others call it.

        Returns:
            Our name to the file's, each at most once; what is not certain is left out.
        """
        there = {_bare(name): name for name in reversed(header) if name}
        found: dict[str, str] = {}
        for ours in self.all:
            for word in (ours, *self.words.get(ours, ())):
                theirs = there.get(_bare(word))
                if theirs is not None and theirs not in found.values():
                    found[ours] = theirs
                    break
        return found


@dataclass
class Outcome:
    """What became of some rows; ``alike`` of them look like something that is there already.

    ``notes`` say what was not taken from rows that are not left out. ``changes`` and ``clashes``
    are told by kinds that know them.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: list[RowError] = field(default_factory=list)
    alike: int = 0
    notes: list[RowError] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count what became of further rows; their errors and notes are not kept."""
        self.new += other.new
        self.changed += other.changed
        self.same += other.same
        self.alike += other.alike


class CsvFile:
    """A list in a file that can be read: text, with a header and the columns that are needed.

    Args:
        rename: our name of a column to the file's; an empty one: the file has none, whatever its
            header says.
        defaults: our name of a column to what an empty cell of it, or its absence, means.

    Raises:
        Unreadable: it cannot; nothing was read.
    """

    def __init__(
        self,
        path: Path,
        columns: Columns,
        *,
        rename: Mapping[str, str] | None = None,
        defaults: Mapping[str, str] | None = None,
    ) -> None:
        self.path, self.known = path, columns.all
        self.encoding, self.lines = examine(path)
        self.header, self.delimiter, self._header_row = self._find_header(columns, rename or {})
        self._defaults = dict(defaults or {})
        self._at = self._places(columns, dict(rename or {}))
        self._check_needed(columns)
        read = set(self._at.values())
        #: Columns of the file that nobody reads.
        self.unused = [
            name
            for at, name in enumerate(self.header)
            if at not in read and name and not is_problem(name)
        ]

    @property
    def columns(self) -> frozenset[str]:
        """Our names of the columns that the file has, or that have a default."""
        return frozenset(self._at) | frozenset(self._defaults)

    @property
    def described(self) -> str:
        """Encoding and delimiter in words."""
        names = {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}
        return f"{names[self.encoding]}, {_DELIMITERS[self.delimiter]}"

    def name_of(self, column: str) -> str:
        """What the file calls one of our columns."""
        return self.header[self._at[column]] if column in self._at else column

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty, in order.

        Raises:
            Unreadable: a row is longer than ``LONGEST_ROW``, or nobody can tell where it ends.
        """
        for number, lines, raw, error in self._every_row(self.delimiter):
            if error:
                if sum(bool(line.strip()) for line in lines.row) > 1:
                    # Some of them may be rows of their own, lost without being counted.
                    raise lines.without_end()
                yield Row(number, lines.number, {}, self._unsplit(lines.row), _broken(error))
            elif number > self._header_row and any(cell.strip() for cell in raw):
                yield self._row(number, lines.number, raw)

    def _every_row(
        self, delimiter: str
    ) -> Iterator[tuple[int, Lines, list[str], csv.Error | None]]:
        """Each row of the file with its number, its lines, and its cells or why it has none."""
        with opened(self.path, self.encoding) as text:
            lines = Lines(text, self.path.name)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            for number in count(1):
                lines.begin()
                try:
                    raw = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield number, lines, [], error
                else:
                    yield number, lines, raw, None

    def _unsplit(self, lines: Iterable[str]) -> tuple[str, ...]:
        """The text of a row in a cell that comes back to whoever sent it."""
        at = next((n for n, name in enumerate(self.header) if not is_problem(name)), 0)
        return (*[""] * at, "".join(lines).strip("\r\n"))

    def without_problem(self, raw: Sequence[str]) -> list[str]:
        """A row, or the header, as the file has it, without what was wrong the last time."""
        cells = [*raw, *[""] * (len(self.header) - len(raw))]
        return [
            cell
            for at, cell in enumerate(cells)
            if at >= len(self.header) or not is_problem(self.header[at])
        ]

    def _row(self, number: int, line: int, raw: list[str]) -> Row:
        cells = dict(self._defaults)
        for column, at in self._at.items():
            value = unmarked(raw[at].strip()) if at < len(raw) else ""
            cells[column] = value or self._defaults.get(column, "")
        trouble = ""
        if any(cell.strip() for cell in raw[len(self.header) :]):
            trouble = _(
                "the row has %(cells)s cells and the header %(header)s; put a cell that holds a "
                "%(sign)s between quotation marks"
            ) % {
                "cells": len(raw),
                "header": len(self.header),
                "sign": {",": _("comma"), ";": _("semicolon"), "\t": _("tab")}[self.delimiter],
            }
        return Row(number, line, cells, tuple(raw), trouble)

    def _find_header(
        self, columns: Columns, rename: Mapping[str, str]
    ) -> tuple[list[str], str, int]:
        """The names of the columns, what stands between cells, and the header's row.

        It is the first row that says anything, unless one of the next names more columns that are
        known: people put a title, a date or a note above their lists.
        """
        said = {folded(theirs) for theirs in rename.values() if theirs}
        best: tuple[tuple[int, int, int], list[str], str, int] | None = None
        trouble: Unreadable | None = None
        for delimiter in _DELIMITERS:
            rows, broken = self._top(delimiter)
            trouble = trouble or (None if rows else broken)
            for number, cells in rows:
                header = [_neat(name) for name in cells]
                known = len(columns.guess(header)) + len(said & {folded(n) for n in header})
                # One word may stand in a title, or in a row, by chance.
                rank = (known if known > 1 else 0, -number, len(header))
                if best is None or rank > best[0]:
                    best = rank, header, delimiter, number
        if trouble and (best is None or len(best[1]) < 2):
            # With another delimiter a broken first row is one long name.
            raise trouble
        if best is None:
            raise Unreadable(f"{self.path.name} is empty. Was it saved?", code="empty")
        self._check_header(best[1])
        return best[1:]

    def _top(self, delimiter: str) -> tuple[list[tuple[int, list[str]]], Unreadable | None]:
        """The first rows that say anything, up to one that is broken; and what is said of it."""
        found: list[tuple[int, list[str]]] = []
        for number, lines, raw, error in self._every_row(delimiter):
            if error:
                return found, lines.without_end()
            if any(cell.strip() for cell in raw):
                found.append((number, raw))
            if len(found) == _TOP:
                break
        return found, None

    def _check_header(self, header: list[str]) -> None:
        named = [folded(name) for name in header if name]
        twice = next((name for name in named if named.count(name) > 1), None)
        if twice:
            raise Unreadable(
                f"{self.path.name} has two columns named {twice!r}. Rename or remove one of them.",
                code="two_columns",
            )

    def _places(self, columns: Columns, rename: dict[str, str]) -> dict[str, int]:
        """Where each of our columns stands in the file."""
        there = {folded(name): at for at, name in enumerate(self.header) if name}
        for option, ours in [("map", n) for n in rename] + [("default", n) for n in self._defaults]:
            if ours not in columns.all:
                raise Unreadable(
                    f"--{option} {ours}: there is no such column{near(ours, columns.all)}. "
                    f"The columns are {', '.join(columns.all)}."
                )
        for ours, theirs in rename.items():
            if theirs and folded(theirs) not in there:
                raise Unreadable(
                    f"--map {ours}={theirs}: {self.path.name} has no column {theirs!r}"
                    f"{near(theirs, self.header)}. It has {_listed(self.header)}."
                )
        guessed = columns.guess([n for n in self.header if n not in rename.values()])
        wanted = {ours: folded(guessed.get(ours, ours)) for ours in columns.all}
        wanted |= {ours: folded(theirs) for ours, theirs in rename.items() if theirs}
        unsaid = {ours for ours, theirs in rename.items() if not theirs}
        return {
            ours: there[theirs]
            for ours, theirs in wanted.items()
            if theirs in there and ours not in unsaid
        }

    def _check_needed(self, columns: Columns) -> None:
        missing = [group for group in columns.needed if not self.columns & set(group)]
        if not missing:
            return
        said = [f"{self.path.name} has no column {_either(group)}." for group in missing]
        said.append(f"It has {_listed(self.header)}.")
        spare = [name for at, name in enumerate(self.header) if at not in self._at.values()]
        maps = [f"--map {pair}" for group in missing if (pair := _likeliest(group, spare))]
        said.append(
            f"If only the names differ, say {' '.join(maps)}."
            if maps
            else f"Name the columns in the first row, or say --map {missing[0][0]}=NAME for each "
            f"that has another name and --default {missing[0][0]}=VALUE for one that is the same "
            "in every row."
        )
        raise Unreadable(" ".join(said))


def near(word: str, words: Iterable[str]) -> str:
    """A hint such as `` (did you mean 'seats'?)``, or nothing."""
    found = _guess(word, words)
    return _(" (did you mean %(word)r?)") % {"word": found} if found else ""


def _guess(word: str, words: Iterable[str]) -> str:
    named = {folded(w): w for w in words if w}
    found = difflib.get_close_matches(folded(word), named, 1)
    return named[found[0]] if found else ""


def _likeliest(ours: Iterable[str], theirs: Sequence[str]) -> str:
    """Which of our columns is meant by which of the file's, as ``ours=theirs``; or nothing."""
    pairs = [(one, found) for one in ours if (found := _guess(one, theirs))]
    pairs.sort(key=lambda pair: -difflib.SequenceMatcher(None, *pair).ratio())
    return "=".join(pairs[0]) if pairs else ""


def _broken(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return _("a quotation mark is opened and not closed; close it")
    if "field larger" in str(error):
        return _("a cell is longer than any list needs; is a quotation mark not closed?")
    return _("a quotation mark stands where none can be (%(why)s); double it or remove it") % {
        "why": error
    }


def _neat(text: str) -> str:
    """A name as it is compared: a line break in a cell of the header is a space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def folded(name: str) -> str:
    """The name of a column whatever its case and width."""
    return _neat(name).casefold()


# What forms add to the name of a column and does not change what it means.
_ADDED = re.compile(r"[(\[](必填|选填|必填项|bắt buộc|nếu có|required|optional)[)\]]")


def _bare(name: str) -> str:
    """A name of a column without signs, marks and spaces: ``Ho_ten`` and ``Họ tên`` are one."""
    return "".join(c for c in fold(_ADDED.sub("", folded(name))) if c.isalnum())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name) or "no named columns"


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

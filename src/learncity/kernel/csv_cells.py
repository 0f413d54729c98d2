"""The cells of one row read as what they should be; every mistake is kept, with what to do.

A column that the file does not have is left alone by whoever writes: see ``has``. Digits and signs
may be full-width, as Chinese keyboards write them.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from .csv_files import Row, RowError, near
from .texts import Text

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST = 4000
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
# What a column is called whose words are in this language: title_zh_hant. Plain zh is simplified.
_ENDINGS = {
    "zh": "zh-Hans",
    "zh_hans": "zh-Hans",
    "zh_hant": "zh-Hant",
    "vi": "vi",
    "en": "en",
}
_LANGUAGES = {ending.replace("_", "-"): tag for ending, tag in _ENDINGS.items()}


def in_languages(stem: str) -> tuple[str, ...]:
    """The columns of a text in several languages: ``title_zh``, ``title_zh_hans`` and so on."""
    return tuple(f"{stem}_{ending}" for ending in _ENDINGS)


def by_column(stem: str, text: Text) -> dict[str, str]:
    """A text as cells, one a language: what ``Cells.texts`` reads again."""
    endings = {tag: ending for ending, tag in reversed(_ENDINGS.items())}
    return {f"{stem}_{ending}": text.get(tag, "") for tag, ending in sorted(endings.items())}


def language(word: str) -> str:
    """The tag of a language, however its letters are written; empty when it is not known."""
    return _LANGUAGES.get(word.lower().replace("_", "-"), "")


class Columned(Protocol):
    """Whatever the rows come from: a file, or a program (``kernel.stated_rows``)."""

    @property
    def columns(self) -> frozenset[str]:
        """Our names of the columns that it has."""
        ...

    def name_of(self, column: str) -> str:
        """What the sender calls one of our columns."""
        ...


class Cells:
    """One row of a file, read cell by cell.

    Attributes:
        errors: the mistakes found so far; the values read then are of no use.
    """

    def __init__(self, row: Row, file: Columned) -> None:
        self.row, self.file = row, file
        self.errors: list[RowError] = []
        if row.trouble:
            self.wrong("", row.trouble)

    def has(self, *columns: str) -> bool:
        """Whether the file says anything about one of these columns."""
        return not self.file.columns.isdisjoint(columns)

    def wrong(self, column: str, says: str) -> None:
        """Note a mistake; of several in one cell the first, which is the most fundamental."""
        value = self.row.cells.get(column, "")
        name = self.file.name_of(column) if column else ""
        if column and any(error.column == name for error in self.errors):
            return
        self.errors.append(RowError(self.row.number, name, value, says))

    def text(self, column: str, longest: int = LONGEST) -> str:
        """The cell as it is."""
        value = self.row.cells.get(column, "")
        if len(value) > longest:
            self.wrong(
                column,
                _("it has %(n)s characters; %(most)s are allowed")
                % {"n": f"{len(value):,}", "most": f"{longest:,}"},
            )
        return value

    def texts(self, stem: str) -> Text:
        """The words of all languages the file has; empty ones are there, to empty what is."""
        found = Text()
        for ending, tag in _ENDINGS.items():
            column = f"{stem}_{ending}"
            if self.has(column) and not found.get(tag):
                found[tag] = self.text(column)
        return found

    def key(self, column: str) -> str:
        """A key, or empty."""
        value = _plain(self.text(column))
        if not value or is_key(value):
            return value
        better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:80]
        says = _("write small letters a-z, digits and hyphens, at most 80")
        if better:
            says = _("write small letters a-z, digits and hyphens, at most 80, such as %(better)r")
        self.wrong(column, says % {"better": better} if better else says)
        return ""

    def needed_key(self, column: str) -> str:
        """A key that must be there."""
        value = self.key(column)
        if not value:
            self.wrong(column, _("write a key; the cell is empty"))
        return value

    def once(self, column: str, value: str, seen: dict[str, int]) -> None:
        """Note a mistake when an earlier row of the file has the same value."""
        first = seen.setdefault(value, self.row.number)
        if value and first != self.row.number:
            self.wrong(
                column, _("row %(row)s has the same; keep one of the two rows") % {"row": first}
            )

    def choice(self, column: str, choices: type[Choice]) -> Choice | None:
        """One of a controlled list, whatever its case; ``None`` when empty or wrong."""
        value = self.text(column)
        return self._one_of(column, value, choices) if value else None

    def choices(self, column: str, choices: type[Choice]) -> list[Choice]:
        """Several of a controlled list, separated by ``|``; each once."""
        found = [self._one_of(column, word, choices) for word in self.words(column)]
        return list(dict.fromkeys(choice for choice in found if choice))

    def languages(self, column: str) -> list[str]:
        """Tags of languages, separated by ``|``; each once."""
        found = []
        for word in self.words(column):
            tag = language(word)
            if not tag:
                self.wrong(
                    column,
                    _("there is no language %(word)r; write %(all)s")
                    % {"word": word, "all": ", ".join(_LANGUAGES)},
                )
            found.append(tag)
        return list(dict.fromkeys(found))

    def words(self, column: str) -> list[str]:
        """The parts between ``|``, trimmed; empty ones are left out."""
        return [word.strip() for word in _plain(self.text(column)).split("|") if word.strip()]

    def number(self, column: str, least: int, most: int) -> int | None:
        """A whole number between two, both included; ``None`` when empty or wrong."""
        value = _plain(self.text(column))
        if not value:
            return None
        number = int(value) if value.isdecimal() and len(value) < 15 else -1
        if least <= number <= most:
            return number
        self.wrong(
            column,
            _("write a whole number from %(least)s to %(most)s")
            % {"least": f"{least:,}", "most": f"{most:,}"},
        )
        return None

    def flag(self, column: str) -> bool:
        """1 or 0; empty is 0."""
        value = _plain(self.text(column))
        if value not in ("", "0", "1"):
            self.wrong(column, _("write 1 for yes or 0 for no"))
        return value == "1"

    def date(self, column: str) -> date | None:
        """A day, year first; ``None`` when empty or wrong."""
        value = _plain(self.text(column))
        found = _DATE.fullmatch(value)
        try:
            if found:
                return date(*map(int, found.groups()))
        except ValueError:
            pass
        if value:
            self.wrong(column, _("write a day as year-month-day, such as 2026-09-07"))
        return None

    def clock(self, column: str) -> time | None:
        """A time of day; ``None`` when empty or wrong."""
        value = _plain(self.text(column))
        found = clock(value)
        if value and found is None:
            self.wrong(column, _("write a time of day as hours:minutes, such as 18:30"))
        return found

    def _one_of(self, column: str, word: str, choices: type[Choice]) -> Choice | None:
        symbol = re.sub(r"[\s-]+", "_", _plain(word)).upper()
        if symbol in choices.__members__:
            return choices[symbol]
        names = list(choices.__members__)
        self.wrong(
            column,
            _("%(word)r is not one of %(all)s%(hint)s")
            % {"word": word, "all": ", ".join(names), "hint": near(symbol, names)},
        )
        return None


def is_key(text: str) -> bool:
    """Whether it can be the key of a thing."""
    return _KEY.fullmatch(text) is not None


def clock(text: str) -> time | None:
    """A time of day such as 8:30; ``None`` when it is none."""
    found = _CLOCK.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def some(words: Iterable[str], most: int = 8) -> str:
    """The first of many words, for a hint."""
    found = sorted(words)
    return ", ".join(found[:most]) + (", …" if len(found) > most else "")


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()

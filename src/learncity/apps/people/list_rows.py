"""One row of a list of people, read and checked without the database, and without its models.

What is wrong is said with the column and the class of the value, never the value: what stands in a
list of people belongs to nobody's screen or log.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel import sealing
from learncity.kernel.csv_cells import Cells, language
from learncity.kernel.csv_files import CsvFile, Row, RowError
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import LANGUAGES
from learncity.kernel.words import fold, name_words, sort_key
from learncity.kernel.workbooks import is_rounded

from .list_columns import ADDRESS_COLUMNS, COLUMNS, NUMBERS
from .rules import claim_of, parse_number, tidy, year_in
from .types import IdentifierInvalid, IdentifierKind, IssuerMissing, Number

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_BORN = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?)?年?月?|(\d{4})(\d{2})(\d{2})"
)
# Whichever of the two is the month: only the year is kept.
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
# The day from which spreadsheets count.
_DAY_ZERO = date(1899, 12, 30)
_LONGEST_KEY = 120
_COUNTRIES = {
    **dict.fromkeys(("中国", "china", "trung quoc"), "CN"),
    **dict.fromkeys(("越南", "vietnam", "viet nam"), "VN"),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """A number as a row states it: checked, with its hashes, that of the newest key first."""

    number: Number
    claims: Sequence[bytes]


@dataclass(slots=True)
class Candidate:
    """A row that can be read, and later whom it is about.

    ``id`` is that of the person if the row brings a new one. ``claim`` and ``said`` are keyed
    hashes of which row of the list it is, and of everything it says; ``said_elsewhere`` of that
    without the home.
    """

    cells: "QuietCells"
    id: UUID
    claim: bytes = b""
    said: bytes = b""
    said_elsewhere: bytes = b""
    name: str = ""
    name_order: bytes = b""
    name_words: str = ""
    born: int | None = None
    language: str = ""
    hometown: str = ""
    home: str = ""
    home_id: UUID | None = None
    groups: list[str] = field(default_factory=list)
    group_ids: list[UUID] = field(default_factory=list)
    numbers: list[Stated] = field(default_factory=list)
    addresses: list[Stated] = field(default_factory=list)
    person_id: UUID | None = None
    is_known: bool = False

    @property
    def row(self) -> int:
        """Its number in the file."""
        return self.cells.row.number


class QuietCells(Cells):
    """Cells whose mistakes tell what kind of value it was, and not which.

    Attributes:
        notes: what is not taken although the row can be used.
    """

    def __init__(self, row: Row, file: CsvFile) -> None:
        super().__init__(row, file)
        self.notes: list[RowError] = []

    def wrong(self, column: str, says: str) -> None:
        """Note a mistake; of several in one cell the first."""
        before = len(self.errors)
        super().wrong(column, says)
        if len(self.errors) > before:
            last = self.errors[-1]
            self.errors[-1] = RowError(last.row, last.column, value_class(last.value), last.says)

    def note(self, column: str, says: str) -> None:
        """Note what is not taken from a row that can be used."""
        value = value_class(self.row.cells.get(column, ""))
        self.notes.append(RowError(self.row.number, self.file.name_of(column), value, says))


def value_class(value: str) -> str:
    """What a value is made of: ``18 digits``; nobody can tell from it which it is."""
    if not value:
        return ""
    digits = sum(c.isdigit() for c in value)
    if digits == len(value):
        return _("%(n)s digits") % {"n": digits}
    if not digits:
        return _("%(n)s letters") % {"n": len(value)}
    return _("%(n)s signs, %(digits)s of them digits") % {"n": len(value), "digits": digits}


class Reader:
    """Reads the rows of one file.

    Args:
        secret: with which the list's own numbers are hashed.
        today: nobody is born later.
        region: country of a phone number or ID without one.
        invented: whether phones of invented people are taken (demo only).
    """

    def __init__(
        self, file: CsvFile, *, secret: bytes, today: date, region: str, invented: bool
    ) -> None:
        self._file, self._secret, self._today = file, secret, today
        self._region, self._invented = region, invented
        self._read = [name for name in COLUMNS.all if name in file.columns]
        self._numbers = [(c, *said) for c, said in NUMBERS.items() if c in self._read]
        self._addresses = [(c, k) for c, k in ADDRESS_COLUMNS.items() if c in self._read]

    def read(self, rows: Sequence[Row]) -> list[Candidate]:
        """Each row, with its mistakes in ``cells.errors``."""
        return [self._one(row) for row in rows]

    def _one(self, row: Row) -> Candidate:
        cells = QuietCells(row, self._file)
        found = Candidate(cells, uuid7())
        if cells.errors:
            return found
        found.name = self._name(cells)
        found.born = self._born(cells)
        found.language = self._language(cells)
        found.hometown = tidy(cells.row.cells.get("hometown", ""), 80)
        found.home = tidy(cells.row.cells.get("home", ""))
        found.groups = cells.words("groups") if "groups" in self._read else []
        for column, kind, giver in self._numbers:
            self._number(cells, found.numbers, column, kind, giver)
        for column, kind in self._addresses:
            self._number(cells, found.addresses, column, kind, "")
        _note_another_year(cells, found)
        found.claim = self._claim(cells, found)
        if not cells.errors:
            said = self._said(row.cells)
            found.said = self._hash("said", "\x1f".join(said))
            if found.home:
                elsewhere = [one for one in said if not one.startswith("home=")]
                found.said_elsewhere = self._hash("said", "\x1f".join(elsewhere))
            found.name_order, found.name_words = sort_key(found.name), name_words(found.name)
        return found

    def _said(self, cells: Mapping[str, str]) -> list[str]:
        return [f"{name}={cells[name]}" for name in self._read if cells.get(name)]

    def _hash(self, about: str, value: str) -> bytes:
        return hmac.digest(self._secret, f"{about}\x00{value}".encode(), "sha256")

    def _claim(self, cells: Cells, found: Candidate) -> bytes:
        """Which row of the list it is: by its own number, or by the first number of identity."""
        key = tidy(cells.row.cells.get("key", ""), _LONGEST_KEY + 1)
        if len(key) > _LONGEST_KEY:
            cells.wrong("key", _("write at most %(n)s signs") % {"n": _LONGEST_KEY})
        if key:
            return self._hash("key", key)
        if found.numbers:
            # Of whatever key it was hashed with, the oldest stays while a new one comes.
            return self._hash("number", found.numbers[0].claims[-1].hex())
        if not cells.errors:
            column = "key" if "key" in self._read else ""
            cells.wrong(
                column, _("give the row a number of its own, or a number of identity of the person")
            )
        return b""

    def _name(self, cells: Cells) -> str:
        """As people write it: family name first, without a space between Chinese signs."""
        name = tidy(cells.row.cells.get("name", ""), 121)
        if not name:
            parts = [tidy(cells.row.cells.get(c, "")) for c in ("family_name", "given_name")]
            between = "" if all(_HAN.search(part) for part in parts if part) else " "
            name = between.join(part for part in parts if part)
        column = "name" if "name" in self._read else "family_name"
        if not name:
            cells.wrong(column, _("write the name; the cell is empty"))
        elif len(name) > 120:
            cells.wrong(column, _("write at most %(n)s signs") % {"n": 120})
        elif not any(c.isalpha() for c in name):
            cells.wrong(column, _("this is no name; is it another column?"))
        return name

    def _born(self, cells: Cells) -> int | None:
        text = tidy(cells.row.cells.get("born", ""), 40).removesuffix(" 00:00:00")
        if not text:
            return None
        year, is_day = _year_of(text)
        if not is_day:
            cells.wrong(
                "born", _("there is no such day; write it as 1962-05-20, or the year alone")
            )
        elif 1900 <= year <= self._today.year:
            return year
        elif len(text) == 5 and text.isdecimal() and int(text) <= (self._today - _DAY_ZERO).days:
            cells.wrong(
                "born",
                _("this is how a spreadsheet counts days; set the column to date, save it anew"),
            )
        else:
            cells.wrong(
                "born", _("write the year of birth, such as 1962, or the day as 1962-05-20")
            )
        return None

    def _language(self, cells: Cells) -> str:
        word = cells.row.cells.get("language", "")
        found = language(word) if word else ""
        if word and found not in LANGUAGES:
            cells.wrong("language", _("write zh, vi or en"))
        return found

    def _number(
        self,
        cells: Cells,
        into: list[Stated],
        column: str,
        kind: IdentifierKind,
        giver: str,
    ) -> None:
        text = cells.row.cells.get(column, "")
        if not text:
            return
        if is_rounded(text):
            cells.wrong(
                column,
                _("the spreadsheet rounded this number; set the column to text and enter it anew"),
            )
            return
        issuer = cells.row.cells.get(giver, "") if giver else ""
        issuer = _COUNTRIES.get(fold(issuer), issuer)
        if kind == IdentifierKind.NATIONAL_ID and not issuer:
            issuer = "VN" if len(text) == 12 else "CN" if len(text) == 18 else self._region
        try:
            number = parse_number(
                kind,
                text,
                issuer=issuer,
                today=self._today,
                region=self._region,
                invented=self._invented,
            )
        except IssuerMissing as missing:
            cells.wrong(giver if giver in self._read else column, str(missing.says))
        except IdentifierInvalid:
            cells.wrong(column, str(_SAYS.get(kind, IdentifierInvalid.says)))
        else:
            about, meant = claim_of(number)
            into.append(Stated(number, sealing.digests(meant, about=about)))


def _year_of(text: str) -> tuple[int, bool]:
    """The year of birth that is written, or 0; and whether its day, where there is one, is one."""
    if found := _BORN.fullmatch(text):
        year, month, day = (int(part or 1) for part in (found.groups()[:3] if found[1] else
                                                        found.groups()[3:]))  # fmt: skip
        return year, _is_day(year, month, day)
    if found := _DAY_FIRST.fullmatch(text):
        one, other, year = map(int, found.groups())
        return year, _is_day(year, one, other) or _is_day(year, other, one)
    return 0, True


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _note_another_year(cells: QuietCells, found: Candidate) -> None:
    """A number that says another year of birth than the row: one of the two is wrong."""
    years = {year_in(stated.number) for stated in found.numbers} - {None}
    if found.born and years and found.born not in years:
        cells.note("born", _("the ID number says another year of birth; look at the document"))


_SAYS = {
    IdentifierKind.PHONE: gettext_lazy("this is no mobile phone number; write all its digits"),
    IdentifierKind.EMAIL: gettext_lazy("this is no e-mail address"),
}

"""People from a list: which row is whom, and writing many of them at once.

The same person is whoever the list had under this number, or whoever holds a number of identity of
the row. Somebody who has the same phone, or the same name and year of birth, is another person
until the office says otherwise: the two are noted for it. A row that says what it said before
changes nothing, whatever was changed here since; a cell that is empty says nothing. Numbers and
groups are added and never taken away.

A list never hands over or rewrites somebody it did not make, nor somebody of whom it made one of
several records that were merged. Only of whom it made, and who does not sign in, it changes name,
year of birth, language, home and hometown, and only to them it gives phones and e-mail addresses,
because whoever proves an address, and knows year or name, gets the record. Of everybody else it
fills what is empty. What was not taken is a note of the outcome; the row counts as read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from learncity.apps.people.identifiers import CLAIM
from learncity.apps.people.list_columns import COLUMNS, NUMBERS
from learncity.apps.people.list_rows import Candidate, Reader
from learncity.apps.people.queries import erased, groups
from learncity.apps.people.services import list_named, list_to_look
from learncity.apps.places import queries as places
from learncity.kernel import locks
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import some
from learncity.kernel.csv_files import CsvFile, Outcome, Row

from . import _staging, _writing

__all__ = ["BATCH", "COLUMNS", "NUMBERS", "PeopleImport"]

# Rows a transaction: a clerk who adds a number meanwhile waits for one batch, about a second.
BATCH = 2_000


class PeopleImport:
    """Writes the people of one file, some rows at a time.

    Args:
        list_name: which list it is; the numbers in its column ``key`` are its own.
        by, at: who says so, and when.
        region: country of phone numbers and IDs without one.
        invented: whether phones of invented people are taken (demo only).
        language: in which those are written to of whom no row says it; BCP 47.
        is_check: whether everything is only looked at and nothing is written.
    """

    def __init__(
        self,
        file: CsvFile,
        *,
        list_name: str,
        by: By,
        at: datetime,
        region: str,
        invented: bool,
        language: str = "zh-Hans",
        is_check: bool = False,
    ) -> None:
        self._list = (list_to_look if is_check else list_named)(list_name)
        self._by, self._at, self._language = by, at, language
        self._is_check = is_check
        self.reader = Reader(
            file, secret=self._list.secret, today=timezone.localdate(at), region=region,
            invented=invented,
        )  # fmt: skip
        self._homes: dict[str, Mapping[str, UUID]] = {}
        self._groups = {
            word.casefold(): g.id for g in groups() for word in (g.key, *g.name.values())
        }
        self._is_prepared = False

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make it be as the rows say; one transaction."""
        return self.write_read(self.reader.read(rows))

    @transaction.atomic
    def write_read(self, candidates: Sequence[Candidate]) -> Outcome:
        """Make it be as rows say that were read; one transaction, the same few statements."""
        if not self._is_prepared:
            _staging.prepare()
            self._is_prepared = True
        if not self._is_check:
            locks.hold_whole(CLAIM)
        met = self._meet(candidates)
        good = [c for c in candidates if not c.cells.errors]
        news = [c for c in good if c.person_id is None]
        others = [c for c in good if c.person_id is not None and not c.is_known]
        there = _writing.look(others, self._list.id)
        _writing.refuse_second_nations(others, there)
        kept = [c for c in others if not c.cells.errors]
        # After every refusal: a row that is left out stands in nobody's way.
        shared = _writing.shared_addresses([c for c in good if not c.cells.errors], met, there)
        changes = _writing.changes_of(kept, there)
        if self._is_check:
            named = _staging.named_alike(news)
        else:
            to = _writing.Target(self._list.id, self._by, self._at, self._language)
            _writing.write(news, kept, changes, to)
            named = _staging.named_alike(news)
            _writing.note_alike(shared, named, to)
        changed = sum(changes[c.row].is_any for c in kept)
        same = len(good) - len(news) - len(others) + len(kept) - changed
        errors = [error for one in candidates for error in one.cells.errors]
        alike = len({pair[0] for pair in (*shared, *named)})
        notes = [note for one in (*news, *kept) for note in one.cells.notes]
        return Outcome(len(news), changed, same, errors, alike, notes)

    def _meet(self, candidates: Sequence[Candidate]) -> _staging.Met:
        """Find out whom each row is about; what cannot be is noted as its mistake."""
        self._find_homes(candidates)
        for one in candidates:
            self._look_up(one)
        met = _staging.meet([c for c in candidates if not c.cells.errors], self._list.id)
        for one in candidates:
            if not one.cells.errors:
                _decide(one, met)
        _refuse_erased(candidates)
        _refuse_twice([c for c in candidates if not c.cells.errors])
        return met

    def _find_homes(self, candidates: Sequence[Candidate]) -> None:
        """The places of these rows by key, code or name; three queries when one is new, nine at
        the most."""
        new = {c.home for c in candidates if c.home and c.home not in self._homes}
        if new:
            by_name: dict[str, Mapping[str, UUID]] = dict(places.keys_by_name(new))
            for found in (places.ids_by_code(new), places.ids_today(new)):
                by_name |= {home: {home: pk} for home, pk in found.items()}
            self._homes |= {home: by_name.get(home, {}) for home in new}

    def _look_up(self, one: Candidate) -> None:
        if one.home:
            self._look_up_home(one, self._homes[one.home])
        for word in one.groups:
            group = self._groups.get(word.casefold())
            if group is None:
                one.cells.wrong(
                    "groups", _("there is no such group; write keys or names, separated by |")
                )
            else:
                one.group_ids.append(group)

    def _look_up_home(self, one: Candidate, found: Mapping[str, UUID]) -> None:
        """Where the person lives; what is not clear is left open, and asked again next time."""
        if len(found) == 1:
            (one.home_id,) = found.values()
            return
        # Should there be such a place one day, the same row says something new.
        one.said = one.said_elsewhere
        if found:
            says = _("not taken: several places are called so; write one of %(keys)s")
            one.cells.note("home", says % {"keys": some(found)})
        else:
            one.cells.note(
                "home", _("not taken: there is no such place; write its name, key or code")
            )


def _decide(one: Candidate, met: _staging.Met) -> None:
    """Whom the row is about; nothing when it is somebody new."""
    cells, column = one.cells, _claiming(one)
    if one.row in met.twice:
        first = met.twice[one.row]
        cells.wrong(
            column, _("row %(n)s has the same number; keep one of the two rows") % {"n": first}
        )
        return
    holders = set(met.holders.get(one.row, {}).values())
    if one.row in met.listed:
        one.person_id, said = met.listed[one.row]
        one.is_known = said == one.said
        holders.discard(one.person_id)
        if holders and not one.is_known:
            cells.wrong(
                column,
                _("the list had somebody else in this row, or another record holds its number; "
                  "compare the two at the city office"),
            )  # fmt: skip
    elif len(holders) > 1:
        cells.wrong(
            column,
            _("its numbers belong to two records; merge them at the city office, or correct one"),
        )
    elif holders - met.vouched.get(one.row, set()):
        # Whoever states the number of somebody else is not made that person by a list.
        cells.wrong(
            column,
            _("somebody said themselves that this number is theirs; look at their document, add "
              "the number at the city office, and send the row again"),
        )  # fmt: skip
    elif holders:
        one.person_id = holders.pop()


def _refuse_twice(candidates: Sequence[Candidate]) -> None:
    first = _staging.twice(candidates)
    for one in candidates:
        if one.row in first:
            one.cells.wrong(
                _claiming(one),
                _("row %(n)s is about the same person; keep one of the two rows")
                % {"n": first[one.row]},
            )


def _claiming(one: Candidate) -> str:
    """The column of the row's first number of identity, or of its own number."""
    for column in (*NUMBERS, "key"):
        if one.cells.row.cells.get(column):
            return column
    return ""


def _refuse_erased(candidates: Sequence[Candidate]) -> None:
    gone = erased({c.person_id for c in candidates if c.person_id})
    for one in candidates:
        if one.person_id in gone:
            one.cells.wrong(
                "", _("this person was erased at their wish; take the row out of the list")
            )

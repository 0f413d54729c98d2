"""Classes from a file: what its columns mean, and writing many of them with all their meetings.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is, but for the timetable, which is always stated as a whole. The same file
changes nothing. No room and no instructor is booked twice: of two rows the earlier one wins, a
meeting whose room is taken is in without one until it is settled, and the constraints of the
database decide when somebody else books in the same moment.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.stated import Stated, cells_of, stated_of
from learncity.apps.classes.types import SeatsInUse
from learncity.kernel import audit, locks
from learncity.kernel.acting import COMMAND, By
from learncity.kernel.csv_cells import Cells, Columned, in_languages
from learncity.kernel.csv_files import Columns, Outcome, Row
from learncity.kernel.outcomes import changes
from learncity.kernel.stated_rows import RowsRefused, StatedRows

from . import _holidays as holidays
from . import _venues, _writing
from ._bookings import Booked, book
from ._known import Candidate, Known
from ._reading import merged, read

COLUMNS = Columns(
    needed=(("key",), ("course",), ("starts",), ("from", "slots"), ("times",), ("seats",)),
    optional=(
        *("provider", "term", "venue", "room", "mode", "day", "until", "waiting", "instructor"),
        *("language", "link", "online_meetings", "fee_minor", "fee_currency", "cancelled"),
        *("open_until", "not_on", *in_languages("fee_for")),
        *in_languages("note"),
        *in_languages("venue_name"),
        *in_languages("room_name"),
    ),
)
# Two imports at once take turns, or both would make the same new class.
_LOCK, _ALL = "classes.imports", UUID(int=0)


class ClassImport:
    """Writes the classes of one file, some rows at a time.

    Args:
        by, at: who brings it, and now; what is cancelled by the file is cancelled from this moment.
        create_venues: whether venues and rooms that are missing are made.
        place: key of the region of such venues; empty: the provider's own.
        provider_ids: whose classes the file may hold; ``None``: anybody's.
        is_check: whether everything is only looked at and nothing is written.
    """

    def __init__(
        self,
        file: Columned,
        *,
        by: By = COMMAND,
        at: datetime,
        create_venues: bool = False,
        place: str = "",
        provider_ids: Collection[UUID] | None = None,
        is_check: bool = False,
    ) -> None:
        self._file, self._by, self._at = file, by, at
        self._create_venues, self._place = create_venues, place
        self._allowed, self._is_check = provider_ids, is_check
        # What earlier rows would book: in a check they are not in the database.
        self._booked = Booked()
        self._zone = ZoneInfo(settings.TIME_ZONE)
        self._seen: dict[str, int] = {}

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the classes of these rows be so, in one transaction.

        Somebody who books, applies or imports in the same moment can break a constraint. Then
        nothing is kept, and the rows are written one by one, so that only those suffer that must.
        """
        try:
            return self._write(rows)
        except (IntegrityError, SeatsInUse):
            outcome = Outcome()
            for row in rows:
                one = self._write_alone(row)
                outcome.add(one)
                for name in ("errors", "notes", "changes", "clashes"):
                    getattr(outcome, name).extend(getattr(one, name))
            return outcome

    def _write_alone(self, row: Row) -> Outcome:
        try:
            return self._write([row])
        except (IntegrityError, SeatsInUse):
            cells = Cells(row, self._file)
            cells.wrong(
                "", _("somebody changed or booked the same in this moment; import it again")
            )
            return Outcome(errors=cells.errors)

    @transaction.atomic
    def _write(self, rows: Sequence[Row]) -> Outcome:
        if not self._is_check:
            locks.hold(_LOCK, _ALL)
        candidates, outcome = self._read(rows)
        known = Known(candidates)
        for candidate in candidates:
            known.complete(candidate)
        if self._create_venues:
            _venues.create(candidates, known, self._place)
        for candidate in candidates:
            known.check_place(candidate)
            known.check_people(candidate)
            if self._allowed is not None:
                known.check_owner(candidate, self._allowed)
        good = [c for c in candidates if not c.cells.errors]
        moving = [c for c in good if c.is_replanned]
        booked = self._booked if self._is_check else Booked()
        outcome.clashes, outcome.notes = book(moving, known, self._zone, booked, self._seen)
        good = [c for c in good if not c.cells.errors]
        outcome.notes += holidays.notes(
            [c for c in moving if not c.cells.errors], known, self._zone, at=self._at
        )
        if not self._is_check:
            fresh = [c for c in good if not c.is_same]
            _writing.write(fresh, known, self._zone, by=self._by, at=self._at)
        outcome.new = sum(c.existing is None for c in good)
        outcome.same = sum(c.is_same for c in good)
        outcome.changed = len(good) - outcome.new - outcome.same
        for candidate in candidates:
            outcome.errors += candidate.cells.errors
        for c in good:
            if c.existing and not c.is_same:
                before, after = cells_of(c.key, c.before), cells_of(c.key, c.stated)
                outcome.changes += changes(c.cells.row.number, c.key, before, after)
        return outcome

    def _read(self, rows: Sequence[Row]) -> tuple[list[Candidate], Outcome]:
        """The rows as what they make of which class; and those that are no rows at all."""
        outcome, read_rows = Outcome(), []
        for row in rows:
            cells = Cells(row, self._file)
            if cells.errors:
                outcome.errors += cells.errors
                continue
            key = cells.needed_key("key")
            cells.once("key", key, self._seen)
            read_rows.append((cells, key, read(cells)))
        found = CourseClass.objects.filter(key__in=[key for _, key, _ in read_rows])
        found = found.select_related("course", "provider", "term", "venue")
        existing = {c.key: c for c in found}
        candidates = []
        for cells, key, said in read_rows:
            before = stated_of(existing[key]) if key in existing else Stated()
            candidates.append(
                Candidate(cells, key, merged(before, said), existing.get(key), before)
            )
        return candidates, outcome


@transaction.atomic
def offer(rows: StatedRows, *, own: Collection[UUID] | None, by: By, at: datetime) -> Outcome:
    """Make the classes be so that a provider's program states, all of them or none.

    Args:
        own: the providers it speaks for; ``None``: all.

    Raises:
        RowsRefused: some cannot be.
    """
    outcome = ClassImport(rows, at=at, provider_ids=own, by=by).write(rows.rows())
    if outcome.errors:
        raise RowsRefused(outcome.errors)
    if outcome.new or outcome.changed:
        keys = sorted(cells["key"] for cells in rows.cells)
        audit.note("classes.offered", f"class {keys[0]}", by=by, keys=keys)
    return outcome

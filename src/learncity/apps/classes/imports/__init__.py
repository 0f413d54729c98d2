"""Classes from a file: what its columns mean, and writing many of them with all their meetings.

A row that cannot be used is left out and said; the others are written. A column that the file does
not have is left as it is, but for the timetable, which is always stated as a whole. The same file
changes nothing. No room and no instructor is booked twice: of two rows the earlier one wins, and
the constraints of the database decide when somebody else books in the same moment.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.types import SeatsInUse
from learncity.kernel import audit, locks
from learncity.kernel.acting import COMMAND, By
from learncity.kernel.csv_cells import Cells, Columned, in_languages
from learncity.kernel.csv_files import Columns, Outcome, Row
from learncity.kernel.stated_rows import RowsRefused, StatedRows

from . import _bookings, _venues, _writing
from ._known import Candidate, Known
from ._reading import Stated, merged, read, stated_of

COLUMNS = Columns(
    needed=(("key",), ("course",), ("starts",), ("from", "slots"), ("times",), ("seats",)),
    optional=(
        *("provider", "term", "venue", "room", "mode", "day", "until", "waiting", "instructor"),
        *("language", "link", "online_meetings", "fee_minor", "fee_currency", "cancelled"),
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
        at: now; what is cancelled by the file is cancelled from this moment.
        create_venues: whether venues and rooms that are missing are made.
        place: key of the region of such venues; empty: the provider's own.
        own: the only providers whose courses, classes and venues may be used; ``None``: whoever's.
    """

    def __init__(
        self,
        file: Columned,
        *,
        at: datetime,
        create_venues: bool = False,
        place: str = "",
        own: Collection[UUID] | None = None,
        by: By = COMMAND,
    ) -> None:
        self._file, self._at, self._own, self._by = file, at, own, by
        self._create_venues, self._place = create_venues, place
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
                outcome.errors += one.errors
            return outcome

    def _write_alone(self, row: Row) -> Outcome:
        try:
            return self._write([row])
        except (IntegrityError, SeatsInUse):
            cells = Cells(row, self._file)
            cells.wrong("", "somebody changed or booked the same in this moment; import it again")
            return Outcome(errors=cells.errors)

    @transaction.atomic
    def _write(self, rows: Sequence[Row]) -> Outcome:
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
            if self._own is not None:
                known.check_own(candidate, self._own)
        good = [c for c in candidates if not c.cells.errors]
        moving = [c for c in good if c.is_replanned]
        _bookings.refuse_taken(moving, known, self._zone, self._seen)
        good = [c for c in good if not c.cells.errors]
        _writing.write(
            [c for c in good if not c.is_same], known, self._zone, by=self._by, at=self._at
        )
        outcome.new = sum(c.existing is None for c in good)
        outcome.same = sum(c.is_same for c in good)
        outcome.changed = len(good) - outcome.new - outcome.same
        for candidate in candidates:
            outcome.errors += candidate.cells.errors
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
    outcome = ClassImport(rows, at=at, own=own, by=by).write(rows.rows())
    if outcome.errors:
        raise RowsRefused(outcome.errors)
    if outcome.new or outcome.changed:
        keys = sorted(cells["key"] for cells in rows.cells)
        audit.note("classes.offered", f"class {keys[0]}", by=by, keys=keys)
    return outcome

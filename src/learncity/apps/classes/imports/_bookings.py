"""Whether rooms and instructors are free: asked set-based, before anything is written.

The exclusion constraints of ``models`` are the second guard. The earlier row of a file wins. A
class that wants a room that is taken meets all the same: the meeting is in without a room, and says
which it wanted. Who teaches elsewhere at that time cannot be in two places: that row is left out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from learncity.kernel.csv_files import RowError
from learncity.kernel.outcomes import Clash

from ._known import Candidate, Known

# Which class has the room or the instructor of one of our meetings; ``n`` is its place.
_TAKEN = """
WITH ours AS (
  SELECT * FROM unnest(%(n)s::int[], %(room)s::uuid[], %(instructor)s::uuid[],
                       %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS o(n, room, instructor, begins, ends)
), taken AS (
  SELECT o.n, 'room' AS what, c.key FROM ours o
  JOIN classes_session s ON s.room_id = o.room AND s.cancelled_at IS NULL
   AND tstzrange(s.starts_at, s.ends_at, '[)') && tstzrange(o.begins, o.ends, '[)')
  JOIN classes_courseclass c ON c.id = s.course_class_id AND c.id <> ALL (%(moving)s::uuid[])
  UNION ALL
  SELECT o.n, 'instructor', c.key FROM ours o
  JOIN classes_session s ON s.instructor_id = o.instructor AND s.cancelled_at IS NULL
   AND tstzrange(s.starts_at, s.ends_at, '[)') && tstzrange(o.begins, o.ends, '[)')
  JOIN classes_courseclass c ON c.id = s.course_class_id AND c.id <> ALL (%(moving)s::uuid[])
)
SELECT n, what, min(key) FROM taken GROUP BY n, what
"""


class _Meeting(NamedTuple):
    candidate: Candidate
    number: int
    begins: datetime
    ends: datetime
    room: UUID | None
    instructor: UUID | None


@dataclass
class Booked:
    """What rows of the file have taken so far, and which classes gave up what they had."""

    moved: set[UUID] = field(default_factory=set)
    _taken: dict[tuple[UUID, date], list[tuple[datetime, datetime, str]]] = field(
        default_factory=dict
    )

    def by(self, what: UUID | None, meeting: _Meeting) -> str:
        """The key of the class that has it at that time; empty when nobody does."""
        if what is None:
            return ""
        there = self._taken.get((what, meeting.begins.date()), ())
        own = meeting.candidate.key
        found = (
            key for b, e, key in there if b < meeting.ends and meeting.begins < e and key != own
        )
        return next(found, "")

    def add(self, what: UUID | None, meeting: _Meeting) -> None:
        """Note that it is taken now."""
        if what is not None:
            hours = (meeting.begins, meeting.ends, meeting.candidate.key)
            self._taken.setdefault((what, meeting.begins.date()), []).append(hours)


def book(
    candidates: Sequence[Candidate],
    known: Known,
    zone: ZoneInfo,
    booked: Booked,
    rows: Mapping[str, int],
) -> tuple[list[Clash], list[RowError]]:
    """Leave open the rooms that are taken, and refuse rows whose instructor is; one query.

    Args:
        rows: keys of classes to their row in this file, for those that have one.

    Returns:
        Every clash, and what is said of rows that are in without a room at times.
    """
    meetings = list(_meetings(candidates, known, zone))
    booked.moved |= {c.existing.id for c in candidates if c.existing}
    taken = _asked(meetings, booked)
    by_candidate: dict[int, list[tuple[int, _Meeting]]] = {}
    for place, meeting in enumerate(meetings):
        by_candidate.setdefault(id(meeting.candidate), []).append((place, meeting))
    clashes: list[Clash] = []
    notes: list[RowError] = []
    for candidate in candidates:
        own = by_candidate.get(id(candidate), [])
        busy = [(m, taken.get((n, "instructor")) or booked.by(m.instructor, m)) for n, m in own]
        found = _grouped("instructor", candidate.stated.instructor, busy)
        clashes += found
        if found:
            candidate.cells.wrong("instructor", _busy(found[0], rows))
            continue
        wanted = [(m, taken.get((n, "room")) or booked.by(m.room, m)) for n, m in own]
        candidate.without_room = frozenset(m.number for m, other in wanted if other)
        for meeting, other in wanted:
            booked.add(meeting.instructor, meeting)
            if not other:
                booked.add(meeting.room, meeting)
        if found := _grouped("room", f"{candidate.stated.venue}/{candidate.stated.room}", wanted):
            clashes += found
            cells = candidate.cells
            notes.append(RowError(cells.row.number, cells.file.name_of("room"), "", _no_room()))
    return clashes, notes


def _grouped(what: str, name: str, meetings: Sequence[tuple[_Meeting, str]]) -> list[Clash]:
    """One clash for each class that is in the way, with the first meeting."""
    times = Counter(other for _, other in meetings if other)
    first = {other: meeting for meeting, other in reversed(meetings) if other}
    return [
        Clash(m.candidate.cells.row.number, m.candidate.key, what, name, m.begins, m.ends,
              times[other], other)
        for other, m in sorted(first.items(), key=lambda pair: pair[1].begins)
    ]  # fmt: skip


def _busy(clash: Clash, rows: Mapping[str, int]) -> str:
    row = rows.get(clash.other)
    values = {
        "other": clash.other,
        "row": _(" (row %(row)s)") % {"row": row} if row else "",
        "when": f"{clash.begins:%Y-%m-%d %H:%M}-{clash.ends:%H:%M}",
        "more": clash.times - 1,
    }
    says = _(
        "the instructor teaches class %(other)s%(row)s on %(when)s; choose another instructor or "
        "time"
    )
    if clash.times > 1:
        says = _(
            "the instructor teaches class %(other)s%(row)s on %(when)s and %(more)s more times; "
            "choose another instructor or time"
        )
    return says % values


def _no_room() -> str:
    return _(
        "is taken by another class at times; those meetings are in without a room until somebody "
        "settles it at the desk"
    )


def _meetings(candidates: Sequence[Candidate], known: Known, zone: ZoneInfo) -> Iterator[_Meeting]:
    for candidate in candidates:
        stated = candidate.stated
        where, who = known.room(stated), known.people.get(stated.instructor)
        if stated.is_cancelled or (where is None and who is None):
            continue
        for number, begins, ends, is_online in stated.meetings(zone):
            yield _Meeting(candidate, number, begins, ends, None if is_online else where, who)


def _asked(meetings: Sequence[_Meeting], booked: Booked) -> dict[tuple[int, str], str]:
    """Of a meeting, by its place, and ``room`` or ``instructor``, the class that has it."""
    values: dict[str, Any] = {
        "n": list(range(len(meetings))),
        **{name: [getattr(m, name) for m in meetings]
           for name in ("room", "instructor", "begins", "ends")},
        "moving": list(booked.moved),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        return {(n, what): key for n, what, key in cursor.fetchall()}

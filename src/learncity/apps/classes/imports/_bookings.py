"""Whether rooms and instructors are free: asked set-based, before anything is written.

The exclusion constraints of ``models`` are the second guard. The earlier row of a file wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from ._known import Candidate, Known

# Meetings that overlap one of ours in the same room, or with the same instructor. ``at`` is the
# place of our row in the batch; ``other`` that of an earlier one, NULL for a class in the database.
_TAKEN = """
WITH ours AS (
  SELECT * FROM unnest(%(at)s::int[], %(room)s::uuid[], %(instructor)s::uuid[],
                       %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS o(at, room, instructor, begins, ends)
), taken AS (
  SELECT o.at, NULL::int AS other, c.key, 'room' AS what, s.starts_at, s.ends_at
  FROM ours o
  JOIN classes_session s ON s.room_id = o.room AND s.cancelled_at IS NULL
   AND tstzrange(s.starts_at, s.ends_at, '[)') && tstzrange(o.begins, o.ends, '[)')
  JOIN classes_courseclass c ON c.id = s.course_class_id AND c.id <> ALL (%(ours)s::uuid[])
  UNION ALL
  SELECT o.at, NULL::int, c.key, 'instructor', s.starts_at, s.ends_at
  FROM ours o
  JOIN classes_session s ON s.instructor_id = o.instructor AND s.cancelled_at IS NULL
   AND tstzrange(s.starts_at, s.ends_at, '[)') && tstzrange(o.begins, o.ends, '[)')
  JOIN classes_courseclass c ON c.id = s.course_class_id AND c.id <> ALL (%(ours)s::uuid[])
  UNION ALL
  SELECT o.at, e.at, NULL, 'room', e.begins, e.ends
  FROM ours o JOIN ours e ON e.room = o.room AND e.at < o.at
   AND e.begins < o.ends AND o.begins < e.ends
  UNION ALL
  SELECT o.at, e.at, NULL, 'instructor', e.begins, e.ends
  FROM ours o JOIN ours e ON e.instructor = o.instructor AND e.at < o.at
   AND e.begins < o.ends AND o.begins < e.ends
)
SELECT DISTINCT ON (at, other, key, what)
  at, other, key, what, starts_at, ends_at,
  count(*) OVER (PARTITION BY at, other, key, what)
FROM taken ORDER BY at, other NULLS FIRST, key, what, starts_at
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    at: int
    other: int | None
    key: str | None
    what: str
    begins: datetime
    ends: datetime
    times: int


def refuse_taken(
    candidates: Sequence[Candidate], known: Known, zone: ZoneInfo, rows: dict[str, int]
) -> None:
    """Say which rows want a room or an instructor that is taken; one query.

    Args:
        rows: keys of classes to their row in this file, for those that have one.
    """
    refused: set[int] = set()
    for taken in _asked(candidates, known, zone):
        if taken.other is not None and taken.other in refused:
            continue  # the row that wanted it first is not written
        refused.add(taken.at)
        key = taken.key or candidates[taken.other or 0].key
        cells = candidates[taken.at].cells
        cells.wrong(taken.what, _says(taken, key, rows.get(key), zone))


def _says(taken: _Taken, key: str, row: int | None, zone: ZoneInfo) -> str:
    begins, ends = taken.begins.astimezone(zone), taken.ends.astimezone(zone)
    when = f"{begins:%a %Y-%m-%d %H:%M}-{ends:%H:%M}"
    if taken.times > 1:
        when += f" and {taken.times - 1} more times"
    by = f"class {key!r}" + (f" (row {row})" if row else "")
    if taken.what == "room":
        return f"the room is taken on {when} by {by}; choose another room or time"
    return f"the instructor teaches {by} on {when}; choose another instructor or time"


def _asked(candidates: Sequence[Candidate], known: Known, zone: ZoneInfo) -> Iterator[_Taken]:
    at: list[int] = []
    room: list[UUID | None] = []
    instructor: list[UUID | None] = []
    begins: list[datetime] = []
    ends: list[datetime] = []
    for place, candidate in enumerate(candidates):
        stated = candidate.stated
        where, who = known.room(stated), known.people.get(stated.instructor)
        if stated.is_cancelled or (where is None and who is None):
            continue
        for _, begin, end, is_online in stated.meetings(zone):
            at.append(place)
            room.append(None if is_online else where)
            instructor.append(who)
            begins.append(begin)
            ends.append(end)
    ours = [c.existing.id for c in candidates if c.existing]
    values: dict[str, Any] = {
        "at": at, "room": room, "instructor": instructor, "begins": begins, "ends": ends,
        "ours": ours,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        return iter([_Taken(*row) for row in cursor.fetchall()])

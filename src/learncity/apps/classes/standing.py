"""How a person stands to a class, read in one query: the busiest read of this room.

A query object for each of class, title, person and place held costs four times as much; a rush of
thousands asks nothing else. Reading down through keys is what rooms above may do.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from learncity.kernel.texts import Text

from .types import Seats, State

# Whoever runs a class ``c`` is suspended; for the ORM ``cards.offered``.
SUSPENDED = """EXISTS (
  SELECT FROM organizations_suspension s WHERE s.organization_id = c.provider_id AND s.until IS NULL
)"""
_QUERY = f"""
SELECT c.id, c.key, c.opens_at, c.closes_at, c.cancelled_at, c.starts_at, c.place_id, c.provider_id,
       o.title, c.seats, c.seats_taken, c.waiting_taken, c.waiting_limit,
       p.id, p.language, p.home_id, e.id, e.receipt, e.state, e.applied_at,
       e.person_id,
       o.is_shown, {SUSPENDED}
FROM classes_courseclass c
JOIN catalogue_course o ON o.id = c.course_id
LEFT JOIN people_person p ON p.id = %s
LEFT JOIN LATERAL (
  SELECT n.* FROM people_all_ids(p.id) AS a(id)
  JOIN classes_enrolment n ON n.course_class_id = c.id AND n.person_id = a.id
  WHERE n.state <> 'WITHDRAWN' ORDER BY n.person_id <> p.id LIMIT 1
) e ON true
WHERE c.key = %s
"""  # noqa: S608 - nothing in it comes from outside


@dataclass(frozen=True, slots=True)
class Named:
    """What facts and messages say of a class."""

    class_id: UUID
    place_id: UUID
    provider_id: UUID
    title: Text
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The place somebody holds or waits for."""

    id: UUID
    receipt: str
    state: State
    applied_at: datetime
    # The reader, or a record that was merged with theirs.
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """A class, a person if any, and the place the person has in it, as they were when read."""

    key: str
    opens_at: datetime | None
    closes_at: datetime
    cancelled_at: datetime | None
    named: Named
    seats: Seats
    person_id: UUID | None
    language: str
    home_id: UUID | None
    held: Held | None
    # The public sees its course.
    is_shown: bool
    # Besides, whoever runs it is not suspended.
    is_offered: bool


def standing(class_key: str, person_id: UUID | None) -> Standing | None:
    """How the person stands to the class, or ``None`` when there is no such class; one query.

    For a stranger, ``None``, only how the class stands.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [person_id, class_key])
        row = cursor.fetchone()
    return _standing(row) if row else None


def _standing(row: tuple[Any, ...]) -> Standing:
    title = row[8]
    held = Held(row[16], row[17], State(row[18]), row[19], row[20]) if row[16] else None
    return Standing(
        key=row[1],
        opens_at=row[2],
        closes_at=row[3],
        cancelled_at=row[4],
        named=Named(
            row[0], row[6], row[7], Text(json.loads(title) if isinstance(title, str) else title),
            row[5],
        ),
        seats=Seats(row[9], row[10], row[11], row[12]),
        person_id=row[13],
        language=row[14] or "",
        home_id=row[15],
        held=held,
        is_shown=row[21],
        is_offered=row[21] and not row[22],
    )  # fmt: skip


_IN_BOTH = """
SELECT DISTINCT o.title FROM classes_enrolment a
JOIN classes_enrolment b ON b.course_class_id = a.course_class_id
JOIN classes_courseclass c ON c.id = a.course_class_id JOIN catalogue_course o ON o.id = c.course_id
WHERE a.person_id IN (SELECT people_all_ids(%s)) AND a.state <> 'WITHDRAWN'
AND b.person_id IN (SELECT people_all_ids(%s)) AND b.state <> 'WITHDRAWN'
"""


def in_both(person_id: UUID, other_id: UUID) -> list[Text]:
    """Titles of classes in which each of two persons holds a place or waits; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_BOTH, [person_id, other_id])
        titles = [row[0] for row in cursor.fetchall()]
    return [Text(json.loads(t) if isinstance(t, str) else t) for t in titles]

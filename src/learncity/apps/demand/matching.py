"""What is new, matched with what people wait for. Part of ``services``.

Set-based: a class is matched with all wishes for its course in one statement; with wishes for words
in one statement for so many different words, each of which is asked of the new courses alone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from learncity.apps.catalogue.queries import holding
from learncity.kernel.dated import day_of
from learncity.kernel.ids import uuid7
from learncity.kernel.rows import insert

from .models import Match, Wish
from .types import News

# So many different words are asked in one statement.
_AT_ONCE = 200

# Takes applications now or later, and somebody could get a seat. Whoever has a place is not told.
_CLASSES = """
SELECT w.id, k.course_id, k.id, greatest(k.opens_at, %(at)s)
FROM classes_courseclass k
JOIN places_place p ON p.id = k.place_id
JOIN catalogue_course c ON c.id = k.course_id AND c.is_shown
JOIN demand_wish w ON {wanted}
LEFT JOIN places_place wp ON wp.id = w.place_id
WHERE k.id = ANY(%(ids)s::uuid[]) AND k.cancelled_at IS NULL AND k.closes_at > %(at)s
  AND k.seats_taken < k.seats
  AND w.ended_at IS NULL AND w.until > %(today)s
  AND (w.place_id IS NULL OR k.mode = 'ONLINE' OR p.id = wp.id OR p.path LIKE wp.path || '.%%')
  AND NOT EXISTS (SELECT FROM people_all_ids(w.person_id) a(id) JOIN classes_enrolment e
    ON e.person_id = a.id AND e.course_class_id = k.id AND e.state <> 'WITHDRAWN')
"""
_OF_COURSE = _CLASSES.format(wanted="w.course_id = k.course_id")
# Pairs of a course and the number of the words that it holds, and wishes for these words.
_FOUND = "unnest(%(courses)s::uuid[], %(words)s::text[]) AS f(course_id, plain)"
_OF_WORDS = _CLASSES.format(
    wanted=f"w.course_id IS NULL AND (w.category = '' OR w.category = c.category) "
    f"AND (w.plain = '' OR EXISTS (SELECT FROM {_FOUND} "
    "WHERE f.course_id = c.id AND f.plain = w.plain))"
)
# A course that is new has no place of its own yet: its provider's seat is where it is offered.
_COURSES = f"""
SELECT w.id, c.id, NULL::uuid, %(at)s::timestamptz
FROM catalogue_course c
JOIN organizations_organization o ON o.id = c.provider_id
JOIN places_place p ON p.id = o.place_id
JOIN demand_wish w ON w.course_id IS NULL AND (w.category = '' OR w.category = c.category)
  AND (w.plain = '' OR EXISTS (SELECT FROM {_FOUND} WHERE f.course_id = c.id AND f.plain = w.plain))
LEFT JOIN places_place wp ON wp.id = w.place_id
WHERE c.id = ANY(%(ids)s::uuid[]) AND c.is_shown
  AND w.ended_at IS NULL AND w.until > %(today)s
  AND (w.place_id IS NULL OR p.id = wp.id OR p.path LIKE wp.path || '.%%')
"""  # noqa: S608 - only our own words stand in it


@transaction.atomic
def meet_classes(class_ids: Collection[UUID], *, at: datetime) -> int:
    """Note whom new classes concern, by course and by words; how many are to be told.

    Again for the same classes changes nothing (``demand_told_once``).
    """
    noted = _note(_ask(_OF_COURSE, class_ids, at), News.OPENED)
    courses = _courses_of(class_ids)
    return noted + _note(_ask(_OF_WORDS, class_ids, at, _found(courses, at)), News.OPENED)


@transaction.atomic
def meet_seats(class_ids: Collection[UUID], *, at: datetime) -> int:
    """Note whom it concerns that classes have a free seat again; how many are to be told."""
    return _note(_ask(_OF_COURSE, class_ids, at), News.FREED)


@transaction.atomic
def meet_courses(course_ids: Collection[UUID], *, at: datetime) -> int:
    """Note whom new courses concern, by words; how many are to be told."""
    return _note(_ask(_COURSES, course_ids, at, _found(course_ids, at)), News.COURSE)


@dataclass(frozen=True, slots=True)
class _Found:
    """Which words courses hold, in pairs."""

    courses: Sequence[UUID] = ()
    words: Sequence[str] = ()


def _ask(
    statement: str, ids: Collection[UUID], at: datetime, found: _Found | None = None
) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    found = found or _Found()
    values: dict[str, Any] = {"ids": list(ids), "at": at, "today": day_of(at)}
    if "%(courses)s" in statement:
        values |= {"courses": list(found.courses), "words": list(found.words)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _note(rows: Sequence[tuple[Any, ...]], news: News) -> int:
    names = ("wish_id", "course_id", "course_class_id", "due_at")
    made = [
        {"id": uuid7(), **dict(zip(names, row, strict=True)), "news": news, "told_at": None}
        for row in rows
    ]
    insert(Match, made, skip_known=True)
    return len(made)


def _courses_of(class_ids: Collection[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT course_id FROM classes_courseclass WHERE id = ANY(%s::uuid[])",
            [list(class_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def _found(course_ids: Collection[UUID], at: datetime) -> _Found:
    """Which of all words that somebody looks for these courses hold."""
    living = Wish.objects.filter(course=None, ended_at=None, until__gt=day_of(at)).exclude(plain="")
    wanted = sorted(set(living.values_list("plain", flat=True)))
    pairs = [pair for part in _parts(wanted) for pair in _held(part, course_ids)]
    return _Found([pk for pk, _ in pairs], [words for _, words in pairs])


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(words), _AT_ONCE):
        yield words[begin : begin + _AT_ONCE]


def _held(words: Sequence[str], course_ids: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """Pairs of a course and words that it holds, each of them; one statement."""
    asked = [(text, found) for text in words if (found := holding(text))]
    if not asked or not course_ids:
        return
    tests = ", ".join(f"({found.sql})" for _, found in asked)
    values = [value for _, found in asked for value in found.values]
    with connection.cursor() as cursor:
        # The conditions are the catalogue's own; what was typed is among their values.
        cursor.execute(
            f"SELECT catalogue_course.id, {tests} FROM catalogue_course "  # noqa: S608
            "WHERE catalogue_course.id = ANY(%s::uuid[])",
            [*values, list(course_ids)],
        )
        for course_id, *holds in cursor.fetchall():
            for (text, _), is_held in zip(asked, holds, strict=True):
                if is_held:
                    yield course_id, text

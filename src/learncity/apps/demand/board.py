"""Demand drawn up for planners: what is looked for, wished and waited for. Part of ``queries``.

Words are shown only where they were met on as many occasions as the setting says, in the very rows
that are asked for; all rarer ones are one row together.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from learncity.apps.catalogue.types import Category
from learncity.apps.classes import queries as classes
from learncity.apps.places import queries as places
from learncity.kernel.dated import day_of

from .rules import countable
from .types import Grouping, Line

_Key = tuple[Any, ...]

_SIGNALS = """
SELECT s.category, s.course_id, s.words, s.place_id,
  sum(s.count) FILTER (WHERE s.kind = 'SEARCH' AND s.day >= %(since)s),
  sum(s.count) FILTER (WHERE s.kind = 'WISH' AND s.day >= %(since)s),
  sum(s.count) FILTER (WHERE s.day < %(since)s)
FROM (
  SELECT day, kind, count, category,
    {course} AS course_id, {words} AS words, {place} AS place_id
  FROM demand_signal
  WHERE day >= %(before)s AND day < %(until)s
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (%(place)s::uuid IS NULL OR place_id IN (
      SELECT p.id FROM places_place p WHERE p.id = %(place)s OR p.path LIKE %(below)s))
) s
GROUP BY 1, 2, 3, 4
"""
_WISHES = """
SELECT coalesce(c.category, w.category), w.course_id, w.plain, w.place_id, count(*)
FROM demand_wish w LEFT JOIN catalogue_course c ON c.id = w.course_id
WHERE w.ended_at IS NULL AND w.until > %(today)s
  AND (%(category)s::text IS NULL OR coalesce(c.category, w.category) = %(category)s)
  AND (%(place)s::uuid IS NULL OR w.place_id IN (
    SELECT p.id FROM places_place p WHERE p.id = %(place)s OR p.path LIKE %(below)s))
GROUP BY 1, 2, 3, 4
"""
_COLUMNS = {
    Grouping.THING: {"course": "course_id", "words": "words", "place": "NULL::uuid"},
    Grouping.CATEGORY: {"course": "NULL::uuid", "words": "''", "place": "NULL::uuid"},
    Grouping.PLACE: {"course": "NULL::uuid", "words": "''", "place": "place_id"},
}


def last_day(at: datetime) -> date:
    """The first day after a period that ends now: today counts."""
    return day_of(at) + timedelta(days=1)


def demand(
    *,
    by: Grouping,
    days: int,
    at: datetime,
    place_id: UUID | None = None,
    category: Category | None = None,
) -> list[Line]:
    """What people look for and do not find, the most first; four queries, whatever the number.

    Args:
        by: things (courses and words, with their category), categories, or places.
        days: the length of the period, which ends with today.
        place_id: the region to stay in, with all below it; ``None``: the whole city.
    """
    found: dict[_Key, Line] = {}

    def at_key(category: str, course_id: UUID | None, words: str, place: UUID | None) -> _Key:
        if by is Grouping.THING:
            return category, course_id, words, None
        return (category, None, "", None) if by is Grouping.CATEGORY else ("", None, "", place)

    def add(key: _Key, **more: int) -> None:
        line = found.get(key) or _line(key)
        found[key] = replace(line, **{n: getattr(line, n) + more[n] for n in more})

    place = places.places([place_id]).get(place_id) if place_id else None
    asked = _asked(days, at, place_id, place.path if place else "", category)
    signals = _rows(_SIGNALS.format(**_COLUMNS[by]), asked)
    wishes = _rows(_WISHES, asked)
    shown = _shown(signals)
    for of, course_id, words, where, searches, wished, before in signals:
        key = at_key(of, course_id, words if (of, words) in shown else "", where)
        add(key, searches=searches or 0, wished=wished or 0, before=before or 0)
    for of, course_id, typed, where, wishing in wishes:
        words = countable(typed)
        key = at_key(of, course_id, words if (of, words) in shown else "", where)
        add(key, wishing=wishing)
    inside = _inside(place.path) if place else None
    for course_id, of, where, waiting in classes.waiting_by_course(at=at):
        if (category is None or of == category) and (inside is None or where in inside):
            add(at_key(of, course_id, "", where), waiting=waiting)
    lines = [
        replace(line, is_rare=by is Grouping.THING and not (line.course_id or line.words))
        for line in found.values()
    ]
    return sorted(lines, key=lambda line: (-line.total, line.words, str(line.course_id)))


def _asked(
    days: int, at: datetime, place_id: UUID | None, path: str, category: Category | None
) -> dict[str, Any]:
    until = last_day(at)
    since = until - timedelta(days=days)
    return {
        "since": since,
        "before": since - timedelta(days=days),
        "until": until,
        "today": day_of(at),
        "place": place_id,
        "below": f"{path}.%" if path else "",
        "category": category.value if category else None,
    }


def _rows(statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()


def _shown(signals: list[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Category and words that were met often enough, in the period and the one before."""
    met: dict[tuple[str, str], int] = {}
    for of, _course, words, _place, *counts in signals:
        if words:
            met[of, words] = met.get((of, words), 0) + sum(n or 0 for n in counts)
    return {key for key, n in met.items() if n >= settings.DEMAND_WORDS_SHOWN_FROM}


def _inside(path: str) -> set[UUID]:
    return {place.id for place in places.below(path)}


def _line(key: _Key) -> Line:
    category, course_id, words, place_id = key
    return Line(Category(category) if category else None, course_id, words, False, place_id)

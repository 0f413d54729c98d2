"""Classes copied into another term: as rows of a list that is checked and imported like any other.

Copied is all but people and results: timetable, seats, room, instructor, words. The days move by
the weeks between the two terms, so weekdays stay. Public holidays are left out, and the class goes
on so much longer; of a year whose holidays nobody knows yet, none. What was copied before has the
same key and is left alone, so copying twice makes nothing twice.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from uuid import UUID

from learncity.apps.classes.models import CourseClass, Term
from learncity.apps.classes.stated import Stated, cells_of, stated_of
from learncity.apps.classes.types import TermNotFound, TermValue
from learncity.apps.privacy import queries as privacy
from learncity.kernel.workdays import Calendar

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Copies:
    """The rows of a list of classes, and how many were copied before."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    already: int


def terms() -> list[TermValue]:
    """The terms there are, the latest first; one query."""
    rows = Term.objects.filter(ended_at=None).order_by("-starts_on", "key")
    return [TermValue(t.key, t.name, t.starts_on, t.ends_on) for t in rows]


def copies(
    *,
    into: str,
    of_term: str = "",
    class_keys: Collection[str] = (),
    provider_ids: Collection[UUID] | None = None,
) -> Copies:
    """These classes, or all of a term that are not cancelled, as rows for another term.

    Seven queries.

    Args:
        into, of_term: keys of terms.
        provider_ids: whose classes; ``None``: anybody's.

    Raises:
        TermNotFound: there is no such term.
    """
    found = {t.key: t for t in terms()}
    if into not in found or (of_term and of_term not in found):
        raise TermNotFound(into)
    rows = CourseClass.objects.select_related("course", "provider", "term", "venue")
    rows = rows.filter(term__key=of_term) if of_term else rows.filter(key__in=class_keys)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    # A class of which nobody stated a timetable has nothing that could be moved.
    sources = [
        c
        for c in rows.filter(cancelled_at=None).order_by("starts_at", "key")
        if c.plan.get("meets")
    ]
    made = [(key_in(c.key, c.term.key if c.term else "", into), c) for c in sources]
    there = set(
        CourseClass.objects.filter(key__in=[key for key, _c in made]).values_list("key", flat=True)
    )
    calendars = privacy.calendars_at({c.place_id for c in sources}) if sources else {}
    cells = [
        cells_of(key, _moved(stated_of(c), found[into], found, calendars.get(c.place_id)))
        for key, c in made
        if key not in there
    ]
    head: Sequence[str] = tuple(cells_of("", Stated()))
    return Copies(tuple(head), tuple(tuple(row.values()) for row in cells), len(there))


def key_in(key: str, before: str, term: str) -> str:
    """The key of a copy: that of the class, with the new term in place of the old, or behind."""
    named = f"-{key}-".replace(f"-{before}-", f"-{term}-", 1).strip("-") if before else key
    made = named if named != key else f"{key}-{term}"
    if len(made) <= _LONGEST:
        return made
    mark = blake2b(made.encode(), digest_size=4).hexdigest()
    return f"{made[: _LONGEST - 9]}-{mark}"


def _moved(
    stated: Stated, into: TermValue, known: dict[str, TermValue], calendar: Calendar | None
) -> Stated:
    """The class as it would be in that term, without its public holidays."""
    first = min(slot.first for slot in stated.slots)
    source = known.get(stated.term)
    begins = _monday(source.starts_on if source else first)
    weeks = (_monday(into.starts_on) - begins).days // 7
    # A term that starts in the middle of a week has no meeting on the days before.
    if first + timedelta(weeks=weeks) < into.starts_on:
        weeks += 1
    slots = tuple(s._replace(first=s.first + timedelta(weeks=weeks)) for s in stated.slots)
    off = {day for slot in slots for day in _left_out(slot.first, stated.times, calendar)}
    return replace(
        stated, slots=tuple(sorted(slots)), term=into.key, is_cancelled=False,
        not_on=tuple(sorted(off)),
    )  # fmt: skip


def _left_out(first: date, times: int, calendar: Calendar | None) -> Iterator[date]:
    """The holidays among the weeks from a day on, until it has met so many times.

    Also after the term: what was left out moves the last meetings beyond its end.
    """
    while calendar and times > 0:
        if calendar.is_known_holiday(first):
            yield first
        else:
            times -= 1
        first += timedelta(weeks=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

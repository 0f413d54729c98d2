"""Telling people what fits their wishes, once each. Part of ``services``."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.notices.types import NewMessage
from learncity.apps.people import queries as people
from learncity.apps.people.types import PersonValue
from learncity.kernel.dated import begin_of, day_of

from . import facts
from .models import Match, Wish
from .types import Ending, News

# So many wishes are looked at in one transaction.
BATCH = 500
MINE = "/me/wishes/"


@transaction.atomic
def tell_due(*, at: datetime, limit: int = BATCH) -> int:
    """Tell what is due, and for words what is new since another day; how many wishes were met.

    Who tells holds the wish: two workers never tell of one at a time, and a wish that is taken back
    meanwhile is told of before or not at all. What no longer fits is dropped, so that it can be met
    again. Six statements, whatever the number.
    """
    due = Match.objects.filter(told_at=None, due_at__lte=at)
    quiet = Q(course__isnull=False) | Q(told_on=None) | Q(told_on__lt=day_of(at))
    rows = Wish.objects.filter(quiet, Exists(due.filter(wish_id=OuterRef("pk"))), ended_at=None)
    held = rows.select_for_update(of=("self",), skip_locked=True).order_by("id")[:limit]
    wishes = {wish.id: wish for wish in held}
    if not wishes:
        return 0
    found = due.filter(wish_id__in=wishes).select_related("course", "course_class")
    matches = list(found.order_by("due_at", "id"))
    good = [m for m in matches if _still_fits(m, at)]
    Match.objects.filter(pk__in=[m.id for m in matches if m not in good]).delete()
    persons = _persons(wish.person_id for wish in wishes.values())
    notices.tell(_messages(wishes.values(), good, persons, at))
    Match.objects.filter(pk__in=[m.id for m in good]).update(told_at=at)
    told = {m.wish_id for m in good}
    Wish.objects.filter(pk__in=told).update(told_on=day_of(at))
    return len(wishes)


def _still_fits(match: Match, at: datetime) -> bool:
    if not match.course.is_shown:
        return False
    found = match.course_class
    if found is None:
        return True
    return found.cancelled_at is None and found.closes_at > at and found.seats_taken < found.seats


def _persons(ids: Iterable[UUID]) -> dict[UUID, PersonValue]:
    """By the record that made a wish, the record that is kept for it."""
    kept = people.same_person(set(ids))
    found = people.persons(set(kept.values()))
    return {pk: found[root] for pk, root in kept.items() if root in found}


def _messages(
    wishes: Collection[Wish],
    matches: Sequence[Match],
    persons: dict[UUID, PersonValue],
    at: datetime,
) -> list[NewMessage]:
    of_wish: dict[UUID, list[Match]] = {}
    for match in matches:
        of_wish.setdefault(match.wish_id, []).append(match)
    made: dict[tuple[UUID, object], NewMessage] = {}
    for wish in wishes:
        person, fits = persons.get(wish.person_id), of_wish.get(wish.id, [])
        if person is None or not fits:
            continue
        if wish.course_id is None:
            made[person.id, wish.id] = _of_words(wish, fits, person, at)
            continue
        for match in fits:
            # Two wishes of one person, by two records that were joined, are one.
            made.setdefault((person.id, match.course_class_id), _of_class(match, person, at))
    return list(made.values())


def _of_class(match: Match, person: PersonValue, at: datetime) -> NewMessage:
    kind = facts.TELL_FREED if match.news == News.FREED else facts.TELL_OPENED
    assert match.course_class is not None
    values = {"title": match.course.title, "starts": match.course_class.starts_at}
    key, url = f"{match.wish_id}:{match.course_class_id}", f"/classes/{match.course_class.key}/"
    return NewMessage(person.id, person.language, kind, key, values, at, url)


def _of_words(wish: Wish, fits: Sequence[Match], person: PersonValue, at: datetime) -> NewMessage:
    courses = {m.course_id: m.course for m in fits}
    first = next(iter(courses.values()))
    values = {"title": first.title, "wanted": wanted(wish), "n": len(courses)}
    kind: MessageKind = facts.TELL_FITS
    url = f"/courses/{first.key}/"
    if len(courses) > 1:
        kind, url = facts.TELL_FIT, _all_of(wish)
    key = f"{wish.id}:{day_of(at).isoformat()}"
    return NewMessage(person.id, person.language, kind, key, values, at, url)


def _all_of(wish: Wish) -> str:
    if not wish.words:
        return f"/categories/{Category(wish.category).slug}/"
    url = "/find/?" + urlencode({"q": wish.words})
    return url if len(url) <= 300 else MINE


def wanted(wish: Wish) -> object:
    """What somebody waits for, as a message says it: put into their language when it is written."""
    if wish.course is not None:
        return wish.course.title
    return wish.words or CATEGORY_NAMES[Category(wish.category)]


@transaction.atomic
def end_over(*, at: datetime, limit: int = BATCH) -> int:
    """End wishes whose time is over, and say so to whoever made them; how many. Five statements."""
    rows = Wish.objects.filter(ended_at=None, until__lte=day_of(at)).select_related("course")
    held = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("id")[:limit])
    if not held:
        return 0
    persons = _persons(wish.person_id for wish in held)
    notices.tell(
        [
            NewMessage(
                person.id, person.language, facts.TELL_OVER, str(wish.id),
                {"wanted": wanted(wish), "made": begin_of(day_of(wish.made_at)).date()},
                at, MINE,
            )
            for wish in held
            if (person := persons.get(wish.person_id))
        ]
    )  # fmt: skip
    Wish.objects.filter(pk__in=[w.id for w in held]).update(ended_at=at, ending=Ending.OVER)
    return len(held)

"""Every change to wishes and signals: one function, one transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category, CourseValue
from learncity.apps.households import services as households
from learncity.apps.households.types import Deed
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.places.types import Heirs
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.kernel.ids import uuid7
from learncity.kernel.rows import insert
from learncity.kernel.texts import LANGUAGES, Text

from . import queries
from .counting import forget_browsers, forget_rare_words, note_wish, note_zero_result
from .matching import meet_classes, meet_courses, meet_seats
from .models import Wish
from .rules import plain
from .telling import end_over, tell_due
from .types import (
    LONGEST,
    Ending,
    NothingWanted,
    ThingNotFound,
    TooManyWishes,
    WishNotFound,
    WishValue,
)

__all__ = [
    "end_over",
    "follow_places",
    "forget_browsers",
    "forget_rare_words",
    "forget_wishes",
    "make_wish",
    "meet_classes",
    "meet_courses",
    "meet_seats",
    "note_zero_result",
    "take_back",
    "tell_due",
]

# Living wishes of one person.
MOST = 50
# For so many days a wish that ended can be made again as the same, and counts as one.
ENDED_DAYS = 30


@transaction.atomic
def make_wish(
    *,
    person_id: UUID,
    course_key: str = "",
    words: str = "",
    category: Category | None = None,
    place_key: str = "",
    by: By,
    at: datetime,
) -> WishValue:
    """Have somebody told when there is a class of a course, or something that fits words.

    Again for the same course changes where, again for the same words nothing. One that ended
    within the month lives again, and is not counted as a second signal.

    Args:
        course_key: of a course; words and category are then left aside.
        place_key: of the part of the city in which it shall be; empty: anywhere.

    Raises:
        ThingNotFound: no such course or place.
        NothingWanted: nothing is said of what is looked for.
        TooManyWishes: as it says.
        MandateOver: ``by`` acts for the person and may not, or no longer.
    """
    course = _course(course_key)
    place = places.find_place(place_key) if place_key else None
    if place_key and place is None:
        raise ThingNotFound(place_key)
    typed = "" if course else " ".join(words.split())
    words = typed[:LONGEST]
    category = None if course else category
    if course is None and not (plain(words) or category):
        raise NothingWanted
    words = words if plain(words) else ""
    row: dict[str, object] = {
        "id": uuid7(),
        "person_id": person_id,
        "course_id": course.id if course else None,
        "words": words,
        "plain": plain(words),
        "category": category or "",
        "place_id": place.id if place else None,
        "ending": "",
        "made_at": at,
        "until": day_of(at) + timedelta(days=settings.DEMAND_WISH_DAYS),
    }
    wish_id, is_changed = _write(row, typed, at)
    if is_changed:
        title = _title(course, words, category)
        households.note_act(
            by=by, person_id=person_id, deed=Deed.WISHED, title=title, reference="", at=at
        )
    found = queries.find_wish(wish_id, person_id=person_id)
    assert found is not None
    return found


def _course(key: str) -> CourseValue | None:
    course = catalogue.find_course(key) if key else None
    if key and course is None:
        raise ThingNotFound(key)
    return course


def _write(row: dict[str, object], typed: str, at: datetime) -> tuple[UUID, bool]:
    """The wish that is living now, and whether anything was changed."""
    person_id = row["person_id"]
    assert isinstance(person_id, UUID)
    same = Q(course_id=row["course_id"], plain=row["plain"], category=row["category"])
    if row["course_id"] is None:
        same &= Q(place_id=row["place_id"]) if row["place_id"] else Q(place=None)
    mine = Wish.objects.filter(people.of_person(person_id))
    living = mine.filter(same, ended_at=None)
    if before := living.first():
        is_changed = before.place_id != row["place_id"]
        Wish.objects.filter(pk=before.pk).update(place_id=row["place_id"], until=row["until"])
        return before.pk, is_changed
    if mine.filter(queries.living(at)).count() >= MOST:
        raise TooManyWishes
    ended = mine.filter(same, ended_at__gt=at - timedelta(days=ENDED_DAYS)).order_by("-ended_at")
    if again := ended.first():
        kept = {name: row[name] for name in ("words", "place_id", "made_at", "until")}
        Wish.objects.filter(pk=again.pk).update(ended_at=None, ending="", **kept)
        return again.pk, True
    # Waits for a rival's transaction and is left out when that made the same.
    insert(Wish, [row], skip_known=True)
    made = living.values_list("pk", flat=True)[0]
    if made == row["id"]:
        course_id, category = row["course_id"], str(row["category"])
        assert course_id is None or isinstance(course_id, UUID)
        if course_id is not None:
            category = catalogue.courses([course_id])[course_id].category
        place_id = row["place_id"]
        assert place_id is None or isinstance(place_id, UUID)
        note_wish(
            course_id=course_id, words=typed, category=category, place_id=place_id,
            at=at,
        )  # fmt: skip
    return made, made == row["id"]


def _title(course: CourseValue | None, words: str, category: Category | None) -> Text:
    if course is not None:
        return course.title
    return Text(dict.fromkeys(LANGUAGES, words or str(CATEGORY_NAMES[category or ""])))  # type: ignore[index]


@transaction.atomic
def take_back(*, wish_id: UUID, person_id: UUID, by: By, at: datetime) -> None:
    """End a wish. A second time changes nothing.

    Raises:
        WishNotFound: it is none of this person's.
        MandateOver: as in ``make_wish``.
    """
    rows = Wish.objects.filter(people.of_person(person_id), pk=wish_id).select_related("course")
    wish = rows.select_for_update(of=("self",)).first()
    if wish is None:
        raise WishNotFound(wish_id)
    if wish.ended_at is not None:
        return
    Wish.objects.filter(pk=wish_id).update(ended_at=at, ending=Ending.TAKEN_BACK)
    category = Category(wish.category) if wish.category else None
    title = wish.course.title if wish.course else _title(None, wish.words, category)
    households.note_act(
        by=by, person_id=person_id, deed=Deed.TOOK_WISH_BACK, title=title, reference="", at=at
    )


def forget_wishes(*, person_id: UUID | None = None, ended_before: datetime | None = None) -> int:
    """Delete wishes of a person, or those that ended before a moment, with their matches."""
    assert person_id is not None or ended_before is not None, "never all of them"
    rows = Wish.objects.all()
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if ended_before is not None:
        rows = rows.filter(ended_at__lt=ended_before)
    return rows.delete()[1].get("demand.Wish", 0)


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs], *, at: datetime) -> int:
    """Let living wishes go with their region, or with the one above where it was divided.

    Two that become the same by it are one. Signals keep the region of their day.
    """
    above = {pk: place.parent_id for pk, place in places.places(heirs).items()}
    target = {pk: found.sole or above.get(pk) for pk, found in heirs.items()}
    moved = Wish.objects.filter(place_id__in=heirs, ended_at=None).select_for_update()
    count = 0
    for wish in moved.order_by("id"):
        assert wish.place_id is not None
        place_id = target[wish.place_id]
        same = Q(person_id=wish.person_id, plain=wish.plain, category=wish.category, course=None)
        there = Q(place_id=place_id) if place_id else Q(place=None)
        twins = Wish.objects.filter(same & there, ended_at=None).exclude(pk=wish.pk)
        if wish.course_id is None and twins.exists():
            wish.ended_at, wish.ending = at, Ending.JOINED
        else:
            wish.place_id = place_id
        wish.save(update_fields=["place", "ended_at", "ending"])
        count += 1
    return count

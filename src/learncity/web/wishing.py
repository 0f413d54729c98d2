"""'Tell me when' on the pages of others, and the search that found nothing."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from learncity.apps.catalogue.types import Category, CourseValue
from learncity.apps.classes.types import ClassCard
from learncity.apps.demand import queries, services
from learncity.apps.demand.access import browser_of
from learncity.apps.households.access import whose
from learncity.apps.households.types import Purpose
from learncity.kernel.turns import Turns, stranger

from .reader import reader_of

# Of one address so many searches in a row are counted, and one more each minute.
_TURNS = Turns(burst=30, rate=1 / 60)


@dataclass(frozen=True, slots=True)
class Offer:
    """What ``web/_wish.html`` needs: where to ask for it, and whether the reader did."""

    url: str
    waits: bool


def offer_of_course(
    request: HttpRequest, course: CourseValue, cards: list[ClassCard]
) -> Offer | None:
    """Offered where no class has a seat that can be taken; one query for who signed in."""
    at = timezone.now()
    if any(card.is_open(at) and card.seats.free > 0 for card in cards):
        return None
    person_id = whose(request, Purpose.CLASSES)
    waits = person_id and queries.waits_for(person_id, at=at, course_id=course.id)
    return Offer(_asking(course=course.key), bool(waits))


def offer_of_class(request: HttpRequest, card: ClassCard) -> Offer | None:
    """Offered where nobody can get a seat in a class or wait for one; as above."""
    at = timezone.now()
    if card.is_open(at) and not card.seats.is_full:
        return None
    person_id = whose(request, Purpose.CLASSES)
    waits = person_id and queries.waits_for(person_id, at=at, course_id=card.course_id)
    return Offer(_asking(course=card.course_key), bool(waits))


def nothing_found(request: HttpRequest, *, text: str, category: Category | None = None) -> Offer:
    """Count a search without a result, and offer to tell the reader when there is one.

    A statement where a browser asks, and a query for who signed in.
    """
    at, reader = timezone.now(), reader_of(request)
    place = reader.place if reader.is_local else None
    asker = stranger(request)
    if asker is None or _TURNS.take(asker):
        services.note_zero_result(
            words=text,
            category=category,
            place_id=place.id if place else None,
            browser=browser_of(request),
            address=asker,
            at=at,
        )
    person_id = whose(request, Purpose.CLASSES)
    waits = person_id and queries.waits_for(person_id, at=at, words=text, category=category)
    said = {"q": text, "category": category.slug if category else ""}
    return Offer(_asking(**said, place=place.key if place else ""), bool(waits))


def _asking(**said: str) -> str:
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('web:new_wish')}?{query}"

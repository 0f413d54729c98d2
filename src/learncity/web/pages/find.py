"""Finding: search and categories, and the pages of venues."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import (
    CATEGORY_NAMES,
    LEVEL_NAMES,
    Category,
    CourseValue,
)
from learncity.apps.catalogue.types import Page as CoursePage
from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard, Mode
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import ACCESS_NAMES
from learncity.apps.places.types import Point
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import wishing, words
from learncity.web.pagecache import for_strangers
from learncity.web.reader import reader_of

from .home import kinds

SIZE = 20


def here_of(request: HttpRequest) -> Point | None:
    """The chosen place's position, when a place inside the city was chosen."""
    reader = reader_of(request)
    return reader.place.point if reader.is_local and reader.place else None


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; nonsense is 1."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() else 1


def pages(request: HttpRequest, number: int, total: int, size: int = SIZE) -> dict[str, Any]:
    """What the pagination component needs."""
    last = max(1, -(-total // size))

    def url(to: int) -> str:
        query = {k: v for k, v in request.GET.items() if k != "page"}
        return "?" + urlencode({**query, "page": to})

    return {
        "number": number,
        "of": last,
        "previous_url": url(number - 1) if number > 1 else "",
        "next_url": url(number + 1) if number < last else "",
    }


@everyone
@for_strangers(seconds=15)
def find(request: HttpRequest) -> HttpResponse:
    """Search in all courses; without words, everything there is."""
    text = request.GET.get("q", "").strip()[:100]
    number = page_number(request)
    page = catalogue.search(text=text, offset=(number - 1) * SIZE, limit=SIZE)
    return render(
        request,
        "web/find.html",
        {
            "text": text,
            "sentence": _found_words(page.total, text),
            "total": page.total,
            "rows": _rows(request, page),
            "kinds": kinds(),
            "pages": pages(request, number, page.total),
            "wish": wishing.nothing_found(request, text=text) if not page.total else None,
        },
    )


def _found_words(total: int, text: str) -> str:
    if text:
        sentence = ngettext("%(n)s course for “%(text)s”", "%(n)s courses for “%(text)s”", total)
    else:
        sentence = ngettext("%(n)s course", "%(n)s courses", total)
    return sentence % {"n": formats.number(total), "text": text}


@everyone
@for_strangers(seconds=15)
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the six categories."""
    found = next((c for c in Category if c.slug == slug), None)
    if found is None:
        raise Http404
    number = page_number(request)
    page = catalogue.search(category=found, offset=(number - 1) * SIZE, limit=SIZE)
    return render(
        request,
        "web/category.html",
        {
            "name": CATEGORY_NAMES[found],
            "sentence": _found_words(page.total, ""),
            "rows": _rows(request, page),
            "kinds": kinds(found),
            "pages": pages(request, number, page.total),
        },
    )


def _rows(request: HttpRequest, page: CoursePage) -> list[words.Row]:
    """Courses with their next open class, in one query for all of them."""
    at, here = timezone.now(), here_of(request)
    upcoming = classes.next_classes([course.id for course in page.items], at=at)
    return [_course_row(course, upcoming.get(course.id), here, at) for course in page.items]


def _course_row(
    course: CourseValue, card: ClassCard | None, here: Point | None, at: datetime
) -> words.Row:
    row = words.Row(words.course_url(course.key), marked(course.title), [])
    if card is None:
        row.facts = [str(course.provider_name), str(LEVEL_NAMES[course.level])]
        row.tag = _("No class open now")
        return row
    row.facts = [
        words.begins_words(card, at),
        words.where_words(card),
        words.walk_words(card.venue_point, here) if card.mode != Mode.ONLINE else "",
        words.price_words(card),
    ]
    row.facts = [fact for fact in row.facts if fact]
    row.free, row.total = max(card.seats.free, 0), card.seats.total
    row.seats = words.seats_words(card.seats)
    return row


def _listed(names: Any) -> str:
    return _(", ").join(str(name) for name in names)


@everyone
@for_strangers(seconds=30)
def venues(request: HttpRequest) -> HttpResponse:
    """All places to learn, the nearest first when a place was chosen."""
    here = here_of(request)
    found = organizations.all_venues()
    if here:
        far = float("inf")
        found.sort(key=lambda v: here.metres_to(v.point) if v.point else far)
    rows = []
    for venue in found:
        facts = [
            words.walk_words(venue.point, here),
            str(venue.address),
            *(str(ACCESS_NAMES[a]) for a in venue.access[:2]),
        ]
        url = reverse("web:venue", args=[venue.key])
        rows.append(words.Row(url, marked(venue.name), [fact for fact in facts if fact]))
    return render(request, "web/venues.html", {"rows": rows})


@everyone
@for_strangers(seconds=10)
def venue(request: HttpRequest, key: str) -> HttpResponse:
    """A place to learn: how to get there, how to get in, and what is on this week."""
    found = organizations.find_venue(key)
    if found is None:
        raise Http404
    at = timezone.now()
    week = classes.sessions_at(found.id, begin=at, end=at + timedelta(days=7))
    sum_rows: list[dict[str, Any]] = [
        {"label": _("Address"), "value": marked(found.address)},
        {"label": _("How to get there"), "value": marked(found.directions),
         "note": words.walk_words(found.point, here_of(request))},
        {"label": _("Open"), "value": marked(found.hours)},
        {"label": _("Getting in"), "value": _listed(ACCESS_NAMES[a] for a in found.access)},
        {"label": _("Rooms"), "value": _listed(
            _("%(room)s (%(seats)s seats)") % {"room": r.name, "seats": r.seats}
            for r in found.rooms
        )},
        {"label": _("Run by"), "value": marked(found.organization.name),
         "note": found.organization.phone},
    ]  # fmt: skip
    return render(
        request,
        "web/venue.html",
        {
            "venue": found,
            "provider_url": reverse("web:provider", args=[found.organization.key]),
            "sum_rows": [row for row in sum_rows if row["value"]],
            "days": _by_day(week, at),
        },
    )


def _by_day(cards: list[ClassCard], at: datetime) -> list[dict[str, Any]]:
    days: dict[str, list[words.Row]] = {}
    for card in cards:
        assert card.next_at is not None
        days.setdefault(formats.day(card.next_at), []).append(words.hour_row(card, at))
    return [{"title": title, "rows": rows} for title, rows in days.items()]

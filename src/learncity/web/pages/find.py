"""Finding: search and categories, narrowed by the address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
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
from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard, Mode
from learncity.apps.places.types import Point
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import narrowing, wishing, words
from learncity.web.pagecache import for_strangers, forget_soon
from learncity.web.reader import reader_of
from learncity.web.turns import in_turn

from .home import kinds

SIZE = 20


def here_of(request: HttpRequest, asked: narrowing.Narrowing | None = None) -> Point | None:
    """Where the reader is: the region that the address names, or the one they chose."""
    if asked and asked.near:
        return asked.near.point
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
        query = {k: v for k, v in request.GET.lists() if k != "page"}
        return "?" + urlencode({**query, "page": to}, doseq=True)

    return {
        "number": number,
        "of": last,
        "previous_url": url(number - 1) if number > 1 else "",
        "next_url": url(number + 1) if number < last else "",
    }


@everyone
@for_strangers(seconds=15)
@in_turn
def find(request: HttpRequest) -> HttpResponse:
    """Search in all courses, narrowed by the address; with nothing in it, everything there is."""
    asked = narrowing.narrowing_of(request)
    context = _listed(request, asked)
    return _answer(request, "web/find.html", context, asked)


@everyone
@for_strangers(seconds=15)
@in_turn
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the six categories, narrowed by the address."""
    found = next((c for c in Category if c.slug == slug), None)
    if found is None:
        raise Http404
    asked = narrowing.narrowing_of(request, fixed=found)
    context = {**_listed(request, asked), "name": CATEGORY_NAMES[found], "kinds": kinds(found)}
    return _answer(request, "web/category.html", context, asked)


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], asked: narrowing.Narrowing
) -> HttpResponse:
    response = render(request, template, context)
    if not asked.is_plain:
        # What somebody narrowed is counted now: no page of some seconds ago will do.
        forget_soon(response)
    return response


def _listed(request: HttpRequest, asked: narrowing.Narrowing) -> dict[str, Any]:
    """The list and what it could be narrowed to; three queries.

    Of a list that nobody narrowed the counts may be of a minute ago, and their time is shown.
    """
    number, at = page_number(request), timezone.now()
    offset = (number - 1) * SIZE
    if asked.is_plain:
        found = classes.everything(asked.wanted)
        page = catalogue.search(category=asked.fixed, offset=offset, limit=SIZE)
        total, rows = page.total, _rows(request, page.items)
    else:
        found = classes.find(asked.wanted, at=at, offset=offset, limit=SIZE)
        total, rows = found.total, _hit_rows(found, here_of(request, asked), at)
    # Nothing holds the words, though something may mean nearly the same: somebody is missing it.
    # What a filter leaves out is there all the same.
    is_nothing = not total and not asked.choices
    is_missed = bool(asked.wanted.text) and (is_nothing or not found.holds_any)
    is_close = is_missed and bool(total)
    is_senior = reader_of(request).is_senior
    quick = narrowing.quick(asked, found)
    return {
        "text": asked.wanted.text,
        "sentence": _found_words(0 if is_close else total, asked.wanted.text),
        "total": total,
        "mended": found.mended,
        "is_close": is_close,
        "wish": _missed(request, asked) if is_missed else None,
        "rows": rows,
        "kinds": kinds(),
        "pages": pages(request, number, total),
        "narrow": {
            "chips": narrowing.chips(asked),
            "quick": quick[:3] if is_senior else quick,
            "groups": narrowing.groups(asked, found),
            "orders": narrowing.orders(asked),
            "hidden": narrowing.hidden(asked),
            "carried": narrowing.carried(asked),
            "loosen": [] if total else narrowing.loosening(asked, found),
            "wordless": "" if total or not asked.choices else asked.url(q=""),
            "counted": formats.clock(found.counted_at) if asked.is_plain else "",
            "near": asked.near,
        },
    }


def _missed(request: HttpRequest, asked: narrowing.Narrowing) -> wishing.Offer:
    """Somebody looked for words that no course holds: count it, and offer to tell them."""
    return wishing.nothing_found(request, text=asked.wanted.text, category=asked.fixed)


def _found_words(total: int, text: str) -> str:
    if text:
        sentence = ngettext("%(n)s course for “%(text)s”", "%(n)s courses for “%(text)s”", total)
    else:
        sentence = ngettext("%(n)s course", "%(n)s courses", total)
    return sentence % {"n": formats.number(total), "text": text}


def _hit_rows(found: classes.Found, here: Point | None, at: datetime) -> list[words.Row]:
    """Courses with the class that was found, in two queries for all of them."""
    courses = catalogue.courses([hit.course_id for hit in found.hits])
    cards = classes.cards([hit.class_id for hit in found.hits if hit.class_id])
    return [
        _course_row(courses[hit.course_id], cards.get(hit.class_id) if hit.class_id else None,
                    here, at)
        for hit in found.hits
    ]  # fmt: skip


def _rows(request: HttpRequest, found: Sequence[CourseValue]) -> list[words.Row]:
    """Courses with their next open class, in one query for all of them."""
    at, here = timezone.now(), here_of(request)
    upcoming = classes.next_classes([course.id for course in found], at=at)
    return [_course_row(course, upcoming.get(course.id), here, at) for course in found]


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

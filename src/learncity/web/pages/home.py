"""The front page, choosing a place, and keeping preferences."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language, ngettext
from django.utils.translation import gettext as _

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard, Mode, State
from learncity.apps.households.access import whose
from learncity.apps.households.types import Purpose
from learncity.apps.people import services as people
from learncity.apps.places import queries as places
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.memo import remember
from learncity.kernel.texts import content_language
from learncity.web import words
from learncity.web.pagecache import for_strangers
from learncity.web.reader import CHOICES, Reader, reader_of
from learncity.web.signin.views import safe_next

SHOWN = 12
_YEAR = 60 * 60 * 24 * 365


@everyone
@for_strangers(seconds=10)
def home(request: HttpRequest) -> HttpResponse:
    """What is on tonight near here, and the six categories. Senior mode: four verbs."""
    reader, at = reader_of(request), timezone.now()
    begin, end, is_tomorrow = classes.evening(at)
    path = reader.city_place.path if reader.city_place else ""
    cards = classes.tonight(begin=begin, end=end, path=path)
    here = reader.place.point if reader.is_local and reader.place else None
    near = classes.nearby(cards, here) if here else cards
    mine = _next_of_mine(request, at)
    if reader.is_senior:
        return render(request, "web/home_senior.html", {"verbs": _verbs(request, near, mine, at)})
    is_near = here is None or classes.is_near(near, here)
    # The headline speaks of the part of the city only when all of the list can be walked to.
    lit = sum(card.next_mode != Mode.ONLINE for card in (near if is_near else cards))
    shown = near if "all" in request.GET else near[:SHOWN]
    found = {
        "headline": _headline(reader, lit, is_near, is_tomorrow),
        "lit": lit,
        "is_tomorrow": is_tomorrow,
        "rows": [words.tonight_row(card, here, at) for card in shown],
        "more": len(near) - len(shown),
        "kinds": kinds(),
        "mine": mine,
        "story": reader.city.story if reader.city else "",
    }
    return render(request, "web/home.html", found)


def _headline(reader: Reader, lit: int, is_near: bool, is_tomorrow: bool) -> str:
    if lit == 0:
        return _("Learn something after work, near home or online")
    if is_tomorrow:
        text = ngettext(
            "Tomorrow evening, %(n)s classroom is lit in %(place)s",
            "Tomorrow evening, %(n)s classrooms are lit in %(place)s",
            lit,
        )
    elif reader.is_local and is_near:
        text = ngettext(
            "Tonight, %(n)s classroom is lit near %(place)s",
            "Tonight, %(n)s classrooms are lit near %(place)s",
            lit,
        )
    else:
        text = ngettext(
            "Tonight, %(n)s classroom is lit in %(place)s",
            "Tonight, %(n)s classrooms are lit in %(place)s",
            lit,
        )
    place = reader.place if is_near else reader.city_place
    return text % {"n": lit, "place": place.name if place else ""}


@remember(seconds=20)
def _counts() -> dict[Category, int]:
    return dict(catalogue.counts())


def kinds(current: Category | None = None) -> list[dict[str, Any]]:
    """The six categories with their counts."""
    return [
        {
            "url": reverse("web:category", args=[category.slug]),
            "label": CATEGORY_NAMES[category],
            "count": formats.number(count),
            "current": category == current,
        }
        for category, count in _counts().items()
    ]


def _next_of_mine(request: HttpRequest, at: datetime) -> Any:
    """The signed-in person's next session, or ``None``."""
    person_id = whose(request, Purpose.CLASSES)
    if person_id is None:
        return None
    mine = classes.my_classes(person_id, at=at)
    upcoming = [m for m in mine if m.enrolment.state == State.ENROLLED and m.card.next_at]
    return upcoming[0] if upcoming else None


def _verbs(
    request: HttpRequest, near: list[ClassCard], mine: Any, at: datetime
) -> list[dict[str, Any]]:
    """The four verbs of senior mode; each says what is behind it."""
    reader = reader_of(request)
    free = sum(card.is_open(at) and not card.seats.is_full for card in near)
    if mine:
        my_note = _("%(day)s %(clock)s, %(class)s") % {
            "day": formats.day(mine.card.next_at),
            "clock": formats.clock(mine.card.next_at),
            "class": mine.card.title,
        }
    else:
        my_note = _("See when and where, or give a place back")
    phone = reader.city.help.phone if reader.city else ""
    found = ngettext(
        "%(n)s class tonight takes applications", "%(n)s classes tonight take applications", free
    ) % {"n": free}
    return [
        {
            "url": reverse("web:find"), "label": _("Find a class"), "icon": "search",
            "note": found if free else _("Every category, day and evening"),
        },
        {"url": reverse("web:my_classes"), "label": _("My classes"), "note": my_note,
         "icon": "calendar"},
        {"url": reverse("web:my_record"), "label": _("My record"),
         "note": _("Everything you have learned"), "icon": "certificate"},
        {
            "url": "tel:" + "".join(c for c in phone if c.isdigit() or c == "+"),
            "label": _("Call us"), "icon": "phone",
            "note": _("%(phone)s, %(hours)s") % {"phone": phone, "hours": reader.city.help.hours}
            if reader.city
            else "",
        },
    ]  # fmt: skip


@everyone
def choose_place(request: HttpRequest) -> HttpResponse:
    """Choose where 'near here' is: districts, and the sub-districts below them."""
    reader = reader_of(request)
    found = places.below(reader.city_place.path) if reader.city_place else []
    depth = reader.city_place.path.count(".") + 1 if reader.city_place else 0
    groups: list[dict[str, Any]] = []
    for place in found[1:]:
        if place.path.count(".") == depth:
            groups.append({"place": place, "below": []})
        elif groups:
            groups[-1]["below"].append(place)
    return render(
        request,
        "web/choose_place.html",
        {"groups": groups, "city": reader.city_place, "next": safe_next(request, "/")},
    )


@everyone
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep one preference in a cookie and go back to where the reader was."""
    response = redirect(safe_next(request, "/"))
    for name, values in CHOICES.items():
        if request.GET.get(name) in values:
            _keep(response, name, request.GET[name])
    place = request.GET.get("place", "")
    if place and places.find_place(place[:80]):
        _keep(response, "place", place)
    lang = request.GET.get("lang", "")
    if lang in dict(settings.LANGUAGES) and check_for_language(lang):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, lang)
        # A link on somebody else's page changes this browser at the most.
        ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        if ours and request.user.is_authenticated:
            people.prefer_language(
                person_id=request.user.person_id, language=content_language(lang)
            )
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )

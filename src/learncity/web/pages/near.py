"""Places to learn: which are near, as a list and then as a map; and the page of one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import ACCESS_NAMES, VenueValue
from learncity.apps.places.types import Point
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words
from learncity.web.mapping import draw
from learncity.web.pagecache import for_strangers
from learncity.web.reader import reader_of

from .find import here_of

# So many have a number on the map; whoever looks for others looks in the list.
MARKED = 12


@everyone
@for_strangers(seconds=30)
def near(request: HttpRequest) -> HttpResponse:
    """All places to learn, the nearest first when a place was chosen; two queries."""
    here, reader = here_of(request), reader_of(request)
    begin, end, is_tomorrow = classes.evening(timezone.now())
    tonight = classes.count_at_sites(begin=begin, end=end)
    found = nearest(organizations.all_venues(), here)
    drawn = None
    if not reader.low_data:
        points = [v.point for v in found if v.point][:MARKED]
        drawn = draw(points, here)
    rows, number = [], 0
    for venue in found:
        number += venue.point is not None
        rows.append(
            {
                "number": number if drawn and venue.point and number <= MARKED else "",
                "url": reverse("web:venue", args=[venue.key]),
                "title": marked(venue.name),
                "facts": _facts(venue, here, tonight, is_tomorrow),
            }
        )
    return render(
        request,
        "web/near.html",
        {
            "rows": rows,
            "map": drawn,
            "scale": _length_words(drawn.scale_metres) if drawn else "",
            "scale_end": 16 + drawn.scale_length if drawn else 0,
            "place": reader.place if here else None,
        },
    )


def _length_words(metres: int) -> str:
    if metres < 1000:
        return _("%(m)s m") % {"m": formats.number(metres)}
    return _("%(km)s km") % {"km": formats.number(metres // 1000)}


def nearest(venues: list[VenueValue], here: Point | None) -> list[VenueValue]:
    """By how far they are; those whose position nobody knows come last."""
    if here is None:
        return venues
    far = float("inf")
    return sorted(venues, key=lambda v: here.metres_to(v.point) if v.point else far)


def _facts(
    venue: VenueValue, here: Point | None, tonight: Mapping[UUID, int], is_tomorrow: bool
) -> list[str]:
    n = tonight.get(venue.id, 0)
    if is_tomorrow:
        on = ngettext("%(n)s class tomorrow evening", "%(n)s classes tomorrow evening", n)
    else:
        on = ngettext("%(n)s class tonight", "%(n)s classes tonight", n)
    facts = [
        words.walk_words(venue.point, here),
        on % {"n": formats.number(n)} if n else "",
        str(venue.address),
        *(str(ACCESS_NAMES[a]) for a in venue.access[:2]),
    ]
    return [fact for fact in facts if fact]


@everyone
@for_strangers(seconds=10)
def venue(request: HttpRequest, key: str) -> HttpResponse:
    """A place to learn: what is on tonight and this week, how to get there and how to get in."""
    found = organizations.find_venue(key)
    if found is None:
        raise Http404
    at = timezone.now()
    begin, end, is_tomorrow = classes.evening(at)
    week = classes.sessions_at(found.id, begin=at, end=at + timedelta(days=7))
    tonight = [card for card in week if card.next_at and begin <= card.next_at < end]
    sum_rows: list[dict[str, Any]] = [
        {"label": _("Address"), "value": marked(found.address)},
        {"label": _("How to get there"), "value": marked(found.directions),
         "note": words.walk_words(found.point, here_of(request))},
        {"label": _("Open"), "value": marked(found.hours)},
        {"label": _("Getting in"), "value": _joined(ACCESS_NAMES[a] for a in found.access)},
        {"label": _("Rooms"), "value": _joined(
            _("%(room)s (%(seats)s seats)") % {"room": r.name, "seats": r.seats}
            for r in found.rooms
        )},
        {"label": _("Run by"), "value": marked(found.organization.name)},
    ]  # fmt: skip
    return render(
        request,
        "web/venue.html",
        {
            "venue": found,
            "provider_url": reverse("web:provider", args=[found.organization.key]),
            "sum_rows": [row for row in sum_rows if row["value"]],
            "tonight": [words.hour_row(card, at) for card in tonight],
            "is_tomorrow": is_tomorrow,
            "days": _by_day([card for card in week if card not in tonight], at),
        },
    )


def _joined(names: Any) -> str:
    return _(", ").join(str(name) for name in names)


def _by_day(cards: list[ClassCard], at: datetime) -> list[dict[str, Any]]:
    days: dict[str, list[words.Row]] = {}
    for card in cards:
        assert card.next_at is not None
        days.setdefault(formats.day(card.next_at), []).append(words.hour_row(card, at))
    return [{"title": title, "rows": rows} for title, rows in days.items()]

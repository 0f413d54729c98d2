"""Courses and classes in the words of schema.org, as JSON-LD.

On a page the words are those of its reader's language; at an address of their own they are there in
every language they were written in. Names of teachers are left out: a page that people read is
another thing than a list that programs collect.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from learncity.apps.catalogue.types import AUDIENCE_NAMES, CATEGORY_NAMES, LEVEL_NAMES, CourseValue
from learncity.apps.classes.types import ClassCard, Mode, TaughtTime
from learncity.kernel.texts import Text, content_language

Thing = dict[str, Any]
# What becomes of a text: its words, or its words by language.
Say = Callable[[Text], Any]

_CONTEXT = "https://schema.org"
_MODES = {
    Mode.IN_PERSON: ("Onsite", "OfflineEventAttendanceMode"),
    Mode.ONLINE: ("Online", "OnlineEventAttendanceMode"),
    Mode.BLENDED: ("Blended", "MixedEventAttendanceMode"),
}
# Instances in the page itself; all are at the address of the data.
ON_PAGE = 10


def in_one_language(text: Text) -> Any:
    """The words for the reader; those of another language say which."""
    tag = text.language()
    return str(text) if tag == content_language() else {"@language": tag, "@value": str(text)}


def in_all_languages(text: Text) -> Any:
    """The words in every language there is, each with its tag."""
    return [{"@language": tag, "@value": words} for tag, words in text.items() if words]


def course(
    value: CourseValue,
    cards: Sequence[ClassCard],
    times: Mapping[UUID, TaughtTime],
    *,
    say: Say,
    at: datetime,
) -> Thing:
    """A course with its classes.

    Args:
        times: how long the classes meet, by id.
        say: ``in_one_language`` or ``in_all_languages``.
    """
    found = _course(value, say)
    found["hasCourseInstance"] = [_instance(c, times.get(c.id), say, at) for c in cards]
    offers = [_offer(card, at) for card in cards if not card.is_cancelled]
    if offers:
        found["offers"] = _each_price_once(offers)
    return _without_empty({"@context": _CONTEXT, **found})


def course_class(
    card: ClassCard,
    time: TaughtTime | None,
    *,
    say: Say,
    at: datetime,
    language: str = "",
) -> Thing:
    """One class, and the course it is of."""
    instance = _instance(card, time, say, at) | {"inLanguage": language}
    of = {
        "@type": "Course",
        "@id": _address("web:course", card.course_key),
        "url": _address("web:course", card.course_key),
        "name": say(card.title),
        "description": say(card.title),
        "provider": {"@type": "Organization", "name": say(card.provider_name)},
        "offers": [_offer(card, at)],
        "hasCourseInstance": [instance],
    }
    return _without_empty({"@context": _CONTEXT, **of})


def script(thing: Thing) -> SafeString:
    """The thing for the inside of a script element.

    No text in it can end the element, open a comment or begin another: the three signs that could
    are written as JSON writes any letter.
    """
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04X}")
    return mark_safe(text)  # noqa: S308 - just escaped


def duration(length: timedelta) -> str:
    """ISO 8601: ``PT1H30M``; days are 24 hours."""
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    written = (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    return f"PT{written or '0M'}"


def _course(value: CourseValue, say: Say) -> Thing:
    url = _address("web:course", value.key)
    return {
        "@type": "Course",
        "@id": url,
        "url": url,
        "courseCode": value.key,
        "name": say(value.title),
        "description": say(value.summary if str(value.summary) else value.title),
        "provider": {
            "@type": "Organization",
            "@id": _address("web:provider", value.provider_key),
            "url": _address("web:provider", value.provider_key),
            "name": say(value.provider_name),
        },
        "about": {
            "@type": "DefinedTerm",
            "termCode": value.category,
            "name": str(CATEGORY_NAMES[value.category]),
        },
        "educationalLevel": str(LEVEL_NAMES[value.level]),
        "audience": [
            {"@type": "EducationalAudience", "audienceType": str(AUDIENCE_NAMES[a])}
            for a in value.audiences
        ],
        "inLanguage": list(value.taught_in),
    }


def _instance(card: ClassCard, time: TaughtTime | None, say: Say, at: datetime) -> Thing:
    url = _address("web:class", card.key)
    mode, attendance = _MODES[card.mode]
    found: Thing = {
        "@type": "CourseInstance",
        "@id": url,
        "url": url,
        "name": say(card.title),
        "courseMode": mode,
        "eventAttendanceMode": f"{_CONTEXT}/{attendance}",
        "eventStatus": f"{_CONTEXT}/{'EventCancelled' if card.is_cancelled else 'EventScheduled'}",
        "startDate": _moment(card.starts_at),
        "endDate": _moment(card.ends_at),
        "location": _location(card, say),
        "maximumAttendeeCapacity": card.seats.total,
        "remainingAttendeeCapacity": max(card.seats.free, 0),
        "offers": _offer(card, at),
    }
    if time and time.meetings:
        found["courseWorkload"] = duration(time.total)
    weeks = (timezone.localdate(card.ends_at) - timezone.localdate(card.starts_at)).days // 7 + 1
    if time and time.meetings == weeks:
        found["courseSchedule"] = {
            "@type": "Schedule",
            "startDate": _day(card.starts_at),
            "endDate": _day(card.ends_at),
            "repeatFrequency": "Weekly",
            "repeatCount": time.meetings,
            "duration": duration(time.longest),
        }
    return found


def _location(card: ClassCard, say: Say) -> list[Thing]:
    places: list[Thing] = []
    if card.mode != Mode.ONLINE and card.venue_key:
        url = _address("web:venue", card.venue_key)
        place: Thing = {"@type": "Place", "@id": url, "url": url, "name": say(card.venue_name)}
        if card.venue_point:
            place["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": card.venue_point.latitude,
                "longitude": card.venue_point.longitude,
            }
        places.append(place)
    if card.mode != Mode.IN_PERSON:
        # Where exactly is for members; here is where one becomes one.
        places.append({"@type": "VirtualLocation", "url": _address("web:class", card.key)})
    return places


def _offer(card: ClassCard, at: datetime) -> Thing:
    is_open = card.is_open(at) and not card.seats.is_full
    precision = get_currency_precision(card.fee_currency or "CNY")
    return {
        "@type": "Offer",
        "category": "Paid" if card.fee_minor else "Free",
        "price": str(Decimal(card.fee_minor).scaleb(-precision)),
        "priceCurrency": card.fee_currency or "CNY",
        "availability": f"{_CONTEXT}/{'InStock' if is_open else 'SoldOut'}",
        "validThrough": _moment(card.closes_at),
        "url": _address("web:class", card.key),
    }


def _each_price_once(offers: Sequence[Thing]) -> list[Thing]:
    """What the course as a whole costs, by class."""
    found: dict[tuple[str, str], Thing] = {}
    for offer in offers:
        said = {name: offer[name] for name in ("@type", "category", "price", "priceCurrency")}
        found.setdefault((offer["price"], offer["priceCurrency"]), said)
    return list(found.values())


def _address(name: str, key: str) -> str:
    return settings.BASE_URL + reverse(name, args=[key])


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat()


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()


def _without_empty(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value not in ("", [], {}, None)}

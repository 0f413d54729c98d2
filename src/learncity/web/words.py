"""Turning values into the words and rows that the components show. Whole sentences, translated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learncity.apps.classes.types import ClassCard, Mode, Seats, SessionValue
from learncity.apps.places.types import Point
from learncity.kernel import formats
from learncity.kernel.templatetags.kernel import words
from learncity.kernel.texts import Text

_NEAR_METRES = 6000


@dataclass(slots=True)
class Row:
    """A class in a list, as ``ui/components/class_row.html`` takes it."""

    url: str
    title: Any
    facts: list[str]
    time: str = ""
    day: str = ""
    free: int = 0
    total: int = 0
    seats: str = ""
    price: str = ""
    tag: str = ""
    kind: str = ""


def seats_words(seats: Seats) -> str:
    """How many seats are free, in a sentence."""
    if seats.free > 0:
        return ngettext("%(n)s seat free", "%(n)s seats free", seats.free) % {"n": seats.free}
    if seats.can_wait:
        return ngettext(
            "Full, %(n)s person is waiting", "Full, %(n)s people are waiting", seats.waiting
        ) % {"n": seats.waiting}
    return _("Full")


def price_words(card: ClassCard) -> str:
    """What it costs."""
    return (
        formats.money(card.fee_minor, card.fee_currency) if card.fee_minor else _("Free of charge")
    )


def walk_words(venue: Point | None, here: Point | None) -> str:
    """How far it is on foot, when that is a distance people walk; empty otherwise."""
    if venue is None or here is None:
        return ""
    metres = here.metres_to(venue)
    if metres > _NEAR_METRES:
        return _("%(km)s km away") % {"km": formats.number(round(metres / 1000))}
    minutes = here.minutes_to(venue)
    return ngettext("about %(n)s minute on foot", "about %(n)s minutes on foot", minutes) % {
        "n": minutes
    }


def where_words(card: ClassCard) -> str:
    """Where it is held."""
    if (card.next_mode or card.mode) == Mode.ONLINE or not card.venue_key:
        return _("Online")
    return str(card.venue_name)


def hour_row(card: ClassCard, at: datetime) -> Row:
    """A class in the timetable of one site: its hour leads, and where it is goes without saying."""
    row = tonight_row(card, None, at)
    row.facts = [price_words(card)]
    return row


def tonight_row(card: ClassCard, here: Point | None, at: datetime) -> Row:
    """A class of tonight: its hour leads."""
    facts = [where_words(card)]
    if (card.next_mode or card.mode) != Mode.ONLINE:
        facts.append(walk_words(card.venue_point, here))
    facts.append(price_words(card))
    assert card.next_at is not None
    row = _row(card, facts, at)
    row.time = formats.clock(card.next_at)
    return row


def class_row(card: ClassCard, here: Point | None, at: datetime) -> Row:
    """A class in a list of classes: its first day leads."""
    facts = [
        begins_words(card, at),
        where_words(card),
        walk_words(card.venue_point, here) if card.mode != Mode.ONLINE else "",
        sessions_words(card.sessions),
        price_words(card),
    ]
    return _row(card, facts, at)


def begins_words(card: ClassCard, at: datetime) -> str:
    """When it begins, or since when it is under way."""
    when = {
        "day": formats.day(card.starts_at),
        "weekday": formats.day(card.starts_at, "weekday"),
        "clock": formats.clock(card.starts_at),
    }
    if card.starts_at > at:
        return _("begins %(day)s, %(clock)s") % when
    return _("%(weekday)s %(clock)s, under way since %(day)s") % when


def room_words(venue: Text, room: Text) -> str:
    """A room of a venue."""
    return _("%(venue)s, %(room)s") % {"venue": venue, "room": room} if room else str(venue)


def span_words(card: ClassCard) -> str:
    """How many meetings, until when."""
    return ngettext(
        "%(n)s meeting, until %(day)s", "%(n)s meetings, until %(day)s", card.sessions
    ) % {"n": card.sessions, "day": formats.day(card.ends_at)}


def sessions_words(count: int) -> str:
    """How many meetings."""
    return ngettext("%(n)s meeting", "%(n)s meetings", count) % {"n": count}


def _row(card: ClassCard, facts: list[str], at: datetime) -> Row:
    row = Row(class_url(card.key), words(card.title), [fact for fact in facts if fact])
    if card.is_cancelled:
        row.tag, row.kind = _("Cancelled"), "you"
    elif not card.is_offered:
        row.tag, row.kind = _("Not offered at present"), "you"
    elif not card.is_open(at):
        row.tag = _("Under way, applications closed")
    else:
        row.free, row.total = max(card.seats.free, 0), card.seats.total
        row.seats = seats_words(card.seats)
    return row


def class_url(key: str) -> str:
    """The page of a class; spelled out because lists call it a hundred times."""
    return f"/classes/{key}/"


def course_url(key: str) -> str:
    """The page of a course; spelled out like that of a class."""
    return f"/courses/{key}/"


def session_days(sessions: Iterable[SessionValue], at: datetime) -> list[dict[str, Any]]:
    """Sessions as lines: number, day, hours, place or link, state."""
    found = []
    for session in sessions:
        where = (
            _("Online")
            if session.mode == Mode.ONLINE
            else room_words(session.venue_name, session.room_name)
        )
        found.append(
            {
                "number": session.number,
                "day": formats.day(session.starts_at),
                "hours": f"{formats.clock(session.starts_at)}–{formats.clock(session.ends_at)}",
                "where": where,
                "online": session.mode == Mode.ONLINE,
                "link": session.link,
                "is_past": session.ends_at <= at,
                "is_cancelled": session.is_cancelled,
            }
        )
    return found

"""Classes, their meetings and seats, and one's own place in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.urls import reverse
from pydantic import Field

from learncity.apps.catalogue.types import Category
from learncity.apps.classes import types as classes
from learncity.apps.classes.types import ClassCard, Given, Mode, SessionValue, State
from learncity.apps.organizations.types import OrganizationValue
from learncity.apps.places.types import Point

from .common import Moment, Money, Named, Next, Position, Shape, Words, page_of

Providers = Mapping[UUID, OrganizationValue]


class Seats(Shape):
    """The seats of a class and its waiting list."""

    total: int
    taken: int
    free: int
    waiting: int
    waiting_limit: int
    is_full: bool
    """Nobody can get a seat or wait for one."""

    @classmethod
    def of(cls, seats: classes.Seats) -> "Seats":
        """As they stood when they were read."""
        return cls(
            total=seats.total,
            taken=seats.taken,
            free=max(seats.free, 0),
            waiting=seats.waiting,
            waiting_limit=seats.waiting_limit,
            is_full=seats.is_full,
        )


class Site(Named):
    """Where a class meets."""

    position: Position | None


class CourseClass(Shape):
    """One run of a course: a timetable, a place and a number of seats."""

    key: str
    page: str
    """The page for people."""
    course: Named
    category: Category
    provider: Named
    """Who runs it."""
    mode: Mode
    venue: Site | None
    """Where it meets; null when it is online."""
    starts_at: Moment
    """When the first meeting begins."""
    ends_at: Moment
    """When the last meeting ends."""
    meetings: int
    closes_at: Moment
    """Applications are taken before this moment."""
    is_open: bool
    """Applications are taken now. Seats may still be gone."""
    is_cancelled: bool
    seats: Seats
    fee: Money | None
    """Null when it is free of charge."""

    @classmethod
    def of(cls, card: ClassCard, *, providers: Providers, at: datetime) -> "CourseClass":
        """From a card, the organizations by id, and the moment of asking."""
        venue = None
        if card.venue_key:
            where = Position.of(card.venue_point)
            venue = Site(key=card.venue_key, name=Words(card.venue_name), position=where)
        fee = Money(amount=card.fee_minor, currency=card.fee_currency) if card.fee_minor else None
        run_by = providers[card.provider_id]
        return cls(
            key=card.key,
            page=page_of(f"/classes/{card.key}/"),
            course=Named(key=card.course_key, name=Words(card.title)),
            category=Category(card.category),
            provider=Named(key=run_by.key, name=Words(run_by.name)),
            mode=card.mode,
            venue=venue,
            starts_at=card.starts_at,
            ends_at=card.ends_at,
            meetings=card.sessions,
            closes_at=card.closes_at,
            is_open=card.is_open(at),
            is_cancelled=card.is_cancelled,
            seats=Seats.of(card.seats),
            fee=fee,
        )


class Classes(Shape):
    """Classes, by the beginning of their first meeting."""

    items: list[CourseClass]
    total: int
    next: Next


class Meeting(Shape):
    """From when to when, and how."""

    starts_at: Moment
    ends_at: Moment
    mode: Mode


class Distance(Shape):
    """How far it is, estimated from the straight line."""

    metres: int
    minutes_on_foot: int


class TimedClass(CourseClass):
    """A class with the one meeting that the list is about."""

    meeting: Meeting | None
    """Null when there is none left."""
    distance: Distance | None
    """From the place that was asked for; null without one, and online."""

    @classmethod
    def at_hour(
        cls, card: ClassCard, *, providers: Providers, at: datetime, here: Point | None = None
    ) -> "TimedClass":
        """From a card with its next meeting."""
        meeting, distance = None, None
        if card.next_at and card.next_until:
            mode = card.next_mode or card.mode
            meeting = Meeting(starts_at=card.next_at, ends_at=card.next_until, mode=mode)
            if here and card.venue_point and mode != Mode.ONLINE:
                distance = Distance(
                    metres=round(here.metres_to(card.venue_point)),
                    minutes_on_foot=here.minutes_to(card.venue_point),
                )
        known = dict(CourseClass.of(card, providers=providers, at=at))
        return cls(**known, meeting=meeting, distance=distance)


class Tonight(Shape):
    """What people can still go to this evening."""

    begins_at: Moment
    """17:00, or now."""
    ends_at: Moment
    """Midnight."""
    is_tomorrow: bool
    """It is too late for today; this is tomorrow's evening."""
    place: Named | None
    """The place that was asked for, or the city."""
    items: list[TimedClass]
    """By time. With a place: within three kilometres of it or else the four nearest, and online."""


class Session(Shape):
    """One meeting of a class."""

    number: int
    starts_at: Moment
    ends_at: Moment
    mode: Mode
    is_cancelled: bool
    venue: Named | None
    room: Words
    instructor: str
    link: str | None
    """Where it takes place online; only for those who have a seat, and staff."""

    @classmethod
    def of(cls, session: SessionValue) -> "Session":
        """From a meeting; the link is there if it was handed out."""
        key, name = session.venue_key, Words(session.venue_name)
        return cls(
            number=session.number,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            mode=session.mode,
            is_cancelled=session.is_cancelled,
            venue=Named(key=key, name=name) if key else None,
            room=Words(session.room_name),
            instructor=session.instructor_name,
            link=session.link or None,
        )


class Enrolment(Shape):
    """An application for a place and what became of it."""

    receipt: str
    href: str
    """Where to ask for it again, and to give the place back (DELETE)."""
    state: State
    position: int | None
    """Place in the waiting list, from 1; null when not waiting."""
    applied_at: Moment

    @classmethod
    def of(cls, enrolment: classes.Enrolment) -> "Enrolment":
        """As it stood when it was read."""
        return cls(
            receipt=enrolment.receipt,
            href=reverse("rest:my_place", args=[enrolment.receipt]),
            state=enrolment.state,
            position=enrolment.position,
            applied_at=enrolment.applied_at,
        )


class ClassDetail(CourseClass):
    """A class with its meetings."""

    note: Words
    fee_for: Words
    given: Given
    """How the places are given."""
    opens_at: Moment | None
    """Applications are taken from this moment; null: since ever."""
    language: str
    """In which it is taught, BCP 47; empty when it was not said."""
    sessions: list[Session]

    @classmethod
    def of_detail(
        cls, detail: classes.ClassDetail, *, providers: Providers, at: datetime
    ) -> "ClassDetail":
        """From a class with its meetings."""
        return cls(
            **dict(CourseClass.of(detail.card, providers=providers, at=at)),
            note=Words(detail.note),
            fee_for=Words(detail.fee_for),
            given=detail.given,
            opens_at=detail.opens_at,
            language=detail.language,
            sessions=[Session.of(session) for session in detail.sessions],
        )


class ClassSeen(ClassDetail):
    """A class, and the asking person's own place in it."""

    mine: Enrolment | None
    """Null for a stranger, and for who has no place and does not wait."""


# What a person may be called: no line breaks, no signs that the database cannot hold.
Name = Annotated[str, Field(max_length=120, pattern=r"^[^\u0000-\u001f\u007f]*$")]


class Application(Shape):
    """What to send with an application; everything may be left out."""

    model_config = {"extra": "forbid", "use_attribute_docstrings": True}

    name: Name | None = None
    """How the teacher should read you out. Needed once, when you have no name yet; afterwards it
    is not looked at."""

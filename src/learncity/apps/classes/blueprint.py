"""The ``terms`` and ``classes`` sections of a blueprint."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from pydantic import Field, model_validator

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.kernel import locks
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value

from . import services
from .models import CourseClass, Session, Term
from .rules import meetings
from .stated import days_of
from .types import Given, Mode
from .writing import Planned, write

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class StatedTerm(Stated):
    """A teaching period."""

    name: Names
    starts: date
    ends: date

    @model_validator(mode="after")
    def _in_order(self) -> "StatedTerm":
        if self.ends < self.starts:
            raise ValueError("the term ends before it starts")
        return self


class Terms(Section):
    """The teaching periods."""

    name = "terms"
    schema = StatedTerm

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These terms as a blueprint would state them; one query."""
        return {
            t.key: {
                "name": dict(t.name),
                "starts": t.starts_on.isoformat(),
                "ends": t.ends_on.isoformat(),
            }
            for t in Term.objects.filter(key__in=keys, ended_at=None)
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Term.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change terms."""
        known = {t.key: t for t in Term.objects.filter(key__in=[key for key, _ in items])}
        for key, said in items:
            term = known.setdefault(key, Term(key=key))
            term.name, term.ended_at = said["name"], None
            term.starts_on = date.fromisoformat(said["starts"])
            term.ends_on = date.fromisoformat(said["ends"])
        Term.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "starts_on", "ends_on", "ended_at"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """The terms are no longer used; their classes stay."""
        Term.objects.filter(key__in=keys).update(ended_at=timezone.now())


class Meets(Value):
    """A weekly meeting."""

    day: Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
    begin: ClockTime = Field(alias="from")
    until: ClockTime
    first: date
    times: Annotated[int, Field(ge=1, le=200)]

    @model_validator(mode="after")
    def _in_order(self) -> "Meets":
        if self.until <= self.begin:
            raise ValueError("`until` must be later than `from`")
        return self


class Fee(Value):
    """What it costs, in the smallest unit of the currency."""

    amount: Annotated[int, Field(ge=1)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    purpose: Names = Field(alias="for", default_factory=dict)


class StatedClass(Stated):
    """One run of a course."""

    course: Annotated[Key, Ref("courses")]
    provider: Annotated[Key, Ref("organizations")] | None = None
    term: Annotated[Key, Ref("terms")] | None = None
    room: Annotated[str, Ref("venues")] | None = None
    online: bool = False
    link: Annotated[str, Field(pattern=r"^https://")] | None = None
    meets: Meets
    online_sessions: list[int] = Field(default_factory=list)
    seats: Annotated[int, Field(ge=1, le=100_000)]
    waiting: Annotated[int, Field(ge=0, le=100_000)] = 0
    instructor: Annotated[Key, Ref("people")] | None = None
    language: Annotated[str, Field(pattern=r"^(zh-Hans|vi|en)$")] | None = None
    fee: Fee | None = None
    note: Names = Field(default_factory=dict)
    given: Given = Given.FIRST_COME
    # Mid-course entry: applications close when this session begins.
    open_until_session: Annotated[int, Field(ge=1)] = 3


# What is compared and kept as the plan; everything a class states but its key.
_STATED = [name for name in StatedClass.model_fields if name != "key"]
# What its meetings are made of.
_TIMETABLE = ("meets", "room", "online", "link", "online_sessions", "instructor")


class Classes(Section):
    """The classes of a term with their sessions."""

    name = "classes"
    schema = StatedClass

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """A class needs a room or a link, and online sessions must exist."""
        if not said["online"] and not said["room"]:
            yield spot.mistake("a class that is not online needs a `room`, such as venue/room")
        if said["online"] and said["room"]:
            yield spot.mistake("an online class has no `room`; remove it or `online`", "room")
        if (said["online"] or said["online_sessions"]) and not said["link"]:
            yield spot.mistake("online sessions need a `link` for the members")
        wrong = [n for n in said["online_sessions"] if not 1 <= n <= said["meets"]["times"]]
        if wrong:
            yield spot.mistake(f"there is no session {wrong[0]}", "online_sessions")

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """No room and no instructor stands twice in the file at one time."""
        zone = ZoneInfo(settings.TIME_ZONE)
        taken: dict[tuple[str, str], list[tuple[datetime, datetime, str]]] = {}
        for key, said in items.items():
            for number, (begins, ends) in enumerate(_times(said, zone), 1):
                if said["room"] and number not in said["online_sessions"]:
                    taken.setdefault(("room", said["room"]), []).append((begins, ends, key))
                if said["instructor"]:
                    who = ("instructor", said["instructor"])
                    taken.setdefault(who, []).append((begins, ends, key))
        seen = set()
        for (field, name), times in taken.items():
            times.sort()
            for before, after in pairwise(times):
                if after[0] < before[1] and (field, before[2], after[2]) not in seen:
                    seen.add((field, before[2], after[2]))
                    yield spots[after[2]].mistake(
                        f"{field} {name!r} is already taken by {before[2]!r} "
                        f"on {after[0]:%Y-%m-%d at %H:%M}",
                        field,
                    )

    def hold(self, keys: Collection[str]) -> None:
        """Take the locks of the classes: seats that somebody changes now are not overwritten."""
        rows = CourseClass.objects.filter(key__in=keys)
        locks.hold_all(services.LOCK, sorted(rows.values_list("id", flat=True)))

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These classes as a blueprint would state them; one query.

        The plan is what the sessions were made from; seats and waiting list are read as they are,
        because staff change them by hand.
        """
        rows = CourseClass.objects.filter(key__in=keys, cancelled_at=None)
        return {
            c.key: {**c.plan, "seats": c.seats, "waiting": c.waiting_limit, "note": dict(c.note)}
            for c in rows
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = CourseClass.objects.filter(key__in=keys, cancelled_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change classes and, when the plan changed, their coming sessions."""
        _Writer(items).write()

    def end(self, keys: Collection[str]) -> None:
        """The classes are cancelled and everybody in them is told; what took place stays."""
        rows = CourseClass.objects.filter(key__in=keys, cancelled_at=None)
        ids = sorted(rows.values_list("id", flat=True))
        locks.hold_all(services.LOCK, ids)
        services.cancel_locked(ids, by=COMMAND, at=timezone.now())


class _Writer:
    """Writes classes set-based: every look-up once, every table in one statement."""

    def __init__(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self.items = items
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.known = {
            c.key: c for c in CourseClass.objects.filter(key__in=[key for key, _ in items])
        }
        ids = catalogue.ids_by_key(self._all("course"))
        self.courses = {c.key: c for c in catalogue.courses(ids.values()).values()}
        self.providers = organizations.ids_by_key(self._all("provider"))
        self.terms = dict(Term.objects.filter(key__in=self._all("term")).values_list("key", "id"))
        self.rooms = organizations.room_ids(self._all("room"))
        self.venues = {v.key: v for v in organizations.all_venues()}
        self.people = people.ids_by_key(self._all("instructor"))
        owners = {c.provider_id for c in self.courses.values()} | set(self.providers.values())
        self.organizations = organizations.organizations(owners)

    def _all(self, field: str) -> set[str]:
        return {said[field] for _, said in self.items if said[field]}

    def write(self) -> None:
        """Write the classes, and the meetings of those whose plan is new."""
        planned = []
        for key, said in self.items:
            course_class = self.known.get(key) or CourseClass(key=key)
            is_replanned = self._is_replanned(course_class, said)
            self._fill(course_class, said)
            meetings = self._sessions(course_class, said)
            planned.append(
                Planned(course_class, said["seats"], said["waiting"], meetings, is_replanned)
            )
        write(planned, by=COMMAND, at=timezone.now())

    @staticmethod
    def _is_replanned(course_class: CourseClass, said: dict[str, Any]) -> bool:
        if course_class.cancelled_at:
            return True
        return any(course_class.plan.get(name) != said[name] for name in _TIMETABLE)

    def _fill(self, course_class: CourseClass, said: dict[str, Any]) -> None:
        course = self.courses[said["course"]]
        provider: UUID = (
            self.providers[said["provider"]] if said["provider"] else course.provider_id
        )
        venue = self.venues[said["room"].partition("/")[0]] if said["room"] else None
        fee = said["fee"] or {"amount": 0, "currency": "CNY", "purpose": {}}
        c = course_class
        c.course_id, c.provider_id = course.id, provider
        c.term_id = self.terms[said["term"]] if said["term"] else None
        c.venue_id = venue.id if venue else None
        c.place_id = venue.place_id if venue else self.organizations[provider].place_id
        c.mode = (
            Mode.ONLINE
            if said["online"]
            else (Mode.BLENDED if said["online_sessions"] else Mode.IN_PERSON)
        )
        c.note, c.given = said["note"], said["given"]
        c.language = said["language"] or (course.taught_in[0] if course.taught_in else "")
        c.fee_minor, c.fee_currency = fee["amount"], fee["currency"]
        c.fee_for = fee["purpose"]
        # What the desk decided, such as when applications close, stays.
        c.plan = {**c.plan, **{name: said[name] for name in _STATED}}

    def _sessions(self, course_class: CourseClass, said: dict[str, Any]) -> list[Session]:
        sessions = []
        # Days on which it does not meet are said at the desk, and stay.
        not_on = days_of(course_class.plan)
        for number, (begins, ends) in enumerate(_times(said, self.zone, not_on), 1):
            online = said["online"] or number in said["online_sessions"]
            sessions.append(
                Session(
                    course_class=course_class,
                    number=number,
                    starts_at=begins,
                    ends_at=ends,
                    mode=Mode.ONLINE if online else Mode.IN_PERSON,
                    room_id=None if online else self.rooms[said["room"]],
                    link=said["link"] or "" if online else "",
                    instructor_id=self.people.get(said["instructor"] or ""),
                )
            )
        return sessions


def _times(
    said: dict[str, Any], zone: ZoneInfo, not_on: Collection[date] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """Beginnings and ends of the meetings of a stated class."""
    meets = said["meets"]
    first = date.fromisoformat(meets["first"])
    begin, until = _clock(meets["begin"]), _clock(meets["until"])
    return meetings(first, meets["day"], begin, until, meets["times"], zone, not_on)


def _clock(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone yet

"""A class as a list states it, in words of keys: read from what is there, kept as its plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from learncity.kernel.csv_cells import by_column
from learncity.kernel.texts import Text

from .models import CourseClass
from .rules import WEEKDAYS, meetings
from .types import Mode

# Whose beginning is the last moment to apply, where nobody says it.
OPEN_UNTIL = 3


class Slot(NamedTuple):
    """A weekly meeting: the day of the first one, and from when to when."""

    first: date
    begin: time
    until: time

    @property
    def day(self) -> str:
        """``MON`` … ``SUN``."""
        return WEEKDAYS[self.first.weekday()]


@dataclass(frozen=True)
class Stated:
    """Everything a file can say of a class; things are named by key, empty when there is none."""

    course: str = ""
    provider: str = ""
    term: str = ""
    venue: str = ""
    room: str = ""
    mode: Mode | None = None
    slots: tuple[Slot, ...] = ()
    times: int = 0
    # Days on which it does not meet, such as public holidays.
    not_on: tuple[date, ...] = ()
    online_meetings: tuple[int, ...] = ()
    seats: int = 0
    waiting: int = 0
    instructor: str = ""
    language: str = ""
    link: str = ""
    note: Text = field(default_factory=Text)
    fee_minor: int = 0
    fee_currency: str = ""
    fee_for: Text = field(default_factory=Text)
    open_until: int = OPEN_UNTIL
    is_cancelled: bool = False

    @property
    def timetable(self) -> tuple[object, ...]:
        """What the meetings are made from; when it changes, they are made anew."""
        return (
            *(self.slots, self.times, self.not_on, self.mode, self.online_meetings),
            *(self.venue, self.room, self.link, self.instructor),
        )

    def meetings(self, zone: ZoneInfo) -> list[tuple[int, datetime, datetime, bool]]:
        """Every meeting in order: number from 1, beginning, end, whether it is online."""
        times = sorted(
            moment
            for slot in self.slots
            for moment in meetings(
                slot.first, slot.day, slot.begin, slot.until, self.times, zone, self.not_on
            )
        )
        return [
            (n, begins, ends, self.mode == Mode.ONLINE or n in self.online_meetings)
            for n, (begins, ends) in enumerate(times, 1)
        ]


def stated_of(course_class: CourseClass) -> Stated:
    """A class as a file would state it. Needs its course, provider, term and venue at hand."""
    c, plan = course_class, course_class.plan
    return Stated(
        course=c.course.key,
        provider=c.provider.key,
        term=c.term.key if c.term else "",
        venue=c.venue.key if c.venue else "",
        room=(plan.get("room") or "").partition("/")[2],
        mode=Mode(c.mode),
        slots=_slots_of(plan),
        times=plan.get("meets", {}).get("times", 0),
        not_on=days_of(plan),
        online_meetings=tuple(plan.get("online_sessions", ())),
        seats=c.seats,
        waiting=c.waiting_limit,
        instructor=plan.get("instructor") or "",
        language=c.language,
        link=plan.get("link") or "",
        note=c.note,
        fee_minor=c.fee_minor,
        fee_currency=c.fee_currency if c.fee_minor else "",
        fee_for=c.fee_for if c.fee_minor else Text(),
        open_until=plan.get("open_until_session", OPEN_UNTIL),
        is_cancelled=c.cancelled_at is not None,
    )


def cells_of(key: str, stated: Stated) -> dict[str, str]:
    """A class as a row of a file that changes nothing when it comes in."""
    first = stated.slots[0] if stated.slots else None
    return {
        "key": key,
        "course": stated.course,
        "provider": stated.provider,
        "term": stated.term,
        "venue": stated.venue,
        "room": stated.room,
        "mode": stated.mode or "",
        "starts": first.first.isoformat() if first else "",
        "day": first.day if first else "",
        "from": f"{first.begin:%H:%M}" if first else "",
        "until": f"{first.until:%H:%M}" if first else "",
        "times": str(stated.times or ""),
        "slots": "|".join(f"{s.day} {s.begin:%H:%M}-{s.until:%H:%M}" for s in stated.slots[1:]),
        "not_on": "|".join(day.isoformat() for day in stated.not_on),
        "online_meetings": "|".join(map(str, stated.online_meetings)),
        "seats": str(stated.seats),
        "waiting": str(stated.waiting),
        "instructor": stated.instructor,
        "language": stated.language.lower(),
        "link": stated.link,
        **by_column("note", stated.note),
        "fee_minor": str(stated.fee_minor or ""),
        "fee_currency": stated.fee_currency,
        **by_column("fee_for", stated.fee_for),
        "open_until": str(stated.open_until),
        "cancelled": "1" if stated.is_cancelled else "",
    }


def days_of(plan: Mapping[str, Any]) -> tuple[date, ...]:
    """The days on which a planned class does not meet."""
    return tuple(date.fromisoformat(day) for day in plan.get("not_on", ()))


def _slots_of(plan: Mapping[str, Any]) -> tuple[Slot, ...]:
    found = []
    for meets in (plan.get("meets"), *plan.get("slots", ())):
        if meets:
            # A blueprint may name any day of the first week.
            named = date.fromisoformat(meets["first"])
            first = named + timedelta(days=WEEKDAYS.index(meets["day"]) - named.weekday())
            found.append(Slot(first, *(time.fromisoformat(meets[n]) for n in ("begin", "until"))))
    return tuple(sorted(found))


def plan_of(stated: Stated, before: Mapping[str, Any]) -> dict[str, Any]:
    """The plan to keep with the class, in the words of a blueprint, which may state it later.

    Args:
        before: the plan until now; what a file cannot say stays.
    """
    fee = {"amount": stated.fee_minor, "currency": stated.fee_currency}
    weekly = [
        {
            "day": slot.day,
            "begin": f"{slot.begin:%H:%M}",
            "until": f"{slot.until:%H:%M}",
            "first": slot.first.isoformat(),
        }
        for slot in stated.slots
    ]
    return {
        "given": "FIRST_COME",
        **before,
        "open_until_session": stated.open_until,
        "course": stated.course,
        "provider": stated.provider,
        "term": stated.term or None,
        "venue": stated.venue or None,
        "room": f"{stated.venue}/{stated.room}" if stated.room else None,
        "online": stated.mode == Mode.ONLINE,
        "link": stated.link or None,
        "meets": {**weekly[0], "times": stated.times},
        "slots": weekly[1:],
        "not_on": [day.isoformat() for day in stated.not_on],
        "online_sessions": list(stated.online_meetings),
        "seats": stated.seats,
        "waiting": stated.waiting,
        "instructor": stated.instructor or None,
        "language": stated.language or None,
        "fee": {**fee, "purpose": dict(stated.fee_for)} if stated.fee_minor else None,
        "note": dict(stated.note),
    }

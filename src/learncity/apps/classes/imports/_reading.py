"""What one row says of a class, and the same of a class that exists, so that they can be compared.

Pure but for the class that is read; whether what is named exists is not asked here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.rules import WEEKDAYS, meetings
from learncity.apps.classes.types import Mode
from learncity.kernel.csv_cells import Cells, by_column, clock, language
from learncity.kernel.csv_files import near
from learncity.kernel.texts import ALL as TAGS
from learncity.kernel.texts import Text

_SLOT = re.compile(r"([A-Za-z]{3})[A-Za-z]*\s+(\S+?)\s*[-–—~]\s*(\S+)")
_MOST_WEEKS, _MOST_SEATS = 200, 100_000


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
    online_meetings: tuple[int, ...] = ()
    seats: int = 0
    waiting: int = 0
    instructor: str = ""
    language: str = ""
    link: str = ""
    note: Text = field(default_factory=Text)
    fee_minor: int = 0
    fee_currency: str = ""
    is_cancelled: bool = False

    @property
    def timetable(self) -> tuple[object, ...]:
        """What the meetings are made from; when it changes, they are made anew."""
        return (
            *(self.slots, self.times, self.mode, self.online_meetings),
            *(self.venue, self.room, self.link, self.instructor),
        )

    def meetings(self, zone: ZoneInfo) -> list[tuple[int, datetime, datetime, bool]]:
        """Every meeting in order: number from 1, beginning, end, whether it is online."""
        times = sorted(
            moment
            for slot in self.slots
            for moment in meetings(slot.first, slot.day, slot.begin, slot.until, self.times, zone)
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
        online_meetings=tuple(plan.get("online_sessions", ())),
        seats=c.seats,
        waiting=c.waiting_limit,
        instructor=plan.get("instructor") or "",
        language=c.language,
        link=plan.get("link") or "",
        note=c.note,
        fee_minor=c.fee_minor,
        fee_currency=c.fee_currency if c.fee_minor else "",
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
        "online_meetings": "|".join(map(str, stated.online_meetings)),
        "seats": str(stated.seats),
        "waiting": str(stated.waiting),
        "instructor": stated.instructor,
        "language": stated.language.lower(),
        "link": stated.link,
        **by_column("note", stated.note),
        "fee_minor": str(stated.fee_minor or ""),
        "fee_currency": stated.fee_currency,
        "cancelled": "1" if stated.is_cancelled else "",
    }


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
    fee = {"amount": stated.fee_minor, "currency": stated.fee_currency, "purpose": {}}
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
        "open_until_session": 3,
        **before,
        "course": stated.course,
        "provider": stated.provider,
        "term": stated.term or None,
        "venue": stated.venue or None,
        "room": f"{stated.venue}/{stated.room}" if stated.room else None,
        "online": stated.mode == Mode.ONLINE,
        "link": stated.link or None,
        "meets": {**weekly[0], "times": stated.times},
        "slots": weekly[1:],
        "online_sessions": list(stated.online_meetings),
        "seats": stated.seats,
        "waiting": stated.waiting,
        "instructor": stated.instructor or None,
        "language": stated.language or None,
        "fee": {**fee, **_purpose(before)} if stated.fee_minor else None,
        "note": dict(stated.note),
    }


def _purpose(before: Mapping[str, Any]) -> dict[str, Any]:
    fee = before.get("fee") or {}
    return {"purpose": fee["purpose"]} if "purpose" in fee else {}


def read(cells: Cells) -> dict[str, Any]:
    """What a row says, by field of ``Stated``; only of the columns the file has."""
    said: dict[str, Any] = {
        "course": cells.needed_key("course"),
        "seats": cells.number("seats", 1, _MOST_SEATS) or 0,
        "times": cells.number("times", 1, _MOST_WEEKS) or 0,
    }
    for column in ("seats", "times"):
        if not cells.text(column):
            cells.wrong(column, "write a whole number; the cell is empty")
    said["slots"] = _slots(cells)
    for column in ("provider", "term", "instructor"):
        if cells.has(column):
            said[column] = cells.key(column)
    if cells.has("waiting"):
        said["waiting"] = cells.number("waiting", 0, _MOST_SEATS) or 0
    if cells.has("language"):
        said["language"] = _language(cells)
    if cells.has("cancelled"):
        said["is_cancelled"] = cells.flag("cancelled")
    said["note"] = cells.texts("note")
    return {**said, **_place(cells), **_fee(cells)}


def merged(before: Stated, said: Mapping[str, Any]) -> Stated:
    """A class as it was, or a new one, made as it is said."""
    note = {**before.note, **said["note"]}
    words = Text({tag: words for tag, words in note.items() if words})
    return replace(before, **{**said, "note": words})


def _place(cells: Cells) -> dict[str, Any]:
    """Venue, room, link and mode."""
    said: dict[str, Any] = {}
    if cells.has("venue"):
        said["venue"] = cells.text("venue", 80)
    if cells.has("room"):
        said["room"] = cells.text("room", 121)
        if "/" in said["room"] and not said.get("venue"):
            said["venue"], _, said["room"] = said["room"].partition("/")
    if cells.has("link"):
        said["link"] = cells.text("link", 200)
        if said["link"] and not said["link"].startswith("https://"):
            cells.wrong("link", "write an address that begins with https://")
    if cells.has("online_meetings"):
        numbers = cells.words("online_meetings")
        if all(word.isdecimal() for word in numbers):
            said["online_meetings"] = tuple(sorted({int(word) for word in numbers}))
        else:
            cells.wrong("online_meetings", "write the numbers of the meetings, such as 3|6")
    if cells.has("mode"):
        said["mode"] = cells.choice("mode", Mode)
    return said


def _language(cells: Cells) -> str:
    word = cells.text("language")
    if word and not language(word):
        cells.wrong("language", f"write one of {', '.join(TAGS)}{near(word, TAGS)}")
    return language(word)


def _fee(cells: Cells) -> dict[str, Any]:
    if not cells.has("fee_minor"):
        return {}
    fee, currency = cells.number("fee_minor", 0, 2_000_000_000) or 0, cells.text("fee_currency")
    if fee and not re.fullmatch("[A-Z]{3}", currency):
        cells.wrong("fee_currency", "write the three letters of the currency, such as CNY")
    return {"fee_minor": fee, "fee_currency": currency if fee else ""}


def _slots(cells: Cells) -> tuple[Slot, ...]:
    """The weekly meetings; each meets first on or after the day the class starts."""
    starts = cells.date("starts")
    begin, until = cells.clock("from"), cells.clock("until")
    if not cells.text("starts"):
        cells.wrong("starts", "write the day of the first meeting, such as 2026-09-07")
    if begin and not cells.text("until"):
        cells.wrong("until", "write when the meeting ends")
    if begin and until and until <= begin:
        cells.wrong("until", f"write a time after {begin:%H:%M}, when the meeting begins")
    weekly = _extra(cells)
    if not begin and not weekly and not cells.text("from"):
        cells.wrong("from", "write when the class meets, or fill the column slots")
    if starts is None:
        return ()
    _check_day(cells, starts)
    found = [Slot(starts, begin, until)] if begin and until else []
    for day, from_, to in weekly:
        first = starts + timedelta(days=(WEEKDAYS.index(day) - starts.weekday()) % 7)
        found.append(Slot(first, from_, to))
    found.sort()
    if found and found[0].first != starts:
        cells.wrong("starts", f"no meeting is on {starts:%a}; write the day of the first one")
    for one, other in pairwise(found):
        if one.first == other.first and other.begin < one.until:
            cells.wrong("slots", f"two meetings on {one.day} overlap; correct one of them")
    return tuple(found)


def _check_day(cells: Cells, starts: date) -> None:
    word = cells.text("day")
    if not word:
        return
    day = word[:3].upper()
    if day not in WEEKDAYS:
        cells.wrong("day", f"write one of {', '.join(WEEKDAYS)}")
    elif day != WEEKDAYS[starts.weekday()]:
        right = WEEKDAYS[starts.weekday()]
        cells.wrong("day", f"{starts} is a {right}; correct the day, or the date in starts")


def _extra(cells: Cells) -> list[tuple[str, time, time]]:
    found = []
    for word in cells.words("slots"):
        parts = _SLOT.fullmatch(word)
        day = parts[1].upper() if parts else ""
        begin, until = (clock(parts[2]), clock(parts[3])) if parts else (None, None)
        if begin and until and day in WEEKDAYS and begin < until:
            found.append((day, begin, until))
        else:
            cells.wrong("slots", f"{word!r} is no weekly meeting; write it as MON 18:30-20:00")
    return found

"""Meetings in the words of iCalendar (RFC 5545, with RFC 7986).

Times are in UTC, so no calendar needs to know the rules of a zone. An entry's UID never changes;
its SEQUENCE rises with each change of time, place or cancellation.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from learncity.apps.classes.types import CalendarEntry, Mode
from learncity.kernel.texts import Text, content_language
from learncity.web import words

_ZONE = "%Y%m%dT%H%M%SZ"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ANY_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# How many bytes a line may have.
_LONGEST = 75


def calendar(name: str, entries: Iterable[CalendarEntry]) -> str:
    """A whole calendar, as a file that any program can subscribe to.

    Args:
        name: as the reader's program shows it, in the active language.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Learncity//Learncity 1//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        # Ask again after so long; the second is what older programs understand.
        "REFRESH-INTERVAL;VALUE=DURATION:PT2H",
        "X-PUBLISHED-TTL:PT2H",
    ]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def answer(name: str, entries: Iterable[CalendarEntry], *, file: str) -> HttpResponse:
    """A calendar ready to be sent.

    Args:
        file: what it is called when it is saved, without its ending.
    """
    response = HttpResponse(calendar(name, entries), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{slugify(file)}.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _event(entry: CalendarEntry) -> Iterator[str]:
    host = urlsplit(settings.BASE_URL).hostname
    revised = _moment(entry.revised_at)
    page = f"{settings.BASE_URL}{reverse('web:class', args=[entry.class_key])}"
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.id}@{host}"
    yield f"SEQUENCE:{entry.revision}"
    yield f"DTSTAMP:{revised}"
    yield f"LAST-MODIFIED:{revised}"
    yield f"DTSTART:{_moment(entry.starts_at)}"
    yield f"DTEND:{_moment(entry.ends_at)}"
    yield f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}"
    yield _said("SUMMARY", entry.title)
    yield f"LOCATION:{_text(_where(entry))}"
    if entry.point and entry.mode != Mode.ONLINE:
        yield f"GEO:{entry.point.latitude};{entry.point.longitude}"
    yield f"DESCRIPTION:{_text(_description(entry))}"
    yield f"URL:{page}"
    if entry.link:
        yield f'CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL="{_quoted(_("Online"))}":{entry.link}'
    yield "END:VEVENT"


def _where(entry: CalendarEntry) -> str:
    if entry.mode == Mode.ONLINE or not entry.venue_name:
        return _("Online")
    room = words.room_words(entry.venue_name, entry.room_name)
    return _(", ").join(part for part in (str(room), str(entry.address)) if part)


def _description(entry: CalendarEntry) -> str:
    lines = [
        _("Meeting %(n)s of %(total)s") % {"n": entry.number, "total": entry.of},
        str(entry.provider_name),
        entry.link,
    ]
    return "\n".join(line for line in lines if line)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_ZONE)


def _said(name: str, text: Text) -> str:
    return f"{name};LANGUAGE={text.language(content_language())}:{_text(str(text))}"


def _text(value: str) -> str:
    """A text value: what has a meaning of its own is escaped (RFC 5545, 3.3.11)."""
    value = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(sign, written)
    return value


def _quoted(value: str) -> str:
    return _CONTROL.sub("", value).replace('"', "'").replace("\n", " ")


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 bytes, no letter broken; the later begin with a space."""
    part, room = "", _LONGEST
    for letter in _ANY_CONTROL.sub("", line):
        size = len(letter.encode())
        if size > room:
            yield part
            part, room = " ", _LONGEST - 1
        part, room = part + letter, room - size
    yield part

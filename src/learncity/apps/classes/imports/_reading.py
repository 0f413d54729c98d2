"""What one row says of a class. Whether what is named exists is not asked here."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from learncity.apps.classes.rules import WEEKDAYS
from learncity.apps.classes.stated import OPEN_UNTIL, Slot, Stated
from learncity.apps.classes.types import Mode
from learncity.kernel.csv_cells import Cells, clock, language
from learncity.kernel.csv_files import near
from learncity.kernel.texts import ALL as TAGS
from learncity.kernel.texts import Text

_SLOT = re.compile(r"([A-Za-z]{3})[A-Za-z]*\s+(\S+?)\s*[-–—~]\s*(\S+)")
_MOST_WEEKS, _MOST_SEATS = 200, 100_000
# Further meetings a week: as many as the API takes.
_MOST_SLOTS = 6
_MOST_DAYS = 100
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def read(cells: Cells) -> dict[str, Any]:
    """What a row says, by field of ``Stated``; only of the columns the file has."""
    said: dict[str, Any] = {
        "course": cells.needed_key("course"),
        "seats": cells.number("seats", 1, _MOST_SEATS) or 0,
        "times": cells.number("times", 1, _MOST_WEEKS) or 0,
    }
    for column in ("seats", "times"):
        if not cells.text(column):
            cells.wrong(column, _("write a whole number; the cell is empty"))
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
    if cells.has("open_until"):
        said["open_until"] = cells.number("open_until", 1, _MOST_WEEKS) or OPEN_UNTIL
    if cells.has("not_on"):
        said["not_on"] = _days(cells)
    said["note"], said["fee_for"] = cells.texts("note"), cells.texts("fee_for")
    return {**said, **_place(cells), **_fee(cells)}


def _days(cells: Cells) -> tuple[date, ...]:
    """Days on which the class does not meet."""
    found, words = set(), cells.words("not_on")
    if len(words) > _MOST_DAYS:
        cells.wrong("not_on", _("write %(most)s at the most") % {"most": _MOST_DAYS})
        return ()
    for word in words:
        try:
            found.add(date.fromisoformat(word))
        except ValueError:
            cells.wrong("not_on", _("write days such as 2026-10-01|2026-10-08"))
            return ()
    return tuple(sorted(found))


def merged(before: Stated, said: Mapping[str, Any]) -> Stated:
    """A class as it was, or a new one, made as it is said."""
    texts = {}
    for name, words in (("note", before.note), ("fee_for", before.fee_for)):
        texts[name] = Text({tag: w for tag, w in {**words, **said[name]}.items() if w})
    made = replace(before, **{**said, **texts})
    return made if made.fee_minor else replace(made, fee_for=Text())


def _place(cells: Cells) -> dict[str, Any]:
    """Venue, room, link and mode."""
    said: dict[str, Any] = {}
    if cells.has("venue"):
        said["venue"] = cells.text("venue", 80)
    if cells.has("room"):
        said["room"] = cells.text("room", 121)
        if "/" in said["room"] and not said.get("venue"):
            said["venue"], said["room"] = said["room"].split("/", 1)
    if cells.has("link"):
        said["link"] = cells.text("link", 200)
        if said["link"] and not re.fullmatch(r"https://[!-~]+", said["link"]):
            cells.wrong("link", _("write an address that begins with https://"))
    if cells.has("online_meetings"):
        numbers = cells.words("online_meetings")
        if all(word.isdecimal() for word in numbers):
            said["online_meetings"] = tuple(sorted({int(word) for word in numbers}))
        else:
            cells.wrong("online_meetings", _("write the numbers of the meetings, such as 3|6"))
    if cells.has("mode"):
        said["mode"] = cells.choice("mode", Mode)
    return said


def _language(cells: Cells) -> str:
    word = cells.text("language")
    if word and not language(word):
        cells.wrong(
            "language",
            _("write one of %(all)s%(hint)s") % {"all": ", ".join(TAGS), "hint": near(word, TAGS)},
        )
    return language(word)


def _fee(cells: Cells) -> dict[str, Any]:
    if not cells.has("fee_minor"):
        return {}
    fee, currency = cells.number("fee_minor", 0, 2_000_000_000) or 0, cells.text("fee_currency")
    if fee and not re.fullmatch("[A-Z]{3}", currency):
        cells.wrong("fee_currency", _("write the three letters of the currency, such as CNY"))
    return {"fee_minor": fee, "fee_currency": currency if fee else ""}


def _slots(cells: Cells) -> tuple[Slot, ...]:
    """The weekly meetings; each meets first on or after the day the class starts."""
    starts = _starts(cells)
    begin, until = cells.clock("from"), cells.clock("until")
    if begin and not cells.text("until"):
        cells.wrong("until", _("write when the meeting ends"))
    if begin and until and until <= begin:
        cells.wrong(
            "until",
            _("write a time after %(begin)s, when the meeting begins")
            % {"begin": f"{begin:%H:%M}"},
        )
    weekly = _extra(cells)
    if not begin and not weekly and not cells.text("from"):
        cells.wrong("from", _("write when the class meets, or fill the column slots"))
    if starts is None:
        return ()
    _check_day(cells, starts)
    found = [Slot(starts, begin, until)] if begin and until else []
    for day, from_, to in weekly:
        first = starts + timedelta(days=(WEEKDAYS.index(day) - starts.weekday()) % 7)
        found.append(Slot(first, from_, to))
    found.sort()
    if found and found[0].first != starts:
        cells.wrong(
            "starts",
            _("no meeting is on %(day)s; write the day of the first one")
            % {"day": WEEKDAYS[starts.weekday()]},
        )
    for one, other in pairwise(found):
        if one.first == other.first and other.begin < one.until:
            cells.wrong(
                "slots",
                _("two meetings on %(day)s overlap; correct one of them") % {"day": one.day},
            )
    return tuple(found)


def _starts(cells: Cells) -> date | None:
    found = cells.date("starts")
    if not cells.text("starts"):
        cells.wrong("starts", "write the day of the first meeting, such as 2026-09-07")
    if found and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        cells.wrong("starts", f"write a day from {_FIRST_YEAR} to {_LAST_YEAR}")
        return None
    return found


def _check_day(cells: Cells, starts: date) -> None:
    word = cells.text("day")
    if not word:
        return
    day = word[:3].upper()
    if day not in WEEKDAYS:
        cells.wrong(
            "day", _("write one of %(all)s%(hint)s") % {"all": ", ".join(WEEKDAYS), "hint": ""}
        )
    elif day != WEEKDAYS[starts.weekday()]:
        right = WEEKDAYS[starts.weekday()]
        cells.wrong(
            "day",
            _("%(date)s is a %(day)s; correct the day, or the date in starts")
            % {"date": starts, "day": right},
        )


def _extra(cells: Cells) -> list[tuple[str, time, time]]:
    found = []
    words = cells.words("slots")
    if len(words) > _MOST_SLOTS:
        cells.wrong("slots", _("write %(most)s at the most") % {"most": _MOST_SLOTS})
        return []
    for word in words:
        parts = _SLOT.fullmatch(word)
        day = parts[1].upper() if parts else ""
        begin, until = (clock(parts[2]), clock(parts[3])) if parts else (None, None)
        if begin and until and day in WEEKDAYS and begin < until:
            found.append((day, begin, until))
        else:
            cells.wrong(
                "slots",
                _("%(word)r is no weekly meeting; write it as MON 18:30-20:00") % {"word": word},
            )
    return found

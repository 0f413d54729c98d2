"""Pure decisions: which clock counts, and until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from learncity.kernel.workdays import Calendar

from .types import Due, Unit


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How soon requests must be answered and done, for people below a place, from a day on."""

    path: str
    country: str
    since: date
    answer_days: int
    answer_in: Unit
    done_days: int
    done_in: Unit
    extension_days: int


def clocks_for(clocks: Collection[ClockRule], home_path: str) -> list[ClockRule]:
    """The clocks that count for somebody who lives there: the nearest place's newest.

    Somebody who has not said where they live has every country's: the strictest counts.
    """
    found = [c for c in clocks if home_path == c.path or home_path.startswith(f"{c.path}.")]
    if found:
        return [max(found, key=lambda c: (len(c.path), c.since))]
    newest: dict[str, ClockRule] = {}
    for clock in sorted(clocks, key=lambda c: (c.path, c.since)):
        newest[clock.path] = clock
    return list(newest.values())


def due(clock: ClockRule, calendar: Calendar, received: date) -> Due:
    """Until when a request received on a day must be answered and done; the day is not counted."""
    answer_by, guessed = _term(calendar, received, clock.answer_days, clock.answer_in)
    done_by, more = _term(calendar, received, clock.done_days, clock.done_in)
    years = tuple(sorted({*guessed, *more}))
    return Due(clock.country, answer_by, max(answer_by, done_by), clock.extension_days, years)


def strictest(dues: Sequence[Due]) -> Due:
    """The one that must be answered first, then done first."""
    return min(dues, key=lambda d: (d.answer_by, d.done_by, d.country))


def _term(calendar: Calendar, start: date, days: int, unit: Unit) -> tuple[date, list[int]]:
    if unit == Unit.CALENDAR:
        return start + timedelta(days=days), []
    return calendar.safely_due(start, days)

"""Working days of a country: weekends, public holidays, and the weekends that are moved for them.

The days come from the package `holidays`. Governments decide each year anew which days off are
moved, so a year is known only when its decree is in the package or the city states it itself.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

# First and last year whose decree is in the package (tested against it). What it would compute for
# later years is a guess: it knows the moon, not which Saturday will be worked.
DECREED: Mapping[str, tuple[int, int]] = {"CN": (2010, 2026), "VN": (2015, 2026)}


class UnknownYear(Exception):
    """Nobody has told which days of this year are worked; a date counted in it would be a guess."""

    def __init__(self, country: str, year: int) -> None:
        super().__init__(
            f"The working days of {country} in {year} are not known. Upgrade the package "
            f"'holidays', or state the days off of {year} in the city's file."
        )
        self.country, self.year = country, year


class UnknownCountry(Exception):
    """No calendar of this country; ``DECREED`` lists those there are."""


@dataclass(frozen=True)
class Calendar:
    """The working days of one country, as one city knows them.

    Attributes:
        country: ISO 3166-1, such as ``VN``.
        stated: days of which the city says itself whether they are worked; they win.
        years: years for which the city has stated every day off.
    """

    country: str
    stated: Mapping[date, bool] = field(default_factory=dict)
    years: Collection[int] = ()

    def __post_init__(self) -> None:
        """Refuse a country without a calendar.

        Raises:
            UnknownCountry: as it says.
        """
        if self.country not in DECREED:
            raise UnknownCountry(self.country)

    def knows(self, year: int) -> bool:
        """Whether the days off of the year were decreed, or stated by the city."""
        first, last = DECREED[self.country]
        return first <= year <= last or year in self.years

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day.

        Raises:
            UnknownYear: nobody has said.
        """
        if day in self.stated:
            return self.stated[day]
        if not self.knows(day.year):
            raise UnknownYear(self.country, day.year)
        return _worked(self.country, day)

    def is_holiday(self, day: date) -> bool:
        """Whether it belongs to a public holiday, with the weekend beside it; never a mere weekend.

        Raises:
            UnknownYear: nobody has said, of the day or of one beside it.
        """
        if self.is_working(day):
            return False
        return any(self._is_named(one) for step in (-1, 1) for one in self._off(day, step))

    def is_known_holiday(self, day: date) -> bool:
        """Whether it is one as far as anybody has told: those of a year are decreed late."""
        try:
            return self.is_holiday(day)
        except UnknownYear:
            return False

    def _off(self, day: date, step: int) -> Iterator[date]:
        """The day, and those off that follow or precede it without a gap."""
        while not self.is_working(day):
            yield day
            day += timedelta(days=step)

    def _is_named(self, day: date) -> bool:
        if day in self.stated:
            return not self.stated[day]
        return day.weekday() < 5 or day in _country(self.country, day.year)

    def due(self, start: date, days: int) -> date:
        """The last day of a term of so many working days; the day of the start is not counted.

        Raises:
            UnknownYear: the term runs into a year that nobody has told of.
        """
        return self._count(start, days, careful=False)[0]

    def safely_due(self, start: date, days: int) -> tuple[date, list[int]]:
        """The last day of a term, and the years in it that are not known.

        In such a year every Monday to Friday counts as worked, so the day may be too early and is
        never too late. Whoever shows it must say so.
        """
        return self._count(start, days, careful=True)

    def _count(self, start: date, days: int, *, careful: bool) -> tuple[date, list[int]]:
        day, guessed = start, set()
        while days > 0:
            day += timedelta(days=1)
            if careful and day not in self.stated and not self.knows(day.year):
                guessed.add(day.year)
                days -= day.weekday() < 5
            else:
                days -= self.is_working(day)
        return day, sorted(guessed)


@lru_cache(maxsize=4096)
def _worked(country: str, day: date) -> bool:
    return bool(_country(country, day.year).is_working_day(day))


@lru_cache(maxsize=32)
def _country(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)

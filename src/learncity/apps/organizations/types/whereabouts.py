"""What of nobody knows in which region of today it lies, or which of them it covers."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.places.types import Break, PlaceValue, Unsettled
from learncity.kernel.dated import day_of
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.texts import Text

from .register import OfficeValue, OrganizationValue, VenueValue


class Thing(StrEnum):
    """What lies in a region, an organization by its seat, a site, an office; and what it covers."""

    SEAT = "SEAT"
    VENUE = "VENUE"
    OFFICE = "OFFICE"
    COVERAGE = "COVERAGE"


THING_NAMES = {
    Thing.SEAT: _("Seat"),
    Thing.VENUE: _("Site"),
    Thing.OFFICE: _("Office"),
    Thing.COVERAGE: _("What it covers"),
}


class Elsewhere(StrEnum):
    """Why something lies in a region that its old one did not go into."""

    MOVED = "MOVED"
    ENTERED_WRONG = "ENTERED_WRONG"
    LIST_WRONG = "LIST_WRONG"


ELSEWHERE_NAMES = {
    Elsewhere.MOVED: _("It moved there"),
    Elsewhere.ENTERED_WRONG: _("It was entered in the wrong region before"),
    Elsewhere.LIST_WRONG: _("The list of the reform is wrong or incomplete"),
}


@dataclass(frozen=True, slots=True)
class Astray:
    """Something whose region ended or was divided since somebody said that it lies there.

    ``key`` and ``name`` are the site's own, for a seat and what is covered the organization's; an
    office has no key. ``since`` and ``until`` are the days of what is covered, open for others.
    """

    thing: Thing
    id: UUID
    key: str
    name: Text
    organization: OrganizationValue
    region: Unsettled
    placed_at: datetime
    since: date | None = None
    until: date | None = None

    @property
    def breaks(self) -> tuple[Break, ...]:
        """The reforms to be asked about; none where the region was ended without one."""
        asked = questions(self.region, self.placed_at, self.since, self.until)
        return asked or tuple(b for b in self.region.breaks if _reaches(self.until, b.on))[-1:]

    @property
    def asked_from(self) -> date:
        """The first day on which nobody knows."""
        on = self.breaks[0].on if self.breaks else self.region.ended_on
        assert on is not None, "a region that goes on was divided by a reform"
        return on

    def is_far_less_than(self, heir: PlaceValue) -> bool:
        """Whether an heir is of a higher level than the region was, such as its province."""
        return heir.kind.is_above(self.region.place.kind)


def is_asked(
    region: Unsettled, placed_at: datetime, since: date | None = None, until: date | None = None
) -> bool:
    """Whether something lies nowhere certain on some day for which somebody said where."""
    ended = region.ended_on is not None and _reaches(until, region.ended_on)
    return ended or bool(questions(region, placed_at, since, until))


def questions(
    region: Unsettled, placed_at: datetime, since: date | None, until: date | None
) -> tuple[Break, ...]:
    """The breaks that whoever said it could not know, and of whose days it says something.

    What was said after a break, and only of days after it, was said by somebody who knew.
    """
    return tuple(
        b
        for b in region.asked_since(placed_at)
        if _reaches(until, b.on)
        and not (since is not None and since >= b.on and day_of(placed_at) >= b.on)
    )


def _reaches(until: date | None, on: date) -> bool:
    return until is None or until > on


@dataclass(frozen=True, slots=True)
class Located:
    """What lies in a region and all below it today: seats, sites, open offices with whose."""

    seats: tuple[OrganizationValue, ...]
    sites: tuple[VenueValue, ...]
    offices: tuple[tuple[OfficeValue, OrganizationValue], ...]


@dataclass(frozen=True, slots=True)
class SiteLaid:
    """Published when the office says where a seat or site lies, once each; not for offices.

    ``thing`` is ``SEAT`` or ``VENUE``, ``site_id`` the organization or venue.
    """

    thing: str
    site_id: UUID
    before_id: UUID
    place_id: UUID


class SiteNotFound(NotFound):
    """There is no such living seat, site or office, nor is this covered."""


class LiesAlready(DomainError):
    """It is not astray any more, and lies somewhere else than is said now."""

    says = _("Somebody said meanwhile where this lies. Look at the list again.")
    code = "lies_already"


class NotAnHeir(DomainError):
    """The region did not come from the one in which it lay."""

    says = _(
        "The region in which this lay did not become the chosen one. Choose one of its parts, "
        "or give the reason."
    )
    code = "not_an_heir"


class OneRegion(DomainError):
    """Several regions, or none, were chosen for what lies in one."""

    says = _("A seat, site or office lies in one region. Choose one for it.")
    code = "one_region"

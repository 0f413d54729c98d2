"""Seats, sites and offices of which nobody knows in which region of today they lie."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.places.types import Break, Unsettled
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.texts import Text

from .register import OfficeValue, OrganizationValue, VenueValue


class Thing(StrEnum):
    """What lies in a region: an organization by its seat, a site, an office."""

    SEAT = "SEAT"
    VENUE = "VENUE"
    OFFICE = "OFFICE"


THING_NAMES = {
    Thing.SEAT: _("Seat"),
    Thing.VENUE: _("Site"),
    Thing.OFFICE: _("Office"),
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

    ``key`` and ``name`` are the site's own, for a seat the organization's; an office has no key.
    """

    thing: Thing
    id: UUID
    key: str
    name: Text
    organization: OrganizationValue
    region: Unsettled
    placed_at: datetime

    @property
    def breaks(self) -> tuple[Break, ...]:
        """The reforms to be asked about; none where the region was ended without one."""
        return self.region.asked_since(self.placed_at) or self.region.breaks[-1:]


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
    """There is no such living seat, site or office."""


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

"""Organizations, their offices, sites and staff; what they cover."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.places.types import Point
from learncity.kernel.dated import day_of
from learncity.kernel.texts import Text


class OrganizationKind(StrEnum):
    """What an organization is. A federation holds unions of a region, an industry union those of
    a trade wherever they are; a branch is part of an association."""

    UNIVERSITY = "UNIVERSITY"
    VOCATIONAL_COLLEGE = "VOCATIONAL_COLLEGE"
    SCHOOL = "SCHOOL"
    LEARNING_CENTRE = "LEARNING_CENTRE"
    SENIOR_UNIVERSITY = "SENIOR_UNIVERSITY"
    UNION_FEDERATION = "UNION_FEDERATION"
    INDUSTRY_UNION = "INDUSTRY_UNION"
    UNION = "UNION"
    ENTERPRISE = "ENTERPRISE"
    ASSOCIATION = "ASSOCIATION"
    BRANCH = "BRANCH"
    AGENCY = "AGENCY"
    SPONSOR = "SPONSOR"


KIND_NAMES = {
    OrganizationKind.UNIVERSITY: _("University"),
    OrganizationKind.VOCATIONAL_COLLEGE: _("Vocational college"),
    OrganizationKind.SCHOOL: _("School"),
    OrganizationKind.LEARNING_CENTRE: _("Community learning centre"),
    OrganizationKind.SENIOR_UNIVERSITY: _("Senior university"),
    OrganizationKind.UNION_FEDERATION: _("Federation of trade unions"),
    OrganizationKind.INDUSTRY_UNION: _("Industry union"),
    OrganizationKind.UNION: _("Trade union"),
    OrganizationKind.ENTERPRISE: _("Enterprise"),
    OrganizationKind.ASSOCIATION: _("Association"),
    OrganizationKind.BRANCH: _("Branch of an association"),
    OrganizationKind.AGENCY: _("Public agency"),
    OrganizationKind.SPONSOR: _("Sponsor"),
}


class Register(StrEnum):
    """Who numbered an organization: China's unified social credit code, Vietnam's tax code."""

    CN_USCC = "CN_USCC"
    VN_TAX = "VN_TAX"


REGISTER_NAMES = {
    Register.CN_USCC: _("Unified social credit code (China)"),
    Register.VN_TAX: _("Tax code (Vietnam)"),
}


class Access(StrEnum):
    """What helps to get into a site and to follow a class there."""

    LIFT = "LIFT"
    STEP_FREE = "STEP_FREE"
    TOILET = "TOILET"
    CHILDREN_WELCOME = "CHILDREN_WELCOME"
    PARKING = "PARKING"
    HEARING_LOOP = "HEARING_LOOP"


ACCESS_NAMES = {
    Access.LIFT: _("Lift"),
    Access.STEP_FREE: _("Step-free entrance"),
    Access.TOILET: _("Accessible toilet"),
    Access.CHILDREN_WELCOME: _("Children welcome"),
    Access.PARKING: _("Parking"),
    Access.HEARING_LOOP: _("Hearing loop"),
}


@dataclass(frozen=True, slots=True)
class OrganizationValue:
    """An organization as others show it."""

    id: UUID
    key: str
    kind: OrganizationKind
    name: Text
    about: Text
    place_id: UUID
    """Where its seat is; the places it is there for are another thing."""
    phone: str
    since: date | None = None
    ended_at: datetime | None = None
    register: Register | None = None
    registration: str = ""
    successor_id: UUID | None = None

    def lives(self, on: date) -> bool:
        """Whether it exists on a day, by the city's clock."""
        begun = self.since is None or self.since <= on
        return begun and (self.ended_at is None or on < day_of(self.ended_at))


@dataclass(frozen=True, slots=True)
class OfficeValue:
    """Where an organization receives people; ``until`` is the first day it no longer does."""

    id: UUID
    name: Text
    address: Text
    hours: Text
    phone: str
    place_id: UUID | None
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Kin:
    """Whom an organization belongs to, who belongs to it, and the places it covers, on a day."""

    parent: OrganizationValue | None
    children: tuple[OrganizationValue, ...]
    place_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many places of a kind have an organization on a day, and which have none.

    ``covered`` pairs a place with the names of those that cover it.
    """

    on: date
    total: int
    covered: tuple[tuple[UUID, tuple[OrganizationValue, ...]], ...]
    without: tuple[UUID, ...]

    @property
    def per_cent(self) -> float | None:
        """The share covered, 0 to 100, to a tenth and never rounded up to all; ``None`` of none."""
        if not self.total:
            return None
        share = len(self.covered) * 1000 // self.total
        return share / 10


@dataclass(frozen=True, slots=True)
class RoomValue:
    """A room of a site; ``seats`` is how many people it holds."""

    id: UUID
    key: str
    name: Text
    seats: int


@dataclass(frozen=True, slots=True)
class VenueValue:
    """A site where people learn."""

    id: UUID
    key: str
    name: Text
    address: Text
    hours: Text
    directions: Text
    point: Point | None
    organization: OrganizationValue
    place_id: UUID
    access: tuple[Access, ...] = ()
    rooms: tuple[RoomValue, ...] = field(default=())

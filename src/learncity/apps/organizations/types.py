"""What other rooms may know of organizations, their sites and their staff. Pure data."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.places.types import Point
from learncity.kernel.texts import Text


class OrganizationKind(StrEnum):
    """What an organization is."""

    UNIVERSITY = "UNIVERSITY"
    VOCATIONAL_COLLEGE = "VOCATIONAL_COLLEGE"
    LEARNING_CENTRE = "LEARNING_CENTRE"
    SENIOR_UNIVERSITY = "SENIOR_UNIVERSITY"
    UNION = "UNION"
    ENTERPRISE = "ENTERPRISE"
    ASSOCIATION = "ASSOCIATION"
    AGENCY = "AGENCY"


KIND_NAMES = {
    OrganizationKind.UNIVERSITY: _("University"),
    OrganizationKind.VOCATIONAL_COLLEGE: _("Vocational college"),
    OrganizationKind.LEARNING_CENTRE: _("Community learning centre"),
    OrganizationKind.SENIOR_UNIVERSITY: _("Senior university"),
    OrganizationKind.UNION: _("Trade union"),
    OrganizationKind.ENTERPRISE: _("Enterprise"),
    OrganizationKind.ASSOCIATION: _("Association"),
    OrganizationKind.AGENCY: _("Public agency"),
}


class Role(StrEnum):
    """What a person may do for an organization."""

    STAFF = "STAFF"
    OPERATOR = "OPERATOR"


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
    phone: str


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and for whom they may act. A stranger has no person and no roles."""

    person_id: UUID | None = None
    staff_of: frozenset[UUID] = frozenset()
    is_operator: bool = False

    @property
    def has_desk(self) -> bool:
        """Whether there is anything for them at a provider's desk."""
        return bool(self.staff_of) or self.is_operator

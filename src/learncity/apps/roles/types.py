"""What other rooms may know of who may do what. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.organizations.types import OrganizationValue
from learncity.kernel.errors import DomainError, NotFound


class Role(StrEnum):
    """What a person is for an organization, for a region, or for the whole city."""

    STAFF = "STAFF"
    MANAGER = "MANAGER"
    READER = "READER"
    OFFICER = "OFFICER"
    OPERATOR = "OPERATOR"


ROLE_NAMES = {
    Role.READER: _("Reads figures"),
    Role.STAFF: _("Staff"),
    Role.MANAGER: _("Manager"),
    Role.OFFICER: _("Officer of a region"),
    Role.OPERATOR: _("Operator of the city"),
}


class Act(StrEnum):
    """What a role may let somebody do. A view names one; nothing else opens it."""

    SEE_FIGURES = "SEE_FIGURES"
    RUN_CLASSES = "RUN_CLASSES"  # lists, rosters, cancelling
    EDIT_COURSES = "EDIT_COURSES"  # write what courses say, send it in, withdraw it
    REVIEW_COURSES = "REVIEW_COURSES"  # publish or return them; accredit, suspend
    NOTE_DEEDS = "NOTE_DEEDS"  # see agreements, note what was done
    VOUCH = "VOUCH"  # assert something about a person, in the organization's name
    GIVE_ROLES = "GIVE_ROLES"  # give, end, review
    KEEP_REGISTER = "KEEP_REGISTER"  # organizations, committees
    KEEP_PEOPLE = "KEEP_PEOPLE"  # find, register, merge, numbers, homes
    ANSWER_REQUESTS = "ANSWER_REQUESTS"  # about people's own data
    SETTLE_DISPUTES = "SETTLE_DISPUTES"  # about acting for another; register mandates
    MAKE_AGREEMENTS = "MAKE_AGREEMENTS"
    DRAW_MAP = "DRAW_MAP"  # reforms of places
    HELP_PEOPLE = "HELP_PEOPLE"  # lost factors, visits of support
    OPERATE = "OPERATE"  # messages that could not leave, the audit trail, retention


ACT_NAMES = {
    Act.SEE_FIGURES: _("see figures"),
    Act.RUN_CLASSES: _("run classes and see who is in them"),
    Act.EDIT_COURSES: _("write courses and send them in"),
    Act.REVIEW_COURSES: _("review courses, accredit providers"),
    Act.NOTE_DEEDS: _("see agreements and note what was done"),
    Act.VOUCH: _("assert something in the organization’s name"),
    Act.GIVE_ROLES: _("give and end roles"),
    Act.KEEP_REGISTER: _("keep the register of organizations"),
    Act.KEEP_PEOPLE: _("keep the records of people"),
    Act.ANSWER_REQUESTS: _("answer requests about data"),
    Act.SETTLE_DISPUTES: _("settle disputes, register delegates"),
    Act.MAKE_AGREEMENTS: _("enter agreements"),
    Act.DRAW_MAP: _("reform places"),
    Act.HELP_PEOPLE: _("help people who cannot sign in"),
    Act.OPERATE: _("operate the system"),
}


class Scope(StrEnum):
    """How far a role reaches."""

    ORGANIZATION = "ORGANIZATION"
    REGION = "REGION"
    CITY = "CITY"


class Ending(StrEnum):
    """Why a role ended before its last day."""

    TAKEN = "TAKEN"
    LAID_DOWN = "LAID_DOWN"
    NOT_KEPT = "NOT_KEPT"  # a review ended it
    LAPSED = "LAPSED"  # nobody kept it in a review
    REFORMED = "REFORMED"  # its region is no more
    CLOSED = "CLOSED"  # the organization is no more
    ERASED = "ERASED"


@dataclass(frozen=True, slots=True)
class Held:
    """A role as it is held now; ``place_id`` of an officer's region.

    Who stands in for another gives no roles: what was lent for a week would last.
    """

    role: Role
    organization_id: UUID
    place_id: UUID | None = None
    is_lent: bool = False

    def lets(self, act: Act) -> bool:
        """Whether it lets somebody do it."""
        return act in DUTIES[self.role] and not (self.is_lent and act == Act.GIVE_ROLES)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, with the roles they hold now. A stranger has no person and no roles."""

    person_id: UUID | None = None
    held: frozenset[Held] = frozenset()

    def may(self, act: Act) -> bool:
        """Whether they may do it anywhere at all."""
        return any(h.lets(act) for h in self.held)

    def everywhere(self, act: Act) -> bool:
        """Whether they may do it for the whole city."""
        return bool(self._held(act, Scope.CITY))

    def organizations(self, act: Act) -> frozenset[UUID]:
        """The organizations for which a role at them lets them do it."""
        return frozenset(h.organization_id for h in self._held(act, Scope.ORGANIZATION))

    def regions(self, act: Act) -> frozenset[UUID]:
        """The regions in which they may do it; what lies in them is theirs too."""
        return frozenset(h.place_id for h in self._held(act, Scope.REGION) if h.place_id)

    def _held(self, act: Act, scope: Scope) -> list[Held]:
        return [h for h in self.held if SCOPES[h.role] == scope and h.lets(act)]

    @property
    def has_desk(self) -> bool:
        """Whether they run classes."""
        return self.may(Act.RUN_CLASSES)

    @property
    def has_office(self) -> bool:
        """Whether they serve the public, in a region or the whole city."""
        return any(SCOPES[h.role] != Scope.ORGANIZATION for h in self.held)

    @property
    def is_operator(self) -> bool:
        """Whether they operate the whole system."""
        return self.everywhere(Act.OPERATE)


_STAFF = frozenset({Act.SEE_FIGURES, Act.RUN_CLASSES, Act.EDIT_COURSES, Act.NOTE_DEEDS, Act.VOUCH})

# What each role lets one do, and how far. Nobody speaks in the name of an organization but its own
# people; nobody but the city's office sees the whole city.
DUTIES: dict[Role, frozenset[Act]] = {
    Role.READER: frozenset({Act.SEE_FIGURES}),
    Role.STAFF: _STAFF,
    Role.MANAGER: _STAFF | {Act.GIVE_ROLES},
    Role.OFFICER: frozenset(
        {
            Act.SEE_FIGURES,
            Act.NOTE_DEEDS,
            Act.KEEP_REGISTER,
            Act.KEEP_PEOPLE,
            Act.ANSWER_REQUESTS,
        }
    ),
    Role.OPERATOR: frozenset(Act) - {Act.VOUCH},
}
SCOPES = {
    Role.READER: Scope.ORGANIZATION,
    Role.STAFF: Scope.ORGANIZATION,
    Role.MANAGER: Scope.ORGANIZATION,
    Role.OFFICER: Scope.REGION,
    Role.OPERATOR: Scope.CITY,
}


@dataclass(frozen=True, slots=True)
class GrantValue:
    """A role somebody has, had or will have.

    ``until`` is the first moment without it. ``stands_in_for`` is the person whose role it is.
    """

    id: UUID
    person_id: UUID
    role: Role
    organization: OrganizationValue
    place_id: UUID | None
    since: datetime
    until: datetime | None
    reason: str
    given_by: UUID | None
    stands_in_for: UUID | None
    confirmed_at: datetime | None
    ending: Ending | None

    def is_living(self, at: datetime) -> bool:
        """Whether it is held now."""
        return self.since <= at and (self.until is None or at < self.until)

    def is_over(self, at: datetime) -> bool:
        """Whether it was held, or would have been."""
        return self.until is not None and self.until <= at


@dataclass(frozen=True, slots=True)
class ReviewValue:
    """A look at all roles of an organization: whoever is not kept by ``due`` loses theirs."""

    id: UUID
    organization: OrganizationValue
    opened_at: datetime
    due: datetime
    closed_at: datetime | None
    total: int
    decided: int


@dataclass(frozen=True, slots=True)
class ItemValue:
    """A role in a review, and what was decided; ``keep`` is ``None`` while nothing was."""

    grant: GrantValue
    keep: bool | None
    decided_by: UUID | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Roles by how they stand."""

    held: int
    stand_ins: int
    ending: int  # within thirty days
    coming: int
    unreviewed: int  # longer than the city wants, or asked about in a review and undecided
    listed: int  # now and later
    over: int


class GrantNotFound(NotFound):
    """No role has this id, or not for this person."""


class ReviewNotFound(NotFound):
    """No review has this id, or the role is not in it."""


class RegionNeeded(DomainError):
    """An officer without a region, or a region for another role."""

    says = _("An officer needs a region, and only an officer has one. Choose again.")
    code = "region_needed"


class OwnRole(DomainError):
    """Nobody gives, ends or keeps a role of their own in another's stead."""

    says = _("This is about you. Ask somebody else who gives roles.")
    code = "own_role"


class NoTime(DomainError):
    """The period is over, empty or too long."""

    says = _("Choose a last day that is after the first, not over, and as near as is allowed.")
    code = "no_time"


class LastOperator(DomainError):
    """Without them nobody could operate the city."""

    says = _("This is the last operator. Make somebody else an operator first.")
    code = "last_operator"


class AlreadyHeld(DomainError):
    """They hold this role already, for another time."""

    says = _("They hold this role already, for another time. End it, then give it anew.")
    code = "already_held"


class HoldsTheOffice(DomainError):
    """Officers or operators have their role at the organization."""

    says = _(
        "Officers or operators of the city belong to it. Give them their role elsewhere first."
    )
    code = "holds_the_office"


class CannotStandIn(DomainError):
    """A stand-in lets nobody stand in, and a role that is over has none."""

    says = _("Only who holds a role themselves lets somebody stand in for them.")
    code = "cannot_stand_in"


class ReviewClosed(DomainError):
    """The review is over, or this role was decided."""

    says = _("This was decided already. End the role, or give it anew.")
    code = "review_closed"

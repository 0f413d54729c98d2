"""What other rooms may know of assertions: keys, values, events, refusals. Pure data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learncity.apps.organizations.types import OrganizationValue
from learncity.kernel.errors import DomainError, NotFound


class ValueType(StrEnum):
    """What a value is: nothing but the statement itself, a number, words, a day, or shifts."""

    NONE = "NONE"
    NUMBER = "NUMBER"
    TEXT = "TEXT"
    DATE = "DATE"
    SHIFTS = "SHIFTS"


class Pattern(StrEnum):
    """When somebody works."""

    DAY = "DAY"
    TWO_SHIFT = "TWO_SHIFT"
    THREE_SHIFT = "THREE_SHIFT"
    NIGHT = "NIGHT"
    ROTATING = "ROTATING"
    IRREGULAR = "IRREGULAR"


PATTERN_NAMES = {
    Pattern.DAY: _("Day shift"),
    Pattern.TWO_SHIFT: _("Two shifts"),
    Pattern.THREE_SHIFT: _("Three shifts"),
    Pattern.NIGHT: _("Night shift"),
    Pattern.ROTATING: _("Rotating shifts"),
    Pattern.IRREGULAR: _("Irregular hours"),
}
# What a person says together of their own work.
WORK_KEYS = ("employed", "post", "shifts")


@dataclass(frozen=True, slots=True)
class Key:
    """A kind of statement about a person that rules may ask for by its name.

    ``own`` keys may be stated by the person alone; others need an organization. ``value_label``
    asks for the value; ``unit`` is what a number counts.
    """

    name: str
    label: str | Promise
    type: ValueType
    value_label: str | Promise = ""
    unit: str | Promise = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class AssertionValue:
    """What somebody said of a person, from ``since`` to before ``until``.

    ``organization`` is who vouches for it; ``None`` when the person said it themself. ``at`` is the
    organization it is about, such as the employer, where that is known to the city.
    """

    id: UUID
    person_id: UUID
    key: str
    value: Any
    organization: OrganizationValue | None
    at: OrganizationValue | None
    since: date | None
    until: date | None
    evidence: str
    link: str
    checksum: str
    code: str
    code_until: date | None
    asserted_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str
    objection: "ObjectionValue | None" = None

    @property
    def is_own(self) -> bool:
        """Whether only the person says so."""
        return self.organization is None

    def holds(self, on: date) -> bool:
        """Whether it was not withdrawn and is true of the day."""
        begun = self.since is None or self.since <= on
        return self.withdrawn_at is None and begun and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class WorkValue:
    """What a person says of their work, from ``since`` to before ``until``; parts may be empty.

    ``at`` is the employer where the city knows it. Nobody vouches for it.
    """

    since: date | None
    until: date | None
    employer: str = ""
    at: OrganizationValue | None = None
    post: str = ""
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class ObjectionValue:
    """What the person says against an assertion, and what the organization answered."""

    text: str
    at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one key for one person on a day, for a rule that asks.

    ``source`` is the organization, or ``None`` when only the person says so; ``said_on`` the day on
    which it was said. The vouched comes before the own, then the latest.
    """

    value: Any
    source: OrganizationValue | None
    since: date | None
    said_on: date
    assertion_id: UUID


class CodeState(StrEnum):
    """What a verification code is worth on a day."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    NOT_NOW = "NOT_NOW"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a stranger learns from a code: no more than needed. The name is part-masked.

    Of a code that is not valid they learn its state and nothing else.
    """

    code: str
    state: CodeState
    key: str = ""
    organization: OrganizationValue | None = None
    name: str = ""
    since: date | None = None
    until: date | None = None
    code_until: date | None = None


@dataclass(frozen=True, slots=True)
class AssertionMade:
    """Published once for every assertion, also of a person about themself."""

    assertion_id: UUID
    person_id: UUID
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssertionWithdrawn:
    """Published once for every assertion that is withdrawn."""

    assertion_id: UUID
    person_id: UUID
    key: str
    at: datetime


class AssertionNotFound(NotFound):
    """Nobody said this, or not of this person, or not this organization."""


class PersonNotFound(DomainError):
    """No account has exactly this phone number, nobody a living assertion of this code."""

    says = _("Nobody signed in with this number, or the code is not valid. Ask them to sign in.")
    code = "person_not_found"


class ValueDoesNotFit(DomainError):
    """The value is not what the key asks for."""

    says = _("This value does not fit. Look at what is asked for.")
    code = "value_does_not_fit"


class NotForOneself(DomainError):
    """The key needs somebody who vouches."""

    says = _("Only an organization can say this. Ask yours to enter it.")
    code = "not_for_oneself"


class BadDates(DomainError):
    """The last day lies before the first, or the code would never be valid."""

    says = _("The last day lies before the first, or the code would already be over.")
    code = "bad_dates"


class EvidenceNeeded(DomainError):
    """An organization says what it rests on."""

    says = _("Say on what this rests, such as the contract or the list of members.")
    code = "evidence_needed"


class ReasonNeeded(DomainError):
    """Whoever withdraws or objects says why."""

    says = _("Say why in a few words.")
    code = "reason_needed"


class WorkMissing(DomainError):
    """Somebody says nothing of their work."""

    says = _("Say one thing at least: the employer, your post or your shifts.")
    code = "work_missing"


class WasWithdrawn(DomainError):
    """It is said no longer."""

    says = _("This has been withdrawn already; nothing is left to object to.")
    code = "was_withdrawn"

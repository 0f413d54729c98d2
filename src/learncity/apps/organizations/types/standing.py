"""Who may publish courses: accredited, and not suspended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError

from .register import OrganizationValue


class AccreditationState(StrEnum):
    """What became of a request for accreditation."""

    ASKED = "ASKED"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class AccreditationValue:
    """That an organization may publish courses, or asked to; ``until``: the first day without."""

    id: UUID
    organization: OrganizationValue
    state: AccreditationState
    asked_at: datetime
    words: str
    reason: str
    evidence: str
    decided_at: datetime | None
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class SuspensionValue:
    """That an organization may not offer anything, from when to before when."""

    organization_id: UUID
    reason: str
    evidence: str
    since: datetime
    until: datetime | None
    lifted_because: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an organization may publish courses now, and why."""

    accreditations: tuple[AccreditationValue, ...]
    suspensions: tuple[SuspensionValue, ...]
    is_accredited: bool
    is_suspended: bool
    is_asked: bool

    @property
    def may_publish(self) -> bool:
        """Accredited, and not suspended."""
        return self.is_accredited and not self.is_suspended


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """Published when an organization is suspended, and when that is lifted, once each."""

    organization_id: UUID


class StandingIsSo(DomainError):
    """Nothing would change."""

    says = _("This is so already. Look at the page again.")
    code = "standing_is_so"


class WordsMissing(DomainError):
    """A decision about an organization rests on something."""

    says = _("Write the reason, and what it rests on.")
    code = "words_missing"

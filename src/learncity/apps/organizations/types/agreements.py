"""Agreements: what each party promised and did."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.texts import Text

from .register import OrganizationValue


class Unit(StrEnum):
    """What a promise is counted in. Money is in the currency's smallest unit."""

    PEOPLE = "PEOPLE"
    COURSES = "COURSES"
    CLASSES = "CLASSES"
    HOURS = "HOURS"
    SEATS = "SEATS"
    EVENTS = "EVENTS"
    PLACES = "PLACES"
    CNY = "CNY"
    VND = "VND"


UNIT_NAMES = {
    Unit.PEOPLE: _("people"),
    Unit.COURSES: _("courses"),
    Unit.CLASSES: _("classes"),
    Unit.HOURS: _("hours"),
    Unit.SEATS: _("seats"),
    Unit.EVENTS: _("events"),
    Unit.PLACES: _("places"),
    Unit.CNY: _("yuan"),
    Unit.VND: _("dong"),
}
MONEY = (Unit.CNY, Unit.VND)


class AgreementState(StrEnum):
    """Where an agreement stands on a day."""

    COMING = "COMING"
    IN_FORCE = "IN_FORCE"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class DeedValue:
    """Something that was done for a promise, with its evidence and who noted it."""

    id: UUID
    on: date
    amount: int | None
    evidence: str
    link: str
    noted_by: UUID | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class PromiseValue:
    """What one party promised, and what it did."""

    id: UUID
    number: int
    by: OrganizationValue
    text: Text
    amount: int | None
    unit: Unit | None
    due: date | None
    deeds: tuple[DeedValue, ...] = ()

    @property
    def done(self) -> int:
        """How much was done, in the promise's unit; of one without an amount, how many times."""
        if self.amount is None:
            return len(self.deeds)
        return sum(deed.amount or 0 for deed in self.deeds)

    @property
    def is_kept(self) -> bool:
        """Whether as much was done as promised."""
        return self.done >= (self.amount or 1)

    def is_late(self, on: date) -> bool:
        """Whether its day has come and it is not kept; the day itself is still in time."""
        return self.due is not None and self.due < on and not self.is_kept


@dataclass(frozen=True, slots=True)
class AgreementValue:
    """What two or more organizations agreed on; ``until`` is the first day it no longer holds."""

    id: UUID
    key: str
    subject: Text
    since: date
    until: date | None
    parties: tuple[OrganizationValue, ...] = ()
    promises: tuple[PromiseValue, ...] = ()

    def state(self, on: date) -> AgreementState:
        """Where it stands on a day."""
        if on < self.since:
            return AgreementState.COMING
        ended = self.until is not None and self.until <= on
        return AgreementState.OVER if ended else AgreementState.IN_FORCE


@dataclass(frozen=True, slots=True)
class AgreementFigures:
    """Of the agreements in force on a day: partners, what they promised, what was kept or is late.

    ``partners`` counts the parties, each once.
    """

    agreements: int
    partners: int
    promises: int
    kept: int
    late: int

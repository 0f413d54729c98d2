"""What others may know of corrections at the desk; part of types. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError


class CorrectionReason(StrEnum):
    """Why the office corrects what it keeps of somebody. A choice, so that no name gets in."""

    PERSON_ASKED = "PERSON_ASKED"
    DOCUMENT = "DOCUMENT"
    OFFICE_MISTAKE = "OFFICE_MISTAKE"


CORRECTION_REASON_NAMES = {
    CorrectionReason.PERSON_ASKED: _("The person asked for it"),
    CorrectionReason.DOCUMENT: _("A document says otherwise"),
    CorrectionReason.OFFICE_MISTAKE: _("The office made a mistake"),
}


@dataclass(frozen=True, slots=True)
class PersonCorrected:
    """Published when the office corrects what it keeps of somebody; not what it was or is."""

    correction_id: UUID
    person_id: UUID
    at: datetime


class OwnCorrection(DomainError):
    """Somebody of the office corrects a record of themselves."""

    code = "own_correction"
    says = _("Nobody corrects a record of their own at the desk. Ask a colleague.")

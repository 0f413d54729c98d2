"""What other rooms may know of records that are one person: values and refusals. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError


class MergeReason(StrEnum):
    """How the office knows that two records are one person."""

    SAME_DOCUMENT = "SAME_DOCUMENT"
    PERSON_SAYS = "PERSON_SAYS"
    NEW_NUMBER = "NEW_NUMBER"
    OFFICE_MISTAKE = "OFFICE_MISTAKE"


MERGE_REASON_NAMES = {
    MergeReason.SAME_DOCUMENT: _("The same document was shown for both"),
    MergeReason.PERSON_SAYS: _("The person said so at the desk"),
    MergeReason.NEW_NUMBER: _("The person has a new phone or card"),
    MergeReason.OFFICE_MISTAKE: _("They were registered twice by mistake"),
}


@dataclass(frozen=True, slots=True)
class MergeValue:
    """That one record of a person stands for another, since when and why."""

    id: UUID
    kept_id: UUID
    other_id: UUID
    reason: MergeReason
    at: datetime


class Outcome(StrEnum):
    """What became of a proposal to join two records."""

    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"  # nobody answered in time


@dataclass(frozen=True, slots=True)
class ProposalValue:
    """That ``by_id`` of the office wants to join two records that both sign in.

    ``until`` is the first moment at which nobody can answer it; ``outcome`` is ``None`` until then.
    """

    id: UUID
    kept_id: UUID
    other_id: UUID
    reason: MergeReason
    at: datetime
    by_id: UUID
    until: datetime
    outcome: Outcome | None


class CannotMergeSelf(DomainError):
    """A record does not stand for itself."""

    code = "cannot_merge_self"
    says = _("Choose two different records.")


class OwnRecord(DomainError):
    """Somebody joins or separates records of themselves."""

    code = "own_record"
    says = _("Nobody joins or separates a record of their own. Ask a colleague.")


class AlreadyMerged(DomainError):
    """One of the two was merged into a third."""

    code = "already_merged"
    says = _("One of the two is merged into another record already. Open that one, or separate it.")


class OwnProposal(DomainError):
    """Whoever proposed to join two records confirms it themselves."""

    code = "own_proposal"
    says = _("You proposed this yourself. Somebody else of the office has to confirm it.")


class ProposalOver(DomainError):
    """Nobody proposes it now: it was answered, has lapsed, or never was."""

    code = "proposal_over"
    says = _("Nobody proposes this any more: it was answered or has lapsed. Look at both again.")

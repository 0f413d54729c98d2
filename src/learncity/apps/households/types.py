"""What other rooms may know of households and of who acts for whom. Pure data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.apps.people.types import PersonValue
from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.texts import Text


class Kind(StrEnum):
    """What holds people together. A clan is a ``dòng họ``: all descendants of one forefather."""

    HOUSEHOLD = "HOUSEHOLD"
    FAMILY = "FAMILY"
    CLAN = "CLAN"


class Answer(StrEnum):
    """What became of an invitation."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    TAKEN_BACK = "TAKEN_BACK"
    EXPIRED = "EXPIRED"


class MandateKind(StrEnum):
    """By what right somebody acts for another."""

    DELEGATE = "DELEGATE"
    GUARDIAN = "GUARDIAN"


class Purpose(StrEnum):
    """What for. One purpose says nothing of another."""

    CLASSES = "CLASSES"  # see my classes, apply, withdraw, wish
    MESSAGES = "MESSAGES"  # read
    PROFILE = "PROFILE"  # name, language, home


class MandateState(StrEnum):
    """How a mandate stands on a day."""

    OFFERED = "OFFERED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"  # an act under it is disputed
    ENDED = "ENDED"


class End(StrEnum):
    """Why a mandate ended."""

    BY_PRINCIPAL = "BY_PRINCIPAL"
    BY_DELEGATE = "BY_DELEGATE"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    UPHELD = "UPHELD"  # 'this was not me' was right
    REPLACED = "REPLACED"
    BY_CITY = "BY_CITY"


class Deed(StrEnum):
    """What somebody did for another."""

    APPLIED = "APPLIED"
    WITHDREW = "WITHDREW"
    CHANGED_PROFILE = "CHANGED_PROFILE"
    READ_MESSAGES = "READ_MESSAGES"
    WISHED = "WISHED"
    TOOK_WISH_BACK = "TOOK_WISH_BACK"


NEEDS = {
    Deed.APPLIED: Purpose.CLASSES,
    Deed.WITHDREW: Purpose.CLASSES,
    Deed.CHANGED_PROFILE: Purpose.PROFILE,
    Deed.READ_MESSAGES: Purpose.MESSAGES,
    Deed.WISHED: Purpose.CLASSES,
    Deed.TOOK_WISH_BACK: Purpose.CLASSES,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What somebody is to somebody: a word in the city's languages."""

    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a household, since a day.

    ``relation`` is what they are to the person named ``relation_to``; both may be missing.
    ``person_id`` is the record that joined, ``ids`` every record that is the same person.
    """

    membership_id: UUID
    person_id: UUID
    ids: frozenset[UUID]
    name: str
    relation: Text
    relation_to: str
    is_head: bool
    since: date


@dataclass(frozen=True, slots=True)
class HouseholdValue:
    """A household, family or clan with its members of today, the head first."""

    id: UUID
    kind: Kind
    name: str
    place_id: UUID | None
    members: tuple[Member, ...] = ()

    def has_head(self, person_id: UUID) -> bool:
        """Whether this person is its head, by whichever record of theirs."""
        return any(m.is_head and person_id in m.ids for m in self.members)

    def has(self, person_id: UUID) -> bool:
        """Whether this person is in it, by whichever record of theirs."""
        return any(person_id in m.ids for m in self.members)

    def others(self, person_id: UUID) -> list[Member]:
        """Everybody in it but this person."""
        return [m for m in self.members if person_id not in m.ids]


@dataclass(frozen=True, slots=True)
class InvitationValue:
    """An invitation that waits for an answer, until and without the day ``until``.

    ``label`` is the address as far as the inviter may see it again; whether somebody uses it is
    not told.
    """

    id: UUID
    household_id: UUID
    kind: Kind
    household: str
    inviter: str
    label: str
    relation: Text
    until: date


@dataclass(frozen=True, slots=True)
class MandateValue:
    """A mandate: who may act for whom, what for, until and without the day ``until``.

    ``delegate`` is ``None`` until the offer is accepted; ``label`` is what the principal wrote.
    ``is_given``: whoever asked is the principal, by whichever record of theirs.
    """

    id: UUID
    kind: MandateKind
    state: MandateState
    principal: PersonValue
    delegate: PersonValue | None
    label: str
    purposes: frozenset[Purpose]
    since: date
    until: date
    is_registered: bool
    is_given: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody at the desk who has no account: what is kept of them from that day."""

    name: str
    born: int | None
    language: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody acts for another in one request; checked when the request came."""

    mandate_id: UUID
    delegate_id: UUID
    principal: PersonValue
    purposes: frozenset[Purpose]
    until: date


@dataclass(frozen=True, slots=True)
class ActValue:
    """One thing that somebody did for another."""

    id: UUID
    mandate_id: UUID
    deed: Deed
    at: datetime
    via: str
    delegate: str
    title: Text
    reference: str
    dispute_id: UUID | None
    is_upheld: bool | None


@dataclass(frozen=True, slots=True)
class DisputeValue:
    """'This was not me': one disputed act, and how it was decided."""

    id: UUID
    act: ActValue
    principal: PersonValue
    words: str
    opened_at: datetime
    resolved_at: datetime | None
    is_upheld: bool | None
    note: str
    mandate: MandateState


# News.


@dataclass(frozen=True, slots=True)
class HouseholdJoined:
    """Published once for every person who joins a household, family or clan."""

    household_id: UUID
    person_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class HouseholdLeft:
    """Published once for every person who leaves a household, family or clan."""

    household_id: UUID
    person_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class MandateBegan:
    """Published once for every mandate, when it can be used."""

    mandate_id: UUID
    principal_id: UUID
    delegate_id: UUID


@dataclass(frozen=True, slots=True)
class MandateEnded:
    """Published once for every mandate that could be used, when it ends."""

    mandate_id: UUID
    principal_id: UUID
    delegate_id: UUID
    why: str


# Refusals.


class HouseholdNotFound(NotFound):
    """The person is in no household of this identifier."""


class InvitationNotFound(NotFound):
    """No invitation to, or of, this person waits under this identifier."""


class MandateNotFound(NotFound):
    """No living mandate of this person has this identifier."""


class ActNotFound(NotFound):
    """Nobody did this for the person."""


class DisputeNotFound(NotFound):
    """No dispute of this identifier."""


class NameNeeded(DomainError):
    """A household needs a name."""

    code = "household_name_missing"
    says = _("Enter a name that its members recognise, such as the family name.")


class OwnNameNeeded(DomainError):
    """The other side reads who they deal with."""

    code = "own_name_missing"
    says = _("Write your name in your profile first, so that the others know who you are.")


class InAnotherHousehold(DomainError):
    """A person lives in one household at a time."""

    code = "in_another_household"
    says = _("You are in another household. Leave it first; then you can join this one.")


class HeadOfAnother(InAnotherHousehold):
    """The same, to somebody who cannot simply leave."""

    says = _(
        "You are the head of another household. Hand it over to another member and leave it; then "
        "you can join this one."
    )


class OnlyHead(DomainError):
    """The head invites and hands over."""

    code = "only_the_head"
    says = _("Only the head can do this. Ask them, or have the household handed over to you.")


class HandOverFirst(DomainError):
    """The head leaves last, or hands over."""

    code = "hand_over_first"
    says = _("You are the head. Hand over to somebody else first; then you can leave.")


class NotAMember(DomainError):
    """Only a member can become head."""

    code = "not_a_member"
    says = _("This person is not, or no longer, a member. Choose one of the members.")


class AlreadyInvited(DomainError):
    """One invitation at a time."""

    code = "already_invited"
    says = _("An invitation to this address waits for its answer already.")


class TooManyOpen(DomainError):
    """Nobody is flooded with invitations or offers."""

    code = "too_many_open"
    says = _("Too many of yours wait for an answer. Take some back, or wait.")


class UnknownRelation(DomainError):
    """A relation that the city has no word for."""

    code = "unknown_relation"
    says = _("Choose one of the relations in the list.")


class NotYourself(DomainError):
    """Nobody acts for themselves, or decides their own case."""

    code = "not_yourself"
    says = _("This must be another person.")


class OwnCase(DomainError):
    """An officer does not register or decide what concerns themselves."""

    code = "own_case"
    says = _("This concerns yourself. Ask a colleague to do it.")


class PurposeNeeded(DomainError):
    """A mandate for nothing is none."""

    code = "purpose_missing"
    says = _("Choose at least one thing that they may do.")


class BadUntil(DomainError):
    """A mandate ends: within a year, a guardian's by the year of the 18th birthday."""

    code = "bad_until"
    says = _(
        "Choose a last day from today on, within a year; for a guardian at the latest in the year "
        "of the 18th birthday."
    )


class NotAMinor(DomainError):
    """A guardian acts for somebody who is not of age; the year of birth must be known."""

    code = "not_a_minor"
    says = _("A guardian acts for somebody under 18. Enter the year of birth, or use a delegate.")


class PaperNeeded(DomainError):
    """What is registered at the desk rests on a paper."""

    code = "paper_missing"
    says = _("Write which paper you have seen, such as ‘household register’.")


class AlreadyActing(DomainError):
    """Two living mandates between the same two would say two things."""

    code = "already_mandated"
    says = _("There is an offer or a mandate for this person already. End it first.")


class MandateOver(DomainError):
    """The mandate ended, is suspended, or never covered this."""

    code = "mandate_over"
    says = _("You may not, or no longer, do this for them. Nothing was changed.")


class AlreadyDecided(DomainError):
    """A dispute is decided once."""

    code = "already_decided"
    says = _("This was decided already.")


class NoteNeeded(DomainError):
    """A decision is explained."""

    code = "note_missing"
    says = _("Write in a sentence why you decide so; both sides read it.")


class NobodyThere(DomainError):
    """At the desk: nobody has proven this address."""

    code = "nobody_at_address"
    says = _("Nobody signs in with this address yet. Ask them to sign in once, here at the desk.")

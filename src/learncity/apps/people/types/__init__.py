"""What other rooms may know of people: values and refusals. Pure data."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.texts import Text

from .correcting import (
    CORRECTION_REASON_NAMES,
    CorrectionReason,
    OwnCorrection,
    PersonCorrected,
)
from .merging import (
    MERGE_REASON_NAMES,
    AlreadyMerged,
    CannotMergeSelf,
    MergeReason,
    MergeValue,
    Outcome,
    OwnProposal,
    OwnRecord,
    ProposalOver,
    ProposalValue,
)

# What is handed on from beside; all that is below is told as it is.
__all__ = [
    "CORRECTION_REASON_NAMES",
    "MERGE_REASON_NAMES",
    "AlreadyMerged",
    "CannotMergeSelf",
    "CorrectionReason",
    "MergeReason",
    "MergeValue",
    "Outcome",
    "OwnCorrection",
    "OwnProposal",
    "OwnRecord",
    "PersonCorrected",
    "ProposalOver",
    "ProposalValue",
]


@dataclass(frozen=True, slots=True)
class PersonValue:
    """A person, as another room needs to know them.

    ``language`` is the BCP 47 tag in which they want to be written to.
    """

    id: UUID
    name: str
    language: str
    home_id: UUID | None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a person can be reached: E.164 number and e-mail address, either may be missing."""

    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """A person as others may have named them: every record of theirs, every proven address."""

    ids: frozenset[UUID]
    phones: tuple[str, ...]
    emails: tuple[str, ...]


class Assurance(IntEnum):
    """How sure the city is of who somebody is; each step includes those before.

    What an action asks for is said on its view (``access.at_least``). Looking around asks for none.
    """

    NONE = 0
    ADDRESS = 1  # a code came back from a phone number or e-mail address
    IDENTITY = 2  # an identifier, such as that of an identity card, was checked
    IN_PERSON = 3  # staff saw the person with a document at a desk


class Document(StrEnum):
    """What somebody showed at a desk. Its number is not noted."""

    IDENTITY_CARD = "IDENTITY_CARD"
    PASSPORT = "PASSPORT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    DRIVING_LICENCE = "DRIVING_LICENCE"


DOCUMENT_NAMES = {
    Document.IDENTITY_CARD: _("Identity card"),
    Document.PASSPORT: _("Passport"),
    Document.RESIDENCE_PERMIT: _("Residence permit"),
    Document.DRIVING_LICENCE: _("Driving licence"),
}


@dataclass(frozen=True, slots=True)
class SeenValue:
    """Somebody was seen at a desk with a document; ``by_id`` noted it."""

    id: UUID
    person_id: UUID
    document: Document
    at: datetime
    by_id: UUID


class BadAddress(DomainError):
    """Neither a phone number nor an e-mail address."""

    code = "bad_address"
    says = _("Enter a mobile phone number, such as 138 0000 0000, or an e-mail address.")


class NameMissing(DomainError):
    """A roster needs a name."""

    code = "name_missing"
    says = _("Enter your name as the teacher should read it out.")


class NotSeenByOneself(DomainError):
    """Somebody notes at the desk that they saw themselves."""

    code = "not_seen_by_oneself"
    says = _("Nobody can note this of themselves. Ask a colleague.")


class ClaimBy(StrEnum):
    """What somebody says who has proven an address that an office stated."""

    BORN = "BORN"
    NAME = "NAME"


class IdentifierKind(StrEnum):
    """What a number is that tells people apart."""

    NATIONAL_ID = "NATIONAL_ID"
    OLD_NATIONAL_ID = "OLD_NATIONAL_ID"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    HK_MACAO_PERMIT = "HK_MACAO_PERMIT"
    TAIWAN_PERMIT = "TAIWAN_PERMIT"
    FOREIGN_RESIDENT_CARD = "FOREIGN_RESIDENT_CARD"
    PASSPORT = "PASSPORT"
    UNION_NUMBER = "UNION_NUMBER"
    EMPLOYEE_NUMBER = "EMPLOYEE_NUMBER"
    STUDENT_NUMBER = "STUDENT_NUMBER"
    PHONE = "PHONE"
    EMAIL = "EMAIL"


KIND_NAMES = {
    IdentifierKind.NATIONAL_ID: _("National ID number"),
    IdentifierKind.OLD_NATIONAL_ID: _("Old Chinese ID card, 15 digits"),
    IdentifierKind.RESIDENCE_PERMIT: _("Residence permit, Hong Kong, Macao, Taiwan"),
    IdentifierKind.HK_MACAO_PERMIT: _("Mainland travel permit, Hong Kong and Macao"),
    IdentifierKind.TAIWAN_PERMIT: _("Mainland travel permit, Taiwan"),
    IdentifierKind.FOREIGN_RESIDENT_CARD: _("Foreign permanent resident ID card"),
    IdentifierKind.PASSPORT: _("Passport"),
    IdentifierKind.UNION_NUMBER: _("Trade union number"),
    IdentifierKind.EMPLOYEE_NUMBER: _("Employee number"),
    IdentifierKind.STUDENT_NUMBER: _("Student number"),
    IdentifierKind.PHONE: _("Phone number"),
    IdentifierKind.EMAIL: _("E-mail address"),
}
# What a state gave out: an office that saw it knows who somebody is.
OF_STATES = {
    IdentifierKind.NATIONAL_ID,
    IdentifierKind.OLD_NATIONAL_ID,
    IdentifierKind.RESIDENCE_PERMIT,
    IdentifierKind.HK_MACAO_PERMIT,
    IdentifierKind.TAIWAN_PERMIT,
    IdentifierKind.FOREIGN_RESIDENT_CARD,
    IdentifierKind.PASSPORT,
}
# Where somebody is reached: shared in families, and proven by signing in.
ADDRESSES = {IdentifierKind.PHONE, IdentifierKind.EMAIL}
# Who gave the number out is part of it: of the first the country, of the others a name.
COUNTRY_ISSUED = {IdentifierKind.NATIONAL_ID, IdentifierKind.PASSPORT}
NAME_ISSUED = {
    IdentifierKind.UNION_NUMBER,
    IdentifierKind.EMPLOYEE_NUMBER,
    IdentifierKind.STUDENT_NUMBER,
}


class RevealReason(StrEnum):
    """Why somebody of the office reads a whole number. A choice, so that no name gets in."""

    PERSON_ASKED = "PERSON_ASKED"
    COMPARE_DOCUMENT = "COMPARE_DOCUMENT"
    DUPLICATE = "DUPLICATE"
    CLAIM = "CLAIM"
    AUTHORITY = "AUTHORITY"


REASON_NAMES = {
    RevealReason.PERSON_ASKED: _("The person asked for it"),
    RevealReason.COMPARE_DOCUMENT: _("To compare it with a document"),
    RevealReason.DUPLICATE: _("To see whether two records are one person"),
    RevealReason.CLAIM: _("To check a claim or application"),
    RevealReason.AUTHORITY: _("An authority has a right to it"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier that was checked, in the form in which it is kept.

    ``issuer`` is a country (ISO 3166, two letters) for national IDs and passports, the name of who
    gave it out for numbers of unions, employers and schools, otherwise empty. ``value`` is whole:
    it is sealed at once and shown to nobody.
    """

    kind: IdentifierKind
    issuer: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentifierValue:
    """A living identifier as it is shown: never whole."""

    id: UUID
    person_id: UUID
    kind: IdentifierKind
    issuer: str
    tail: str
    added_at: datetime
    # Stated by the person themselves, not by an office.
    own: bool

    @property
    def masked(self) -> str:
        """The end of the number after stars."""
        return f"**** {self.tail}"


@dataclass(frozen=True, slots=True)
class GroupValue:
    """A kind of learner, such as migrant workers."""

    id: UUID
    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class MembershipValue:
    """That a person belongs to a group, since when, and whether they said so themselves."""

    id: UUID
    group: GroupValue
    since: date
    until: date | None
    own: bool


@dataclass(frozen=True, slots=True)
class ResidenceValue:
    """Where a person lived: from a moment, included, to a moment, excluded; ``None``: still."""

    place_id: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person in a list of the office, masked.

    ``phone`` is the end of the number they sign in with, ``identifiers`` those of everybody who was
    merged into this person.
    """

    id: UUID
    name: str
    born: int | None
    home_id: UUID | None
    hometown: str
    phone: str
    has_account: bool
    identifiers: tuple[IdentifierValue, ...] = ()


class DuplicateBy(StrEnum):
    """Why two records may be one person."""

    NUMBER = "NUMBER"
    NAME = "NAME"


DUPLICATE_NAMES = {
    DuplicateBy.NUMBER: _("Has or had the same number"),
    DuplicateBy.NAME: _("Same name and year of birth"),
}


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same person as another; the stronger reason counts."""

    card: PersonCard
    by: DuplicateBy


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Who may be the same person, as far as the reader may see; and how many live elsewhere."""

    shown: tuple[Duplicate, ...]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class RecordsMerged:
    """Published when two records are said to be one person, and when that is undone."""

    merge_id: UUID
    kept_id: UUID
    other_id: UUID
    is_joined: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list of people that somebody keeps elsewhere, and the secret that hashes its numbers."""

    id: UUID
    name: str
    secret: bytes = field(repr=False)


class ListNameMissing(DomainError):
    """Nobody could tell whether a list came before."""

    code = "list_name_missing"
    says = _("Say which list it is, in the same words each time it is sent.")


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records that an import held for possibly one person: the newer one, and whom it meets."""

    person_id: UUID
    other_id: UUID
    by: DuplicateBy
    at: datetime


class IdentifierInvalid(DomainError):
    """The number cannot be one of its kind."""

    code = "identifier_invalid"
    says = _("This is not a number of this kind. Compare it with the document, sign by sign.")


class IssuerMissing(DomainError):
    """The number means nothing without who gave it out."""

    code = "issuer_missing"
    says = _("Say who gave the number out: the country, the union, the employer or the school.")


class IdentifierTaken(DomainError):
    """Another person holds it."""

    code = "identifier_taken"
    says = _(
        "This number cannot be added: another record holds it."
        " Ask the city office to compare the two."
    )


class OwnAddress(DomainError):
    """A clerk states the address that they sign in with themselves of somebody else."""

    code = "own_address"
    says = _("This is your own address. State one that is this person’s.")


class HasOneAlready(DomainError):
    """A person has one living national ID of a country."""

    code = "identifier_kind_held"
    says = _("There is another living number of this kind. End that one first.")


class TooManyIdentifiers(DomainError):
    """More than anybody has: a program that tries numbers out."""

    code = "too_many_identifiers"
    says = _("No more numbers can be added here today. Ask the city office.")


class TooManyTaken(DomainError):
    """Whoever states numbers was told too often that somebody else has one."""

    code = "too_many_taken"
    says = _(
        "Too many of these numbers belong to somebody else. Wait an hour, or ask a colleague to"
        " compare them with the documents."
    )


class IdentifierNotFound(NotFound):
    """The person holds no such identifier."""

    code = "identifier_not_found"


class ReasonMissing(DomainError):
    """A whole number is shown for a reason only."""

    code = "reason_missing"
    says = _("Choose the reason first: it is written down with your name.")


class NumberErased(DomainError):
    """The person's key was destroyed; nobody can read it any more."""

    code = "number_erased"
    says = _("This number was erased and cannot be read any more.")


class PersonNotFound(NotFound):
    """There is no such person."""

    code = "person_not_found"


class GroupNotFound(NotFound):
    """There is no such group any more."""

    code = "group_not_found"

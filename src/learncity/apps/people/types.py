"""What other rooms may know of people: values and refusals. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError


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

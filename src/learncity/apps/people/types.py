"""What other rooms may know of people: values and refusals. Pure data."""

from dataclasses import dataclass
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


class BadAddress(DomainError):
    """Neither a phone number nor an e-mail address."""

    code = "bad_address"
    says = _("Enter a mobile phone number, such as 138 0000 0000, or an e-mail address.")


class NameMissing(DomainError):
    """A roster needs a name."""

    code = "name_missing"
    says = _("Enter your name as the teacher should read it out.")
